use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::{Outcome, Reason};

/// Answers one request with these bytes and hangs up; gives back where it listens.
async fn answers_once(answer: Vec<u8>) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/secret-path", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = vec![0; 4096];
        let _ = stream.read(&mut request).await.unwrap();
        stream.write_all(&answer).await.unwrap();
    });
    url
}

fn http(head: &str, body: &[u8]) -> Vec<u8> {
    [format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\n\r\n", body.len()).as_bytes(), body].concat()
}

#[tokio::test]
async fn reads_a_whole_answer() {
    let url = answers_once(http("429 Slow Down\r\nRetry-After: 7", br#"{"error":"slow"}"#)).await;
    let answer = Client::default().post(&url).json(&json!({})).send().await.unwrap();
    assert_eq!(
        (answer.status, answer.retry_after, answer.truncated),
        (429, Some(Duration::from_secs(7)), false)
    );
    assert_eq!(answer.json().unwrap()["error"], "slow");
    assert!(!format!("{answer:?}").contains("slow"), "{answer:?}");
}

#[tokio::test]
async fn reads_a_header_that_is_asked_for() {
    for (head, expected) in [
        ("409 Conflict\r\nX-Accepted-Id: a-1", Some("a-1")),
        ("409 Conflict\r\nx-accepted-id: a-1\r\nX-Accepted-Id: a-2", Some("a-1")),
        ("409 Conflict\r\nX-Accepted-Id: \u{e9}", None),
        ("409 Conflict", None),
    ] {
        let url = answers_once(http(head, b"{}")).await;
        let (answer, header) = Client::default().post(&url).send_for_header("x-accepted-id").await.unwrap();
        assert_eq!((answer.status, header.as_deref()), (409, expected), "{head:?}");
        assert_eq!(answer.body, b"{}");
    }
}

#[tokio::test]
async fn reads_no_more_than_the_limit() {
    for (length, limit, read, truncated) in [
        (10, 10, 10, false),
        (11, 10, 10, true),
        (1, 0, 0, true),
        (70_000, DEFAULT_LIMIT, DEFAULT_LIMIT, true),
    ] {
        let url = answers_once(http("200 OK", &vec![b'1'; length])).await;
        let answer = Client::default().get(&url).limit(limit).send().await.unwrap();
        assert_eq!((answer.body.len(), answer.truncated), (read, truncated), "{length} of {limit}");
        assert_eq!(answer.json().is_some(), !truncated && length < 20, "{length} of {limit}");
    }
}

#[tokio::test]
async fn follows_no_redirect() {
    let url = answers_once(http("302 Found\r\nLocation: http://127.0.0.1:1/elsewhere", b"")).await;
    assert_eq!(Client::default().get(&url).send().await.unwrap().status, 302);
}

#[tokio::test]
async fn tells_not_sent_from_lost() {
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}/secret-path", listener.local_addr().unwrap()).parse().unwrap()
    };
    let check = async |url: Url, expected: &str, code: &str| {
        let client = Client::default().with_timeout(Duration::from_millis(300));
        let error = client.post(&url).body("secret-body").send().await.unwrap_err();
        let text = format!("{error:?} {error}");
        assert!(!text.contains("secret") && !text.contains("127.0.0.1"), "{text}");
        assert_eq!((error.reason().code(), error.clone().outcome().as_str()), (code, expected));
    };
    check(closed, "retry_later", "connect").await;
    check("http://nowhere.invalid/secret-path".parse().unwrap(), "retry_later", "dns").await;
    check(answers_once(b"HTTP/1.1 200 OK\r\nContent-Le".to_vec()).await, "unknown", "cut").await;
    check(
        answers_once(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort".to_vec()).await,
        "unknown",
        "cut",
    )
    .await;
    check(answers_once(b"no HTTP\r\n\r\n".to_vec()).await, "unknown", "cut").await;
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/secret-path", silent.local_addr().unwrap()).parse().unwrap();
    check(url, "unknown", "timeout").await;
}

#[tokio::test]
async fn a_server_without_tls_gets_nothing() {
    let plain = answers_once(http("400 Bad Request", b"")).await;
    let url: Url = plain.as_str().replace("http://", "https://").parse().unwrap();
    let error = Client::default().post(&url).send().await.unwrap_err();
    assert_eq!((error.reason().code(), error.clone().outcome().as_str()), ("tls", "retry_later"));
    assert_eq!(error.reason().detail(), "no TLS with the host: what it speaks is not TLS");
}

#[tokio::test]
async fn a_header_that_cannot_be_is_not_sent() {
    let url: Url = "http://127.0.0.1:9/".parse().unwrap();
    let client = Client::default();
    for request in [
        client.post(&url).bearer(&"tok\nen".into()),
        client.post(&url).secret_header("x-key", &"tok\nen".into()),
        client.post(&url).header("bad name", "1"),
    ] {
        let error = request.send().await.unwrap_err();
        assert_eq!(error.reason().code(), "request");
        assert!(!error.to_string().contains("tok"), "{error}");
    }
}

#[test]
fn the_side_of_the_line_decides() {
    let reason = || Reason::new("x", "");
    assert_eq!(SendError::NotSent(reason()).outcome(), Outcome::RetryLater { reason: reason() });
    assert_eq!(SendError::Lost(reason()).outcome(), Outcome::Unknown { reason: reason() });
}

#[test]
fn reads_retry_after() {
    let now: Timestamp = "2026-02-10T12:00:00Z".parse().unwrap();
    let check = |value: &str, expected: Option<u64>| {
        let read = answer::retry_after(value, now).map(|wait| wait.as_secs());
        assert_eq!(read, expected, "{value:?}");
    };
    check("0", Some(0));
    check(" 30 ", Some(30));
    check("3600", Some(3600));
    check("86400", Some(3600));
    check("99999999999999999999999", Some(3600));
    check("Tue, 10 Feb 2026 12:01:30 GMT", Some(90));
    check("Tue, 10 Feb 2026 11:00:00 GMT", Some(0));
    check("Wed, 11 Feb 2026 12:00:00 GMT", Some(3600));
    check("", None);
    check("-5", None);
    check("1.5", None);
    check("soon", None);
}

#[test]
fn secret_urls_are_https_or_of_this_machine() {
    let check = |text: &str, expected: Result<(), UrlError>| {
        assert_eq!(text.parse::<SecretUrl>().map(|_| ()), expected, "{text}");
    };
    check("https://hooks.example/T0/B0/xyz?key=1", Ok(()));
    check(" https://hooks.example/T0\n", Ok(()));
    check("http://127.0.0.1:9/x", Ok(()));
    check("http://127.8.9.1/x", Ok(()));
    check("http://[::1]:9/x", Ok(()));
    check("http://localhost/x", Ok(()));
    check("http://hooks.example/x", Err(UrlError::Plain));
    check("http://127.0.0.1.example/x", Err(UrlError::Plain));
    check("http://localhost.example/x", Err(UrlError::Plain));
    check("ftp://localhost/x", Err(UrlError::Scheme));
    check("https://me:pw@hooks.example/", Err(UrlError::Credentials));
    check("hooks.example/x", Err(UrlError::Syntax(::url::ParseError::RelativeUrlWithoutBase)));
    check("", Err(UrlError::Syntax(::url::ParseError::RelativeUrlWithoutBase)));
}

#[test]
fn urls_in_settings_print_masked() {
    let secret: SecretUrl = serde_json::from_value(json!("https://hooks.example/T0/xyz")).unwrap();
    assert_eq!(format!("{secret} {secret:?}"), "(secret URL) (secret URL)");
    let error = serde_json::from_value::<SecretUrl>(json!("http://hooks.example/xyz")).unwrap_err();
    assert!(error.to_string().starts_with("must begin with https://"), "{error}");
    assert!(!error.to_string().contains("hooks.example"), "{error}");
    let base: BaseUrl = serde_json::from_value(json!("https://api.example:8443/key")).unwrap();
    assert_eq!(format!("{base} {base:?}"), "https://api.example:8443 https://api.example:8443");
}

#[test]
fn segments_stay_where_they_are_put() {
    let check = |base: &str, segments: &[&str], expected: Result<&str, SegmentError>| {
        let base: BaseUrl = base.parse().unwrap();
        let joined = base.join(segments.iter().copied()).map(String::from);
        assert_eq!(joined, expected.map(str::to_owned), "{segments:?}");
    };
    check("https://api.example", &["v1", "Messages.json"], Ok("https://api.example/v1/Messages.json"));
    check("http://gw:8080/sms/", &["a b", "花"], Ok("http://gw:8080/sms/a%20b/%E8%8A%B1"));
    check("https://api.example/v1//", &["a"], Ok("https://api.example/v1//a"));
    check(
        "https://api.example",
        &["//evil.example/x?y#z%2e"],
        Ok("https://api.example/%2F%2Fevil.example%2Fx%3Fy%23z%252e"),
    );
    check("https://api.example", &["%2e%2e"], Ok("https://api.example/%252e%252e"));
    check("https://api.example/v1", &[".."], Err(SegmentError::Dots));
    check("https://api.example/v1", &["."], Err(SegmentError::Dots));
    check("https://api.example/v1", &["", "x"], Err(SegmentError::Empty));
    check("https://api.example/v1", &["a\nb"], Err(SegmentError::Control));
    check("https://api.example/v1", &["a\tb"], Err(SegmentError::Control));
}

#[test]
fn base_urls_take_no_query() {
    let check = |text: &str, expected: Option<UrlError>| {
        assert_eq!(text.parse::<BaseUrl>().err(), expected, "{text}");
    };
    check("http://gateway.internal:8080/sms", None);
    check("https://api.example/?key=1", Some(UrlError::Query));
    check("https://api.example/#x", Some(UrlError::Query));
    check("https://me@api.example/", Some(UrlError::Credentials));
    check("file:///etc/passwd", Some(UrlError::Scheme));
}
