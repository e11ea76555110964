//! The mails themselves, read back by another implementation.

use mail_parser::{MessageParser, MimeHeaders, PartType};
use proofbell_notify::{Address, Body, Email, Message};
use proptest::prelude::*;

use crate::compose::compose;
use crate::config::Settings;
use crate::headers::{display_name, one_line};

use super::{config, message};

fn settings() -> Settings {
    let mut config = config("smtp://localhost?tls=none");
    config.from = "時計とバッグの店 <no-reply@market.example>".to_owned();
    config.reply_to = Some("help@市場.example".to_owned());
    Settings::check(config).unwrap()
}

fn bytes(message: &Message) -> Vec<u8> {
    compose(&settings(), message).unwrap_or_else(|outcome| panic!("{outcome:?}")).bytes
}

#[test]
fn a_mail_in_full() {
    let mail = String::from_utf8(bytes(&message())).unwrap();
    assert_eq!(
        mail,
        "From: =?utf-8?b?5pmC6KiI44Go44OQ44OD44Kw44Gu5bqX?= <no-reply@market.example>\r\n\
         To: \"Hanako Ginza\" <hanako.g@buyer.example>\r\n\
         Subject: Two photos to take again\r\n\
         Date: Mon, 02 Feb 2026 02:40:00 +0000\r\n\
         Message-ID: <0193a5b0-0000-7000-8000-000000000001@market.example>\r\n\
         Auto-Submitted: auto-generated\r\n\
         Reply-To: help@xn--rlsx8k.example\r\n\
         Content-Language: en\r\n\
         References: <case-sr-1@market.example>\r\n\
         MIME-Version: 1.0\r\n\
         Content-Type: multipart/alternative;\r\n \
         boundary=\"=_0193a5b0000070008000000000000001\"\r\n\
         \r\n\
         --=_0193a5b0000070008000000000000001\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: quoted-printable\r\n\
         \r\n\
         Please take them again.\r\n\
         --=_0193a5b0000070008000000000000001\r\n\
         Content-Type: text/html; charset=utf-8\r\n\
         Content-Transfer-Encoding: quoted-printable\r\n\
         \r\n\
         <p>Please take them again.</p>\r\n\
         --=_0193a5b0000070008000000000000001--\r\n"
    );
}

/// The fields of an optional mail that say how to unsubscribe, folds undone.
fn check_unsubscribe(ways: Option<&[&str]>, reply_to: Option<&str>, expected: &[&str]) {
    let mut config = config("smtp://localhost?tls=none");
    config.unsubscribe = ways.map(|ways| ways.iter().map(|way| (*way).to_owned()).collect());
    config.reply_to = reply_to.map(str::to_owned);
    let settings = Settings::check(config).unwrap();
    for optional in [true, false] {
        let mail = compose(&settings, &Message { optional, ..message() }).map(|mail| mail.bytes).unwrap();
        let mail = String::from_utf8(mail).unwrap().replace("\r\n ", " ");
        let (head, _) = mail.split_once("\r\n\r\n").unwrap();
        let fields: Vec<&str> = head.split("\r\n").filter(|line| line.starts_with("List-")).collect();
        assert_eq!(fields, if optional { expected } else { &[] });
    }
}

#[test]
fn optional_mails_say_how_to_unsubscribe() {
    let mailto = "List-Unsubscribe: <mailto:help@market.example?subject=unsubscribe>";
    check_unsubscribe(None, Some("Help <help@market.example>"), &[mailto]);
    let mailto = "List-Unsubscribe: <mailto:no-reply@market.example?subject=unsubscribe>";
    check_unsubscribe(None, None, &[mailto]);
    check_unsubscribe(
        Some(&[
            "https://market.example/unsubscribe?m={id}&x=1",
            "mailto:u@market.example?subject=stop%20{id}",
        ]),
        Some("help@market.example"),
        &[
            "List-Unsubscribe: <https://market.example/unsubscribe?m=0193a5b0-0000-7000-8000-000000000001&x=1>, \
             <mailto:u@market.example?subject=stop%200193a5b0-0000-7000-8000-000000000001>",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        ],
    );
    check_unsubscribe(
        Some(&["mailto:u@market.example"]),
        None,
        &["List-Unsubscribe: <mailto:u@market.example>"],
    );
}

#[test]
fn bounces_go_where_they_should() {
    let mut config = config("smtp://localhost?tls=none");
    config.bounce = Some("bounces@market.example".to_owned());
    let mail = compose(&Settings::check(config).unwrap(), &message())
        .unwrap_or_else(|outcome| panic!("{outcome:?}"));
    assert_eq!(mail.from, "bounces@market.example");
    let head = String::from_utf8(mail.bytes).unwrap();
    assert!(head.starts_with("From: \"Maison Seconde\" <no-reply@market.example>\r\n"), "{head}");
    assert!(!head.contains("bounces@"), "{head}");
}

/// What mail programs show of a subject.
fn check_subject(subject: &str, shown: &str) {
    let mail = bytes(&with_subject(subject));
    let parsed = MessageParser::default().parse(&mail).unwrap();
    assert_eq!(parsed.subject().unwrap_or_default(), shown);
}

fn with_subject(subject: &str) -> Message {
    let email = Email { subject: subject.to_owned(), html: "<p>x</p>".to_owned(), text: "x".to_owned() };
    Message { body: Body::Email(email), ..message() }
}

#[test]
fn subjects_come_across_and_stay_subjects() {
    let long = "写真の撮り直しをお願いします。".repeat(20);
    check_subject(&long, &long);
    check_subject("hello\r\nBcc: everyone@market.example", "hello  Bcc: everyone@market.example");
    check_subject("=?utf-8?b?aGVsbG8=?=", "=?utf-8?b?aGVsbG8=?=");
    check_subject(&"x".repeat(2000), &"x".repeat(2000));
    check_subject("a\u{0}b\u{7f}c\u{2028}d\te", "a b c d e");
}

#[test]
fn what_is_no_mail_is_refused() {
    let ancient = Message { made_at: jiff::Timestamp::MIN, ..message() };
    let outcome = compose(&settings(), &ancient).map(|mail| mail.bytes).unwrap_err();
    assert_eq!(outcome.as_str(), "rejected");
    let numeric = Address::Email("a@１２７.0.0.1".parse().unwrap());
    let outcome =
        compose(&settings(), &Message { to: numeric, ..message() }).map(|mail| mail.bytes).unwrap_err();
    assert_eq!(outcome.as_str(), "bad_address");
}

/// The names of the fields, in order; a folded line belongs to the field before it.
fn field_names(mail: &[u8]) -> Vec<String> {
    let mail = String::from_utf8_lossy(mail);
    let (head, _) = mail.split_once("\r\n\r\n").unwrap();
    let lines = head.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
    lines.map(|line| line.split_once(':').unwrap().0.to_owned()).collect()
}

fn crlf(text: &str) -> String {
    text.replace("\r\n", "\n").replace(['\r', '\n'], "\r\n")
}

/// Text of all kinds: any characters, and the ones that mean something to mail.
fn text() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        any::<String>(),
        "[ -~]{0,120}",
        Just("\r\n.\r\n".to_owned()),
        Just("\n\nBcc: x@y.example\n".to_owned()),
        Just("\r".to_owned()),
        Just("=?utf-8?q?=0D=0ABcc:_x?=".to_owned()),
        Just("\"<>,;:\\".to_owned()),
        Just("花子 ".to_owned()),
        Just("--=_0193a5b0000070008000000000000001--".to_owned()),
    ];
    prop::collection::vec(pieces, 0..6).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn any_text_comes_back_out_and_none_gets_into_the_headers(
        subject in text(), name in text(), html in text(), plain in text(), locale in text(), case in text(),
    ) {
        let email = Email { subject: subject.clone(), html: html.clone(), text: plain.clone() };
        let message = Message {
            to_name: Some(name.clone()), locale, case: Some(case), body: Body::Email(email), ..message()
        };
        let mail = bytes(&message);
        prop_assert_eq!(&mail, &bytes(&message), "two attempts differ");
        prop_assert!(mail.is_ascii());
        let on_lines = String::from_utf8(mail.clone()).unwrap().replace("\r\n", "");
        prop_assert!(!on_lines.contains(['\r', '\n']), "a bare CR or LF");
        prop_assert!(mail.split(|&byte| byte == b'\n').all(|line| line.len() <= 999));

        let optional = |field: &str| !matches!(field, "Content-Language" | "References");
        let names: Vec<String> = field_names(&mail).into_iter().filter(|field| optional(field)).collect();
        let known = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Reply-To", "MIME-Version", "Content-Type"];
        prop_assert_eq!(names, known);

        let parsed = MessageParser::default().parse(&mail).unwrap();
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        prop_assert_eq!(words(parsed.subject().unwrap_or_default()), words(&one_line(&subject)));
        let to = parsed.to().and_then(|to| to.first()).unwrap();
        prop_assert_eq!(to.address(), Some("hanako.g@buyer.example"));
        prop_assert_eq!(words(to.name().unwrap_or_default()), words(&display_name(&name).unwrap_or_default()));
        prop_assert_eq!(parsed.message_id(), Some("0193a5b0-0000-7000-8000-000000000001@market.example"));

        let parts: Vec<_> = parsed.parts.iter().skip(1).map(|part| {
            let kind = part.content_type().and_then(|kind| kind.subtype()).unwrap_or_default().to_owned();
            match &part.body {
                PartType::Text(text) | PartType::Html(text) => (kind, text.to_string()),
                _ => (kind, String::new()),
            }
        }).collect();
        prop_assert_eq!(parts, [("plain".to_owned(), crlf(&plain)), ("html".to_owned(), crlf(&html))]);
    }
}
