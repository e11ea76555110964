//! What people ask of a running pipeline.

use proofbell_notify::{Address, Body, Email, Outcome};
use proofbell_pipeline::{Handle, HandleError, Redirect, RedirectTo, TestMessage};
use proofbell_store::{Store, StoreError};
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

use crate::fake::{Answer, reason};
use crate::rig::{Parts, Rig, rule};

fn email() -> Parts {
    Parts::new(vec![rule("reshoot_needed", "seller", "email")])
}

#[tokio::test]
async fn a_replay_makes_new_messages_though_the_event_is_old() {
    let rig = Rig::start(email()).await;
    let id = rig.event("reshoot_needed sr-1").await;
    rig.messages_are(&["email sent"]).await;
    rig.advance(10 * 86_400);
    assert_eq!(rig.handle.replay(id).await.unwrap(), 1);
    rig.messages_are(&["email sent", "email sent"]).await;
    let decisions = rig.store.event(id).await.unwrap().1;
    let generations: Vec<u32> = decisions.iter().map(|it| it.decision.generation).collect();
    assert_eq!(generations, [0, 1]);
    assert_eq!(decisions[1].decision.round, 1, "it is no second round");
    let seen = rig.parts.fake("email").seen();
    assert_ne!(seen[0].id, seen[1].id);
}

#[tokio::test]
async fn a_message_that_ended_unsent_is_tried_again() {
    let rig = Rig::start(email()).await;
    rig.parts.fake("email").says([Outcome::Rejected { reason: reason("552") }]);
    rig.event("reshoot_needed sr-1").await;
    rig.messages_are(&["email dead rejected"]).await;
    let id = rig.only("email").await.id;
    rig.advance(10 * 86_400);
    rig.handle.retry(id).await.unwrap();
    rig.messages_are(&["email sent"]).await;
    assert!(matches!(rig.handle.retry(id).await, Err(HandleError::Store(StoreError::Refused(_)))));
    let unknown = rig.handle.retry(Uuid::nil()).await;
    assert!(matches!(unknown, Err(HandleError::Store(StoreError::NotFound { .. }))));
}

#[tokio::test]
async fn a_waiting_message_is_called_off() {
    let rig = Rig::start(Parts::new(vec![rule("reshoot_needed", "seller", "email > sms")])).await;
    rig.handle.pause("email", "maintenance").await.unwrap();
    rig.event("reshoot_needed sr-1").await;
    rig.messages_are(&["email queued"]).await;
    let id = rig.only("email").await.id;
    rig.handle.cancel(id).await.unwrap();
    rig.messages_are(&["email suppressed cancelled"]).await;
    assert!(rig.handle.cancel(id).await.is_err());
    // The next event is through before we look: had the call-off begun a fallback, it would be there too.
    rig.handle.resume("email").await.unwrap();
    rig.event("reshoot_needed sr-2").await;
    rig.messages_are(&["email suppressed cancelled", "email sent"]).await;
}

fn test_message(to: Option<&str>) -> TestMessage {
    let body = Email { subject: "Test".to_owned(), html: "<p>Test</p>".to_owned(), text: "Test".to_owned() };
    TestMessage {
        channel: "email".to_owned(),
        to: to.map(str::to_owned),
        region: None,
        body: Body::Email(body),
        locale: "en".to_owned(),
        template: "(test)".to_owned(),
    }
}

#[tokio::test]
async fn a_test_message_is_sent_at_once_and_kept() {
    let rig = Rig::start(email()).await;
    let table = [
        (Answer::Is(Outcome::Sent(Default::default())), "sent", "email sent"),
        (Answer::Is(Outcome::RetryLater { reason: reason("451") }), "retry_later", "email dead exhausted"),
        (Answer::Is(Outcome::Rejected { reason: reason("552") }), "rejected", "email dead rejected"),
        (Answer::Panics, "unknown", "email dead unknown"),
    ];
    let mut expected = Vec::new();
    for (answer, outcome, kept) in table {
        rig.parts.fake("email").answers([answer]);
        let (_, answered) = rig.handle.send_test(test_message(Some("bob@market.example"))).await.unwrap();
        assert_eq!(answered.as_str(), outcome);
        expected.push(kept);
        rig.messages_are(&expected).await;
    }
}

#[tokio::test]
async fn a_test_message_that_makes_no_sense_is_refused() {
    let mut parts = email();
    let drop_all = BTreeMap::from([("email".to_owned(), RedirectTo::Drop)]);
    parts.redirect = Some(Redirect { to: drop_all, mark: None });
    let rig = Rig::start(parts).await;
    let with = |channel: &str, to: Option<&str>, body: Option<Body>| {
        let test = test_message(to);
        TestMessage { channel: channel.to_owned(), body: body.unwrap_or(test.body.clone()), ..test }
    };
    let text = || Some(Body::Text("Test".to_owned()));
    let table = [
        (with("pager", None, None), "no channel `pager`; there are: desk, email, sms"),
        (with("sms", None, None), "channel `sms` takes text, not email"),
        (with("email", None, None), "`--to`: this channel needs a `email` address"),
        (with("email", Some("bob"), None), "`--to`: not an e-mail address (wanted name@domain)"),
        (with("email", Some("bob@market.example"), None), "[redirect] drops `email` addresses"),
        (
            with("sms", Some("12"), text()),
            "`--to`: not a phone number that can exist; write it as +<country><number>, or set `region`",
        ),
    ];
    for (test, expected) in table {
        let error = rig.handle.send_test(test).await.unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
    assert_eq!(rig.parts.fake("email").seen().len(), 0);
}

#[tokio::test]
async fn channels_show_what_they_are() {
    let rig = Rig::start(email()).await;
    let told: Vec<String> = rig
        .handle
        .channels()
        .iter()
        .map(|it| format!("{} {} {} {} {}", it.name, it.kind, it.form, it.address, it.paused.is_some()))
        .collect();
    assert_eq!(
        told,
        ["desk fake chat fixed false", "email fake email email false", "sms fake text phone false"]
    );
    assert_eq!(rig.handle.form_of("sms").unwrap().as_str(), "text");
}

#[tokio::test]
async fn a_handle_without_workers_sends_and_pauses_too() {
    let rig = Rig::start(email()).await;
    let fake = rig.parts.fake("email");
    let store: Arc<dyn Store> = rig.store.clone();
    let handle = Handle::without_workers(store, rig.handle.runtime()).await.unwrap();
    handle.send_test(test_message(Some("bob@market.example"))).await.unwrap();
    handle.pause("email", "maintenance").await.unwrap();
    assert_eq!(rig.store.pauses().await.unwrap().len(), 1);
    assert_eq!(fake.seen()[0].to, Address::Email("bob@market.example".parse().unwrap()));
}
