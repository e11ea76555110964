//! Stopping, crashing, and starting with another configuration.

use std::sync::Arc;
use std::time::Duration;

use proofbell_pipeline::{Drained, ManualClock};
use proofbell_store::{ClaimOnly, ClaimRequest, Store};

use crate::fake::Answer;
use crate::rig::{DEADLINE, Parts, Rig, START, rule, until};

fn both() -> Parts {
    Parts::new(vec![rule("reshoot_needed", "seller", "email sms")])
}

#[tokio::test]
async fn what_was_under_way_at_a_crash_is_settled_as_unknown() {
    let rig = Rig::start(both()).await;
    for channel in ["email", "sms"] {
        rig.handle.pause(channel, "so that the test claims").await.unwrap();
    }
    rig.event("reshoot_needed sr-1").await;
    rig.messages_are(&["email queued", "sms queued"]).await;
    let (_, store, home) = rig.stop(DEADLINE).await;
    for channel in ["email", "sms"] {
        let request = ClaimRequest {
            channel: channel.to_owned(),
            now: START.parse().unwrap(),
            limit: 10,
            lease: Duration::from_secs(3600),
            only: ClaimOnly::Due,
        };
        assert_eq!(store.claim(request).await.unwrap().messages.len(), 1);
        store.resume(channel).await.unwrap();
    }
    let rig = Rig::over(both(), store, Arc::new(ManualClock::at(START.parse().unwrap())), home).await;
    rig.messages_are(&["email queued", "sms dead unknown"]).await;
    rig.attempts_are("email", &["unknown"]).await;
    rig.advance(12);
    rig.messages_are(&["email sent", "sms dead unknown"]).await;
    rig.attempts_are("email", &["unknown", "sent"]).await;
    assert_eq!(rig.parts.fake("sms").seen().len(), 0, "twice would bill twice");
}

#[tokio::test]
async fn a_stop_waits_for_what_is_under_way_and_gives_the_rest_back() {
    let rig = Rig::start(Parts::new(vec![rule("reshoot_needed", "seller", "email")])).await;
    let fake = rig.parts.fake("email");
    fake.answers((0..5).map(|_| Answer::Waits));
    rig.claims_ahead("email", 10).await;
    let handle = rig.handle.clone();
    let stopping = tokio::spawn(rig.stop(DEADLINE));
    let waiting = async || {
        let stats = handle.store().stats().await.unwrap();
        stats.queues.iter().map(|queue| queue.depth).sum::<u64>()
    };
    until(waiting, |depth| *depth == 9).await;
    fake.let_go(4);
    let (drained, store, home) = stopping.await.unwrap();
    assert_eq!(drained, Drained::All);
    assert_eq!(fake.seen().len(), 5, "nothing new is begun");
    let orphans = store.orphans(START.parse().unwrap(), proofbell_store::Orphans::All).await.unwrap();
    assert_eq!(orphans.len(), 0, "nothing is left claimed");
    let again = Parts::new(vec![rule("reshoot_needed", "seller", "email")]);
    let rig = Rig::over(again, store, Arc::new(ManualClock::at(START.parse().unwrap())), home).await;
    rig.messages_are(&["email sent"; 10]).await;
    assert_eq!(rig.parts.fake("email").seen().len(), 5);
}

#[tokio::test]
async fn a_stop_does_not_wait_for_ever() {
    let rig = Rig::start(both()).await;
    rig.parts.fake("email").answers([Answer::Never]);
    rig.event("reshoot_needed sr-1").await;
    rig.messages_are(&["email claimed", "sms sent"]).await;
    let (drained, store, home) = rig.stop(Duration::from_millis(50)).await;
    assert_eq!(drained, Drained::Partly);
    let rig = Rig::over(both(), store, Arc::new(ManualClock::at(START.parse().unwrap())), home).await;
    rig.attempts_are("email", &["unknown"]).await;
    rig.messages_are(&["email queued", "sms sent"]).await;
}

#[tokio::test]
async fn a_stop_interrupts_a_probe() {
    let mut parts = both();
    parts.timing.first_probe = Duration::from_millis(10);
    let rig = Rig::start(parts).await;
    let fake = rig.parts.fake("email");
    fake.probes([Answer::Never]);
    let down = proofbell_notify::Outcome::ChannelDown { reason: crate::fake::reason("535") };
    fake.says([down]);
    rig.event("reshoot_needed sr-1").await;
    until(async || fake.probed(), |probed| *probed == 1).await;
    assert_eq!(rig.stop(DEADLINE).await.0, Drained::All);
}

#[tokio::test]
async fn messages_of_a_removed_channel_end_and_fall_back() {
    let rig = Rig::start(Parts::new(vec![rule("reshoot_needed", "seller", "email > sms")])).await;
    rig.handle.pause("email", "maintenance").await.unwrap();
    rig.event("reshoot_needed sr-1").await;
    rig.messages_are(&["email queued"]).await;
    let rig = rig.again(|parts| drop(parts.channels.remove("email"))).await;
    rig.messages_are(&["email dead no_channel", "sms sent"]).await;
}

#[tokio::test]
async fn drafts_for_a_removed_audience_end() {
    let rig = Rig::start(Parts::new(vec![rule("reshoot_needed", "seller", "email")])).await;
    rig.parts.audiences["seller"].1.once("SR-1", crate::fake::Found::Down);
    rig.event("reshoot_needed sr-1").await;
    rig.drafts_are("sr-1", &["seller waiting down"]).await;
    rig.advance(3);
    let rig = rig
        .again(|parts| {
            parts.rules.clear();
            parts.audiences.remove("seller");
        })
        .await;
    rig.drafts_are("sr-1", &["seller dead no_audience"]).await;
}

#[tokio::test]
async fn where_twice_is_worse_than_never_nothing_is_claimed_ahead() {
    let rig = Rig::start(Parts::new(vec![rule("reshoot_needed", "seller", "sms")])).await;
    rig.parts.fake("sms").answers((0..10).map(|_| Answer::Waits));
    for number in 0..10 {
        rig.event(&format!("reshoot_needed sr-{number}")).await;
    }
    let claimed = ["sms claimed"; 4];
    rig.messages_are(&[&claimed[..], &["sms queued"; 6]].concat()).await;
    rig.parts.fake("sms").let_go(3);
    rig.seen("sms", 7).await;
    rig.messages_are(&[&claimed[..], &["sms queued"; 3], &["sms sent"; 3]].concat()).await;
}
