//! Hostile ids: what a server hears of them, byte for byte.

use std::sync::Arc;

use proofbell_notify::testkit::{Double, Fault, HttpAnswer};

use crate::rig::{Parts, Rig};

/// The first line of each request that a server heard about these ids.
async fn request_lines(path: &'static str, ids: &[&str]) -> Vec<String> {
    let double = Double::start(Arc::new(HttpAnswer::new(404, "")), Fault::None).await;
    let rig = Rig::new(Parts { path, ..Parts::default() }, double.address());
    for id in ids {
        rig.ask(id).await;
    }
    let line = |unit: &Vec<u8>| String::from_utf8_lossy(unit).lines().next().unwrap_or_default().to_owned();
    double.heard().iter().map(line).collect()
}

#[tokio::test]
async fn a_hostile_id_stays_in_its_segment() {
    let table = [
        ("MS-1", "MS-1"),
        ("a/b", "a%2Fb"),
        ("../../admin", "..%2F..%2Fadmin"),
        ("%2e%2e", "%252e%252e"),
        ("..%2f", "..%252f"),
        ("//evil.example", "%2F%2Fevil.example"),
        ("http://evil.example/", "http%3A%2F%2Fevil.example%2F"),
        ("@evil.example", "%40evil.example"),
        ("?x=y", "%3Fx%3Dy"),
        ("#f", "%23f"),
        ("\\", "%5C"),
        ("..\\..", "..%5C.."),
        (";a=b", "%3Ba%3Db"),
        ("a b", "a%20b"),
        ("花子", "%E8%8A%B1%E5%AD%90"),
        ("\u{202e}x", "%E2%80%AEx"),
        ("．．", "%EF%BC%8E%EF%BC%8E"),
        ("MS-1 HTTP/1.1", "MS-1%20HTTP%2F1.1"),
    ];
    let heard = request_lines("/items/{reference_id}/seller", &table.map(|(id, _)| id)).await;
    assert_eq!(heard, table.map(|(_, segment)| format!("GET /items/{segment}/seller HTTP/1.1")));
    let heard = request_lines("/seller?item={reference_id}&all=1", &table.map(|(id, _)| id)).await;
    assert_eq!(heard, table.map(|(_, value)| format!("GET /seller?item={value}&all=1 HTTP/1.1")));
}

#[tokio::test]
async fn an_id_that_cannot_be_asked_about_is_asked_of_nobody() {
    let long = "x".repeat(10 * 1024);
    let ids = ["", ".", "..", "a\nb", "a\r\nHost: evil.example", "a\tb", "\0", "\u{7f}", &long];
    for path in ["/items/{reference_id}/seller", "/seller?item={reference_id}"] {
        assert_eq!(request_lines(path, &ids).await, [""; 0]);
    }
    let double = Double::start(Arc::new(HttpAnswer::new(404, "")), Fault::None).await;
    let rig = Rig::new(Parts::default(), double.address());
    for id in ids {
        let told = rig.ask(id).await;
        assert!(
            told.starts_with("unaskable: the directory cannot be asked about this case: its reference_id"),
            "{told}"
        );
        assert!(!told.contains("evil") && told.len() < 120, "{told}");
    }
}
