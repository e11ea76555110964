use proofbell_notify::{Registry, Toolkit};
use serde_json::{Value, json};

use crate::Twilio;

/// The good settings with one of them changed; null takes it away.
fn settings(key: &str, value: Value) -> Value {
    let mut settings = json!({
        "account_sid": format!("AC{}", "0a".repeat(16)),
        "auth_token": "t0ken",
        "from": "+815012345678",
        "countries": ["JP", "US"],
    });
    match value {
        Value::Null => settings.as_object_mut().unwrap().remove(key),
        value => settings.as_object_mut().unwrap().insert(key.to_owned(), value),
    };
    settings
}

fn build(settings: Value) -> Result<(), String> {
    let built = Registry::new().with::<Twilio>().build("twilio", settings, &Toolkit::default());
    built.map(|_| ()).map_err(|error| error.to_string())
}

#[test]
fn good_settings_are_taken() {
    let table = [
        ("from", json!("+12025550143")),
        ("from", json!("12345")),
        ("from", json!("MAISON")),
        ("from", json!("Maison 2nd")),
        ("from", json!("MGMT")),
        ("countries", json!(["GB"])),
        ("base_url", json!("https://api.ireland.twilio.example/proxy")),
        ("base_url", json!("http://127.0.0.1:4010")),
        ("base_url", json!("http://localhost:4010")),
        ("segments_at_most", json!(255)),
        ("too_long", json!("refuse")),
        ("status_callback", json!("https://hooks.market.example/hooks/twilio/sms")),
    ];
    for (key, value) in table {
        assert_eq!(build(settings(key, value.clone())), Ok(()), "{key} = {value}");
    }
}

#[test]
fn bad_settings_are_named_with_their_cure() {
    let number = "not a number; write it as + and 7 to 15 digits, without spaces";
    let name = "neither a number (+ and digits) nor a sender name (up to 11 ASCII letters, digits, spaces, + - _ &; one letter at least)";
    let short = "neither a short code of 5 or 6 digits nor a number; a number begins with + and its country";
    let service = "the id of a Messaging Service; write it as `messaging_service_sid`, without `from`";
    let sid = "not an account id; it is AC and 32 hexadecimal digits";
    let plain = "must begin with https:// (http:// is for this machine only: localhost, 127.0.0.1, [::1])";
    let table = [
        ("account_sid", json!("AC123"), sid),
        ("account_sid", json!(format!("SK{}", "0a".repeat(16))), sid),
        ("account_sid", json!(format!("AC{}", "0g".repeat(16))), sid),
        ("auth_token", json!(""), "empty; it stands beside the account id in Twilio's console"),
        ("from", json!("+81 50 1234 5678"), number),
        ("from", json!("+0815012345678"), number),
        ("from", json!("815012345678"), short),
        ("from", json!(""), name),
        ("from", json!("Maison Seconde"), name),
        ("from", json!("メゾン"), name),
        ("from", json!(format!("MG{}", "0a".repeat(16))), service),
        ("segments_at_most", json!(0), "0 parts; write a number from 1 to 255"),
        ("segments_at_most", json!(256), "256 parts; write a number from 1 to 255"),
        ("status_callback", json!("http://hooks.example/hooks/twilio/sms"), plain),
        (
            "status_callback",
            json!("https://hooks_1.example/hooks/twilio/sms"),
            "a `_` in the host's name, which gateways do not call",
        ),
        (
            "status_callback",
            json!("https://hooks.example/hooks/twilio/sms?a=b"),
            "must not hold a `?` or `#` part: paths are added to it",
        ),
        ("too_long", json!("drop"), "unknown variant `drop`, expected `cut` or `refuse`"),
        ("countries", json!([]), "empty, so nobody could be texted; list codes like [\"JP\", \"US\"]"),
        ("base_url", json!("http://sms.example"), plain),
        (
            "base_url",
            json!("https://api.twilio.com/?a=b"),
            "must not hold a `?` or `#` part: paths are added to it",
        ),
    ];
    for (key, value, problem) in table {
        assert_eq!(build(settings(key, value)), Err(format!("`{key}`: {problem}")));
    }
    let country = "is not an ISO 3166 code of a country; it is two capitals, like \"JP\" (Britain is \"GB\")";
    for code in ["UK", "jp", "JPN", "81", ""] {
        let refused = build(settings("countries", json!(["US", code])));
        assert_eq!(refused, Err(format!("`countries[1]`: `{code}` {country}")));
    }
}

#[test]
fn a_messaging_service_stands_in_the_place_of_a_sender() {
    let with_service = |from: Value, sid: String| {
        let mut settings = settings("from", from);
        settings["messaging_service_sid"] = json!(sid);
        build(settings)
    };
    let sid = format!("MG{}", "0a".repeat(16));
    assert_eq!(with_service(Value::Null, sid.clone()), Ok(()));
    let both = "the service chooses the sender, so `from` must not stand beside it; write one of the two";
    assert_eq!(with_service(json!("MAISON"), sid), Err(format!("`messaging_service_sid`: {both}")));
    let neither = "missing field `from` or `messaging_service_sid`; write the one or the other";
    assert_eq!(build(settings("from", Value::Null)), Err(neither.to_owned()));
    let wrong = "not the id of a Messaging Service; it is MG and 32 hexadecimal digits";
    assert_eq!(with_service(Value::Null, "AC1".into()), Err(format!("`messaging_service_sid`: {wrong}")));
}

#[test]
fn every_key_is_known_and_the_needed_ones_are_asked_for() {
    let unknown = build(settings("acount_sid", json!("x"))).unwrap_err();
    assert!(unknown.contains("unknown field `acount_sid`") && unknown.contains("`account_sid`"), "{unknown}");
    for key in ["account_sid", "auth_token", "countries"] {
        let missing = build(settings(key, Value::Null)).unwrap_err();
        assert!(missing.contains(&format!("missing field `{key}`")), "{missing}");
    }
}

#[test]
fn the_schema_documents_every_setting() {
    let schema = Registry::new().with::<Twilio>().schema("twilio").unwrap();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap();
    assert_eq!(properties.len(), 9);
    for (key, property) in properties {
        assert!(property["description"].is_string(), "{key}");
    }
}
