//! What the public door answers, row by row.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use proofbell_event::EventName;
use proofbell_store::{NewEvent, Shape};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::fake_store::Mood;
use crate::http::{Answer, Client, ask, request};
use crate::rig::{LEGITMARK, OPEN, RELAY, RELAY_TOKEN, Rig, borrowed, signed, signed_at, verdict};

fn check_kept(answer: &Answer, status: &str, event: &NewEvent) {
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.json(), serde_json::json!({ "status": status, "id": event.id }));
}

fn name(event: &NewEvent) -> Option<EventName> {
    match &event.shape {
        Shape::Event { name, .. } => Some(*name),
        Shape::Malformed(_) => None,
    }
}

#[tokio::test]
async fn an_event_is_kept_with_all_that_was_said_and_no_more() {
    let rig = Rig::open().await;
    let body = verdict("MS-1");
    let mut headers = signed("msg_1", &body);
    headers.push(("Authorization".to_owned(), "Bearer secret-token".to_owned()));
    headers.push(("User-Agent".to_owned(), "Svix-Webhooks/1.0".to_owned()));
    headers.push(("Cookie".to_owned(), "secret".to_owned()));
    let before = Timestamp::now();
    let answer = rig.post_with(&headers, &body).await;

    let kept = rig.store.kept();
    let [event] = kept.as_slice() else { panic!("one event is kept: {kept:?}") };
    check_kept(&answer, "accepted", event);
    assert_eq!(event.source, "legitmark");
    assert_eq!(event.message_id.as_ref().map(|id| id.as_str()), Some("msg_1"));
    assert_eq!(event.body, body);
    assert_eq!(event.body_hash, <[u8; 32]>::from(Sha256::digest(&body)));
    assert!(before <= event.received_at && event.received_at <= Timestamp::now());
    assert_eq!(event.id.0.get_version_num(), 7);
    let names: Vec<&str> = event.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["content-type", "svix-id", "svix-timestamp", "svix-signature", "user-agent"]);
    let Shape::Event { name, event_type, sr_uuid, reference_id, at } = &event.shape else {
        panic!("it can be read: {:?}", event.shape)
    };
    assert_eq!((*name, event_type.as_str()), (EventName::Counterfeit, "state_change"));
    assert_eq!(sr_uuid.as_ref().map(|id| id.as_str()), Some("b16c763b-1723-455d-ba29-164418044886"));
    assert_eq!(reference_id.as_deref(), Some("MS-1"));
    assert_eq!(at.to_string(), "2026-02-10T12:15:00Z");
}

#[tokio::test]
async fn an_unknown_type_is_accepted() {
    let rig = Rig::open().await;
    let answer = rig.post("msg_1", br#"{"event_type":"moon_phase"}"#).await;
    let kept = rig.store.kept();
    check_kept(&answer, "accepted", &kept[0]);
    assert_eq!(name(&kept[0]), Some(EventName::Unknown));
}

#[tokio::test]
async fn what_was_seen_before_is_a_duplicate() {
    let rig = Rig::open().await;
    let first = rig.post("msg_1", &verdict("MS-1")).await;
    let kept = rig.store.kept();
    check_kept(&first, "accepted", &kept[0]);
    check_kept(&rig.post("msg_1", &verdict("MS-1")).await, "duplicate", &kept[0]);
    check_kept(&rig.post("msg_2", &verdict("MS-1")).await, "duplicate", &kept[0]);
    assert_eq!(rig.store.kept().len(), 1);
}

#[tokio::test]
async fn what_is_authentic_but_unreadable_is_kept_aside() {
    let rig = Rig::open().await;
    let bodies: [&[u8]; 6] = [
        b"",
        b"no JSON",
        b"[1, 2]",
        br#"{"event_type":"state_change"}"#,
        b"{\"event_type\":\"\xff\xfe\"}",
        "[".repeat(1000).leak().as_bytes(),
    ];
    for (number, body) in bodies.into_iter().enumerate() {
        let answer = rig.post(&format!("msg_{number}"), body).await;
        let kept = rig.store.kept();
        check_kept(&answer, "quarantined", &kept[number]);
        assert_eq!(kept[number].body, body);
        let Shape::Malformed(problem) = &kept[number].shape else { panic!("it cannot be read") };
        assert!(problem.starts_with("failed to read the "), "{problem}");
    }
}

#[tokio::test]
async fn a_known_id_with_another_body_is_kept_aside() {
    let rig = Rig::open().await;
    rig.post("msg_1", &verdict("MS-1")).await;
    let answer = rig.post("msg_1", &verdict("MS-2")).await;
    check_kept(&answer, "quarantined", &rig.store.kept()[1]);
}

#[tokio::test]
async fn ids_sort_by_arrival() {
    let rig = Rig::open().await;
    let mut client = Client::connect(rig.public).await;
    let mut last = Uuid::nil();
    for number in 0..100 {
        let body = verdict(&number.to_string());
        let headers = signed(&format!("msg_{number}"), &body);
        client.send(request("POST", LEGITMARK, &borrowed(&headers), &body)).await;
        let id: Uuid = client.answer().await.text("/id").parse().unwrap();
        assert!(last < id, "{last} before {id}");
        last = id;
    }
}

/// Headers by name, changed for one case.
fn changed(name: &str, value: &str) -> Vec<(String, String)> {
    let mut headers = signed("msg_1", &verdict("MS-1"));
    headers.iter_mut().find(|(known, _)| known == name).unwrap().1 = value.to_owned();
    headers
}

fn without(name: &str) -> Vec<(String, String)> {
    signed("msg_1", &verdict("MS-1")).into_iter().filter(|(known, _)| known != name).collect()
}

fn shifted(seconds: i64) -> Vec<(String, String)> {
    signed_at("msg_1", &verdict("MS-1"), Timestamp::now() + SignedDuration::from_secs(seconds))
}

#[tokio::test]
async fn what_is_not_authentic_is_refused_and_counted_and_not_kept() {
    let rig = Rig::open().await;
    let twice = [changed("Svix-Id", "msg_1"), vec![("Svix-Id".to_owned(), "msg_1".to_owned())]].concat();
    let other_body = signed("msg_1", b"{}");
    let table = [
        (vec![], "signature_missing"),
        (without("Svix-Id"), "signature_missing"),
        (without("Svix-Timestamp"), "signature_missing"),
        (without("Svix-Signature"), "signature_missing"),
        (changed("Svix-Id", "msg.1"), "signature_malformed"),
        (changed("Svix-Timestamp", "+1700000000"), "signature_malformed"),
        (changed("Svix-Signature", "v1"), "signature_malformed"),
        (twice, "signature_malformed"),
        (changed("Svix-Id", "msg_2"), "signature_invalid"),
        (other_body, "signature_invalid"),
        (shifted(-310), "timestamp_out_of_tolerance"),
        (shifted(310), "timestamp_out_of_tolerance"),
    ];
    let mut expected = BTreeMap::new();
    for (headers, code) in table {
        let answer = rig.post_with(&headers, &verdict("MS-1")).await;
        assert_eq!((answer.status, answer.code().as_str()), (401, code), "{headers:?}");
        assert!(answer.text("/error/message").starts_with("failed to "), "{answer:?}");
        *expected.entry(refused(code)).or_insert(0) += 1;
    }
    assert!(rig.store.kept().is_empty());
    assert_eq!(rig.counting.counted(), expected);
}

fn refused(code: &str) -> String {
    format!("proofbell_events_refused_total{{source=legitmark,code={code}}}")
}

#[tokio::test]
async fn what_is_kept_is_counted_by_status_and_name() {
    let rig = Rig::open().await;
    for (id, body) in
        [("1", verdict("MS-1")), ("2", verdict("MS-2")), ("3", verdict("MS-1")), ("4", b"?".to_vec())]
    {
        rig.post(id, &body).await;
    }
    let counted = |labels: &str| format!("proofbell_events_total{{source=legitmark,{labels}}}");
    let expected = BTreeMap::from([
        (counted("status=accepted,name=counterfeit"), 2),
        (counted("status=duplicate"), 1),
        (counted("status=quarantined"), 1),
    ]);
    assert_eq!(rig.counting.counted(), expected);
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_before_it_is_sent() {
    let rig = Rig::open().await;
    let mut client = Client::connect(rig.public).await;
    let head = format!("POST {LEGITMARK} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n", 256 * 1024 + 1);
    client.send(format!("{head}Expect: 100-continue\r\n\r\n")).await;
    let answer = client.answer().await;
    assert_eq!((answer.status, answer.code().as_str()), (413, "body_too_long"));
    assert_eq!(answer.header("connection"), Some("close"));
    assert_eq!(client.rest().await, "");
    assert_eq!(rig.counting.counted(), BTreeMap::from([(refused("body_too_long"), 1)]));
}

#[tokio::test]
async fn a_sender_of_too_much_still_reads_the_answer() {
    let rig = Rig::open().await;
    let answer = rig.post("msg_1", &vec![b' '; 4 * 1024 * 1024]).await;
    assert_eq!((answer.status, answer.code().as_str()), (413, "body_too_long"));
}

#[tokio::test]
async fn a_body_of_unknown_length_is_refused_where_it_passes_the_limit() {
    let rig = Rig::open().await;
    let mut client = Client::connect(rig.public).await;
    client.send(format!("POST {LEGITMARK} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")).await;
    for _ in 0..256 {
        client.send(format!("400\r\n{}\r\n", " ".repeat(1024))).await;
    }
    client.send("1\r\n \r\n").await;
    let answer = client.answer().await;
    assert_eq!((answer.status, answer.code().as_str()), (413, "body_too_long"));
}

#[tokio::test]
async fn the_longest_body_is_taken_in_one_piece_or_many() {
    let rig = Rig::open().await;
    let body = vec![b' '; 256 * 1024];
    check_kept(&rig.post("msg_1", &body).await, "quarantined", &rig.store.kept()[0]);

    let mut client = Client::connect(rig.public).await;
    let headers: String =
        signed("msg_1", &body).iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let head = "Host: x\r\nTransfer-Encoding: chunked\r\n";
    client.send(format!("POST {LEGITMARK} HTTP/1.1\r\n{head}{headers}\r\n")).await;
    for chunk in body.chunks(1000) {
        client.send(format!("{:x}\r\n{}\r\n", chunk.len(), str::from_utf8(chunk).unwrap())).await;
    }
    client.send("0\r\n\r\n").await;
    check_kept(&client.answer().await, "duplicate", &rig.store.kept()[0]);
}

#[tokio::test]
async fn encoded_bodies_are_refused() {
    let rig = Rig::open().await;
    let check = async |encodings: &[&str], status: u16, code: &str| {
        let body = verdict("MS-1");
        let mut headers = signed("msg_1", &body);
        headers.extend(encodings.iter().map(|value| ("Content-Encoding".to_owned(), (*value).to_owned())));
        let answer = rig.post_with(&headers, &body).await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{encodings:?}");
    };
    check(&["gzip"], 415, "content_encoding").await;
    check(&["br"], 415, "content_encoding").await;
    check(&["identity, gzip"], 415, "content_encoding").await;
    check(&["identity", "gzip"], 415, "content_encoding").await;
    check(&[""], 415, "content_encoding").await;
    check(&["Identity"], 415, "content_encoding").await;
    assert!(rig.store.kept().is_empty());
    assert_eq!(rig.counting.counted(), BTreeMap::from([(refused("content_encoding"), 6)]));
    check(&[], 200, "").await;
}

#[tokio::test]
async fn other_methods_and_paths_are_refused() {
    let rig = Rig::open().await;
    let check = async |method: &str, path: &str, status: u16, allow: Option<&str>| {
        let answer = ask(rig.public, method, path, &[], b"{}").await;
        assert_eq!((answer.status, answer.header("allow")), (status, allow), "{method} {path}");
        let code = if status == 405 { "method_not_allowed" } else { "not_found" };
        assert_eq!(answer.code(), code);
    };
    check("GET", LEGITMARK, 405, Some("POST")).await;
    check("PUT", LEGITMARK, 405, Some("POST")).await;
    check("OPTIONS", LEGITMARK, 405, Some("POST")).await;
    check("POST", "/healthz", 405, Some("GET, HEAD")).await;
    check("POST", "/readyz", 405, Some("GET, HEAD")).await;
    check("POST", "/", 404, None).await;
    check("POST", "/webhooks/legitmark/", 404, None).await;
    check("POST", "/webhooks", 404, None).await;
    check("GET", "/metrics", 404, None).await;
    check("GET", "/api/v1/events", 404, None).await;
}

#[tokio::test]
async fn a_query_does_not_change_the_path() {
    let rig = Rig::open().await;
    let body = verdict("MS-1");
    let answer =
        ask(rig.public, "POST", &format!("{LEGITMARK}?from=eu"), &borrowed(&signed("1", &body)), &body).await;
    check_kept(&answer, "accepted", &rig.store.kept()[0]);
}

#[tokio::test]
async fn a_store_that_cannot_commit_is_a_503_that_tells_no_details() {
    let rig = Rig::open().await;
    let check = async |mood, code: &str| {
        rig.store.be(mood);
        let answer = rig.post("msg_1", &verdict("MS-1")).await;
        assert_eq!((answer.status, answer.code().as_str()), (503, code));
        assert_eq!(answer.header("retry-after"), Some("5"));
        assert!(!answer.body.contains("secret"), "{answer:?}");
        assert!(rig.counting.counted().contains_key(&refused(code)), "{code}");
    };
    check(Mood::Busy, "store_busy").await;
    check(Mood::Broken, "store_failed").await;
    check(Mood::Fatal, "store_failed").await;
    rig.store.be(Mood::Works);
    assert_eq!(rig.post("msg_1", &verdict("MS-1")).await.status, 200);
}

#[tokio::test]
async fn a_relay_proves_itself_by_its_token() {
    let rig = Rig::open().await;
    let token = format!("Bearer {RELAY_TOKEN}");
    let check = async |headers: &[(&str, &str)], reference: &str, status: u16, word: &str| {
        let answer = ask(rig.public, "POST", RELAY, headers, &verdict(reference)).await;
        let said = if status == 200 { answer.text("/status") } else { answer.code() };
        assert_eq!((answer.status, said.as_str()), (status, word), "{headers:?}");
    };
    check(&[], "MS-1", 401, "signature_missing").await;
    check(&[("Authorization", "Bearer wrong-token")], "MS-1", 401, "signature_invalid").await;
    check(&[("Authorization", &token)], "MS-1", 200, "accepted").await;
    check(&[("Authorization", &token)], "MS-1", 200, "duplicate").await;
    check(&[("Authorization", &token)], "MS-2", 200, "accepted").await;
    check(&[("Authorization", &token), ("Svix-Id", "msg_3")], "MS-3", 200, "accepted").await;
    let ids: Vec<_> = rig.store.kept().into_iter().map(|event| event.message_id.map(String::from)).collect();
    assert_eq!(ids, [None, None, Some("msg_3".to_owned())]);
    assert!(
        rig.store.kept().iter().all(|event| event.headers.iter().all(|(name, _)| name != "authorization"))
    );
}

#[tokio::test]
async fn an_open_source_takes_whatever_comes() {
    let rig = Rig::open().await;
    let answer = ask(rig.public, "POST", OPEN, &[], &verdict("MS-1")).await;
    check_kept(&answer, "accepted", &rig.store.kept()[0]);
    assert_eq!(rig.store.kept()[0].source, "open");
    assert_eq!(rig.store.kept()[0].message_id, None);
}
