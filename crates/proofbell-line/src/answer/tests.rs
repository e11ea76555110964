use proofbell_notify::testkit::{describe, describe_probe};
use serde_json::json;

use super::*;
use crate::probe;

fn answer(status: u16, body: &str) -> Answer {
    Answer { status, retry_after: None, body: body.as_bytes().to_vec(), truncated: false }
}

/// An error as LINE words it.
fn error(message: &str) -> String {
    json!({ "message": message }).to_string()
}

fn complaint(properties: &[&str]) -> String {
    let details: Vec<Value> =
        properties.iter().map(|name| json!({ "message": "May not be empty", "property": name })).collect();
    json!({ "message": format!("The request body has {} error(s)", details.len()), "details": details })
        .to_string()
}

#[test]
fn each_status_says_what_happens_next() {
    let table = [
        (
            200,
            r#"{"sentMessages": [{"id": "461230966842064897", "quoteToken": "IStG5h1Tz7b"}]}"#,
            "sent 461230966842064897",
        ),
        (200, "{}", "sent"),
        (200, r#"{"sentMessages": []}"#, "sent"),
        (200, r#"{"sentMessages": [{"id": "two words"}]}"#, "sent"),
        (202, "{}", "sent"),
        (200, "", "unknown 200"),
        (200, "<html>Welcome</html>", "unknown 200"),
        (302, "", "channel_down 302"),
        (400, "", "rejected 400"),
        (400, &error("Failed to send messages"), "bad_address unknown_id 86400s"),
        (
            400,
            &error("The property, 'to', in the request body is invalid (line: -, column: -)"),
            "bad_address invalid_id 86400s",
        ),
        (400, &complaint(&["to"]), "bad_address invalid_id 86400s"),
        (400, &complaint(&["messages[0].text", "to"]), "bad_address invalid_id 86400s"),
        (400, &complaint(&["messages[0].text"]), "rejected 400"),
        (400, &error("The request body could not be parsed as JSON (line: 1, column: 2)"), "rejected 400"),
        (401, &error("Authentication failed due to the following reason: invalid token"), "channel_down 401"),
        (403, &error("Access to this API is not available for your account"), "channel_down 403"),
        (404, &error("Not found"), "channel_down 404"),
        (408, "", "retry_later 408"),
        (410, "", "channel_down 410"),
        (413, "", "rejected 413"),
        (415, "", "rejected 415"),
        (418, "", "rejected 418"),
        (429, &error("You have reached your monthly limit."), "channel_down monthly_limit"),
        (429, &error("The API rate limit has been exceeded. Try again later."), "throttled - channel"),
        (429, "", "throttled - channel"),
        (500, &error("Internal server error"), "retry_later 500"),
        (502, "", "retry_later 502"),
        (503, "", "retry_later 503"),
        (504, "", "unknown 504"),
        (599, "", "retry_later 599"),
    ];
    for (status, body, expected) in table {
        assert_eq!(describe(&pushed(&answer(status, body), None)), expected, "{status} {body}");
    }
    let asked = Answer { retry_after: Some(Duration::from_secs(7)), ..answer(429, "") };
    assert_eq!(describe(&pushed(&asked, None)), "throttled 7s channel");
}

#[test]
fn accepted_before_is_sent_with_the_id_of_then() {
    let again =
        r#"{"message": "The retry key is already accepted", "sentMessages": [{"id": "461230966842064897"}]}"#;
    let bare = error("The retry key is already accepted");
    let request = Some("123e4567-e89b-12d3-a456-426655440001");
    let table = [
        (again, None, "sent 461230966842064897"),
        (again, request, "sent 461230966842064897"),
        (&bare, request, "sent 123e4567-e89b-12d3-a456-426655440001"),
        (&bare, None, "sent"),
        ("", request, "sent 123e4567-e89b-12d3-a456-426655440001"),
        ("", Some(""), "sent"),
    ];
    for (body, accepted, expected) in table {
        assert_eq!(describe(&pushed(&answer(409, body), accepted)), expected, "{body} {accepted:?}");
    }
}

#[test]
fn a_refusal_names_the_places_and_nothing_else() {
    let check = |properties: &[&str], expected: &str| {
        let outcome = pushed(&answer(400, &complaint(properties)), None);
        assert_eq!(outcome.reason().unwrap().to_string(), expected, "{properties:?}");
    };
    let refused = "400: LINE does not take this message";
    check(&[], refused);
    check(
        &["messages[0].contents.body.contents[3].text"],
        &format!("{refused}: messages[0].contents.body.contents[3].text"),
    );
    check(
        &["/body/contents/3", "messages[0].altText"],
        &format!("{refused}: /body/contents/3, messages[0].altText"),
    );
    check(&["U4af4980629aabbccddeeff0011223344", "Hanako Ginza", "819012345678", "", "[]"], refused);
}

#[test]
fn only_lines_own_404_says_that_somebody_is_gone() {
    let table = [
        (404, error("Not found"), true),
        (404, String::new(), false),
        (404, "<html>no such page</html>".to_owned(), false),
        (200, r#"{"userId": "U1"}"#.to_owned(), false),
        (401, error("Authentication failed"), false),
        (429, error("Too many"), false),
        (500, String::new(), false),
    ];
    for (status, body, expected) in table {
        assert_eq!(says_gone(&answer(status, &body)), expected, "{status} {body}");
    }
    assert_eq!(describe(&gone()), "bad_address not_a_friend 86400s");
}

#[test]
fn the_account_is_asked_for() {
    let table = [
        (200, r#"{"userId": "U1", "basicId": "@1"}"#, "ok"),
        (200, "<html>Welcome</html>", "refused 200"),
        (302, "", "refused 302"),
        (401, "", "refused 401"),
        (403, "", "refused 403"),
        (404, "", "refused 404"),
        (408, "", "unreachable 408"),
        (429, "", "unreachable 429"),
        (503, "", "unreachable 503"),
    ];
    for (status, body, expected) in table {
        assert_eq!(describe_probe(&probe::account(&answer(status, body))), expected, "{status} {body}");
    }
    let named = probe::account(&answer(200, r#"{"displayName": "Maison 花"}"#));
    assert_eq!(named.unwrap(), "the token is that of the account \"Maison 花\"");
}

#[test]
fn the_month_is_counted() {
    let limited = |value: u64| json!({ "type": "limited", "value": value }).to_string();
    let used = |count: u64| json!({ "totalUsage": count }).to_string();
    let table = [
        ((200, limited(1_000)), (200, used(999)), "ok"),
        ((200, limited(1_000)), (200, used(1_000)), "refused monthly_limit"),
        ((200, limited(1_000)), (200, used(1_001)), "refused monthly_limit"),
        ((200, limited(0)), (200, used(0)), "refused monthly_limit"),
        ((200, r#"{"type": "none"}"#.to_owned()), (200, used(9_999)), "ok"),
        ((200, limited(1_000)), (503, String::new()), "unreachable 503"),
        ((429, String::new()), (200, used(1)), "unreachable 429"),
        ((404, String::new()), (200, used(1)), "ok"),
        ((200, limited(1_000)), (403, String::new()), "ok"),
        ((200, "<html>".to_owned()), (200, used(1)), "ok"),
    ];
    for ((quota_status, quota), (usage_status, usage), expected) in table {
        let found = match probe::quota(&answer(quota_status, &quota)) {
            Ok(Some(limit)) => probe::room(limit, &answer(usage_status, &usage)),
            Ok(None) => Ok(String::new()),
            Err(error) => Err(error),
        };
        assert_eq!(describe_probe(&found), expected, "{quota} {usage_status} {usage}");
    }
}
