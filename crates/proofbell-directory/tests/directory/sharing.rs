//! Questions that are shared while under way, and answers that are used again.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use proofbell_notify::testkit::{Double, Fault, HttpAnswer};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::rig::{DEADLINE, Parts, Rig};

const ANN: &str = r#"{"name": "Ann"}"#;

/// A server that answers a request only when it is let.
struct Patient {
    at: SocketAddr,
    heard: Arc<AtomicUsize>,
    gate: Arc<Semaphore>,
    task: JoinHandle<()>,
}

impl Drop for Patient {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Patient {
    async fn start() -> Patient {
        let ann = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{ANN}", ANN.len());
        Patient::that_says(ann).await
    }

    /// It gives everybody the same answer.
    async fn that_says(answer: String) -> Patient {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let (heard, gate) = (Arc::new(AtomicUsize::new(0)), Arc::new(Semaphore::new(0)));
        let task = tokio::spawn({
            let (heard, gate) = (heard.clone(), gate.clone());
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(serve(stream, heard.clone(), gate.clone(), answer.clone()));
                }
            }
        });
        Patient { at, heard, gate, task }
    }

    fn let_go(&self, many: usize) {
        self.gate.add_permits(many);
    }

    /// Waits until so many requests were heard, answered or not.
    async fn has_heard(&self, many: usize) {
        let deadline = Instant::now() + DEADLINE;
        while self.heard.load(Ordering::SeqCst) < many {
            assert!(Instant::now() < deadline, "only {} requests", self.heard.load(Ordering::SeqCst));
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

async fn serve(mut stream: TcpStream, heard: Arc<AtomicUsize>, gate: Arc<Semaphore>, answer: String) {
    let mut buffer = [0; 4096];
    while stream.read(&mut buffer).await.is_ok_and(|read| read > 0) {
        heard.fetch_add(1, Ordering::SeqCst);
        gate.acquire().await.unwrap().forget();
        let _ = stream.write_all(answer.as_bytes()).await;
    }
}

fn asking(rig: &Rig, id: &'static str) -> JoinHandle<String> {
    let rig = rig.clone();
    tokio::spawn(async move { rig.ask(id).await })
}

#[tokio::test]
async fn who_asks_for_the_same_shares_one_question() {
    let server = Patient::start().await;
    let rig = Rig::new(Parts::default(), server.at);
    let first = asking(&rig, "MS-1");
    server.has_heard(1).await;
    let others: Vec<_> = (0..50).map(|_| asking(&rig, "MS-1")).collect();
    let another = asking(&rig, "MS-2");
    server.has_heard(2).await;
    server.let_go(2);
    for answer in others.into_iter().chain([first, another]) {
        assert_eq!(answer.await.unwrap(), "people Ann");
    }
    assert_eq!(rig.ask("MS-1").await, "people Ann", "remembered");
    assert_eq!(server.heard.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn one_who_gives_up_takes_the_answer_from_nobody() {
    let server = Patient::start().await;
    let rig = Rig::new(Parts::default(), server.at);
    let first = asking(&rig, "MS-1");
    server.has_heard(1).await;
    let second = asking(&rig, "MS-1");
    // Polled once, so that it waits for the first one's question before that one goes.
    tokio::task::yield_now().await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    server.let_go(1);
    assert_eq!(second.await.unwrap(), "people Ann");
    assert_eq!(server.heard.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_question_that_all_gave_up_is_asked_anew() {
    let server = Patient::start().await;
    let rig = Rig::new(Parts::default(), server.at);
    let first = asking(&rig, "MS-1");
    server.has_heard(1).await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    server.let_go(2);
    assert_eq!(rig.ask("MS-1").await, "people Ann");
    assert_eq!(server.heard.load(Ordering::SeqCst), 2);
}

const IDS: [&str; 20] = [
    "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17", "18",
    "19",
];

#[tokio::test]
async fn no_more_than_sixteen_questions_are_under_way() {
    let server = Patient::start().await;
    let rig = Rig::new(Parts::default(), server.at);
    let asked: Vec<_> = IDS.into_iter().map(|id| asking(&rig, id)).collect();
    server.has_heard(16).await;
    // Each of the four that wait has been polled by now, and would have connected.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(server.heard.load(Ordering::SeqCst), 16);
    server.let_go(IDS.len());
    for answer in asked {
        assert_eq!(answer.await.unwrap(), "people Ann");
    }
}

#[tokio::test]
async fn questions_that_wait_for_their_turn_leave_an_api_alone_that_asks_for_it() {
    let busy = "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n";
    let server = Patient::that_says(busy.to_owned()).await;
    let rig = Rig::new(Parts::default(), server.at);
    let asked: Vec<_> = IDS.into_iter().map(|id| asking(&rig, id)).collect();
    server.has_heard(16).await;
    // More than there should be questions, so that one too many is heard and does not hang.
    server.let_go(IDS.len());
    let mut told = Vec::new();
    for answer in asked {
        told.push(answer.await.unwrap());
    }
    assert_eq!(server.heard.load(Ordering::SeqCst), 16, "{told:#?}");
    let unasked = "unavailable for 30 s: ask the directory: it asked us to wait";
    assert_eq!(told.iter().filter(|told| *told == unasked).count(), 4, "{told:#?}");
    assert_eq!(told.iter().filter(|told| told.ends_with("it asks us to wait (429)")).count(), 16);
}

#[tokio::test]
async fn a_question_that_waits_for_its_turn_is_answered_as_before_when_the_api_asks_to_be_left_alone() {
    let ann = Arc::new(HttpAnswer::json(200, &json!({ "name": "Ann" })));
    let double = Double::start(ann, Fault::None).await;
    let rig = Rig::new(Parts::default(), double.address());
    for id in IDS {
        assert_eq!(rig.ask(id).await, "people Ann");
    }
    rig.advance(600);
    double.talk_like(Arc::new(HttpAnswer::new(429, "").header("Retry-After", "30")));
    let asked: Vec<_> = IDS.into_iter().map(|id| asking(&rig, id)).collect();
    for answer in asked {
        assert_eq!(answer.await.unwrap(), "people Ann");
    }
    assert_eq!(double.heard().len(), IDS.len() + 16);
}

#[tokio::test]
async fn answers_are_used_again_until_they_are_too_old() {
    let ann = Arc::new(HttpAnswer::json(200, &json!({ "name": "Ann" })));
    let abe = Arc::new(HttpAnswer::json(200, &json!({ "name": "Abe" })));
    let down = Arc::new(HttpAnswer::new(500, ""));
    let nobody = Arc::new(HttpAnswer::new(404, ""));
    let refused = Arc::new(HttpAnswer::new(401, ""));
    let double = Double::start(ann, Fault::None).await;
    let rig = Rig::new(Parts::default(), double.address());
    let check = async |second: u64, expected: &str, heard: usize| {
        rig.advance(second);
        let told = rig.ask("MS-1").await;
        assert!(told.starts_with(expected), "{told}, and not {expected}");
        assert_eq!(double.heard().len(), heard);
    };
    check(0, "people Ann", 1).await;
    double.talk_like(abe.clone());
    check(599, "people Ann", 1).await;
    check(1, "people Abe", 2).await;
    double.talk_like(down.clone());
    check(600, "people Abe", 3).await;
    check(3599, "people Abe", 4).await;
    check(1, "unavailable", 5).await;
    double.talk_like(abe);
    check(0, "people Abe", 6).await;
    double.talk_like(refused);
    check(600, "misconfigured", 7).await;
    double.talk_like(nobody);
    check(0, "nobody", 8).await;
    check(59, "nobody", 8).await;
    double.talk_like(down);
    check(1, "unavailable", 9).await;
}
