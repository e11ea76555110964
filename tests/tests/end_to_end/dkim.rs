//! Signed mails, believed by another implementation of DKIM after they have crossed a real mail server.

use std::process::Stdio;

use proofbell_email::Smtp;
use proofbell_notify::{Address, Body, DynNotifier, Email, Message, Outcome, Registry, Toolkit};
use proofbell_tests::{SmtpServer, Trust, python, root};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use uuid::Uuid;

fn key(name: &str) -> String {
    std::fs::read_to_string(root().join("crates/proofbell-email/fixtures/keys").join(name)).unwrap()
}

/// What dkimpy says of a mail, when the DNS holds the record at `s1._domainkey.market.example`.
pub(crate) async fn verify(mail: &[u8], record: &str) -> Value {
    let mut command = Command::new(python());
    command.arg(root().join("tests/smtp/verify_dkim.py"));
    command.args(["s1._domainkey.market.example", record]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(mail).await.unwrap();
    let output = child.wait_with_output().await.unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A mail with everything in it that a server on the way could trip over.
fn message(to: &str) -> Message {
    let text = "Bitte neu fotografieren:  das Etikett.\n.\n.. \n\n\n花子 様\t\n\n";
    let email = Email {
        subject: "写真の撮り直しをお願いします。".repeat(8),
        html: format!("<p>{}</p>\n{text}", "lang ".repeat(400)),
        text: text.to_owned(),
    };
    Message {
        id: Uuid::new_v4(),
        made_at: "2026-02-02T02:40:00Z".parse().unwrap(),
        to: Address::Email(to.parse().unwrap()),
        to_name: Some("花子, \"the  seller\"".to_owned()),
        locale: "de".to_owned(),
        case: Some("sr-1".to_owned()),
        thread: None,
        optional: true,
        body: Body::Email(email),
    }
}

async fn check(key_file: &str, record: &str) {
    let server = SmtpServer::start(Trust::Anybody).await;
    let settings = json!({
        "url": format!("smtp://127.0.0.1:{}?tls=none", server.port()),
        "from": "時計の店 <no-reply@market.example>",
        "reply_to": "help@market.example",
        "dkim": { "domain": "market.example", "selector": "s1", "key": key(key_file) },
    });
    let notifier = Registry::new().with::<Smtp>().build("smtp", settings, &Toolkit::default()).unwrap();
    let outcome = DynNotifier::send(&*notifier, &message("hanako@example.jp")).await;
    assert!(matches!(outcome, Outcome::Sent(_)), "{outcome:?}");
    let mail = server.wait_for_mails("hanako@example.jp", 1).await.remove(0).raw;
    assert_eq!(verify(&mail, record).await, json!({ "valid": true }), "{}", String::from_utf8_lossy(&mail));

    let text = String::from_utf8(mail).unwrap();
    for (what, changed) in [
        ("another body", text.replacen("lang", "long", 1)),
        ("another subject", text.replacen("Subject: =?utf-8?b?", "Subject: x =?utf-8?b?", 1)),
        ("a second subject", format!("Subject: You have won\r\n{text}")),
        ("a second sender", format!("From: ceo@market.example\r\n{text}")),
        (
            "another way to unsubscribe",
            text.replacen("List-Unsubscribe: <", "List-Unsubscribe: <https://x.example/>, <", 1),
        ),
    ] {
        assert_ne!(changed, text, "{what}");
        assert_eq!(verify(changed.as_bytes(), record).await["valid"], false, "{what} was believed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn signatures_are_believed_and_changed_mails_are_not() {
    check("rsa-pkcs1.pem", key("rsa.txt").trim()).await;
    check("rsa-pkcs8.pem", key("rsa.txt").trim()).await;
    check("ed25519.pem", key("ed25519.txt").trim()).await;
}
