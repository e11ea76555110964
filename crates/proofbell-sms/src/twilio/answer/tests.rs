use std::time::Duration;

use proofbell_notify::testkit::{describe, describe_probe};
use serde_json::json;

use super::*;

fn answer(status: u16, body: &str) -> Answer {
    Answer { status, retry_after: None, body: body.as_bytes().to_vec(), truncated: false }
}

fn check(status: u16, body: &str, expected: &str) {
    assert_eq!(describe(&outcome(&answer(status, body))), expected, "{status} {body}");
}

fn check_code(status: u16, code: u64, expected: &str) {
    check(status, &json!({ "code": code, "message": "no", "status": status }).to_string(), expected);
}

#[test]
fn each_code_says_what_happens_next() {
    let table = [
        (400, 21610, "opted_out 21610"),
        (400, 21211, "bad_address 21211 forever"),
        (400, 21265, "bad_address 21265 forever"),
        (400, 21614, "bad_address 21614 7776000s"),
        (400, 21635, "bad_address 21635 7776000s"),
        (401, 20003, "channel_down 20003"),
        (403, 20003, "channel_down 20003"),
        (404, 20404, "channel_down 20404"),
        (400, 21408, "rejected 21408"),
        (403, 21408, "rejected 21408"),
        (400, 21606, "channel_down 21606"),
        (400, 21660, "channel_down 21660"),
        (400, 21609, "channel_down 21609"),
        (400, 21703, "rejected 21703"),
        (400, 21657, "rejected 21657"),
        (400, 30034, "rejected 30034"),
        (401, 20005, "channel_down 20005"),
        (400, 21659, "channel_down 21659"),
        (400, 21661, "channel_down 21661"),
        (400, 21701, "channel_down 21701"),
        (400, 21705, "channel_down 21705"),
        (400, 21612, "rejected 21612"),
        (400, 21608, "rejected 21608"),
        (400, 21617, "rejected 21617"),
        (400, 99999, "rejected 99999"),
        (403, 99999, "channel_down 99999"),
        (403, 21610, "opted_out 21610"),
        (429, 20429, "throttled - channel"),
        (400, 20429, "throttled - channel"),
        (429, 21611, "throttled - channel"),
        (429, 63038, "throttled - channel"),
        (503, 20503, "retry_later 20503"),
        (500, 20429, "throttled - channel"),
        (500, 21211, "bad_address 21211 forever"),
        // Of this one Twilio says that a repetition may reach people twice.
        (500, 20500, "unknown 500"),
        (500, 99999, "unknown 500"),
        (503, 99999, "retry_later 503"),
    ];
    for (status, code, expected) in table {
        check_code(status, code, expected);
    }
}

#[test]
fn what_a_country_lacks_is_told_with_its_cure() {
    for code in [21408, 21657, 21703, 30024, 30032, 30033, 30034] {
        let outcome = outcome(&answer(400, &json!({ "code": code }).to_string()));
        let detail = outcome.reason().map(ToString::to_string).unwrap_or_default();
        assert!(
            detail.contains("Twilio's console") && matches!(outcome, Outcome::Rejected { .. }),
            "{detail}"
        );
    }
}

#[test]
fn a_status_without_a_code_still_says_something() {
    let table = [
        (201, r#"{"sid": "SM1"}"#, "sent SM1"),
        (200, r#"{"sid": "SM1"}"#, "sent SM1"),
        (201, "", "sent"),
        (201, "{", "sent"),
        (200, "<html>Welcome</html>", "unknown 200"),
        (204, "", "unknown 204"),
        (302, "", "channel_down 302"),
        (400, "", "rejected 400"),
        (400, r#"{"code": "21610"}"#, "rejected 400"),
        (400, "[]", "rejected 400"),
        (401, "", "channel_down 401"),
        (403, "", "channel_down 403"),
        (404, "", "channel_down 404"),
        (413, "", "rejected 413"),
        (429, "", "throttled - channel"),
        (500, "", "unknown 500"),
        (501, "", "retry_later 501"),
        (502, "", "unknown 502"),
        (503, "busy", "retry_later 503"),
        (504, "", "unknown 504"),
        (519, "", "retry_later 519"),
        (520, "", "unknown 520"),
        (524, "", "unknown 524"),
        (525, "", "retry_later 525"),
        (599, "", "retry_later 599"),
    ];
    for (status, body, expected) in table {
        check(status, body, expected);
    }
}

#[test]
fn the_channel_waits_as_long_as_it_was_told() {
    let asked = Answer { retry_after: Some(Duration::from_secs(7)), ..answer(429, "") };
    assert_eq!(describe(&outcome(&asked)), "throttled 7s channel");
}

#[test]
fn twilios_own_words_are_not_repeated() {
    let body = r#"{"code": 21211, "message": "The 'To' number +819012345678 is not a valid phone number"}"#;
    assert!(!format!("{:?}", outcome(&answer(400, body))).contains("9012345678"));
}

#[test]
fn a_probe_tells_who_must_act() {
    let table = [
        (200, r#"{"status": "active"}"#, "ok"),
        (200, "{}", "ok"),
        (200, r#"{"status": "suspended"}"#, "refused account"),
        (200, r#"{"status": "closed"}"#, "refused account"),
        (401, "", "refused 401"),
        (403, "", "refused 403"),
        (404, "", "refused 404"),
        (301, "", "refused 301"),
        (400, "", "refused 400"),
        (429, "", "unreachable 429"),
        (500, "", "unreachable 500"),
        (503, "", "unreachable 503"),
    ];
    for (status, body, expected) in table {
        assert_eq!(describe_probe(&probed(&answer(status, body))), expected, "{status} {body}");
    }
}
