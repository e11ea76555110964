//! What is read out of mails that servers send back, and of the mails between them.

use std::time::Duration;

use proofbell_notify::{About, News, Notice};
use proptest::prelude::*;

use super::name::Name;
use super::round::Letter;
use super::{Bounces, BouncesConfig, Settings};
use crate::dialogue::Deadlines;

mod imap;
mod settings;

fn bounces_config(url: &str) -> BouncesConfig {
    BouncesConfig {
        imap: url.to_owned(),
        username: "bounces".to_owned(),
        password: "correct horse".into(),
        folder: "INBOX".to_owned(),
        every: "1m".to_owned(),
        done: "seen".to_owned(),
        ca: None,
    }
}

/// What a mail in the mailbox says, in a line; and why, in the words for people.
fn read(mail: &[u8]) -> (String, String) {
    let settings = Settings::check(bounces_config("imaps://localhost")).unwrap();
    let bounces = Bounces::new(settings, "market.example", Deadlines::default());
    let name = Name::parse("7.1").unwrap();
    described(&bounces.notice(&Letter { name, bytes: mail.to_vec() }))
}

fn described(notice: &Notice) -> (String, String) {
    let [report] = notice.reports.as_slice() else {
        assert!(notice.reports.is_empty(), "{notice:?}");
        return (
            if notice.id.ends_with(".other") { "other" } else { "nothing yet" }.to_owned(),
            String::new(),
        );
    };
    assert_eq!(report.about, About::Message("0193a5b0-0000-7000-8000-000000000001".parse().unwrap()));
    let reason = report.news.reason();
    let mut said = report.news.as_str().to_owned();
    if let Some(reason) = reason {
        said.push_str(&format!(" {}", reason.code()));
    }
    if let News::BadAddress { forget_after, .. } = &report.news {
        said.push_str(&format!(" {:?}", forget_after.unwrap_or(Duration::MAX)));
    }
    (said, reason.map(|reason| reason.detail().to_owned()).unwrap_or_default())
}

fn fixture(name: &str) -> Vec<u8> {
    let path = format!("{}/fixtures/bounces/{name}.eml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    text.replace('\n', "\r\n").into_bytes()
}

/// Ninety days, and seven.
const BAD_ADDRESS: &str = "bad_address 5.1.1 7776000s";

const TABLE: [(&str, &str, &str); 21] = [
    (
        "postfix-no-mailbox",
        BAD_ADDRESS,
        "the mail came back: 550 5.1.1 <‹address›>: Recipient address rejected: User unknown in virtual mailbox table",
    ),
    (
        "postfix-forwarded",
        "undelivered 5.1.1",
        "the mail came back: 550 5.1.1 <‹address›>: Recipient address rejected: User unknown in virtual mailbox table",
    ),
    ("postfix-no-domain", "bad_address 5.4.4 604800s", "the mail came back"),
    ("postfix-null-mx", "bad_address 5.1.10 7776000s", "the mail came back"),
    ("postfix-full", "undelivered 5.2.2", "the mail came back: 552 5.2.2 <‹address›>: Mailbox full"),
    ("postfix-given-up", "undelivered 4.4.1", "the mail came back"),
    ("postfix-bare-550", "undelivered 5.0.0", "the mail came back: 550 no such user here"),
    ("postfix-delayed", "nothing yet", ""),
    ("postfix-delivered", "delivered", ""),
    ("postfix-relayed", "nothing yet", ""),
    ("postfix-two-recipients", "undelivered 5.1.1", "the mail came back: 550 5.1.1 no such user"),
    ("postfix-of-another-system", "other", ""),
    ("postfix-not-a-message-of-ours", "other", ""),
    (
        "postfix-international",
        BAD_ADDRESS,
        "the mail came back: 550 5.1.1 <‹address›>: ‹address› is unknown here",
    ),
    (
        "exim-no-mailbox",
        BAD_ADDRESS,
        "the mail came back: 550 5.1.1 <‹address›> User doesn't exist: ‹address›",
    ),
    ("exim-unrouteable", "undelivered 5.0.0", "the mail came back"),
    (
        "exchange-no-mailbox",
        "bad_address 5.1.10 7776000s",
        "the mail came back: 550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient ‹address› not found by SMTP address lookup",
    ),
    (
        "exchange-policy",
        "undelivered 5.7",
        "the mail came back: 550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required; Delivery restriction check failed because the sender was not authenticated when sending to this group",
    ),
    (
        "gmail-no-mailbox",
        BAD_ADDRESS,
        "the mail came back: 550-5.1.1 The email account that you tried to reach does not exist. Please try 550-5.1.1 double-checking the recipient's email address for typos or 550 5.1.1  https://support.google.com/mail/?p=NoSuchUser ab12-gc - gsmtp",
    ),
    ("vacation", "other", ""),
    ("spam", "other", ""),
];

#[test]
fn bounces_are_understood_as_servers_write_them() {
    for (name, expected, detail) in TABLE {
        assert_eq!(read(&fixture(name)), (expected.to_owned(), detail.to_owned()), "{name}");
    }
}

#[test]
fn an_address_is_only_bad_if_it_is_the_one_we_wrote_to() {
    let bounce = String::from_utf8(fixture("postfix-no-mailbox")).unwrap();
    let to = "To: \"Hanako Ginza\" <hanako.g@buyer.example>\r\n";
    let check = |our: &str, failed: &str, expected: &str| {
        let mail = bounce.replace(to, our).replace("Final-Recipient: rfc822; hanako.g@buyer.example", failed);
        assert_eq!(read(mail.as_bytes()).0, expected, "{our} {failed}");
    };
    let (bad, good) = (BAD_ADDRESS, "undelivered 5.1.1");
    let failed = "Final-Recipient: rfc822; <Hanako.G@Buyer.Example>";
    check(to, failed, bad);
    check("", failed, good);
    check("To: hanako@buyer.example\r\n", failed, good);
    check("To: hanako.g@bücher.example\r\n", "Final-Recipient: rfc822; hanako.g@xn--bcher-kva.example", bad);
    check("To: hanako.g@xn--bcher-kva.example\r\n", "Final-Recipient: utf-8; hanako.g@BÜCHER.example", bad);
    // The address in the other field is the one we wrote to.
    check(to, "X-Nothing: here", bad);
    check(to, "Final-Recipient: rfc822; hanako@former-employer.example", good);
}

#[test]
fn a_mailbox_that_is_switched_off_is_tried_again_the_next_day() {
    let bounce = String::from_utf8(fixture("postfix-no-mailbox")).unwrap();
    let (said, _) = read(bounce.replace("Status: 5.1.1", "Status: 5.2.1").as_bytes());
    assert_eq!(said, "bad_address 5.2.1 86400s");
}

/// Reads a mail on a thread with the stack of one that serves.
fn read_on_a_thread(mail: Vec<u8>) -> String {
    let thread = std::thread::Builder::new().stack_size(2 * 1024 * 1024);
    thread.spawn(move || read(&mail).0).unwrap().join().unwrap()
}

#[test]
fn a_mail_within_a_mail_within_a_mail_does_not_end_the_process() {
    let within = b"Content-Type: message/rfc822\r\n\r\n";
    let deep = within.repeat(1024 * 1024 / within.len());
    assert_eq!(read_on_a_thread(deep.clone()), "other");
    let text = String::from_utf8(fixture("exim-no-mailbox")).unwrap();
    let (bounce, end) = text.split_once("Please take them again.").unwrap();
    let bounce = bounce.replace("Content-Type: text/plain; charset=utf-8\r\n\r\n", "");
    assert_eq!(read_on_a_thread([bounce.as_bytes(), &deep, end.as_bytes()].concat()), BAD_ADDRESS);
    let parts: Vec<u8> = (0..20_000)
        .flat_map(|depth| {
            format!("Content-Type: multipart/mixed; boundary={depth}\r\n\r\n--{depth}\r\n").into_bytes()
        })
        .collect();
    assert_eq!(read_on_a_thread(parts), "other");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn torn_and_garbled_bounces_are_harmless(
        which in 0..TABLE.len(), from in any::<prop::sample::Index>(), to in any::<prop::sample::Index>(),
        put in prop::collection::vec(any::<u8>(), 0..12),
    ) {
        let mut mail = fixture(TABLE[which].0);
        let (from, to) = (from.index(mail.len()), to.index(mail.len()));
        mail.splice(from.min(to)..from.max(to), put);
        let (said, detail) = read(&mail);
        prop_assert!(said.len() < 40, "{said}");
        prop_assert!(!detail.contains("@buyer.example"), "{detail}");
    }
}
