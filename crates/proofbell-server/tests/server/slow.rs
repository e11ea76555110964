//! Senders that take their time, or never come to an end.

use std::time::{Duration, Instant};

use proofbell_server::Limits;
use tokio::net::TcpStream;

use crate::http::{Client, PATIENCE, request};
use crate::rig::{LEGITMARK, Rig, borrowed, signed, verdict};

const HEADER_TIME: Duration = Duration::from_millis(300);
/// Long enough for a test to do something within it on a busy machine.
const IDLE_TIME: Duration = Duration::from_millis(1500);
const BODY_TIME: Duration = Duration::from_millis(600);

async fn impatient(header_time: Duration) -> Rig {
    let limits = Limits { header_time, body_time: BODY_TIME, ..Limits::default() };
    Rig::with(limits, None).await
}

/// Sends this at once, then a byte of `drip` every 50 ms; says what comes back until the door closes, and when that was.
async fn drip(rig: &Rig, at_once: &str, drip: &str) -> (String, Duration) {
    let started = Instant::now();
    let mut client = Client::connect(rig.public).await;
    client.send(at_once).await;
    for byte in drip.bytes() {
        if started.elapsed() > PATIENCE || client.try_send([byte]).await.is_err() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let rest = client.rest().await;
    (rest, started.elapsed())
}

#[tokio::test]
async fn heads_that_do_not_end_are_cut_off() {
    let rig = impatient(HEADER_TIME).await;
    let half = format!("POST {LEGITMARK} HTTP/1.1\r\nHost: x\r\nX-Long: ");
    for (at_once, dripped) in [("", ""), (half.as_str(), ""), (half.as_str(), &*"x".repeat(20))] {
        let (rest, after) = drip(&rig, at_once, dripped).await;
        assert_eq!(rest, "", "{at_once:?} and {dripped:?}");
        assert!(after >= HEADER_TIME, "{after:?}");
    }
}

#[tokio::test]
async fn bodies_that_do_not_end_are_a_408() {
    let rig = impatient(HEADER_TIME).await;
    let head = format!("POST {LEGITMARK} HTTP/1.1\r\nHost: x\r\n");
    let known = format!("{head}Content-Length: 1000\r\n\r\n{{");
    let chunked = format!("{head}Transfer-Encoding: chunked\r\n\r\n1\r\n{{\r\n");
    for (at_once, dripped) in
        [(&known, ""), (&known, &*"x".repeat(40)), (&chunked, ""), (&chunked, "1\r\nx\r\n1\r\nx\r\n")]
    {
        let (rest, after) = drip(&rig, at_once, dripped).await;
        assert!(rest.starts_with("HTTP/1.1 408 "), "{rest:?}");
        assert!(rest.contains("connection: close") && rest.contains("body_too_slow"), "{rest:?}");
        assert!(after >= BODY_TIME, "{after:?}");
    }
    assert!(rig.store.kept().is_empty());
}

#[tokio::test]
async fn a_connection_may_be_used_again_and_is_closed_when_idle() {
    let rig = impatient(IDLE_TIME).await;
    let mut client = Client::connect(rig.public).await;
    for number in 0..3 {
        let body = verdict(&number.to_string());
        let headers = signed(&format!("msg_{number}"), &body);
        client.send(request("POST", LEGITMARK, &borrowed(&headers), &body)).await;
        assert_eq!(client.answer().await.status, 200);
    }
    let idle = Instant::now();
    assert_eq!(client.rest().await, "");
    assert!(idle.elapsed() >= IDLE_TIME - Duration::from_millis(50), "{:?}", idle.elapsed());
}

#[tokio::test]
async fn a_thousand_idle_connections_hold_up_nobody_and_are_closed() {
    let rig = impatient(IDLE_TIME).await;
    let mut idle = Vec::new();
    for _ in 0..1000 {
        idle.push(TcpStream::connect(rig.public).await.unwrap());
    }
    assert_eq!(rig.post("msg_1", &verdict("MS-1")).await.status, 200);
    for stream in idle {
        let mut byte = [0];
        let closed = async {
            stream.readable().await.unwrap();
            stream.try_read(&mut byte)
        };
        // The end, or a reset: closed either way.
        let read = tokio::time::timeout(PATIENCE, closed).await.expect("idle connections are closed");
        assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
    }
}

#[tokio::test]
async fn a_head_without_end_is_refused() {
    let rig = Rig::open().await;
    let mut client = Client::connect(rig.public).await;
    client.send(format!("POST {LEGITMARK} HTTP/1.1\r\nHost: x\r\n")).await;
    let mut sent = 0;
    while sent < 1024 * 1024 && client.try_send(format!("X-{sent}: {}\r\n", "x".repeat(1000))).await.is_ok() {
        sent += 1000;
    }
    let rest = client.rest().await;
    assert!(rest.is_empty() || rest.starts_with("HTTP/1.1 431 "), "{rest:?}");
    assert!(rig.store.kept().is_empty());
}

#[tokio::test]
async fn who_does_not_read_the_answers_is_cut_off() {
    let limits = Limits { write_time: HEADER_TIME, ..Limits::default() };
    let rig = Rig::with(limits, None).await;
    let mut client = Client::connect(rig.public).await;
    let many = "GET /nothing/here HTTP/1.1\r\nHost: x\r\n\r\n".repeat(1000);
    let started = Instant::now();
    // Answers pile up in the socket until nothing goes through any more, in either direction.
    while client.try_send(&many).await.is_ok() {
        assert!(started.elapsed() < PATIENCE, "the door goes on reading for ever");
    }
}
