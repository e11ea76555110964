//! The settings, as an operator writes them.

use proofbell_notify::{AddressKind, Form, Registry, Toolkit};
use proofbell_webhook::Webhook;
use serde_json::{Value, json};

use crate::SECRET;

fn build(settings: &Value) -> Result<(Form, AddressKind), String> {
    let built = Registry::new().with::<Webhook>().build("webhook", settings.clone(), &Toolkit::default());
    built.map(|webhook| (webhook.form(), webhook.address())).map_err(|error| error.to_string())
}

#[test]
fn good_settings_are_taken() {
    let check = |settings: Value, expected: (Form, AddressKind)| {
        assert_eq!(build(&settings), Ok(expected), "{settings}");
    };
    let named = AddressKind::Named("webhook");
    check(json!({ "secrets": [SECRET] }), (Form::Chat, named));
    check(json!({ "secrets": [SECRET, SECRET, SECRET, SECRET], "form": "text" }), (Form::Text, named));
    for url in [
        "https://backoffice.market.example/hooks",
        "https://10.0.0.1:8443/",
        "https://backoffice.internal/",
        "http://localhost:4000/",
        "http://127.0.0.1/",
        "http://[::1]/",
    ] {
        check(json!({ "secrets": [SECRET], "url": url, "form": "chat" }), (Form::Chat, AddressKind::Fixed));
    }
    let all = json!({
        "url": "https://a.example/", "secrets": [format!("{SECRET}\n")], "headers": { "Authorization": "Bearer x" },
    });
    check(all, (Form::Chat, AddressKind::Fixed));
}

#[test]
fn bad_settings_are_named_with_their_cure() {
    let check = |settings: Value, expected: &str| {
        let refused = build(&settings).unwrap_err();
        assert!(refused.contains(expected), "{settings}: {refused}");
        assert!(!refused.contains("hunter2"), "{refused}");
    };
    check(json!({}), "missing field `secrets`");
    check(json!({ "secrets": [] }), "`secrets`: empty");
    check(
        json!({ "secrets": [SECRET, "whsec_hunter2"] }),
        "`secrets[1]`: is not base64 behind whsec_; write",
    );
    check(
        json!({ "secrets": [SECRET], "url": "http://a.example/hunter2" }),
        "`url`: must begin with https://",
    );
    check(json!({ "secrets": [SECRET], "url": "https://me:hunter2@a.example/" }), "`url`: must not hold");
    check(json!({ "secrets": [SECRET], "url": "a.example/hunter2" }), "`url`: not a URL");
    check(json!({ "secrets": [SECRET], "form": "email" }), "`form`: unknown variant `email`");
    check(
        json!({ "secrets": [SECRET], "headers": { "X-A": "hunter2" } }),
        "`headers`: is for the one receiver",
    );
    let host = json!({ "secrets": [SECRET], "url": "https://a.example/", "headers": { "host": "hunter2" } });
    check(host, "`headers.host`: is set by Proofbell itself");
    check(json!({ "secrets": [SECRET], "private": "allow" }), "unknown field `private`");
}

#[test]
fn the_schema_documents_every_setting() {
    let schema = Registry::new().with::<Webhook>().schema("webhook").unwrap();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap();
    assert_eq!(properties.len(), 4);
    for (key, property) in properties {
        assert!(property["description"].is_string(), "{key}");
    }
    assert_eq!(schema.get("required"), Some(&json!(["secrets"])));
}
