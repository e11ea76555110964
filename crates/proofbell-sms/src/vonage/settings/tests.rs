use proofbell_notify::{Registry, Toolkit};
use serde_json::{Value, json};

use crate::Vonage;

/// The good settings with others laid over them; null takes one away.
fn build(changes: Value) -> Result<(), String> {
    let mut settings = json!({
        "api_key": "abcd1234",
        "api_secret": "s3cret-of-the-key",
        "from": "+815012345678",
        "countries": ["JP", "US"],
    });
    let map = settings.as_object_mut().unwrap();
    for (key, value) in changes.as_object().unwrap() {
        map.insert(key.clone(), value.clone());
    }
    map.retain(|_, value| !value.is_null());
    let built = Registry::new().with::<Vonage>().build("vonage", settings, &Toolkit::default());
    built.map(|_| ()).map_err(|error| error.to_string())
}

#[test]
fn good_settings_are_taken() {
    let callback = "https://hooks.market.example/hooks/vonage/sms";
    let table = [
        json!({}),
        json!({ "from": "MAISON" }),
        json!({ "from": "12345" }),
        json!({ "segments_at_most": 3, "too_long": "refuse" }),
        json!({ "base_url": "http://127.0.0.1:4010" }),
        json!({ "status_callback": callback, "signature_secret": "x" }),
        json!({ "status_callback": callback, "signature_secret": "x", "signature_method": "sha512" }),
    ];
    for changes in table {
        assert_eq!(build(changes.clone()), Ok(()), "{changes}");
    }
}

#[test]
fn bad_settings_are_named_with_their_cure() {
    let callback = "https://hooks.market.example/hooks/vonage/sms";
    let table = [
        (json!({ "api_key": "abcd123" }), "`api_key`: not an API key; it is 8 letters and digits"),
        (json!({ "api_key": "abcd-234" }), "`api_key`: not an API key; it is 8 letters and digits"),
        (
            json!({ "api_secret": " " }),
            "`api_secret`: empty; it stands beside the API key in Vonage's dashboard",
        ),
        (
            json!({ "from": "+81 50" }),
            "`from`: not a number; write it as + and 7 to 15 digits, without spaces",
        ),
        (
            json!({ "countries": [] }),
            "`countries`: empty, so nobody could be texted; list codes like [\"JP\", \"US\"]",
        ),
        (json!({ "segments_at_most": 0 }), "`segments_at_most`: 0 parts; write a number from 1 to 255"),
        (
            json!({ "base_url": "http://sms.example" }),
            "`base_url`: must begin with https:// (http:// is for this machine only: localhost, 127.0.0.1, [::1])",
        ),
        (
            json!({ "status_callback": callback }),
            "missing field `signature_secret`, without which nothing that comes to `status_callback` is believed",
        ),
        (
            json!({ "signature_secret": "x" }),
            "missing field `status_callback`, to which comes what `signature_secret` is for",
        ),
        (
            json!({ "status_callback": callback, "signature_secret": "" }),
            "`signature_secret`: empty; it stands in the settings of Vonage's dashboard",
        ),
        (
            json!({ "signature_method": "md5" }),
            "`signature_method`: unknown variant `md5`, expected `sha256` or `sha512`",
        ),
    ];
    for (changes, problem) in table {
        assert_eq!(build(changes.clone()), Err(problem.to_owned()), "{changes}");
    }
    for key in ["api_key", "api_secret", "from", "countries"] {
        let missing = build(json!({ key: null })).unwrap_err();
        assert!(missing.contains(&format!("missing field `{key}`")), "{missing}");
    }
}

#[test]
fn the_schema_documents_every_setting() {
    let schema = Registry::new().with::<Vonage>().schema("vonage").unwrap();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap();
    assert_eq!(properties.len(), 10);
    for (key, property) in properties {
        assert!(property["description"].is_string(), "{key}");
    }
}
