//! One failure delays nobody else.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use proofbell_engine::Decision;
use proofbell_notify::Outcome;
use proofbell_pipeline::Observer;
use proofbell_store::{Claimed, Ended, NewMessage, StoredEvent};

use crate::fake::{Answer, Found, reason};
use crate::rig::{Parts, Rig, rule, until};

#[tokio::test]
async fn a_notifier_that_panics_or_never_returns_costs_one_message() {
    let mut parts = Parts::new(vec![rule("reshoot_needed", "seller", "sms")]);
    parts.timing.send = Duration::from_millis(100);
    let rig = Rig::start(parts).await;
    rig.parts.fake("sms").answers([Answer::Panics, Answer::Never]);
    for number in 0..6 {
        rig.event(&format!("reshoot_needed sr-{number}")).await;
    }
    let sent = ["sms sent"; 4];
    rig.messages_are(&[&sent[..], &["sms dead unknown"; 2]].concat()).await;
    let messages = rig.messages().await;
    let mut reasons: Vec<&str> = messages.iter().filter_map(|message| message.reason.as_deref()).collect();
    reasons.sort_unstable();
    assert_eq!(
        reasons,
        ["panic: the notifier panicked while sending", "timeout: the notifier did not come back"]
    );
}

#[tokio::test]
async fn a_blocked_channel_delays_no_other() {
    let rig = Rig::start(Parts::new(vec![rule("reshoot_needed", "seller", "email sms")])).await;
    rig.parts.fake("email").answers((0..20).map(|_| Answer::Waits));
    for number in 0..20 {
        rig.event(&format!("reshoot_needed sr-{number}")).await;
    }
    rig.seen("sms", 20).await;
    assert!(rig.parts.fake("email").seen().len() <= 4, "no more than its concurrency");
    rig.parts.fake("email").let_go(20);
    rig.messages_are(&["email sent", "sms sent"].repeat(20)).await;
}

#[tokio::test]
async fn a_lookup_that_hangs_delays_no_other_audience_and_no_other_draft() {
    let rules = vec![rule("reshoot_needed", "seller", "email"), rule("reshoot_needed", "operations", "desk")];
    let rig = Rig::start(Parts::new(rules)).await;
    let seller = &rig.parts.audiences["seller"].1;
    seller.once("SR-0", Found::Hangs);
    for number in 0..5 {
        rig.event(&format!("reshoot_needed sr-{number}")).await;
    }
    // The lookup's own deadline is five seconds, and the fifth event comes long before it.
    rig.messages_are(&[&["email sent"; 4][..], &["desk sent"; 5]].concat()).await;
    rig.event("reshoot_needed sr-5").await;
    rig.messages_are(&[&["email sent"; 5][..], &["desk sent"; 6]].concat()).await;
    rig.drafts_are("sr-0", &["operations addressed", "seller waiting"]).await;
}

#[tokio::test]
async fn a_lookup_that_fails_is_asked_again() {
    for found in [Found::Down, Found::Panics, Found::Hangs] {
        let mut parts = Parts::new(vec![rule("reshoot_needed", "seller", "email")]);
        parts.timing.lookup = Duration::from_millis(100);
        let rig = Rig::start(parts).await;
        rig.parts.audiences["seller"].1.once("SR-0", found);
        rig.event("reshoot_needed sr-0").await;
        let waits = async || {
            let drafts = proofbell_store::Store::case(&*rig.store, "sr-0").await.map(|case| case.drafts);
            drafts.unwrap_or_default().first().and_then(|draft| draft.reason.clone())
        };
        until(waits, Option::is_some).await;
        rig.messages_are(&[]).await;
        rig.advance(3);
        rig.messages_are(&["email sent"]).await;
    }
}

#[tokio::test]
async fn a_directory_that_stays_down_is_given_up_when_the_draft_expires() {
    let hasty = proofbell_engine::Rule {
        expire: Duration::from_secs(60),
        ..rule("reshoot_needed", "seller", "email")
    };
    let rig = Rig::start(Parts::new(vec![hasty])).await;
    let seller = &rig.parts.audiences["seller"].1;
    seller.once("SR-0", Found::Down);
    rig.event("reshoot_needed sr-0").await;
    rig.drafts_are("sr-0", &["seller waiting down"]).await;
    rig.advance(60);
    rig.drafts_are("sr-0", &["seller dead expired"]).await;
}

/// Panics once in each place where it is called.
#[derive(Default)]
struct Clumsy([AtomicBool; 3]);

impl Clumsy {
    fn trip(&self, place: usize) {
        assert!(self.0[place].swap(true, Ordering::Relaxed), "scripted");
    }
}

impl Observer for Clumsy {
    fn decided(&self, _: &StoredEvent, _: &Decision) {
        self.trip(0);
    }
    fn made(&self, _: &NewMessage) {
        self.trip(1);
    }
    fn ended(&self, _: &Claimed, _: &Ended) {
        self.trip(2);
    }
}

#[tokio::test]
async fn a_worker_that_panics_starts_again() {
    let mut parts = Parts::new(vec![rule("reshoot_needed", "seller", "email > sms")]);
    parts.observer = Arc::new(Clumsy::default());
    let rig = Rig::start(parts).await;
    let bad = Outcome::BadAddress { reason: reason("550"), forget_after: None };
    rig.parts.fake("email").says([bad]);
    rig.event("reshoot_needed sr-1").await;
    rig.messages_are(&["email suppressed bad_address", "sms sent"]).await;
    // The sender trips over this one while it is claimed; only its lease brings it back.
    rig.event("reshoot_needed sr-2").await;
    rig.messages_are(&["email suppressed bad_address", "sms sent", "email claimed"]).await;
    rig.event("reshoot_needed sr-3").await;
    let then = [
        "email suppressed bad_address",
        "sms sent",
        "email suppressed bad_address",
        "sms sent",
        "email claimed",
    ];
    rig.messages_are(&then).await;
    rig.advance(3601);
    let unknown = async || {
        let messages = rig.messages().await;
        messages.iter().flat_map(|it| it.attempts.clone()).any(|it| it.outcome.as_deref() == Some("unknown"))
    };
    until(unknown, |unknown| *unknown).await;
}
