//! Channels over a reload: those with the same settings go on, those with others are handed over, and nothing leaves twice.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use proofbell_notify::{AddressKind, Form, Outcome};
use proofbell_pipeline::OnUnknown;

use crate::fake::{Answer, Fake, reason};
use crate::rig::{Parts, Rig, rule, until};

fn email() -> Parts {
    Parts::new(vec![rule("reshoot_needed", "seller", "email")])
}

/// Gives a channel other settings, and another notifier with them.
fn renew(parts: &mut Parts) {
    parts.channel("email", Form::Email, AddressKind::Email, OnUnknown::Retry);
}

fn down() -> Outcome {
    Outcome::ChannelDown { reason: reason("535") }
}

#[tokio::test]
async fn a_channel_with_the_same_settings_goes_on_as_if_nothing_happened() {
    let mut parts = email();
    parts.rules.push(rule("counterfeit", "operations", "desk"));
    parts.limit("email", 2, Duration::from_secs(3600));
    let mut rig = Rig::start(parts).await;
    let fake = rig.parts.fake("email");
    fake.answers([Answer::Waits]);
    rig.event("reshoot_needed sr-1").await;
    rig.seen("email", 1).await;
    for note in ["B", "C", "D"] {
        let changes = rig.reload(|parts| parts.note = note).await;
        assert_eq!(changes.channels.to_string(), "kept desk, email, sms");
    }
    // Its attempt is the same one still, and its rate is as used up as it was.
    fake.let_go(1);
    rig.attempts_are("email", &["sent"]).await;
    rig.event("reshoot_needed sr-2").await;
    rig.event("counterfeit sr-3").await;
    rig.messages_are(&["email sent", "email queued", "desk sent"]).await;
    assert_eq!(fake.seen().len(), 1);
}

#[tokio::test]
async fn a_notifier_that_was_built_anew_of_the_same_settings_is_not_used() {
    let mut rig = Rig::start(email()).await;
    let old = rig.parts.fake("email");
    let before = rig.handle.runtime();
    rig.reload(|parts| {
        let fingerprint = parts.channels["email"].1.fingerprint;
        renew(parts);
        parts.channels.get_mut("email").unwrap().1.fingerprint = fingerprint;
    })
    .await;
    rig.event("reshoot_needed sr-1").await;
    rig.messages_are(&["email sent"]).await;
    assert_eq!((old.seen().len(), rig.parts.fake("email").seen().len()), (1, 0));
    let kept = |name: &str| {
        Arc::ptr_eq(&before.channels[name].notifier, &rig.handle.runtime().channels[name].notifier)
    };
    assert!(kept("email") && kept("sms"), "callbacks and tests use the notifier that sends");
}

#[tokio::test]
async fn a_channel_with_the_same_settings_stays_paused() {
    let mut rig = Rig::start(email()).await;
    let fake = rig.parts.fake("email");
    fake.says([down()]);
    rig.event("reshoot_needed sr-1").await;
    rig.paused("email", true).await;
    rig.handle.pause("sms", "maintenance").await.unwrap();
    rig.reload(|parts| parts.note = "B").await;
    rig.advance(60);
    rig.event("reshoot_needed sr-2").await;
    rig.messages_are(&["email queued", "email queued"]).await;
    let paused = rig.handle.channels().into_iter().filter(|it| it.paused.is_some()).map(|it| it.name);
    assert_eq!(paused.collect::<Vec<_>>(), ["email", "sms"]);
    assert_eq!(fake.probed(), 0, "it waits as long for its probe as before");
}

#[tokio::test]
async fn a_channel_with_other_settings_is_handed_over_and_nothing_leaves_twice() {
    let mut rig = Rig::start(email()).await;
    let old = rig.parts.fake("email");
    old.answers((0..5).map(|_| Answer::Waits));
    rig.claims_ahead("email", 10).await;
    let changes = rig.reload(renew).await;
    assert_eq!(changes.channels.to_string(), "changed email; kept desk, sms");
    // What was claimed and had not begun is given back; what is under way keeps the new settings waiting.
    let rest = ["email sent", "email queued", "email queued", "email queued", "email queued", "email queued"];
    rig.messages_are(&[&rest[..], &["email claimed"; 4]].concat()).await;
    let new = rig.parts.fake("email");
    assert_eq!((old.seen().len(), new.seen().len()), (5, 0));
    old.let_go(4);
    rig.messages_are(&["email sent"; 10]).await;
    assert_eq!((old.seen().len(), new.seen().len()), (5, 5));
    assert!(rig.messages().await.iter().all(|message| {
        message.attempts.iter().filter(|it| it.outcome.as_deref() == Some("sent")).count() == 1
    }));
}

#[tokio::test]
async fn what_hangs_with_the_old_settings_does_not_hold_up_the_new_ones() {
    let mut parts = email();
    parts.timing.handover = Duration::from_millis(40);
    let mut rig = Rig::start(parts).await;
    let old = rig.parts.fake("email");
    old.answers([Answer::Waits]);
    rig.event("reshoot_needed sr-1").await;
    rig.seen("email", 1).await;
    rig.reload(renew).await;
    rig.event("reshoot_needed sr-2").await;
    rig.messages_are(&["email claimed", "email sent"]).await;
    old.let_go(1);
    rig.messages_are(&["email sent", "email sent"]).await;
    assert_eq!((old.seen().len(), rig.parts.fake("email").seen().len()), (1, 1));
}

#[tokio::test]
async fn what_the_old_settings_are_told_in_the_end_pauses_nothing() {
    let mut parts = email();
    parts.timing.handover = Duration::from_millis(40);
    let mut rig = Rig::start(parts).await;
    let old = rig.parts.fake("email");
    old.answers([Answer::WaitsThen(down())]);
    rig.event("reshoot_needed sr-1").await;
    rig.seen("email", 1).await;
    rig.reload(renew).await;
    rig.event("reshoot_needed sr-2").await;
    rig.messages_are(&["email claimed", "email sent"]).await;
    old.let_go(1);
    rig.attempts_are("email", &["channel_down"]).await;
    rig.advance(1);
    rig.messages_are(&["email sent", "email sent"]).await;
    assert_eq!(rig.parts.fake("email").probed(), 0);
}

#[tokio::test]
async fn a_channel_that_its_provider_refused_is_probed_at_once_with_other_settings() {
    let mut rig = Rig::start(email()).await;
    rig.parts.fake("email").says([down()]);
    rig.event("reshoot_needed sr-1").await;
    rig.paused("email", true).await;
    let refused = |parts: &mut Parts| {
        renew(parts);
        parts.fake("email").probes([Answer::Is(down())]);
    };
    rig.reload(refused).await;
    let fake = rig.parts.fake("email");
    until(async || fake.probed(), |probed| *probed == 1).await;
    rig.paused("email", true).await;
    rig.reload(renew).await;
    rig.paused("email", false).await;
    rig.advance(1);
    rig.messages_are(&["email sent"]).await;
}

#[tokio::test]
async fn a_person_s_pause_holds_over_other_settings() {
    let mut rig = Rig::start(email()).await;
    rig.handle.pause("email", "maintenance").await.unwrap();
    rig.reload(renew).await;
    rig.event("reshoot_needed sr-1").await;
    rig.messages_are(&["email queued"]).await;
    assert_eq!(rig.parts.fake("email").probed(), 0);
    rig.handle.resume("email").await.unwrap();
    rig.messages_are(&["email sent"]).await;
}

#[tokio::test]
async fn a_channel_that_comes_back_waits_for_the_one_that_was_there() {
    let mut rig = Rig::start(email()).await;
    let old = rig.parts.fake("email");
    old.answers([Answer::Waits]);
    rig.event("reshoot_needed sr-1").await;
    rig.seen("email", 1).await;
    rig.reload(|parts| drop(parts.channels.remove("email"))).await;
    rig.reload(renew).await;
    let changes = rig.reload(renew).await;
    assert_eq!(changes.channels.to_string(), "changed email; kept desk, sms");
    rig.event("reshoot_needed sr-2").await;
    rig.messages_are(&["email claimed", "email queued"]).await;
    assert_eq!(rig.parts.fake("email").seen().len(), 0);
    old.let_go(1);
    rig.messages_are(&["email sent", "email sent"]).await;
    assert_eq!((old.seen().len(), rig.parts.fake("email").seen().len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_reloads_under_load_lose_and_double_nothing() {
    const RELOADS: usize = 60;
    const EVENTS: usize = 5;
    let mut rig = Rig::start(email()).await;
    let mut fakes: Vec<Arc<Fake>> = vec![rig.parts.fake("email")];
    for number in 0..RELOADS {
        for event in 0..EVENTS {
            rig.event(&format!("reshoot_needed sr-{number}-{event}")).await;
        }
        match number % 3 {
            0 => rig.reload(|parts| parts.note = "Another text").await,
            1 => {
                rig.reload(|parts| {
                    parts.audience(
                        "seller",
                        proofbell_engine::Audience::default(),
                        vec![crate::rig::person("ann e p")],
                    )
                })
                .await
            }
            _ => rig.reload(renew).await,
        };
        fakes.push(rig.parts.fake("email"));
    }
    rig.messages_are(&["email sent"; RELOADS * EVENTS]).await;
    fakes.dedup_by(|a, b| Arc::ptr_eq(a, b));
    let mut seen: BTreeMap<_, usize> = BTreeMap::new();
    for message in fakes.iter().flat_map(|fake| fake.seen()) {
        *seen.entry(message.id).or_default() += 1;
    }
    assert_eq!(seen.len(), RELOADS * EVENTS);
    assert!(seen.values().all(|times| *times == 1), "{seen:?}");
}
