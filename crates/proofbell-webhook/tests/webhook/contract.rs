//! What is promised of every notifier, with one receiver and with a recipient's own.

use std::net::SocketAddr;
use std::time::Duration;

use proofbell_notify::http::{Client, Reach};
use proofbell_notify::testkit::{self, HttpAnswer, HttpRequest, Probed, Rig, Row};
use proofbell_notify::{Address, Message, Toolkit};
use proofbell_webhook::Webhook;
use serde_json::json;

use crate::{OLD_SECRET, SECRET, fixed, message, webhook};

const RECIPIENT: &str = "http://hooks.example/s3cret-path";

/// One receiver. One client for all: setting one up reads this machine's certificates.
#[derive(Default)]
struct FixedRig {
    http: Client,
}

/// A recipient's own receiver.
struct RecipientRig;

fn secrets() -> Vec<String> {
    let keys = [SECRET, OLD_SECRET].map(|secret| secret.trim_start_matches("whsec_"));
    keys.into_iter().chain(["s3cret-path", "g4teway-key"]).map(str::to_owned).collect()
}

/// All but the time, and the signatures, which are made of it too.
fn all_but_the_time(unit: &[u8]) -> Vec<u8> {
    let mut request = HttpRequest::parse(unit).unwrap();
    request.headers.retain(|(name, _)| !["webhook-timestamp", "webhook-signature"].contains(&name.as_str()));
    format!("{request:?}").into_bytes()
}

fn row(name: &'static str, status: u16, expected: &'static str) -> Row {
    // Receivers repeat what they were sent.
    Row::new(name, HttpAnswer::new(status, format!("{SECRET} {RECIPIENT} Hanako Ginza")), expected)
}

fn wait(status: u16, expected: &'static str) -> Row {
    Row::new("told to wait", HttpAnswer::new(status, "").header("Retry-After", "7"), expected)
}

/// What means the same of every receiver.
fn common_rows() -> Vec<Row> {
    vec![
        row("fine", 200, "sent"),
        row("taken", 202, "sent"),
        Row::new("nothing to say", HttpAnswer::new(204, ""), "sent"),
        row("no message of ours", 400, "rejected 400"),
        row("pay first", 402, "rejected 402"),
        row("too large", 413, "rejected 413"),
        row("unread", 422, "rejected 422"),
        row("too slow", 408, "retry_later 408"),
        row("too early", 425, "retry_later 425"),
        row("broken", 500, "retry_later 500"),
        row("a bad gateway", 502, "retry_later 502"),
        row("overloaded", 503, "retry_later 503"),
        row("a gateway's time-out", 504, "unknown 504"),
        row("of no kind", 599, "retry_later 599"),
        Row::new("endless", HttpAnswer::new(200, vec![b' '; 1 << 20]), "sent"),
    ]
}

impl Rig for FixedRig {
    type Notifier = Webhook;

    fn notifier(&self, at: SocketAddr, deadline: Duration) -> Webhook {
        fixed(at, &self.http, deadline)
    }

    fn message(&self) -> Message {
        message(Address::Fixed)
    }

    fn table(&self) -> Vec<Row> {
        let moved = HttpAnswer::new(308, "").header("Location", "https://elsewhere.example/");
        let rows = vec![
            row("gone", 410, "channel_down 410"),
            row("no such page", 404, "channel_down 404"),
            row("no POST", 405, "channel_down 405"),
            row("who are you", 401, "channel_down 401"),
            row("forbidden", 403, "channel_down 403"),
            Row::new("moved", moved, "channel_down 308"),
            row("not modified", 304, "channel_down 304"),
            wait(429, "throttled 7s channel"),
            wait(503, "throttled 7s channel"),
            row("too much", 429, "throttled - channel"),
        ];
        common_rows().into_iter().chain(rows).collect()
    }

    fn probes(&self) -> Vec<Row> {
        vec![
            row("fine", 200, "ok"),
            row("no HEAD", 405, "ok"),
            row("no such page", 404, "ok"),
            row("who are you", 401, "ok"),
            row("moved", 302, "ok"),
            row("not implemented", 501, "ok"),
            row("broken by a HEAD", 500, "ok"),
            row("gone", 410, "refused 410"),
            row("a bad gateway", 502, "unreachable 502"),
            row("overloaded", 503, "unreachable 503"),
            row("a gateway's time-out", 504, "unreachable 504"),
        ]
    }

    fn secrets(&self) -> Vec<String> {
        secrets()
    }

    fn same_in_each_attempt(&self, unit: &[u8]) -> Vec<u8> {
        all_but_the_time(unit)
    }
}

impl Rig for RecipientRig {
    type Notifier = Webhook;

    fn notifier(&self, at: SocketAddr, deadline: Duration) -> Webhook {
        let reach = Reach::this_machine().looking_up(move |_| vec![at]);
        let kit = Toolkit { http: Client::with_reach(reach).with_timeout(deadline) };
        webhook(json!({ "secrets": [SECRET, OLD_SECRET] }), &kit)
    }

    fn message(&self) -> Message {
        message(Address::Named(RECIPIENT.to_owned()))
    }

    fn table(&self) -> Vec<Row> {
        let moved = HttpAnswer::new(308, "").header("Location", "https://elsewhere.example/");
        let rows = vec![
            row("gone", 410, "bad_address 410 7776000s"),
            row("no such page", 404, "bad_address 404 86400s"),
            row("no POST", 405, "bad_address 405 86400s"),
            row("who are you", 401, "rejected 401"),
            row("forbidden", 403, "rejected 403"),
            Row::new("moved", moved, "rejected 308"),
            wait(429, "throttled 7s destination"),
            wait(503, "throttled 7s destination"),
            row("too much", 429, "throttled - destination"),
        ];
        common_rows().into_iter().chain(rows).collect()
    }

    fn probed(&self) -> Probed {
        Probed::Nobody
    }

    fn secrets(&self) -> Vec<String> {
        secrets()
    }

    fn same_in_each_attempt(&self, unit: &[u8]) -> Vec<u8> {
        all_but_the_time(unit)
    }
}

#[tokio::test]
async fn one_receiver_keeps_the_contract() {
    testkit::run(&FixedRig::default()).await;
}

#[tokio::test]
async fn a_recipients_own_keeps_the_contract() {
    testkit::run(&RecipientRig).await;
}
