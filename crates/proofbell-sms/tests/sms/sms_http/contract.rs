//! What is promised of every notifier.

use std::net::SocketAddr;
use std::time::Duration;

use proofbell_notify::Message;
use proofbell_notify::testkit::{self, HttpAnswer, Rig, Row};
use proofbell_sms::SmsHttp;
use serde_json::{Value, json};

use super::{KEY, TOKEN, build};
use crate::{NUMBER, text};

/// The gateway of the README, and one that says nothing but its status.
enum SmsHttpRig {
    Described,
    Bare,
}

/// An error that repeats the number and the secrets.
fn error(status: u16, code: Value) -> HttpAnswer {
    HttpAnswer::json(status, &json!({ "result": "error", "code": code, "text": [NUMBER, TOKEN, KEY] }))
}

impl Rig for SmsHttpRig {
    type Notifier = SmsHttp;

    fn notifier(&self, at: SocketAddr, deadline: Duration) -> SmsHttp {
        let changes = match self {
            SmsHttpRig::Described => json!({}),
            SmsHttpRig::Bare => json!({
                "json": null, "form": { "to": "{to}", "body": "{text}" }, "from": null, "success": null, "retry": null,
                "opted_out": null, "bad_address": null, "down": null, "id": null,
            }),
        };
        build(at, &changes, deadline)
    }

    fn message(&self) -> Message {
        text(NUMBER, "Label: ぼやけている")
    }

    fn table(&self) -> Vec<Row> {
        match self {
            SmsHttpRig::Described => described(),
            SmsHttpRig::Bare => bare(),
        }
    }

    fn probes(&self) -> Vec<Row> {
        vec![
            Row::new("no GET here", HttpAnswer::new(405, ""), "ok"),
            Row::new("wrong token", HttpAnswer::new(401, TOKEN), "refused 401"),
            Row::new("elsewhere", HttpAnswer::new(301, "").header("Location", "/x"), "refused 301"),
            Row::new("broken", HttpAnswer::new(503, ""), "unreachable 503"),
        ]
    }

    fn secrets(&self) -> Vec<String> {
        vec![TOKEN.to_owned(), KEY.to_owned()]
    }
}

fn described() -> Vec<Row> {
    let ok = |id: Value| HttpAnswer::json(200, &json!({ "result": "ok", "message_id": id }));
    vec![
        Row::new("accepted", ok(json!("m1")), "sent m1"),
        Row::new("accepted under a number", ok(json!(42)), "sent 42"),
        Row::new("accepted later", HttpAnswer::json(202, &json!({ "result": "ok" })), "sent"),
        Row::new("opted out", error(200, json!("stopped")), "opted_out 200"),
        Row::new("no number", error(422, json!("unknown_number")), "bad_address 422 7776000s"),
        Row::new("no number, as a number", error(200, json!(17)), "bad_address 200 7776000s"),
        Row::new("no credit", error(402, json!("no_credit")), "channel_down 402"),
        Row::new("throttled inside a success", error(200, json!("throttled")), "retry_later 200"),
        Row::new("not described", error(200, json!("odd")), "rejected 200"),
        Row::new("too much", HttpAnswer::new(429, "").header("Retry-After", "7"), "throttled 7s channel"),
        Row::new("overloaded", HttpAnswer::new(503, NUMBER), "retry_later 503"),
        Row::new("a captive portal", HttpAnswer::new(200, "<html>"), "unknown 200"),
        Row::new("elsewhere", HttpAnswer::new(302, "").header("Location", "/x"), "channel_down 302"),
        Row::new("wrong token", error(401, json!("token")), "channel_down 401"),
        Row::new("refused", error(400, json!("text")), "rejected 400"),
        Row::new("broken", HttpAnswer::new(500, NUMBER), "unknown 500"),
        Row::new("a gateway's time-out", HttpAnswer::new(504, ""), "unknown 504"),
        Row::new("endless", HttpAnswer::new(200, vec![b'['; 1 << 20]), "unknown 200"),
    ]
}

fn bare() -> Vec<Row> {
    vec![
        Row::new("accepted", HttpAnswer::new(200, "OK"), "sent"),
        Row::new("refused", HttpAnswer::new(400, NUMBER), "rejected 400"),
        Row::new("wrong token", HttpAnswer::new(403, TOKEN), "channel_down 403"),
        Row::new("no such page", HttpAnswer::new(404, NUMBER), "channel_down 404"),
        Row::new("unknown subscriber", HttpAnswer::json(404, &json!({ "error": NUMBER })), "rejected 404"),
        Row::new("too much", HttpAnswer::new(429, ""), "throttled - channel"),
        Row::new("broken", HttpAnswer::new(502, ""), "unknown 502"),
    ]
}

#[tokio::test]
async fn a_described_gateway_keeps_the_contract() {
    testkit::run(&SmsHttpRig::Described).await;
}

#[tokio::test]
async fn a_bare_gateway_keeps_the_contract() {
    testkit::run(&SmsHttpRig::Bare).await;
}
