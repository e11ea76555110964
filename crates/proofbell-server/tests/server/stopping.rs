//! Whether the door is well, and how it closes.

use std::time::{Duration, Instant};

use proofbell_server::{Closed, Limits};
use tokio::net::TcpStream;

use crate::fake_store::Mood;
use crate::http::{Client, PATIENCE, ask};
use crate::rig::{LEGITMARK, Rig, verdict};

async fn check_ready(rig: &Rig, status: u16, text: &str) {
    for address in [rig.public, rig.admin] {
        let ready = ask(address, "GET", "/readyz", &[], b"").await;
        assert_eq!((ready.status, ready.body.as_str()), (status, text));
        let alive = ask(address, "GET", "/healthz", &[], b"").await;
        assert_eq!((alive.status, alive.body.as_str()), (200, "ok"));
    }
}

#[tokio::test]
async fn ready_says_what_the_store_last_said() {
    let rig = Rig::open().await;
    check_ready(&rig, 200, "ready").await;
    rig.store.be(Mood::Busy);
    rig.post("msg_1", &verdict("MS-1")).await;
    check_ready(&rig, 503, "the store cannot commit now").await;
    rig.store.be(Mood::Works);
    rig.post("msg_1", &verdict("MS-1")).await;
    check_ready(&rig, 200, "ready").await;
    rig.store.be(Mood::Fatal);
    rig.post("msg_2", &verdict("MS-2")).await;
    check_ready(&rig, 503, "the store lost a write").await;
}

#[tokio::test]
async fn an_announced_stop_still_takes_events() {
    let rig = Rig::open().await;
    rig.doors.announce_stop();
    check_ready(&rig, 503, "stopping").await;
    assert_eq!(rig.post("msg_1", &verdict("MS-1")).await.status, 200);
}

#[tokio::test]
async fn closing_lets_requests_end_and_takes_no_more() {
    let rig = Rig::open().await;
    let mut under_way = rig.post_and_wait("msg_1", &verdict("MS-1")).await;
    let idle = Client::connect(rig.public).await;
    let (store, public) = (rig.store.clone(), rig.public);
    let closing = tokio::spawn(rig.close(PATIENCE));
    assert_eq!(idle.rest().await, "");
    while TcpStream::connect(public).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!closing.is_finished());
    store.be(Mood::Works);
    assert_eq!(under_way.answer().await.status, 200);
    assert_eq!(under_way.rest().await, "");
    assert_eq!(closing.await.unwrap(), Closed::Cleanly);
}

#[tokio::test]
async fn closing_waits_for_work_whose_sender_has_gone() {
    let rig = Rig::with(Limits { connections: 1, ..Limits::default() }, None).await;
    drop(rig.post_and_wait("msg_1", &verdict("MS-1")).await);
    // One connection at a time: when this is answered, no connection is left of the other.
    assert_eq!(rig.get("/healthz").await.status, 200);
    let store = rig.store.clone();
    assert_eq!(rig.close(Duration::from_millis(100)).await, Closed::Cut);
    store.be(Mood::Works);
    store.has_kept(1).await;
}

#[tokio::test]
async fn closing_does_not_hang() {
    let rig = Rig::open().await;
    let stuck = rig.post_and_wait("msg_1", &verdict("MS-1")).await;
    let mut half = Client::connect(rig.public).await;
    let head = "Host: x\r\nContent-Length: 10\r\nExpect: 100-continue\r\n";
    half.send(format!("POST {LEGITMARK} HTTP/1.1\r\n{head}\r\n")).await;
    assert_eq!(half.answer().await.status, 100);
    half.send("{").await;
    let store = rig.store.clone();
    let started = Instant::now();
    assert_eq!(rig.close(Duration::from_millis(200)).await, Closed::Cut);
    assert_eq!((half.rest().await.as_str(), stuck.rest().await.as_str()), ("", ""));
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    store.be(Mood::Works);
    store.has_kept(1).await;
}

#[tokio::test]
async fn closing_an_idle_door_is_quick() {
    let rig = Rig::open().await;
    rig.post("msg_1", &verdict("MS-1")).await;
    assert_eq!(rig.close(PATIENCE).await, Closed::Cleanly);
}
