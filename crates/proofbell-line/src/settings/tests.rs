use proofbell_notify::{Registry, Toolkit};
use serde_json::{Value, json};

use crate::Line;

/// The good settings with one of them changed; null takes it away.
fn settings(key: &str, value: Value) -> Value {
    let mut settings = json!({ "channel_access_token": "t0ken/+=" });
    match value {
        Value::Null => settings.as_object_mut().unwrap().remove(key),
        value => settings.as_object_mut().unwrap().insert(key.to_owned(), value),
    };
    settings
}

fn build(settings: Value) -> Result<(), String> {
    let built = Registry::new().with::<Line>().build("line", settings, &Toolkit::default());
    built.map(|_| ()).map_err(|error| error.to_string())
}

#[test]
fn good_settings_are_taken() {
    let table = [
        ("channel_access_token", json!("t0ken")),
        ("channel_secret", json!("8c570fa6dd201bb328f1c1eac23a96d8")),
        ("shape", json!("bubble")),
        ("shape", json!("text")),
        ("check_friend", json!(false)),
        ("notification_disabled", json!(true)),
        ("base_url", json!("https://line.example/proxy")),
        ("base_url", json!("http://127.0.0.1:4010")),
    ];
    for (key, value) in table {
        assert_eq!(build(settings(key, value.clone())), Ok(()), "{key} = {value}");
    }
}

#[test]
fn bad_settings_are_named_with_their_cure() {
    let token = "not a token: it has a space, a line break or a letter that is not ASCII in it";
    let table = [
        (
            "channel_access_token",
            json!(""),
            "empty; issue one in the \"Messaging API\" tab of the LINE Developers Console",
        ),
        ("channel_access_token", json!("t0 ken"), token),
        ("channel_access_token", json!("t0ken\n"), token),
        ("channel_access_token", json!("トークン"), token),
        (
            "channel_secret",
            json!(""),
            "empty, so that anybody could sign; it stands in the \"Basic settings\" tab of the LINE Developers Console",
        ),
        ("shape", json!("card"), "unknown variant `card`, expected `bubble` or `text`"),
        ("check_friend", json!("yes"), "invalid type: string \"yes\", expected a boolean"),
        (
            "base_url",
            json!("http://line.example"),
            "must begin with https:// (http:// is for this machine only: localhost, 127.0.0.1, [::1])",
        ),
        (
            "base_url",
            json!("https://line.example/?a=b"),
            "must not hold a `?` or `#` part: paths are added to it",
        ),
    ];
    for (key, value, problem) in table {
        assert_eq!(build(settings(key, value)), Err(format!("`{key}`: {problem}")));
    }
}

#[test]
fn every_key_is_known_and_the_needed_one_is_asked_for() {
    let unknown = build(settings("chanel_secret", json!("x"))).unwrap_err();
    assert!(
        unknown.contains("unknown field `chanel_secret`") && unknown.contains("`channel_secret`"),
        "{unknown}"
    );
    let missing = build(settings("channel_access_token", Value::Null)).unwrap_err();
    assert!(missing.contains("missing field `channel_access_token`"), "{missing}");
}

#[test]
fn the_schema_documents_every_setting() {
    let schema = Registry::new().with::<Line>().schema("line").unwrap();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap();
    assert_eq!(properties.len(), 6);
    for (key, property) in properties {
        assert!(property["description"].is_string(), "{key}");
    }
}
