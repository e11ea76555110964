//! A store that refuses for a while loses nothing, and one that cannot keep one thing loses that alone.

use proofbell_notify::Outcome;
use proofbell_store::StoreError;

use crate::fake::reason;
use crate::rig::{Parts, Rig, rule};

fn busy() -> StoreError {
    StoreError::Busy("the disk is full".to_owned())
}

fn broken() -> StoreError {
    StoreError::Database("scripted".to_owned())
}

fn email() -> Parts {
    Parts::new(vec![rule("reshoot_needed", "seller", "email > sms")])
}

#[tokio::test]
async fn whatever_refuses_for_a_while_is_asked_again() {
    let methods = [
        "unplanned",
        "commit_plans",
        "due_drafts",
        "commit_addressed",
        "claim",
        "record",
        "due_fallbacks",
        "commit_fallbacks",
        "next_fallback",
        "stats",
        "waiting_audiences",
    ];
    for method in methods {
        for error in [busy(), broken()] {
            let rig = Rig::start(email()).await;
            rig.parts.grudges.against(method, error, 1);
            rig.parts.fake("email").says([Outcome::Rejected { reason: reason("552") }]);
            rig.event("reshoot_needed sr-1").await;
            rig.messages_are(&["email dead rejected", "sms sent"]).await;
            assert_eq!(rig.parts.fake("email").seen().len(), 1, "{method} made it twice");
        }
    }
}

#[tokio::test]
async fn what_was_sent_is_recorded_however_long_the_store_is_busy() {
    let rig = Rig::start(email()).await;
    rig.parts.grudges.against("record", busy(), 20);
    for number in 0..5 {
        rig.event(&format!("reshoot_needed sr-{number}")).await;
    }
    rig.messages_are(&["email sent"; 5]).await;
    assert_eq!(rig.parts.fake("email").seen().len(), 5);
}

#[tokio::test]
async fn a_plan_that_cannot_be_kept_ends_its_event_alone() {
    let rig = Rig::start(email()).await;
    rig.parts.grudges.spoil("sr-1");
    let id = rig.event("reshoot_needed sr-1").await;
    rig.event("reshoot_needed sr-2").await;
    rig.messages_are(&["email sent"]).await;
    let (event, decisions) = proofbell_store::Store::event(&*rig.store, id).await.unwrap();
    assert_eq!(event.status, "planned");
    assert_eq!(decisions[0].decision.failed.as_deref(), Some("spoilt"));
}

#[tokio::test]
async fn a_draft_that_cannot_be_kept_ends_alone() {
    let rig = Rig::start(email()).await;
    rig.parts.grudges.against("commit_addressed", broken(), 2);
    rig.event("reshoot_needed sr-1").await;
    rig.drafts_are("sr-1", &["seller dead defect"]).await;
    rig.event("reshoot_needed sr-2").await;
    rig.messages_are(&["email sent"]).await;
}

#[tokio::test]
async fn a_fallback_that_cannot_be_kept_is_left_alone() {
    let rig = Rig::start(email()).await;
    rig.parts.grudges.against("commit_fallbacks", broken(), 2);
    rig.parts.fake("email").says([Outcome::Rejected { reason: reason("552") }]);
    rig.event("reshoot_needed sr-1").await;
    rig.messages_are(&["email dead rejected"]).await;
    rig.parts.fake("email").says([Outcome::Rejected { reason: reason("552") }]);
    rig.event("reshoot_needed sr-2").await;
    rig.messages_are(&["email dead rejected", "email dead rejected", "sms sent"]).await;
    assert_eq!(rig.only("sms").await.sr_uuid.as_deref(), Some("sr-2"));
}

#[tokio::test]
async fn a_pause_that_cannot_be_kept_holds_all_the_same() {
    let rig = Rig::start(email()).await;
    rig.parts.grudges.against("pause", busy(), 1);
    rig.parts.fake("email").says([Outcome::ChannelDown { reason: reason("535") }]);
    rig.event("reshoot_needed sr-1").await;
    rig.paused("email", true).await;
    rig.parts.grudges.against("pause", busy(), 1);
    assert!(rig.handle.pause("email", "maintenance").await.is_err(), "a person is told");
    rig.parts.grudges.against("resume", busy(), 1);
    assert!(rig.handle.resume("email").await.is_err());
    rig.paused("email", true).await;
}
