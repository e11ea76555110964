//! What is promised of every notifier.

use std::net::SocketAddr;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proofbell_notify::Message;
use proofbell_notify::testkit::{self, HttpAnswer, Rig, Row};
use proofbell_sms::Vonage;
use serde_json::{Value, json};

use super::{KEY, SECRET, build, config};
use crate::{NUMBER, text};

struct VonageRig;

/// An answer with one part for each status; errors are worded with the number and the secret in them.
fn parts(statuses: &[&str]) -> HttpAnswer {
    let part = |status: &&str| match *status {
        "0" => json!({ "to": NUMBER, "message-id": "0A1", "status": "0", "remaining-balance": "15.5" }),
        status => {
            json!({ "to": NUMBER, "status": status, "error-text": format!("{NUMBER} of {KEY} and {SECRET}: no") })
        }
    };
    let messages: Vec<Value> = statuses.iter().map(part).collect();
    HttpAnswer::json(200, &json!({ "message-count": messages.len().to_string(), "messages": messages }))
}

fn one(name: &'static str, status: &str, expected: &'static str) -> Row {
    Row::new(name, parts(&[status]), expected)
}

impl Rig for VonageRig {
    type Notifier = Vonage;

    fn notifier(&self, at: SocketAddr, deadline: Duration) -> Vonage {
        build(config(at), deadline)
    }

    fn message(&self) -> Message {
        text(NUMBER, "Label: ぼやけている")
    }

    fn table(&self) -> Vec<Row> {
        vec![
            one("accepted", "0", "sent 0A1"),
            Row::new("all parts accepted", parts(&["0", "0"]), "sent 0A1"),
            Row::new("one part of two", parts(&["0", "1"]), "rejected in_part"),
            Row::new("none of two", parts(&["9", "9"]), "channel_down 9"),
            one("throttled", "1", "throttled - channel"),
            one("missing parameter", "2", "rejected 2"),
            one("invalid parameter", "3", "rejected 3"),
            one("wrong secret", "4", "channel_down 4"),
            one("internal error", "5", "retry_later 5"),
            one("invalid message", "6", "rejected 6"),
            one("number barred", "7", "bad_address 7 7776000s"),
            one("account barred", "8", "channel_down 8"),
            one("no credit", "9", "channel_down 9"),
            one("too many binds", "10", "throttled - channel"),
            one("too long", "12", "rejected 12"),
            one("wrong sender", "15", "rejected 15"),
            one("demo mode", "29", "rejected 29"),
            one("number gone", "33", "bad_address 33 7776000s"),
            one("unheard of", "4711", "rejected 4711"),
            Row::new("a captive portal", HttpAnswer::new(200, "<html>"), "unknown 200"),
            Row::new("no parts", HttpAnswer::json(200, &json!({ "messages": [] })), "unknown 200"),
            Row::new("elsewhere", HttpAnswer::new(302, "").header("Location", "/x"), "channel_down 302"),
            Row::new("unauthorized", HttpAnswer::new(401, SECRET), "channel_down 401"),
            Row::new("too much", HttpAnswer::new(429, "").header("Retry-After", "7"), "throttled 7s channel"),
            Row::new("broken", HttpAnswer::new(500, NUMBER), "unknown 500"),
            Row::new("a gateway's time-out", HttpAnswer::new(504, ""), "unknown 504"),
            Row::new("endless", HttpAnswer::new(200, vec![b'['; 1 << 20]), "unknown 200"),
        ]
    }

    fn probes(&self) -> Vec<Row> {
        let balance = |value: f64| HttpAnswer::json(200, &json!({ "value": value, "autoReload": false }));
        vec![
            Row::new("credit", balance(10.28), "ok"),
            Row::new("no credit", balance(0.0), "refused balance"),
            Row::new("wrong secret", HttpAnswer::new(401, SECRET), "refused 401"),
            Row::new("broken", HttpAnswer::new(503, ""), "unreachable 503"),
        ]
    }

    fn secrets(&self) -> Vec<String> {
        vec![SECRET.to_owned(), STANDARD.encode(format!("{KEY}:{SECRET}"))]
    }
}

#[tokio::test]
async fn vonage_keeps_the_contract() {
    testkit::run(&VonageRig).await;
}
