//! The webhook notifier against the contract kit, a schema of its bodies, and receivers' libraries.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail the test")]

mod bodies;
mod contract;
mod delivery;
mod pauses;
mod readme;
mod recipients;
mod settings;

use std::net::SocketAddr;
use std::time::Duration;

use proofbell_notify::http::Client;
use proofbell_notify::testkit::{self, HttpRequest};
use proofbell_notify::{Address, Block, Body, Button, Chat, Field, Message, Notifier, Span, Toolkit};
use proofbell_webhook::{Webhook, WebhookConfig};
use serde_json::{Value, json};

const SECRET: &str = "whsec_mgEUF12EaAfLzcKJgGRTUeFU3ojcnmBsgAVOYykVQZk=";
const OLD_SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const PATIENCE: Duration = Duration::from_secs(10);

fn webhook(settings: Value, kit: &Toolkit) -> Webhook {
    let config: WebhookConfig = serde_json::from_value(settings).unwrap();
    Webhook::from_config(config, kit).unwrap()
}

/// A webhook with one receiver, the double at `at`.
fn fixed(at: SocketAddr, http: &Client, deadline: Duration) -> Webhook {
    let settings = json!({
        "url": format!("http://{at}/s3cret-path"),
        "secrets": [SECRET, OLD_SECRET],
        "headers": { "X-Gateway-Key": "g4teway-key" },
    });
    webhook(settings, &Toolkit { http: http.with_timeout(deadline) })
}

fn rich() -> Chat {
    Chat {
        header: Some("Counterfeit verdict: MS-48213".into()),
        color: Some("#a4262c".into()),
        body: vec![
            Block::Paragraph(vec![
                Span::Text("The bag is ".into()),
                Span::Bold("not".into()),
                Span::Text(" authentic.".into()),
            ]),
            Block::List(vec![vec![Span::Text("zipper".into())]]),
        ],
        fields: vec![Field { name: "Reference".into(), value: "MS-48213".into() }],
        buttons: vec![Button { text: "Open the item".into(), url: "https://market.example/MS-48213".into() }],
    }
}

fn message(to: Address) -> Message {
    testkit::message(to, Body::Chat(rich()))
}

fn requests(heard: &[Vec<u8>]) -> Vec<HttpRequest> {
    heard.iter().map(|unit| HttpRequest::parse(unit).unwrap()).collect()
}
