//! The kit is played against a notifier of its own line protocol, right and with one flaw at a time: each flaw must be seen.

use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use uuid::Uuid;

use super::*;
use crate::{
    Address, AddressKind, Body, ConfigError, Form, Message, Notifier, Outcome, ProbeError, Proof, Reason,
    Receipt, Toolkit,
};

const SECRET: &str = "hunter2";

#[derive(Clone, Copy, Debug, PartialEq)]
enum Flaw {
    None,
    CallsRefusalsSent,
    RepeatsAnswers,
    MayDeliverTwice,
    WaitsForEver,
    TakesEveryForm,
    ChangesWithEachAttempt,
    ReusesConnections,
}

/// Sends `secret id text` as a line and reads a line: `ok`, or why not.
struct Liner {
    at: SocketAddr,
    deadline: Duration,
    flaw: Flaw,
    idle: Mutex<Option<TcpStream>>,
}

impl Notifier for Liner {
    const KIND: &'static str = "liner";
    type Config = u8;

    fn from_config(_: u8, _: &Toolkit) -> Result<Liner, ConfigError> {
        Err(ConfigError::at("", "made by the rig alone"))
    }

    fn form(&self) -> Form {
        Form::Text
    }

    fn address(&self) -> AddressKind {
        AddressKind::Fixed
    }

    async fn send(&self, message: &Message) -> Outcome {
        let text = match &message.body {
            Body::Text(text) => text.as_str(),
            _ if self.flaw == Flaw::TakesEveryForm => "",
            _ => return Outcome::Rejected { reason: Reason::new("form", "not a text") },
        };
        let id = match self.flaw {
            Flaw::ChangesWithEachAttempt => Uuid::new_v4(),
            _ => message.id,
        };
        let said = self.exchange(format!("{SECRET} {id} {text}\n")).await;
        match said {
            Err(reason) if reason.code() == "refused" || self.flaw == Flaw::MayDeliverTwice => {
                Outcome::RetryLater { reason }
            }
            Err(reason) => Outcome::Unknown { reason },
            Ok(answer) if answer == "ok" || self.flaw == Flaw::CallsRefusalsSent => {
                Outcome::Sent(Receipt::default())
            }
            Ok(answer) => {
                let detail = if self.flaw == Flaw::RepeatsAnswers { answer.as_str() } else { "" };
                Outcome::Rejected { reason: Reason::new("refused", detail) }
            }
        }
    }

    async fn probe(&self) -> Result<Proof, ProbeError> {
        self.exchange("probe\n".to_owned())
            .await
            .map(|_| Proof::of("a line comes back"))
            .map_err(ProbeError::Unreachable)
    }
}

impl Liner {
    async fn exchange(&self, line: String) -> Result<String, Reason> {
        let deadline = if self.flaw == Flaw::WaitsForEver { Duration::from_secs(60) } else { self.deadline };
        tokio::time::timeout(deadline, self.talk(&line))
            .await
            .unwrap_or_else(|_| Err(Reason::new("timeout", "")))
    }

    /// The flawed way keeps the connection where the next message finds it, answered or not.
    async fn talk(&self, line: &str) -> Result<String, Reason> {
        let mut idle = self.idle.lock().await;
        let kept = idle.take().filter(|_| self.flaw == Flaw::ReusesConnections);
        let stream = match kept {
            Some(stream) => stream,
            None => TcpStream::connect(self.at).await.map_err(|_| Reason::new("refused", ""))?,
        };
        let stream = idle.insert(stream);
        stream.write_all(line.as_bytes()).await.map_err(|_| Reason::new("cut", ""))?;
        let mut answer = Vec::new();
        while answer.last() != Some(&b'\n') {
            let byte = stream.read_u8().await.map_err(|_| Reason::new("cut", ""))?;
            answer.push(byte);
        }
        Ok(String::from_utf8_lossy(&answer).trim().to_owned())
    }
}

struct Lines(&'static str);

impl Dialogue for Lines {
    fn unit(&self, heard: &[u8], _: &[Vec<u8>]) -> Option<usize> {
        heard.iter().position(|&byte| byte == b'\n').map(|end| end + 1)
    }

    fn hands_over(&self, unit: &[u8]) -> bool {
        unit != b"probe\n"
    }

    fn reply(&self, _: &[u8]) -> Reply {
        Reply::Say(self.0.as_bytes().to_vec())
    }
}

struct LinerRig(Flaw);

impl Rig for LinerRig {
    type Notifier = Liner;

    fn notifier(&self, at: SocketAddr, deadline: Duration) -> Liner {
        Liner { at, deadline, flaw: self.0, idle: Mutex::new(None) }
    }

    fn message(&self) -> Message {
        message(Address::Fixed, Body::Text("hello".to_owned()))
    }

    fn table(&self) -> Vec<Row> {
        vec![
            Row::new("yes", Lines("ok\n"), "sent"),
            Row::new("no", Lines("not with hunter2\n"), "rejected refused"),
        ]
    }

    fn probes(&self) -> Vec<Row> {
        vec![Row::new("yes", Lines("ok\n"), "ok")]
    }

    fn secrets(&self) -> Vec<String> {
        vec![SECRET.to_owned()]
    }
}

/// Plays the kit against the flaw and gives back what it complains of.
fn complaint(flaw: Flaw) -> Option<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let run = catch_unwind(AssertUnwindSafe(|| runtime.block_on(super::run(&LinerRig(flaw)))));
    run.err().map(|panic| panic.downcast_ref::<String>().cloned().unwrap_or_default())
}

#[test]
fn a_sound_notifier_passes() {
    assert_eq!(complaint(Flaw::None), None);
}

#[test]
fn each_flaw_is_seen() {
    let check = |flaw: Flaw, expected: &str| {
        let complaint = complaint(flaw).unwrap_or_default();
        assert!(complaint.contains(expected), "{flaw:?}: wanted `{expected}` in `{complaint}`");
    };
    check(Flaw::CallsRefusalsSent, "the answer `no`");
    check(Flaw::RepeatsAnswers, "`hunter2` must not be shown");
    check(Flaw::MayDeliverTwice, "CutAfterMessage, message across: Yes");
    check(Flaw::TakesEveryForm, "a message of the form email");
    check(Flaw::ChangesWithEachAttempt, "two attempts at one message differ");
    check(Flaw::ReusesConnections, "a send was dropped before the answer");
}

#[test]
fn a_notifier_that_never_gives_up_is_seen() {
    let complaint = complaint(Flaw::WaitsForEver).unwrap_or_default();
    assert!(complaint.contains("did not come back within"), "{complaint}");
}

#[test]
fn requests_are_read_as_servers_do() {
    let check = |heard: &str, expected: Option<(&str, &str, &str)>| {
        let request = HttpRequest::parse(heard.as_bytes());
        let read = request.as_ref().map(|request| {
            (request.method.as_str(), request.path.as_str(), std::str::from_utf8(&request.body).unwrap())
        });
        assert_eq!(read, expected, "{heard:?}");
    };
    check("GET /a?b=1 HTTP/1.1\r\nHost: x\r\n\r\n", Some(("GET", "/a?b=1", "")));
    check("POST / HTTP/1.1\r\ncontent-length: 3\r\n\r\nabc", Some(("POST", "/", "abc")));
    check("POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nab", None);
    check(
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n",
        Some(("POST", "/", "abc0123456789")),
    );
    check("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", None);
    check("POST / HTTP/1.1\r\nContent-Le", None);
    check("", None);
}

#[test]
fn forms_are_decoded() {
    let request = HttpRequest::parse(
        b"POST / HTTP/1.1\r\nContent-Length: 33\r\n\r\nTo=%2B8190&Body=a+b%E8%8A%B1%2&c=&",
    );
    let fields = request.unwrap().form();
    let expected = [("To", "+8190"), ("Body", "a b花%2"), ("c", "")];
    assert_eq!(fields, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[test]
fn a_mail_server_takes_a_message_as_one_unit() {
    let server = SmtpAnswers::default().on("RCPT", "550 5.1.1 no such mailbox\r\n");
    let data = [b"DATA\r\n".to_vec()];
    assert_eq!(server.unit(b"Subject: x\r\n\r\n..\r\n", &data), None);
    assert_eq!(server.unit(b"Subject: x\r\n\r\n..\r\n.\r\nQUIT\r\n", &data), Some(21));
    assert_eq!(server.unit(b"MAIL FROM:<a@b>\r\nRCPT", &[]), Some(17));
    assert!(server.hands_over(b"Subject: x\r\n.\r\n") && !server.hands_over(b"DATA\r\n"));
    assert_eq!(server.reply(b"rcpt TO:<x@y>\r\n"), Reply::Say(b"550 5.1.1 no such mailbox\r\n".to_vec()));
    assert_eq!(server.reply(b"QUIT\r\n"), Reply::SayAndClose(b"221 bye\r\n".to_vec()));
}
