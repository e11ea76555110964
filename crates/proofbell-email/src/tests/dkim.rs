//! Signatures: which keys are taken, and what is signed. Whether another implementation believes them is tested end to end.

use jiff::Timestamp;
use proofbell_notify::Message;

use crate::compose::compose;
use crate::config::{Settings, SmtpConfig};
use crate::dkim::{DkimConfig, Signer};

use super::{config, message};

const RSA: &str = include_str!("../../fixtures/keys/rsa-pkcs8.pem");
const RSA_OLD: &str = include_str!("../../fixtures/keys/rsa-pkcs1.pem");
const ED25519: &str = include_str!("../../fixtures/keys/ed25519.pem");

fn dkim(key: &str) -> DkimConfig {
    DkimConfig { domain: "market.example".to_owned(), selector: "s1".to_owned(), key: key.into() }
}

fn signed(key: &str, message: &Message) -> String {
    let config = SmtpConfig { dkim: Some(dkim(key)), ..config("smtp://localhost?tls=none") };
    let mail =
        compose(&Settings::check(config).unwrap(), message).unwrap_or_else(|outcome| panic!("{outcome:?}"));
    String::from_utf8(mail.bytes).unwrap()
}

/// The signature's field on one line, and the mail below it.
fn taken_apart(mail: &str) -> (String, &str) {
    let end = mail.find("\r\nFrom:").unwrap();
    (mail[..end].replace("\r\n ", ""), &mail[end + 2..])
}

#[test]
fn what_is_signed_stands_in_the_signature() {
    for (key, algorithm) in [(RSA, "rsa-sha256"), (RSA_OLD, "rsa-sha256"), (ED25519, "ed25519-sha256")] {
        let signed = signed(key, &message());
        let (field, mail) = taken_apart(&signed);
        let beginning = format!(
            "DKIM-Signature: v=1; a={algorithm}; c=relaxed/relaxed; d=market.example;s=s1; t=1770000000;\
             h=from:from:to:subject:subject:date:message-id:mime-version:content-type;bh="
        );
        assert!(field.starts_with(&beginning), "{field}");
        let unsigned = compose(&Settings::check(config("smtp://localhost?tls=none")).unwrap(), &message());
        assert_eq!(mail.as_bytes(), unsigned.map(|mail| mail.bytes).unwrap());
    }
}

#[test]
fn both_fields_of_an_unsubscription_are_signed() {
    let mut config = config("smtp://localhost?tls=none");
    config.dkim = Some(dkim(ED25519));
    config.reply_to = Some("help@market.example".to_owned());
    config.unsubscribe = Some(vec!["https://market.example/u/{id}".to_owned()]);
    let optional = Message { optional: true, ..message() };
    let mail = compose(&Settings::check(config).unwrap(), &optional).map(|mail| mail.bytes).unwrap();
    let (field, _) = taken_apart(std::str::from_utf8(&mail).unwrap());
    assert!(field.contains(":content-type:reply-to:list-unsubscribe:list-unsubscribe-post;bh="), "{field}");
}

#[test]
fn a_signature_depends_on_the_mail_and_its_time_alone() {
    for key in [RSA, ED25519] {
        let first = signed(key, &message());
        assert_eq!(first, signed(key, &message()), "two attempts differ");
        let later = Message { made_at: Timestamp::UNIX_EPOCH, ..message() };
        assert_ne!(taken_apart(&first).0, taken_apart(&signed(key, &later)).0);
    }
    assert_eq!(signed(RSA, &message()), signed(RSA_OLD, &message()), "one key in two wrappings");
}

#[test]
fn lines_of_a_signature_are_short() {
    let signed = signed(RSA, &message());
    let field = &signed[..signed.find("\r\nFrom:").unwrap()];
    assert!(field.lines().all(|line| line.len() <= 120), "{field}");
}

#[test]
fn keys_and_names_that_cannot_sign_are_refused() {
    let check = |config: DkimConfig, expected: &str| {
        let error = Signer::check(&config).err().map(|error| error.to_string()).unwrap_or_default();
        assert_eq!(error, expected);
    };
    let wanted = "give an RSA or Ed25519 private key in PEM (-----BEGIN PRIVATE KEY-----)";
    let small = include_str!("../../fixtures/keys/rsa-too-small.pem");
    check(dkim("hush"), &format!("`dkim.key`: is no private key; {wanted}"));
    check(dkim(small), "`dkim.key`: is an RSA key of fewer than 2048 bits, which receivers do not take");
    check(
        dkim(include_str!("../../fixtures/keys/ec.pem")),
        &format!("`dkim.key`: is a key of another kind; {wanted}"),
    );
    let torn = RSA.replace(&RSA[100..140], "");
    check(dkim(&torn), &format!("`dkim.key`: cannot be used (InvalidEncoding); {wanted}"));
    for domain in ["", "localhost", "192.0.2.1", "market.example;b=x", "a b.example"] {
        let config = DkimConfig { domain: domain.to_owned(), ..dkim(ED25519) };
        check(config, "`dkim.domain`: is no domain; write market.example");
    }
    for selector in ["", "s1;", "s 1", "s1.", "s1\r\nBcc: x"] {
        let config = DkimConfig { selector: selector.to_owned(), ..dkim(ED25519) };
        check(config, "`dkim.selector`: is no selector; write the part before `._domainkey`, such as s1");
    }
    check(
        DkimConfig { domain: "市場.example".to_owned(), selector: "2026.s-1".to_owned(), ..dkim(ED25519) },
        "",
    );
}
