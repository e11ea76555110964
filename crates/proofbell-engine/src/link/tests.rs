use serde_json::json;

use super::*;

fn vars() -> Map<String, Value> {
    let value = json!({ "shop": "a b/c", "shelf": 7, "nested": {}, "dots": ".." });
    value.as_object().cloned().unwrap()
}

fn case(reference_id: Option<&str>) -> CaseFacts {
    CaseFacts {
        sr_uuid: Some("b16c/763b?x".parse().unwrap()),
        reference_id: reference_id.map(str::to_owned),
        ..CaseFacts::default()
    }
}

#[test]
fn ids_and_constants_are_filled_in_encoded() {
    let check = |template: &str, reference_id: &str, expected: &str| {
        let link = Link::parse(template, &vars()).unwrap();
        assert_eq!(link.fill(&case(Some(reference_id))).as_deref(), Ok(expected), "{template}");
    };
    check("https://m.example/sell/{reference_id}/photos", "MS-1", "https://m.example/sell/MS-1/photos");
    check("https://m.example/sell/{reference_id}", "a/b?c#d", "https://m.example/sell/a%2Fb%3Fc%23d");
    check("https://m.example/{reference_id}", "../x", "https://m.example/..%2Fx");
    check("https://m.example/{reference_id}", "鞄 1", "https://m.example/%E9%9E%84%201");
    check(
        "https://m.example/?q={reference_id}&s={sr_uuid}",
        "a&b=c",
        "https://m.example/?q=a%26b%3Dc&s=b16c%2F763b%3Fx",
    );
    check("https://m.example/{shop}/{shelf}", "x", "https://m.example/a%20b%2Fc/7");
    check("http://localhost:8080/{reference_id}", "x", "http://localhost:8080/x");
    check("http://[::1]/{reference_id}", "%2e%2e", "http://[::1]/%252e%252e");
    check("https://m.example", "x", "https://m.example/");
}

#[test]
fn ids_that_would_lead_elsewhere_are_refused() {
    let check = |template: &str, reference_id: Option<&str>, expected: LinkError| {
        let link = Link::parse(template, &vars()).unwrap();
        assert_eq!(link.fill(&case(reference_id)), Err(expected), "{template} with {reference_id:?}");
    };
    let simple = "https://m.example/sell/{reference_id}/photos";
    check(simple, None, LinkError::Missing(LinkId::ReferenceId));
    check(simple, Some(""), LinkError::Missing(LinkId::ReferenceId));
    check(simple, Some("."), LinkError::Unusable(LinkId::ReferenceId));
    check(simple, Some(".."), LinkError::Unusable(LinkId::ReferenceId));
    check(simple, Some("a\nb"), LinkError::Unusable(LinkId::ReferenceId));
    check("https://m.example/{micro_id}", Some("x"), LinkError::Missing(LinkId::MicroId));
    // Two harmless values that are not harmless side by side.
    check("https://m.example/a/{reference_id}.", Some("."), LinkError::Unusable(LinkId::ReferenceId));
    check("https://m.example/a/%2{reference_id}.", Some("e"), LinkError::Elsewhere);
}

#[test]
fn templates_that_cannot_be_trusted_are_refused() {
    let check = |template: &str, expected: &str| {
        let problem = Link::parse(template, &vars()).unwrap_err();
        assert!(problem.contains(expected), "{template}: {problem}");
    };
    check("/sell/{reference_id}", "not a URL");
    check("http://m.example/", "https");
    check("javascript:alert({reference_id})", "https");
    check("mailto:{reference_id}", "https");
    check("https://{reference_id}.m.example/", "host must be written out");
    check("https://{shelf}/", "host must be written out");
    check("https://a@m.example/{reference_id}", "host must be written out");
    check("https://m.example/{order_id}", "known are {reference_id}, {sr_uuid}, {micro_id}, {shop}");
    check("https://m.example/{reference_id", "never closed");
    check("https://m.example/{nested}", "neither text nor a number");
    check("https://m.example/{dots}", "cannot stand in a URL");
}

#[test]
fn urls_from_outside_are_checked() {
    let check = |text: &str, expected: Option<&str>| {
        assert_eq!(checked_url(text).as_deref(), expected, "{text:?}");
    };
    check("https://m.example/a?b", Some("https://m.example/a?b"));
    check(" https://m.example/a ", Some("https://m.example/a"));
    check("http://127.0.0.1:9/a", Some("http://127.0.0.1:9/a"));
    for text in [
        "",
        "javascript:alert(1)",
        "http://m.example/",
        "data:text/html,x",
        "//m.example/",
        "https://a b.example/",
        "https://bank.example@evil.example/",
        "java\nscript:x",
        "ftp://m.example/",
        "https://",
    ] {
        check(text, None);
    }
}
