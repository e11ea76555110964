//! The LINE notifier against doubles of LINE.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail the test")]

mod contract;
mod double;
mod limits;
mod request;
mod schema;

use std::net::SocketAddr;
use std::time::Duration;

use proofbell_line::{Line, LineConfig};
use proofbell_notify::http::Client;
use proofbell_notify::testkit;
use proofbell_notify::{Address, Block, Body, Chat, Message, Notifier, Span, Toolkit};
use serde_json::{Value, json};

const TOKEN: &str = "t0ken/of+the=account";
const SECRET: &str = "8c570fa6dd201bb328f1c1eac23a96d8";
const PERSON: &str = "U4af4980629aabbccddeeff0011223344";

/// A notifier for a double, with some settings changed.
fn line(at: SocketAddr, deadline: Duration, changed: Value) -> Line {
    line_over(&Client::default(), at, deadline, changed)
}

fn line_over(http: &Client, at: SocketAddr, deadline: Duration, changed: Value) -> Line {
    let mut settings = json!({
        "channel_access_token": TOKEN,
        "channel_secret": SECRET,
        "base_url": format!("http://{at}"),
    });
    settings.as_object_mut().unwrap().extend(changed.as_object().unwrap().clone());
    let config: LineConfig = serde_json::from_value(settings).unwrap();
    Line::from_config(config, &Toolkit { http: http.with_timeout(deadline) }).unwrap()
}

fn message(to: &str) -> Message {
    let body = vec![Block::Paragraph(vec![Span::Text("ラベル: ぼやけている".into())])];
    testkit::message(Address::Named(to.to_owned()), Body::Chat(Chat { body, ..Chat::default() }))
}
