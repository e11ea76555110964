//! What is promised of every notifier.

use std::net::SocketAddr;
use std::time::Duration;

use proofbell_discord::{Discord, DiscordConfig};
use proofbell_notify::http::Client;
use proofbell_notify::testkit::{self, HttpAnswer, Rig, Row};
use proofbell_notify::{Address, Block, Body, Chat, Message, Notifier, Span, Toolkit};
use serde_json::json;

/// The part of a webhook's URL that is the secret.
const TOKEN: &str = "t0ken-of-the-webhook";

/// One client for all: setting one up reads this machine's certificates.
#[derive(Default)]
struct DiscordRig {
    http: Client,
}

impl Rig for DiscordRig {
    type Notifier = Discord;

    fn notifier(&self, at: SocketAddr, deadline: Duration) -> Discord {
        let webhook_url = format!("http://{at}/api/webhooks/4711/{TOKEN}").parse().unwrap();
        let config = DiscordConfig { webhook_url, username: None };
        Discord::from_config(config, &Toolkit { http: self.http.with_timeout(deadline) }).unwrap()
    }

    fn message(&self) -> Message {
        let body = vec![Block::Paragraph(vec![Span::Text("Not authentic.".into())])];
        testkit::message(Address::Fixed, Body::Chat(Chat { body, ..Chat::default() }))
    }

    fn table(&self) -> Vec<Row> {
        let error = |status, code: u32| {
            HttpAnswer::json(
                status,
                &json!({ "code": code, "message": format!("no, {TOKEN}: Hanako Ginza") }),
            )
        };
        let slow = json!({ "code": 0, "message": "slow down", "retry_after": 7.1, "global": false });
        vec![
            Row::new("posted", HttpAnswer::json(200, &json!({ "id": "1234" })), "sent 1234"),
            Row::new("a captive portal", HttpAnswer::new(200, "<html>"), "unknown 200"),
            Row::new("bad embed", error(400, 50035), "rejected 50035"),
            Row::new("empty", error(400, 50006), "rejected 50006"),
            Row::new("webhook gone", error(404, 10015), "channel_down 10015"),
            Row::new("wrong token", error(401, 50027), "channel_down 50027"),
            Row::new("moved", HttpAnswer::new(301, ""), "channel_down 301"),
            Row::new("slow", HttpAnswer::json(429, &slow).header("Retry-After", "7"), "throttled 7s channel"),
            Row::new("no JSON", HttpAnswer::new(403, "<html>"), "channel_down 403"),
            Row::new("broken", HttpAnswer::new(500, ""), "unknown 500"),
            Row::new("a proxy's fault", HttpAnswer::new(520, "<html>"), "unknown 520"),
            Row::new("not there now", HttpAnswer::new(503, ""), "retry_later 503"),
            Row::new("a gateway's time-out", HttpAnswer::new(504, ""), "unknown 504"),
        ]
    }

    fn probes(&self) -> Vec<Row> {
        let error = |status, code: u32| HttpAnswer::json(status, &json!({ "code": code, "message": TOKEN }));
        vec![
            Row::new("there", HttpAnswer::json(200, &json!({ "id": "4711", "type": 1 })), "ok"),
            Row::new("gone", error(404, 10015), "refused 10015"),
            Row::new("slow", error(429, 0), "unreachable 429"),
            Row::new("broken", HttpAnswer::new(502, ""), "unreachable 502"),
        ]
    }

    fn secrets(&self) -> Vec<String> {
        vec![TOKEN.into()]
    }
}

#[tokio::test]
async fn discord_keeps_the_contract() {
    testkit::run(&DiscordRig::default()).await;
}
