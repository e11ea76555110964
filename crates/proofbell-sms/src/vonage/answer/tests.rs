use std::time::Duration;

use proofbell_notify::testkit::{describe, describe_probe};
use serde_json::json;

use super::*;

fn answer(status: u16, body: &str) -> Answer {
    Answer { status, retry_after: None, body: body.as_bytes().to_vec(), truncated: false }
}

/// One part for each status, as Vonage writes them.
fn parts(statuses: &[&str]) -> String {
    let part = |(index, status): (usize, &&str)| json!({ "to": "819012345678", "message-id": format!("0A{index}"), "status": status, "error-text": "no" });
    let messages: Vec<Value> = statuses.iter().enumerate().map(part).collect();
    json!({ "message-count": messages.len().to_string(), "messages": messages }).to_string()
}

#[test]
fn each_status_says_what_happens_next() {
    let table = [
        ("0", "sent 0A0"),
        ("1", "throttled - channel"),
        ("2", "rejected 2"),
        ("3", "rejected 3"),
        ("4", "channel_down 4"),
        ("5", "retry_later 5"),
        ("6", "rejected 6"),
        ("7", "bad_address 7 7776000s"),
        ("8", "channel_down 8"),
        ("9", "channel_down 9"),
        ("10", "throttled - channel"),
        ("11", "channel_down 11"),
        ("12", "rejected 12"),
        ("13", "retry_later 13"),
        ("14", "channel_down 14"),
        ("15", "rejected 15"),
        ("22", "rejected 22"),
        ("23", "channel_down 23"),
        ("29", "rejected 29"),
        ("32", "channel_down 32"),
        ("33", "bad_address 33 7776000s"),
        ("4711", "rejected 4711"),
        ("", "unknown no_status"),
        ("ok", "unknown no_status"),
    ];
    for (status, expected) in table {
        assert_eq!(describe(&outcome(&answer(200, &parts(&[status])))), expected, "{status}");
    }
}

#[test]
fn every_part_is_read() {
    let table: [(&[&str], &str); 7] = [
        (&["0", "0", "0"], "sent 0A0"),
        (&["1", "1"], "throttled - channel"),
        (&["4", "1"], "channel_down 4"),
        (&["0", "1"], "rejected in_part"),
        (&["5", "0"], "rejected in_part"),
        (&["0", "0", "9"], "rejected in_part"),
        (&["0", "x"], "unknown no_status"),
    ];
    for (statuses, expected) in table {
        assert_eq!(describe(&outcome(&answer(200, &parts(statuses)))), expected, "{statuses:?}");
    }
    let reason = outcome(&answer(200, &parts(&["0", "0", "9"]))).reason().map(ToString::to_string);
    let expected = "in_part: 2 of 3 parts were accepted and are billed; the first other: 9: the account has no credit left; top it up";
    assert_eq!(reason.as_deref(), Some(expected));
}

#[test]
fn an_answer_without_parts_is_read_by_its_status() {
    let table = [
        (200, r#"{"messages": [{"status": 0}]}"#, "sent"),
        (200, "", "unknown 200"),
        (200, "<html>Welcome</html>", "unknown 200"),
        (200, r#"{"messages": []}"#, "unknown 200"),
        (202, "{}", "unknown 202"),
        (302, "", "channel_down 302"),
        (400, "", "rejected 400"),
        (401, r#"{"error-code": "401", "error-code-label": "authentication failed"}"#, "channel_down 401"),
        (402, "", "channel_down 402"),
        (403, "", "channel_down 403"),
        (404, "", "channel_down 404"),
        (408, "", "retry_later 408"),
        (429, "", "throttled - channel"),
        (500, r#"{"messages": [{"status": "0"}]}"#, "unknown 500"),
        (503, "", "retry_later 503"),
        (501, "", "retry_later 501"),
        (502, "", "unknown 502"),
        (504, "", "unknown 504"),
        (522, "", "unknown 522"),
    ];
    for (status, body, expected) in table {
        assert_eq!(describe(&outcome(&answer(status, body))), expected, "{status} {body}");
    }
    let asked = Answer { retry_after: Some(Duration::from_secs(7)), ..answer(429, "") };
    assert_eq!(describe(&outcome(&asked)), "throttled 7s channel");
}

#[test]
fn a_probe_tells_who_must_act() {
    let table = [
        (200, r#"{"value": 10.28, "autoReload": false}"#, "ok"),
        (200, r#"{"value": 0.0, "autoReload": true}"#, "ok"),
        (200, r#"{"value": 0.0, "autoReload": false}"#, "refused balance"),
        (200, r#"{"value": -1}"#, "refused balance"),
        (200, "<html>", "refused 200"),
        (301, "", "refused 301"),
        (401, "", "refused 401"),
        (404, "", "refused 404"),
        (429, "", "unreachable 429"),
        (500, "", "unreachable 500"),
    ];
    for (status, body, expected) in table {
        assert_eq!(describe_probe(&probed(&answer(status, body))), expected, "{status} {body}");
    }
}
