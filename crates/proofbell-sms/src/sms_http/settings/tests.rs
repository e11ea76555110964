use proofbell_notify::{Registry, Toolkit};
use serde_json::{Value, json};

use crate::SmsHttp;

/// The good settings with others laid over them; null takes one away.
fn build(changes: Value) -> Result<(), String> {
    let mut settings = json!({
        "url": "https://sms.example.jp/v2/send",
        "bearer": "t0ken",
        "json": { "to": "{to}", "from": "{from}", "body": "{text}", "reference": "{id}" },
        "from": "MAISON",
        "countries": ["JP", "US"],
        "success": { "status": [200, 202], "json": { "/result": "ok" } },
        "retry": { "status": [429, 503], "json": { "/code": ["throttled"] } },
        "id": "/message_id",
    });
    let map = settings.as_object_mut().unwrap();
    for (key, value) in changes.as_object().unwrap() {
        map.insert(key.clone(), value.clone());
    }
    map.retain(|_, value| !value.is_null());
    let built = Registry::new().with::<SmsHttp>().build("sms-http", settings, &Toolkit::default());
    built.map(|_| ()).map_err(|error| error.to_string())
}

#[test]
fn good_settings_are_taken() {
    let table = [
        json!({}),
        json!({ "json": { "messages": [{ "destinations": [{ "to": "{to}" }], "text": "{text}", "flash": false, "ttl": 3600 }] }, "from": null }),
        json!({ "json": null, "form": { "recipient": "{to}", "body": "{text}", "unicode": 1, "report": true }, "from": null }),
        json!({ "json": { "to": "{to}", "body": "{{{text}}}", "{to}": "keys stay" }, "from": null }),
        json!({ "bearer": null, "headers": { "Authorization": "Basic eDp5", "X-Api-Key": "k" } }),
        json!({ "success": null, "retry": null, "id": null }),
        json!({ "id": "" }),
        json!({ "success": { "json": { "/messages/0/status~1code": [0, "0"] } } }),
        json!({ "url": "http://127.0.0.1:4010/send", "probe_url": "http://127.0.0.1:4010/balance" }),
        json!({ "to_format": "digits", "segments_at_most": 2, "too_long": "refuse" }),
        json!({ "from": "メゾン" }),
    ];
    for changes in table {
        assert_eq!(build(changes.clone()), Ok(()), "{changes}");
    }
}

#[test]
fn a_body_that_cannot_be_filled_is_told() {
    let place = "has a placeholder that is not known; write {to}, {from}, {text} or {id}, and {{ or }} for a brace itself";
    let brace = "has a single brace; write {{ or }} for a brace itself";
    let nested = "a form has texts, numbers and true or false; write a nested body as `json`";
    let table = [
        (json!({ "json": null }), "missing field `json` or `form`; write what the gateway takes as the one or the other".to_owned()),
        (json!({ "form": { "to": "{to}" } }), "`form`: stands beside `json`; write one of the two".to_owned()),
        (json!({ "json": { "to": "{number}", "body": "{text}" } }), format!("`json.to`: {place}")),
        (json!({ "json": { "to": "{to}", "parts": [{ "body": "{text" }] } }), format!("`json.parts[0].body`: {brace}")),
        (json!({ "json": null, "form": { "to": "{to}", "body": "{text}}" } }), format!("`form.body`: {brace}")),
        (json!({ "json": null, "form": { "to": ["{to}"], "body": "{text}" } }), format!("`form.to`: {nested}")),
        (
            json!({ "json": { "body": "{text}" } }),
            "`json`: {to} is nowhere in it, so the gateway could not know; write it where it belongs".to_owned(),
        ),
        (
            json!({ "json": null, "form": { "to": "{to}", "body": "{{text}}" } }),
            "`form`: {text} is nowhere in it, so the gateway could not know; write it where it belongs".to_owned(),
        ),
        (
            json!({ "json": { "to": "{to}", "body": "{text}" } }),
            "`from`: {from} is nowhere in the body, so it would not be sent; write {from} there, or leave this out".to_owned(),
        ),
        (json!({ "from": null }), "missing field `from`, for which the body has a place {from}".to_owned()),
        (json!({ "from": " " }), "`from`: empty, or with a control character; write it as the gateway takes it".to_owned()),
        (
            json!({ "url": "https://sms.example.jp/send?to={to}" }),
            "`url`: nothing is filled into it; write placeholders in `json` or `form`".to_owned(),
        ),
        (
            json!({ "url": "https://sms.example.jp/{text}" }),
            "`url`: nothing is filled into it; write placeholders in `json` or `form`".to_owned(),
        ),
    ];
    for (changes, problem) in table {
        assert_eq!(build(changes.clone()), Err(problem), "{changes}");
    }
}

#[test]
fn a_broken_description_of_answers_is_told() {
    let pointer = "not a JSON pointer (RFC 6901); write it from the first slash on, like \"/result\"";
    let table = [
        (
            json!({ "success": {} }),
            "`success`: expects nothing; write `status = [200]`, `json = { \"/result\" = \"ok\" }` or both"
                .to_owned(),
        ),
        (
            json!({ "success": { "status": [] } }),
            "`success.status`: empty; write statuses like [200, 202]".to_owned(),
        ),
        (
            json!({ "retry": { "status": [503, 42] } }),
            "`retry.status[1]`: 42 is no status that an answer ends with; write one from 200 to 599"
                .to_owned(),
        ),
        (
            json!({ "success": { "json": {} } }),
            "`success.json`: empty; write pointers like { \"/result\" = \"ok\" }".to_owned(),
        ),
        (json!({ "success": { "json": { "result": "ok" } } }), format!("`success.json.result`: {pointer}")),
        (
            json!({ "down": { "json": { "/a~2": 1 } } }),
            "`down.json./a~2`: not a JSON pointer (RFC 6901); write ~0 for `~` and ~1 for `/` inside a key"
                .to_owned(),
        ),
        (
            json!({ "opted_out": { "json": { "/code": [] } } }),
            "`opted_out.json./code`: an empty list, which nothing equals; write values like [\"ok\"]"
                .to_owned(),
        ),
        (json!({ "id": "message_id" }), format!("`id`: {pointer}")),
        (
            json!({ "success": { "staus": [200] } }),
            "`success.staus`: unknown field `staus`, expected `status` or `json`".to_owned(),
        ),
        (
            json!({ "success": { "status": 200 } }),
            "`success.status`: invalid type: integer `200`, expected a sequence".to_owned(),
        ),
        (
            json!({ "to_format": "national" }),
            "`to_format`: unknown variant `national`, expected `e164` or `digits`".to_owned(),
        ),
    ];
    for (changes, problem) in table {
        assert_eq!(build(changes.clone()), Err(problem), "{changes}");
    }
}

#[test]
fn a_header_that_cannot_be_sent_is_told() {
    let table = [
        (json!({ "bearer": "" }), "`bearer`: empty"),
        (
            json!({ "bearer": "a\nb" }),
            "`bearer`: has a character that no header can have; only ASCII will do",
        ),
        (
            json!({ "headers": { "X-Key": "鍵" } }),
            "`headers.X-Key`: has a character that no header can have; only ASCII will do",
        ),
        (
            json!({ "headers": { "X Key": "k" } }),
            "`headers.X Key`: not the name of a header; write letters, digits and `-`",
        ),
        (
            json!({ "headers": { "Content-Type": "text/plain" } }),
            "`headers.Content-Type`: a header that Proofbell writes itself; leave it out",
        ),
        (
            json!({ "headers": { "authorization": "Basic eDp5" } }),
            "`headers.authorization`: stands beside `bearer`, which is the same header; write one of the two",
        ),
        (
            json!({ "url": "http://sms.example.jp/send" }),
            "`url`: must begin with https:// (http:// is for this machine only: localhost, 127.0.0.1, [::1])",
        ),
    ];
    for (changes, problem) in table {
        assert_eq!(build(changes.clone()), Err(problem.to_owned()), "{changes}");
    }
    for key in ["url", "countries"] {
        let missing = build(json!({ key: null })).unwrap_err();
        assert!(missing.contains(&format!("missing field `{key}`")), "{missing}");
    }
}

#[test]
fn the_schema_documents_every_setting() {
    let schema = Registry::new().with::<SmsHttp>().schema("sms-http").unwrap();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap();
    assert_eq!(properties.len(), 19);
    for (key, property) in properties {
        assert!(property["description"].is_string(), "{key}");
    }
}
