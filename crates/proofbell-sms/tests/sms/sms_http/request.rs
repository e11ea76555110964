//! What goes out over the wire.

use std::sync::Arc;

use proofbell_notify::Notifier;
use proofbell_notify::testkit::{Double, Fault, HttpAnswer, HttpRequest};
use serde_json::{Value, json};

use super::{KEY, TOKEN, build, gateway};
use crate::{ID, NUMBER, PATIENCE, owned, requests, text};

fn accepted() -> HttpAnswer {
    HttpAnswer::json(200, &json!({ "result": "ok", "message_id": "m1" }))
}

async fn send(changes: Value, body: &str) -> HttpRequest {
    let (outcome, mut requests) = crate::send(gateway(changes), accepted(), &text(NUMBER, body)).await;
    assert_eq!((outcome.as_str(), requests.len()), ("sent m1", 1));
    requests.remove(0)
}

#[tokio::test]
async fn json_is_posted_as_it_is_described() {
    let request = send(json!({}), "hello").await;
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/v2/send"));
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(request.header("authorization"), Some(format!("Bearer {TOKEN}").as_str()));
    assert_eq!(request.header("x-api-key"), Some(KEY));
    let expected = json!({ "to": NUMBER, "from": "MAISON", "body": "hello", "reference": ID });
    assert_eq!(request.json(), Some(expected));
}

#[tokio::test]
async fn nested_values_keep_their_types() {
    let body = json!({
        "messages": [{ "destinations": [{ "to": "{to}" }], "text": "<{text}>", "flash": false, "ttl": 3600, "rate": 0.5 }],
        "{to}": "{{to}}",
        "tags": [],
    });
    let request = send(json!({ "json": body, "from": null, "to_format": "digits" }), "hello").await;
    let expected = json!({
        "messages": [{ "destinations": [{ "to": "819012345678" }], "text": "<hello>", "flash": false, "ttl": 3600, "rate": 0.5 }],
        "{to}": "{to}",
        "tags": [],
    });
    assert_eq!(request.json(), Some(expected));
}

#[tokio::test]
async fn a_form_is_posted_as_it_is_described() {
    let form = json!({ "recipient": "{to}", "body": "{text}", "sender": "{from}", "unicode": 1, "report": true, "ref": "p-{id}" });
    let request = send(json!({ "json": null, "form": form }), "1 + 1 = 2 & 花").await;
    assert_eq!(request.header("content-type"), Some("application/x-www-form-urlencoded"));
    let reference = format!("p-{ID}");
    let expected = [
        ("recipient", NUMBER),
        ("body", "1 + 1 = 2 & 花"),
        ("sender", "MAISON"),
        ("unicode", "1"),
        ("report", "true"),
        ("ref", &reference),
    ];
    assert_eq!(request.form(), owned(expected));
}

/// What comes from outside stays a text, whatever it looks like.
#[tokio::test]
async fn nothing_is_filled_into_what_was_filled_in() {
    for body in ["{to} {from} {id} {{text}}", "\",\"to\":\"+1\"", "a&recipient=+1", "\\u0022\n\u{0}"] {
        let request = send(json!({}), body).await;
        let expected = json!({ "to": NUMBER, "from": "MAISON", "body": body, "reference": ID });
        assert_eq!(request.json(), Some(expected), "{body}");
        let form = json!({ "recipient": "{to}", "body": "{text}" });
        let request = send(json!({ "json": null, "form": form, "from": null }), body).await;
        assert_eq!(request.form(), owned([("recipient", NUMBER), ("body", body)]), "{body}");
    }
}

#[tokio::test]
async fn only_listed_countries_are_texted() {
    let (outcome, requests) =
        crate::send(gateway(json!({})), accepted(), &text("+18765550123", "hello")).await;
    assert_eq!((outcome.as_str(), requests.len()), ("rejected country_refused", 0));
}

#[tokio::test]
async fn a_probe_asks_where_it_is_told_to() {
    let double = Double::start(Arc::new(HttpAnswer::new(200, "")), Fault::None).await;
    let at = double.address();
    let proof =
        async |settings: serde_json::Value| build(at, &settings, PATIENCE).probe().await.unwrap().to_string();
    let asked = proof(json!({})).await;
    assert_eq!(asked, "something answers 200 to a GET without a message; that it takes one is not proved");
    let asked = proof(json!({ "probe_url": format!("http://{at}/balance") })).await;
    assert_eq!(asked, "`probe_url` answers 200");
    let asked: Vec<(String, String, Option<String>)> = requests(&double)
        .into_iter()
        .map(|request| {
            let token = request.header("authorization").map(str::to_owned);
            (request.method, request.path, token)
        })
        .collect();
    let token = Some(format!("Bearer {TOKEN}"));
    let expected = ["/v2/send", "/balance"].map(|path| ("GET".to_owned(), path.to_owned(), token.clone()));
    assert_eq!(asked, expected);
}
