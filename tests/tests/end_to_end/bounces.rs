//! Mails that a real mail system takes and sends back later.

use std::sync::Arc;

use proofbell_email::Smtp;
use proofbell_notify::{
    About, Address, Body, DynNotifier, Email, Message, News, Notice, Outcome, Registry, Toolkit,
};
use proofbell_tests::{MailSystem, PATIENCE, root, until};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::dkim::verify;

fn key(name: &str) -> String {
    std::fs::read_to_string(root().join("crates/proofbell-email/fixtures/keys").join(name)).unwrap()
}

fn settings(system: &MailSystem, done: &str) -> Value {
    json!({
        "url": system.smtp_url(),
        "username": MailSystem::USER,
        "password": MailSystem::PASSWORD,
        "ca": system.ca(),
        "from": "Maison Seconde <no-reply@market.example>",
        "bounce": "bounces@market.example",
        "dkim": { "domain": "market.example", "selector": "s1", "key": key("ed25519.pem") },
        "bounces": {
            "imap": system.imap_url(),
            "username": "bounces",
            "password": MailSystem::PASSWORD,
            "ca": system.ca(),
            "every": "10s",
            "done": done,
        },
    })
}

fn notifier(settings: Value) -> Arc<dyn DynNotifier> {
    Registry::new().with::<Smtp>().build("smtp", settings, &Toolkit::default()).unwrap()
}

fn message(to: &str) -> Message {
    let email = Email {
        subject: "Two photos to take again".to_owned(),
        html: "<p>Please take them again.</p>".to_owned(),
        text: "Please take them again.".to_owned(),
    };
    Message {
        id: Uuid::new_v4(),
        made_at: "2026-02-02T02:40:00Z".parse().unwrap(),
        to: Address::Email(to.parse().unwrap()),
        to_name: None,
        locale: "en".to_owned(),
        case: Some("sr-1".to_owned()),
        thread: None,
        optional: false,
        body: Body::Email(email),
    }
}

async fn send(notifier: &Arc<dyn DynNotifier>, to: &str) -> Uuid {
    let message = message(to);
    let outcome = notifier.send(&message).await;
    assert!(matches!(outcome, Outcome::Sent(_)), "{outcome:?}");
    message.id
}

/// What is in the mailbox, once there is something.
async fn collected(system: &MailSystem, notifier: &Arc<dyn DynNotifier>) -> Vec<Notice> {
    until(&format!("a bounce comes: {}", system.logs()), PATIENCE, async || {
        let notices = notifier.collect().await.unwrap();
        (!notices.is_empty()).then_some(notices)
    })
    .await
}

/// Sends to nobody, reads that it came back, and puts that away.
async fn check(system: &MailSystem, done: &str) {
    let notifier = notifier(settings(system, done));
    assert_eq!(notifier.collects_every().map(|every| every.as_secs()), Some(10));
    assert_eq!(notifier.collect().await, Ok(vec![]));
    let id = send(&notifier, "nobody.known@market.example").await;
    let notices = collected(system, &notifier).await;
    let [notice] = notices.as_slice() else { panic!("{notices:?}") };
    let [report] = notice.reports.as_slice() else { panic!("{notices:?}") };
    assert_eq!(report.about, About::Message(id));
    let News::BadAddress { reason, forget_after } = &report.news else { panic!("{report:?}") };
    assert_eq!((reason.code(), forget_after.map(|time| time.as_secs())), ("5.1.1", Some(7_776_000)));
    assert!(reason.detail().contains("User doesn't exist"), "{reason}");
    assert!(!reason.detail().contains("nobody"), "{reason}");
    // Until it is put away it is told again.
    assert_eq!(notifier.collect().await, Ok(notices.clone()));
    assert_eq!(notifier.put_away(std::slice::from_ref(&notice.id)).await, Ok(()));
    assert_eq!(notifier.collect().await, Ok(vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn mails_that_come_back_later_are_told_and_put_away() {
    let Some(system) = MailSystem::start().await else { return };
    let kept =
        |folder: &str| system.mails("bounces", folder).iter().map(|mail| mail.seen).collect::<Vec<bool>>();
    check(&system, "delete").await;
    assert_eq!(kept("INBOX"), [] as [bool; 0]);
    check(&system, "Read").await;
    assert_eq!((kept("INBOX").len(), kept("Read").len()), (0, 1));
    check(&system, "seen").await;
    assert_eq!(kept("INBOX"), [true]);
}

#[tokio::test(flavor = "multi_thread")]
async fn mails_that_arrive_are_signed_and_say_nothing_and_other_mails_stay() {
    let Some(system) = MailSystem::start().await else { return };
    let notifier = notifier(settings(&system, "delete"));
    send(&notifier, "hanako@market.example").await;
    let mails = until("the mail arrives", PATIENCE, async || {
        Some(system.mails("hanako", "INBOX")).filter(|mails| !mails.is_empty())
    });
    let mail = mails.await.remove(0).raw;
    assert_eq!(verify(&mail, key("ed25519.txt").trim()).await, json!({ "valid": true }));

    // Somebody answers to the mailbox for bounces.
    send(&notifier, "bounces@market.example").await;
    let notices = collected(&system, &notifier).await;
    assert_eq!(notices.iter().map(|notice| notice.reports.len()).collect::<Vec<_>>(), [0]);
    let ids: Vec<String> = notices.into_iter().map(|notice| notice.id).collect();
    assert_eq!(notifier.put_away(&ids).await, Ok(()));
    assert_eq!(notifier.collect().await, Ok(vec![]));
    let kept = system.mails("bounces", "INBOX");
    assert_eq!(kept.iter().map(|mail| mail.seen).collect::<Vec<_>>(), [true]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_real_servers_refuse_is_told_to_whoever_must_act() {
    let Some(system) = MailSystem::start().await else { return };
    let with = |path: &str, value: &str| {
        let mut settings = settings(&system, "seen");
        *settings.pointer_mut(path).unwrap() = value.into();
        notifier(settings)
    };
    let outcome = with("/password", "wrong").send(&message("hanako@market.example")).await;
    assert_eq!(
        (outcome.as_str(), outcome.reason().map(|reason| reason.code())),
        ("channel_down", Some("535"))
    );
    let refused = with("/bounces/password", "wrong horse").collect().await.unwrap_err().to_string();
    assert!(refused.starts_with("refused: imap: the IMAP server answered at LOGIN"), "{refused}");
    assert!(!refused.contains("wrong horse"), "{refused}");
    let mut elsewhere = settings(&system, "seen");
    elsewhere["bounces"]["folder"] = "Elsewhere".into();
    let refused = notifier(elsewhere).collect().await.unwrap_err().to_string();
    assert!(refused.starts_with("refused: imap: the IMAP server answered at SELECT"), "{refused}");
    let notifier = notifier(settings(&system, "seen"));
    let proof = notifier.probe().await.unwrap().to_string();
    assert_eq!(proof, "logged in over TLS 1.3; the server takes mail from <bounces@market.example>");
    let proof = notifier.probe_collecting().await.unwrap().unwrap().to_string();
    assert_eq!(proof, "logged in, and `INBOX` can be read: 0 mails");
}
