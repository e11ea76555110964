use proofbell_notify::testkit::{describe, describe_probe};
use proofbell_notify::{Registry, Toolkit};
use serde_json::json;

use super::super::pattern::PatternConfig;
use super::*;

fn answer(status: u16, body: &str) -> Answer {
    Answer { status, retry_after: None, body: body.as_bytes().to_vec(), truncated: false }
}

fn pattern(setting: &str, config: Value) -> Pattern {
    let config: PatternConfig = serde_json::from_value(config).unwrap();
    Pattern::check(setting, config).unwrap()
}

/// The example of the README, and a table of each kind.
fn described() -> Answers {
    let errors = [
        ("opted_out", json!({ "json": { "/code": "stopped" } }), Meaning::OptedOut),
        (
            "bad_address",
            json!({ "status": [410], "json": { "/code": ["no_number", 17] } }),
            Meaning::TakesNone,
        ),
        ("rejected", json!({ "status": [500] }), Meaning::Refused),
        ("down", json!({ "json": { "/code": "no_credit" } }), Meaning::Account),
        ("throttled", json!({ "json": { "/code": "slower" } }), Meaning::Slower),
        ("retry", json!({ "status": [429, 503], "json": { "/code": ["throttled"] } }), Meaning::Again),
    ];
    Answers {
        errors: errors
            .into_iter()
            .map(|(name, config, meaning)| (name, pattern(name, config), meaning))
            .collect(),
        success: Some(pattern("success", json!({ "status": [200, 202], "json": { "/result": "ok" } }))),
        id: Some("/message_id".to_owned()),
    }
}

#[test]
fn answers_are_read_by_their_description() {
    let table = [
        (200, r#"{"result": "ok", "message_id": "m1"}"#, "sent m1"),
        (202, r#"{"result": "ok", "message_id": 42}"#, "sent 42"),
        (200, r#"{"result": "ok"}"#, "sent"),
        (200, r#"{"result": "ok", "message_id": {"a": 1}}"#, "sent"),
        // An error inside a success is an error.
        (200, r#"{"result": "ok", "code": "stopped"}"#, "opted_out 200"),
        (200, r#"{"result": "error", "code": "no_number"}"#, "bad_address 200 7776000s"),
        (400, r#"{"code": 17}"#, "bad_address 400 7776000s"),
        (410, "", "bad_address 410 7776000s"),
        (400, r#"{"code": "no_credit"}"#, "channel_down 400"),
        (400, r#"{"code": "slower"}"#, "throttled - channel"),
        (400, r#"{"code": "throttled"}"#, "retry_later 400"),
        (503, "", "retry_later 503"),
        (429, "", "throttled - channel"),
        (500, "", "rejected 500"),
        // The first of the tables counts.
        (503, r#"{"code": "stopped"}"#, "opted_out 503"),
    ];
    for (status, body, expected) in table {
        assert_eq!(describe(&described().outcome(&answer(status, body))), expected, "{status} {body}");
    }
}

#[test]
fn what_is_not_described_is_read_by_its_status() {
    let table = [
        (200, r#"{"result": "error"}"#, "rejected 200"),
        (200, r#"{"status": "ok"}"#, "unknown 200"),
        (200, "<html>Welcome</html>", "unknown 200"),
        (201, r#"{"result": "ok"}"#, "unknown 201"),
        (302, "", "channel_down 302"),
        (400, r#"{"code": "17"}"#, "rejected 400"),
        (401, "", "channel_down 401"),
        (402, "", "channel_down 402"),
        (403, "", "channel_down 403"),
        (404, "", "channel_down 404"),
        (404, "<html>no such page</html>", "channel_down 404"),
        // A page of plain text can be JSON by chance.
        (404, "404", "channel_down 404"),
        (404, r#"{"error": "unknown subscriber"}"#, "rejected 404"),
        (405, "", "channel_down 405"),
        (405, r#"{"error": "x"}"#, "rejected 405"),
        (401, r#"{"error": "x"}"#, "channel_down 401"),
        (408, "", "retry_later 408"),
        (422, "", "rejected 422"),
        (501, "", "retry_later 501"),
        (502, "", "unknown 502"),
        (504, "", "unknown 504"),
        (523, "", "unknown 523"),
        (525, "", "retry_later 525"),
    ];
    for (status, body, expected) in table {
        assert_eq!(describe(&described().outcome(&answer(status, body))), expected, "{status} {body}");
    }
}

#[test]
fn without_a_description_any_2xx_is_a_success() {
    let bare = Answers { errors: Vec::new(), success: None, id: Some("/id".to_owned()) };
    let json_only = Answers {
        success: Some(pattern("success", json!({ "json": { "/ok": true } }))),
        errors: Vec::new(),
        id: None,
    };
    let table = [
        (&bare, 200, "", "sent"),
        (&bare, 204, "", "sent"),
        (&bare, 201, r#"{"id": "a"}"#, "sent a"),
        (&bare, 410, "", "channel_down 410"),
        (&bare, 410, "[]", "rejected 410"),
        (&bare, 500, "", "unknown 500"),
        (&bare, 503, "", "retry_later 503"),
        (&json_only, 201, r#"{"ok": true}"#, "sent"),
        (&json_only, 201, r#"{"ok": false}"#, "rejected 201"),
        (&json_only, 400, r#"{"ok": true}"#, "rejected 400"),
    ];
    for (answers, status, body, expected) in table {
        assert_eq!(describe(&answers.outcome(&answer(status, body))), expected, "{status} {body}");
    }
}

#[test]
fn a_probe_tells_who_must_act() {
    let table = [
        (200, "ok", "ok"),
        (204, "ok", "ok"),
        (400, "ok", "refused 400"),
        (404, "ok", "refused 404"),
        (405, "ok", "refused 405"),
        (501, "ok", "unreachable 501"),
        (301, "refused 301", "refused 301"),
        (401, "refused 401", "refused 401"),
        (403, "refused 403", "refused 403"),
        (429, "unreachable 429", "unreachable 429"),
        (500, "unreachable 500", "unreachable 500"),
        (503, "unreachable 503", "unreachable 503"),
    ];
    for (status, of_url, of_probe_url) in table {
        assert_eq!(describe_probe(&probed(&answer(status, ""), false)), of_url, "{status}");
        assert_eq!(describe_probe(&probed(&answer(status, ""), true)), of_probe_url, "{status}");
    }
}

#[test]
fn the_tables_mean_what_they_are_called() {
    // That each setting has its own meaning is not seen above, where the tables are put together by hand.
    let mut settings = json!({
        "url": "https://sms.example.jp/v2/send",
        "json": { "to": "{to}", "body": "{text}" },
        "countries": ["JP"],
    });
    for (status, setting) in
        (450..).zip(["opted_out", "bad_address", "rejected", "down", "throttled", "retry"])
    {
        settings[setting] = json!({ "status": [status] });
    }
    let config = serde_json::from_value(settings.clone()).unwrap();
    let answers = super::super::settings::Settings::check(config).unwrap().answers;
    let expected = [
        "opted_out 450",
        "bad_address 451 7776000s",
        "rejected 452",
        "channel_down 453",
        "throttled - channel",
        "retry_later 455",
    ];
    for (status, expected) in (450..).zip(expected) {
        assert_eq!(describe(&answers.outcome(&answer(status, ""))), expected);
    }
    assert!(
        Registry::new().with::<crate::SmsHttp>().build("sms-http", settings, &Toolkit::default()).is_ok()
    );
}
