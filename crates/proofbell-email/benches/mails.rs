//! Two thousand mails over four connections to a server on this machine. A mail that leaves in two writes on a socket with Nagle's
//! algorithm waits some 40 ms for the server's delayed acknowledgement; this fails when it looks like that, and when memory grows
//! with the mails.

#![expect(clippy::print_stdout, reason = "a benchmark's result is what it prints")]

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::Instant;

use proofbell_email::Smtp;
use proofbell_notify::{Address, Body, DynNotifier, Email, Message, Outcome, Registry, Toolkit};
use serde_json::json;
use uuid::Uuid;

const MAILS: u32 = 2000;
/// Enough to have opened every connection and grown every buffer.
const WARM_UP: u32 = 500;
const CONNECTIONS: usize = 4;
/// After so many mails a connection is closed and a new one opened, as servers like it.
const MAILS_EACH: usize = 100;
/// A stalled connection does 23 a second; an unstalled one does thousands, a few hundred on a busy machine.
const SLOWEST_EACH: f64 = 100.0;
/// How much memory may grow after the warm-up, in KiB: far less than the mails' own size, which is more than 3 MiB.
const GROWTH: u64 = 2 << 10;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let sink = Sink::open().expect("a server on this machine");
    let settings =
        json!({ "url": format!("smtp://{}?tls=none", sink.at), "from": "no-reply@market.example" });
    let registry = Registry::new().with::<Smtp>();
    let email = registry.build("smtp", settings, &Toolkit::default()).expect("good settings");

    let alone = runtime.block_on(send(&email, WARM_UP, 1));
    println!("one connection: {alone:.0} mails/s");
    runtime.block_on(send(&email, WARM_UP, CONNECTIONS));
    let before = resident();
    let together = runtime.block_on(send(&email, MAILS, CONNECTIONS));
    let grown = resident().saturating_sub(before);
    let opened = sink.opened.load(Ordering::Relaxed);
    println!("{CONNECTIONS} connections: {together:.0} mails/s, {:.2} of one", together / alone);
    println!(
        "{opened} connections were opened for {} mails; memory grew by {grown} KiB",
        WARM_UP * 2 + MAILS
    );
    for (rate, connections) in [(alone, 1.0), (together, CONNECTIONS as f64)] {
        let slowest = SLOWEST_EACH * connections;
        assert!(rate > slowest, "{rate:.0} mails/s: every mail waits for an acknowledgement");
    }
    let at_most = 2 * CONNECTIONS + (WARM_UP * 2 + MAILS) as usize / MAILS_EACH;
    assert!(opened <= at_most, "connections are not used again: {opened} were opened");
    assert!(grown <= GROWTH, "memory grows with the mails: {grown} KiB");
}

/// Sends so many mails, so many at once; says how many a second.
async fn send(email: &Arc<dyn DynNotifier>, mails: u32, at_once: usize) -> f64 {
    let (next, start) = (Arc::new(AtomicU32::new(0)), Instant::now());
    let mut senders = tokio::task::JoinSet::new();
    for _ in 0..at_once {
        let (email, next) = (email.clone(), next.clone());
        senders.spawn(async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= mails {
                    return;
                }
                let outcome = email.send(&message(number.into())).await;
                assert!(matches!(outcome, Outcome::Sent(_)), "{outcome:?}");
            }
        });
    }
    senders.join_all().await;
    f64::from(mails) / start.elapsed().as_secs_f64()
}

/// Memory of this process in KiB, as Linux counts it; 0 elsewhere.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim_end_matches("kB").trim().parse().unwrap_or_default()
}

fn message(number: u128) -> Message {
    let html = "<p>Please take these photos again, in daylight.</p>\n".repeat(20);
    let body = Email { subject: "Photos to take again".into(), html, text: "Please take them again.".into() };
    Message {
        id: Uuid::from_u128(number),
        made_at: jiff::Timestamp::UNIX_EPOCH,
        to: Address::Email("someone@buyer.example".parse().expect("an address")),
        to_name: None,
        locale: "en".into(),
        case: None,
        thread: None,
        optional: false,
        body: Body::Email(body),
    }
}

/// A server that takes every mail, on a thread for each connection.
struct Sink {
    at: SocketAddr,
    opened: Arc<AtomicUsize>,
}

impl Sink {
    fn open() -> io::Result<Sink> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let (at, opened) = (listener.local_addr()?, Arc::new(AtomicUsize::new(0)));
        let count = opened.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                count.fetch_add(1, Ordering::Relaxed);
                // A connection ends when the client has sent its share and hangs up.
                std::thread::spawn(move || swallow(&stream));
            }
        });
        Ok(Sink { at, opened })
    }
}

fn swallow(mut stream: &TcpStream) -> io::Result<()> {
    stream.write_all(b"220 sink.example\r\n")?;
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    while let Some(line) = lines.next().transpose()? {
        let answer: &[u8] = match line.as_bytes() {
            b"DATA" => {
                stream.write_all(b"354 go ahead\r\n")?;
                while lines.next().transpose()?.is_some_and(|line| line != ".") {}
                b"250 ok\r\n"
            }
            _ => b"250 ok\r\n",
        };
        stream.write_all(answer)?;
    }
    Ok(())
}
