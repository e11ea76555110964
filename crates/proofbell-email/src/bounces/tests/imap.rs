//! The notifier against an IMAP server of few words, over TLS: what it asks for, and what it makes of trouble.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use proofbell_notify::testkit::describe_probe;
use proofbell_notify::{Notifier, ProbeError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{bounces_config, described, fixture};
use crate::bounces::{BouncesConfig, Settings, round};
use crate::config::SmtpConfig;
use crate::dialogue::Deadlines;
use crate::tests::encryption::Authority;
use crate::tests::{config, notifier};

/// How one command is answered: the answer's last line but its tag, and what comes before it.
type Answers = Vec<(&'static str, Vec<u8>)>;

/// A server that answers each command by its beginning, the first that fits; what it has no answer to, it leaves unanswered.
struct Imap {
    port: u16,
    ca: String,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Imap {
    async fn start(answers: Answers) -> Imap {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let authority = Authority::new("localhost");
        let heard = Arc::new(Mutex::new(Vec::new()));
        let (acceptor, said) = (authority.acceptor.clone(), heard.clone());
        let answers = Arc::new(answers);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, said, answers) = (acceptor.clone(), said.clone(), answers.clone());
                // How a connection ends is what the client is tested by.
                tokio::spawn(async move { converse(stream, acceptor, said, answers).await });
            }
        });
        Imap { port, ca: authority.pem, heard }
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

async fn converse(
    stream: TcpStream,
    acceptor: tokio_rustls::TlsAcceptor,
    heard: Arc<Mutex<Vec<String>>>,
    answers: Arc<Answers>,
) -> std::io::Result<()> {
    let mut stream = acceptor.accept(stream).await?;
    let answer = |command: &str| answers.iter().find(|(known, _)| command.starts_with(known));
    stream.write_all(answer("").map_or(b"* OK ready\r\n".as_slice(), |(_, greeting)| greeting)).await?;
    stream.flush().await?;
    let mut buffer = Vec::new();
    loop {
        while let Some(end) = buffer.windows(2).position(|pair| pair == b"\r\n") {
            let line: Vec<u8> = buffer.drain(..end + 2).collect();
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            let (tag, command) = line.split_once(' ').unwrap_or(("", &line));
            heard.lock().unwrap().push(command.to_owned());
            if let Some((_, answer)) = answer(command) {
                let answer: Vec<u8> = answer
                    .iter()
                    .flat_map(|&byte| if byte == 0 { tag.as_bytes().to_vec() } else { vec![byte] })
                    .collect();
                stream.write_all(&answer).await?;
                stream.flush().await?;
            }
        }
        if stream.read_buf(&mut buffer).await? == 0 {
            return Ok(());
        }
    }
}

/// An answer in which a NUL stands for the tag.
fn say(text: &str) -> Vec<u8> {
    text.replace('\n', "\r\n").into_bytes()
}

/// A `UID FETCH` of a mail.
fn mail(uid: u32, section: &str, bytes: &[u8]) -> Vec<u8> {
    let mut answer = format!("* 1 FETCH (UID {uid} {section} {{{}}}\r\n", bytes.len()).into_bytes();
    answer.extend_from_slice(bytes);
    answer.extend_from_slice(b")\r\n\0 OK done\r\n");
    answer
}

/// A mailbox with one bounce, one mail of somebody else's and one that is larger than is read; the ways of this server come first.
fn mailbox(mut ways: Answers) -> Answers {
    let large = [fixture("postfix-full"), vec![b'x'; 1024]].concat();
    ways.extend([
        ("LOGIN \"bounces\" \"correct horse\"", say("\0 OK in\n")),
        ("SELECT \"INBOX\"", say("* 3 EXISTS\n* OK [UIDVALIDITY 7] good\n\0 OK [READ-WRITE] selected\n")),
        ("UID SEARCH 1:3 UNSEEN UNDELETED", say("* SEARCH 12 5 9\n\0 OK found\n")),
        ("UID FETCH 5 (UID BODY.PEEK[]<0.262144>)", mail(5, "BODY[]<0>", &fixture("postfix-no-mailbox"))),
        ("UID FETCH 9 (UID BODY.PEEK[]<0.262144>)", mail(9, "BODY[]<0>", &fixture("vacation"))),
        ("UID FETCH 12 (UID BODY.PEEK[]<0.262144>)", mail(12, "BODY[]<0>", &large)),
        ("CAPABILITY", say("* CAPABILITY IMAP4rev1 UIDPLUS MOVE\n\0 OK\n")),
        ("UID ", say("\0 OK done\n")),
        ("LOGOUT", say("* BYE\n\0 OK bye\n")),
    ]);
    ways
}

fn smtp(imap: &Imap, change: impl FnOnce(&mut BouncesConfig)) -> impl Notifier {
    let mut bounces = bounces_config(&format!("imaps://localhost:{}", imap.port));
    bounces.ca = Some(imap.ca.clone());
    change(&mut bounces);
    let config = SmtpConfig { bounces: Some(bounces), ..config("smtp://localhost?tls=none") };
    notifier(config, Duration::from_secs(8))
}

#[tokio::test]
async fn a_mailbox_is_read_and_left_as_it_is() {
    let imap = Imap::start(mailbox(vec![])).await;
    let notices = smtp(&imap, |_| {}).collect().await.unwrap();
    let found: Vec<(&str, String)> =
        notices.iter().map(|notice| (notice.id.as_str(), described(notice).0)).collect();
    assert_eq!(
        found,
        [
            ("7.5", "bad_address 5.1.1 7776000s".to_owned()),
            ("7.9.other", "other".to_owned()),
            ("7.12", "undelivered 5.2.2".to_owned()),
        ]
    );
    assert!(imap.heard().iter().all(|command| !command.contains("STORE")), "{:?}", imap.heard());
}

/// What is collected when the server has these ways: names of mails, and of trouble.
async fn check_collected(ways: Answers, expected: &[&str]) {
    let imap = Imap::start(mailbox(ways)).await;
    let notices = smtp(&imap, |_| {}).collect().await.unwrap();
    let found: Vec<&str> = notices.iter().map(|notice| notice.id.as_str()).collect();
    assert_eq!(found, expected, "{:?}", imap.heard());
}

#[tokio::test]
async fn a_mail_that_cannot_be_read_keeps_no_other_from_being_read() {
    let nothing = || say("* 1 FETCH (UID 5 BODY[]<0> NIL)\n\0 OK done\n");
    let torn = || b"* 1 FETCH (UID 5 BODY[]<0> hanako.g@buyer.example\r\n".to_vec();
    let refused = || say("\0 NO not this one\n");
    let endless = || mail(5, "BODY[]<0>", &vec![b'x'; 1024 * 1024]);
    for way in [nothing, torn, refused, endless] {
        check_collected(vec![("UID FETCH 5", way())], &["7.5.other", "7.9.other", "7.12"]).await;
    }
    // Nothing shows yet that the last one is worse than the server.
    check_collected(vec![("UID FETCH 12", torn())], &["7.5", "7.9.other"]).await;
    check_collected(vec![("UID FETCH 9", refused()), ("UID FETCH 12", refused())], &["7.5"]).await;
    check_collected(vec![("UID FETCH 5", say("\0 OK gone\n"))], &["7.9.other", "7.12"]).await;
}

#[tokio::test]
async fn a_round_ends_in_time_with_what_was_read() {
    let imap = Imap::start(mailbox(vec![])).await;
    let mut bounces = bounces_config(&format!("imaps://localhost:{}", imap.port));
    bounces.ca = Some(imap.ca.clone());
    let settings = Settings::check(bounces).unwrap();
    let deadlines = Deadlines { round: Duration::ZERO, ..Deadlines::default() };
    let letters = round::read(&settings, deadlines).await.unwrap();
    assert_eq!(letters.len(), 1);
    assert!(!imap.heard().iter().any(|command| command.starts_with("UID FETCH 9")), "{:?}", imap.heard());
}

/// What is done with two bounces, a mail of somebody else's, and two names that are out of date or none at all.
async fn check_put_away(done: &str, ways: Answers, expected: &[&str]) {
    let imap = Imap::start(mailbox(ways)).await;
    let notices = ["7.5", "7.9.other", "7.12", "6.4", "x"].map(str::to_owned);
    let put = smtp(&imap, |config| config.done = done.to_owned()).put_away(&notices).await;
    assert_eq!(put, Ok(()));
    let heard = imap.heard();
    let asked: Vec<&str> = heard.iter().map(String::as_str).filter(|line| line.starts_with("UID ")).collect();
    assert_eq!(asked, [&["UID STORE 9 +FLAGS.SILENT (\\Seen)"], expected].concat());
}

#[tokio::test]
async fn bounces_are_put_away_as_the_settings_say_and_other_mails_stay() {
    let delete = "UID STORE 5,12 +FLAGS.SILENT (\\Seen \\Deleted)";
    let without = || vec![("CAPABILITY", say("* CAPABILITY IMAP4rev1\n\0 OK\n"))];
    check_put_away("seen", vec![], &["UID STORE 5,12 +FLAGS.SILENT (\\Seen)"]).await;
    check_put_away("delete", vec![], &[delete, "UID EXPUNGE 5,12"]).await;
    check_put_away("delete", without(), &[delete]).await;
    check_put_away("Read", vec![], &["UID MOVE 5,12 \"Read\""]).await;
    check_put_away("Read", without(), &["UID COPY 5,12 \"Read\"", delete]).await;
}

#[tokio::test]
async fn bounces_that_cannot_be_moved_do_not_come_back() {
    let (seen, moved) = ("UID STORE 5,12 +FLAGS.SILENT (\\Seen)", "UID MOVE 5,12 \"Read\"");
    let no = || say("\0 NO not here\n");
    check_put_away("Read", vec![("UID MOVE", no()), ("CREATE", no())], &[moved, seen]).await;
    let created = ("CREATE", say("\0 OK made\n"));
    check_put_away("Read", vec![("UID MOVE", no()), created], &[moved, moved, seen]).await;
    check_put_away("Read", vec![("UID MOVE", say("\0 BAD what\n"))], &[moved, seen]).await;
    let without = ("CAPABILITY", say("* CAPABILITY IMAP4rev1\n\0 OK\n"));
    let copied = "UID COPY 5,12 \"Read\"";
    check_put_away("Read", vec![without, ("UID COPY", no()), ("CREATE", no())], &[copied, seen]).await;
}

#[tokio::test]
async fn a_probe_of_the_mailbox_selects_the_folder_and_reads_nothing() {
    let imap = Imap::start(mailbox(vec![])).await;
    let proof = smtp(&imap, |_| {}).probe_collecting().await.unwrap().map(|proof| proof.to_string());
    assert_eq!(proof.as_deref(), Some("logged in, and `INBOX` can be read: 3 mails"));
    assert!(!imap.heard().iter().any(|line| line.starts_with("UID")), "{:?}", imap.heard());
    let alone = notifier(config("smtp://127.0.0.1:25?tls=none"), Duration::from_secs(8));
    assert_eq!(alone.probe_collecting().await, Ok(None));
}

/// What collecting says when the server has these ways.
async fn check_trouble(ways: Answers, expected: &str) {
    let imap = Imap::start(mailbox(ways)).await;
    let trouble = smtp(&imap, |_| {}).collect().await.map(drop);
    assert_eq!(describe_probe(&trouble), expected, "{trouble:?}");
    let shown = trouble.as_ref().err().map(ProbeError::to_string).unwrap_or_default();
    for secret in ["correct horse", "hanako.g"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[tokio::test]
async fn trouble_says_who_must_act() {
    check_trouble(vec![], "ok").await;
    check_trouble(vec![("UID SEARCH", say("* SEARCH\n\0 OK none\n"))], "ok").await;
    let wrong = say("\0 NO [AUTHENTICATIONFAILED] not with correct horse\n");
    check_trouble(vec![("LOGIN", wrong)], "refused imap").await;
    check_trouble(vec![("SELECT", say("\0 NO no such folder\n"))], "refused imap").await;
    check_trouble(vec![("SELECT", say("* 3 EXISTS\n\0 OK no validity\n"))], "refused imap").await;
    check_trouble(vec![("UID SEARCH", say("\0 BAD hanako.g@buyer.example?\n"))], "unreachable imap").await;
    let torn = b"* 1 FETCH (UID 5 BODY[] hanako.g@buyer.example\r\n".to_vec();
    check_trouble(vec![("UID FETCH", torn)], "unreachable imap").await;
    let announced = b"* 1 FETCH (UID 5 BODY[]<0> {536000000}\r\n".to_vec();
    check_trouble(vec![("UID FETCH", announced)], "unreachable connection").await;
    check_trouble(vec![("UID FETCH", say("\0 NO not now\n"))], "unreachable imap").await;
    check_trouble(vec![("", say("220 smtp.example ESMTP\n"))], "unreachable imap").await;
    check_trouble(vec![("", say("* BYE too busy\n"))], "unreachable imap").await;
}

#[tokio::test]
async fn a_server_that_says_nothing_or_never_stops_is_left() {
    let imap = Imap::start(vec![("LOGIN", say("\0 OK in\n"))]).await;
    let mut bounces = bounces_config(&format!("imaps://localhost:{}", imap.port));
    bounces.ca = Some(imap.ca.clone());
    let config = SmtpConfig { bounces: Some(bounces), ..config("smtp://localhost?tls=none") };
    let trouble = notifier(config, Duration::from_millis(300)).collect().await.map(drop);
    assert_eq!(describe_probe(&trouble), "unreachable timeout");

    let endless = [b"* SEARCH".to_vec(), b" 1".repeat(1024 * 1024)].concat();
    check_trouble(vec![("UID SEARCH", endless)], "unreachable connection").await;
}

#[tokio::test]
async fn a_certificate_that_is_not_to_be_trusted_is_refused() {
    let imap = Imap::start(mailbox(vec![])).await;
    let other = Authority::new("localhost").pem;
    let trouble = smtp(&imap, |config| config.ca = Some(other)).collect().await.map(drop);
    assert_eq!(describe_probe(&trouble), "refused certificate");
    assert_eq!(imap.heard(), Vec::<String>::new());
}

#[tokio::test]
async fn without_a_mailbox_there_is_nothing_to_fetch() {
    let notifier = notifier(config("smtp://localhost?tls=none"), Duration::from_secs(8));
    assert_eq!(notifier.collects_every(), None);
    assert_eq!(notifier.collect().await, Ok(vec![]));
    assert_eq!(notifier.put_away(&["7.1".to_owned()]).await, Ok(()));
}
