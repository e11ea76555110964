//! What goes out over the wire.

use std::sync::Arc;

use http::{HeaderMap, HeaderName};
use jiff::Timestamp;
use proofbell_notify::http::Client;
use proofbell_notify::testkit::{Double, Fault, HttpAnswer, HttpRequest, describe};
use proofbell_notify::{Address, Body, Chat, Message, Notifier, Toolkit};
use serde_json::json;

use crate::{OLD_SECRET, PATIENCE, SECRET, fixed, message, requests, webhook};

async fn receiver() -> Double {
    Double::start(Arc::new(HttpAnswer::new(204, "")), Fault::None).await
}

/// Sends to one receiver and hands back the outcome and what it heard.
async fn deliver(message: &Message) -> (String, Vec<HttpRequest>) {
    let double = receiver().await;
    let outcome = fixed(double.address(), &Client::default(), PATIENCE).send(message).await;
    (describe(&outcome), requests(&double.heard()))
}

fn verifies(secret: &str, request: &HttpRequest, body: &[u8]) -> bool {
    let mut headers = HeaderMap::new();
    for (name, value) in &request.headers {
        headers.insert(HeaderName::try_from(name).unwrap(), value.parse().unwrap());
    }
    standardwebhooks::Webhook::new(secret).unwrap().verify(body, &headers).is_ok()
}

#[tokio::test]
async fn a_message_is_posted_with_the_headers_of_standard_webhooks() {
    let message = message(Address::Fixed);
    let before = Timestamp::now().as_second();
    let (outcome, requests) = deliver(&message).await;
    assert_eq!(outcome, "sent");
    let [request] = requests.as_slice() else { panic!("one request, not {}", requests.len()) };
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/s3cret-path"));
    let header = |name: &str| request.header(name).unwrap_or_default().to_owned();
    assert_eq!(header("content-type"), "application/json");
    assert_eq!(header("webhook-id"), message.id.to_string());
    assert_eq!(header("x-gateway-key"), "g4teway-key");
    let timestamp: i64 = header("webhook-timestamp").parse().unwrap();
    assert!((before..=Timestamp::now().as_second()).contains(&timestamp), "{timestamp}");
    let signatures = header("webhook-signature");
    let signatures: Vec<&str> = signatures.split(' ').collect();
    assert!(signatures.len() == 2 && signatures.iter().all(|one| one.starts_with("v1,")), "{signatures:?}");
}

#[tokio::test]
async fn receivers_with_any_of_the_secrets_believe_it() {
    let (_, requests) = deliver(&message(Address::Fixed)).await;
    let request = &requests[0];
    assert!(verifies(SECRET, request, &request.body));
    assert!(verifies(OLD_SECRET, request, &request.body));
    assert!(!verifies("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", request, &request.body));
    let forged = [request.body.as_slice(), b" "].concat();
    assert!(!verifies(SECRET, request, &forged));
}

#[tokio::test]
async fn the_body_stays_when_the_time_moves_on() {
    let double = receiver().await;
    let webhook = fixed(double.address(), &Client::default(), PATIENCE);
    let message = message(Address::Fixed);
    webhook.send(&message).await;
    let sent = requests(&double.heard()).remove(0);
    let second = |request: &HttpRequest| request.header("webhook-timestamp").unwrap().to_owned();
    let deadline = std::time::Instant::now() + PATIENCE;
    while second(requests(&double.heard()).last().unwrap()) == second(&sent) {
        assert!(std::time::Instant::now() < deadline, "the time stands still");
        webhook.send(&message).await;
    }
    let again = requests(&double.heard()).pop().unwrap();
    assert_eq!(again.body, sent.body);
    assert_eq!(again.header("webhook-id"), sent.header("webhook-id"));
    assert_ne!(again.header("webhook-signature"), sent.header("webhook-signature"));
    assert!(verifies(SECRET, &again, &again.body));
}

#[tokio::test]
async fn the_form_is_the_settings() {
    let double = receiver().await;
    let settings =
        json!({ "url": format!("http://{}/", double.address()), "secrets": [SECRET], "form": "text" });
    let webhook = webhook(settings, &Toolkit::default());
    let text = Message { body: Body::Text("Label: ぼやけている".into()), ..message(Address::Fixed) };
    assert_eq!(describe(&webhook.send(&text).await), "sent");
    assert_eq!(describe(&webhook.send(&message(Address::Fixed)).await), "rejected form");
    let requests = requests(&double.heard());
    let data = &requests[0].json().unwrap()["data"];
    assert_eq!((&data["text"], &data["chat"]), (&json!("Label: ぼやけている"), &json!(null)));
    assert_eq!(requests.len(), 1);
}

#[tokio::test]
async fn nothing_is_not_sent() {
    let empty = Message { body: Body::Chat(Chat::default()), ..message(Address::Fixed) };
    let (outcome, requests) = deliver(&empty).await;
    assert_eq!((outcome.as_str(), requests.len()), ("rejected empty", 0));
}
