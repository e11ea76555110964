//! How much the door takes on at once, and what becomes of work whose client has gone.

use std::collections::BTreeMap;
use std::time::Duration;

use proofbell_server::Limits;

use crate::fake_store::Mood;
use crate::http::{Client, request};
use crate::rig::{LEGITMARK, Rig, signed, verdict};

#[tokio::test]
async fn one_connection_too_many_waits_for_its_turn() {
    let rig = Rig::with(Limits { connections: 2, ..Limits::default() }, None).await;
    let first = Client::connect(rig.public).await;
    let mut second = Client::connect(rig.public).await;
    second.send(request("GET", "/healthz", &[], b"")).await;
    assert_eq!(second.answer().await.status, 200);

    let mut third = Client::connect(rig.public).await;
    third.send(request("GET", "/healthz", &[], b"")).await;
    let early = tokio::time::timeout(Duration::from_millis(100), third.answer()).await;
    assert!(early.is_err(), "the third got in: {early:?}");
    drop(first);
    assert_eq!(third.answer().await.status, 200);
}

#[tokio::test]
async fn one_request_too_many_is_told_to_come_again() {
    let rig = Rig::with(Limits { requests_in_flight: 1, ..Limits::default() }, None).await;
    let mut first = rig.post_and_wait("msg_1", &verdict("MS-1")).await;
    let second = rig.post("msg_2", &verdict("MS-2")).await;
    assert_eq!((second.status, second.code().as_str()), (503, "overloaded"));
    assert_eq!(second.header("retry-after"), Some("5"));
    assert_eq!(rig.get("/healthz").await.status, 200);

    rig.store.be(Mood::Works);
    assert_eq!(first.answer().await.status, 200);
    assert_eq!(rig.post("msg_2", &verdict("MS-2")).await.status, 200);
    let code = "proofbell_events_refused_total{source=legitmark,code=overloaded}".to_owned();
    let accepted = "proofbell_events_total{source=legitmark,status=accepted,name=counterfeit}".to_owned();
    assert_eq!(rig.counting.counted(), BTreeMap::from([(code, 1), (accepted, 2)]));
}

#[tokio::test]
async fn bodies_count_until_their_event_is_kept() {
    let rig = Rig::with(Limits { bytes_in_flight: 1000, ..Limits::default() }, None).await;
    let (one, other) = (verdict(&"x".repeat(500)), verdict(&"y".repeat(500)));
    assert!((501..1000).contains(&one.len()), "two do not fit");
    let mut first = rig.post_and_wait("msg_1", &one).await;
    let second = rig.post("msg_2", &other).await;
    assert_eq!((second.status, second.code().as_str()), (503, "overloaded"));
    assert_eq!(second.header("retry-after"), Some("5"));
    rig.store.be(Mood::Works);
    assert_eq!(first.answer().await.status, 200);
    assert_eq!(rig.post("msg_2", &other).await.status, 200);
}

#[tokio::test]
async fn every_piece_of_a_body_counts() {
    let rig = Rig::with(Limits { bytes_in_flight: 1000, ..Limits::default() }, None).await;
    let (one, other) = (verdict(&"x".repeat(500)), verdict(&"y".repeat(500)));
    let mut first = Client::connect(rig.public).await;
    let headers: String =
        signed("msg_1", &one).iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let head = "Host: x\r\nTransfer-Encoding: chunked\r\n";
    first.send(format!("POST {LEGITMARK} HTTP/1.1\r\n{head}{headers}\r\n")).await;
    rig.store.be(Mood::Waits);
    for chunk in one.chunks(100) {
        first.send(format!("{:x}\r\n{}\r\n", chunk.len(), str::from_utf8(chunk).unwrap())).await;
    }
    first.send("0\r\n\r\n").await;
    rig.store.is_asked().await;
    assert_eq!(rig.post("msg_2", &other).await.code(), "overloaded");
}

#[tokio::test]
async fn an_event_is_kept_although_its_sender_has_gone() {
    let rig = Rig::with(Limits { connections: 1, ..Limits::default() }, None).await;
    drop(rig.post_and_wait("msg_1", &verdict("MS-1")).await);
    // One connection at a time: this one gets in when the door has let go of the other, and of its request.
    assert_eq!(rig.get("/healthz").await.status, 200);
    assert!(rig.store.kept().is_empty());
    rig.store.be(Mood::Works);
    rig.store.has_kept(1).await;
}
