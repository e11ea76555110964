//! What is promised of every notifier.

use std::net::SocketAddr;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proofbell_notify::Message;
use proofbell_notify::testkit::{self, HttpAnswer, Rig, Row};
use proofbell_sms::Twilio;
use serde_json::json;

use super::{SID, TOKEN, build, config};
use crate::{NUMBER, text};

struct TwilioRig;

/// An error as Twilio words it: with the number in it.
fn error(status: u16, code: u32) -> HttpAnswer {
    let message = format!("The 'To' number {NUMBER} of account {SID} with token {TOKEN}: no");
    HttpAnswer::json(status, &json!({ "code": code, "message": message, "status": status }))
}

impl Rig for TwilioRig {
    type Notifier = Twilio;

    fn notifier(&self, at: SocketAddr, deadline: Duration) -> Twilio {
        build(config(at), deadline)
    }

    fn message(&self) -> Message {
        text(NUMBER, "Label: ぼやけている")
    }

    fn table(&self) -> Vec<Row> {
        let sent = json!({ "sid": "SM1", "status": "queued", "error_code": null, "to": NUMBER });
        vec![
            Row::new("accepted", HttpAnswer::json(201, &sent), "sent SM1"),
            Row::new("accepted in silence", HttpAnswer::new(201, ""), "sent"),
            Row::new("a captive portal", HttpAnswer::new(200, "<html>"), "unknown 200"),
            Row::new("elsewhere", HttpAnswer::new(302, "").header("Location", "/x"), "channel_down 302"),
            Row::new("opted out", error(400, 21610), "opted_out 21610"),
            Row::new("no number", error(400, 21211), "bad_address 21211 forever"),
            Row::new("no mobile", error(400, 21614), "bad_address 21614 7776000s"),
            Row::new("a landline", error(400, 21635), "bad_address 21635 7776000s"),
            Row::new("wrong token", error(401, 20003), "channel_down 20003"),
            Row::new("forbidden country", error(400, 21408), "rejected 21408"),
            Row::new("wrong sender", error(400, 21606), "channel_down 21606"),
            Row::new("no senders", error(400, 21703), "rejected 21703"),
            Row::new("too long", error(400, 21617), "rejected 21617"),
            Row::new("unheard of", error(400, 29999), "rejected 29999"),
            Row::new("no JSON", HttpAnswer::new(400, "no"), "rejected 400"),
            Row::new("too much", error(429, 20429).header("Retry-After", "7"), "throttled 7s channel"),
            Row::new("too much, no term", error(429, 20429), "throttled - channel"),
            Row::new("broken", HttpAnswer::new(500, NUMBER), "unknown 500"),
            Row::new("overloaded", error(503, 20503), "retry_later 20503"),
            Row::new("a gateway's time-out", HttpAnswer::new(504, ""), "unknown 504"),
            Row::new("endless", HttpAnswer::new(400, vec![b'['; 1 << 20]), "rejected 400"),
        ]
    }

    fn probes(&self) -> Vec<Row> {
        vec![
            Row::new("active", HttpAnswer::json(200, &json!({ "sid": SID, "status": "active" })), "ok"),
            Row::new("closed", HttpAnswer::json(200, &json!({ "status": "closed" })), "refused account"),
            Row::new("wrong token", error(401, 20003), "refused 401"),
            Row::new("broken", HttpAnswer::new(500, ""), "unreachable 500"),
        ]
    }

    fn secrets(&self) -> Vec<String> {
        vec![TOKEN.to_owned(), STANDARD.encode(format!("{SID}:{TOKEN}"))]
    }
}

#[tokio::test]
async fn twilio_keeps_the_contract() {
    testkit::run(&TwilioRig).await;
}
