//! Mails a second over one connection at a time, to a server on this machine. A mail that leaves in two writes on a socket with
//! Nagle's algorithm waits some 40 ms for the server's delayed acknowledgement; this fails when it looks like that.

#![expect(clippy::print_stdout, reason = "a benchmark's result is what it prints")]

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Instant;

use proofbell_email::Smtp;
use proofbell_notify::{Address, Body, Email, Message, Outcome, Registry, Toolkit};
use serde_json::json;
use uuid::Uuid;

const MAILS: u128 = 500;
/// A stalled connection does 23 a second; an unstalled one does thousands, a few hundred on a busy machine.
const SLOWEST: f64 = 100.0;

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let at = sink().expect("a server on this machine");
    let settings = json!({ "url": format!("smtp://{at}?tls=none"), "from": "no-reply@market.example" });
    let registry = Registry::new().with::<Smtp>();
    let email = registry.build("smtp", settings, &Toolkit::default()).expect("good settings");
    let start = Instant::now();
    runtime.block_on(async {
        for number in 0..MAILS {
            let outcome = email.send(&message(number)).await;
            assert!(matches!(outcome, Outcome::Sent(_)), "{outcome:?}");
        }
    });
    let rate = MAILS as f64 / start.elapsed().as_secs_f64();
    println!("{rate:.0} mails/s");
    assert!(rate > SLOWEST, "{rate:.0} mails/s: every mail waits for an acknowledgement");
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

/// A server that takes every mail, a connection at a time, on a thread that ends with the process.
fn sink() -> io::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let at = listener.local_addr()?;
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A connection ends when the client has sent its share and hangs up.
            let _ = swallow(&stream);
        }
    });
    Ok(at)
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
