//! Paused channels: by their provider, by a person, and what ends meanwhile.

use std::time::Duration;

use proofbell_notify::Outcome;
use proofbell_store::PausedBy;

use crate::fake::{Answer, reason};
use crate::rig::{Parts, Rig, rule, until};

fn email() -> Parts {
    let mut parts = Parts::new(vec![rule("reshoot_needed", "seller", "email")]);
    parts.timing.first_probe = Duration::from_millis(30);
    parts
}

fn down() -> Outcome {
    Outcome::ChannelDown { reason: reason("535") }
}

#[tokio::test]
async fn a_provider_that_refuses_us_pauses_the_channel_until_a_probe_is_well() {
    let rig = Rig::start(email()).await;
    let fake = rig.parts.fake("email");
    fake.probes([Answer::Is(down()), Answer::Panics, Answer::Waits]);
    fake.says([down()]);
    rig.event("reshoot_needed sr-1").await;
    rig.paused("email", true).await;
    until(async || fake.probed(), |probed| *probed == 3).await;
    rig.event("reshoot_needed sr-2").await;
    rig.messages_are(&["email queued", "email queued"]).await;
    let status = rig.handle.channels().into_iter().find(|it| it.name == "email").unwrap().paused.unwrap();
    assert_eq!((status.by, status.reason.as_str()), (PausedBy::Provider, "535"));
    assert_eq!(fake.seen().len(), 1);

    fake.let_go(1);
    rig.paused("email", false).await;
    rig.advance(1);
    rig.messages_are(&["email sent", "email sent"]).await;
    let pauses = proofbell_store::Store::pauses(&*rig.store).await.unwrap();
    assert_eq!(pauses, []);
}

#[tokio::test]
async fn a_person_pauses_and_resumes() {
    let rig = Rig::start(email()).await;
    rig.handle.pause("email", "maintenance").await.unwrap();
    rig.event("reshoot_needed sr-1").await;
    rig.messages_are(&["email queued"]).await;
    let rig = rig.again(|_| {}).await;
    rig.paused("email", true).await;
    rig.handle.resume("email").await.unwrap();
    rig.messages_are(&["email sent"]).await;
    assert_eq!(rig.parts.fake("email").probed(), 0, "a person's pause is not probed");
    assert!(rig.handle.pause("pager", "x").await.is_err());
}

#[tokio::test]
async fn a_probe_does_not_end_the_pause_of_a_person() {
    let rig = Rig::start(email()).await;
    let fake = rig.parts.fake("email");
    fake.probes([Answer::Waits]);
    fake.says([down()]);
    rig.event("reshoot_needed sr-1").await;
    until(async || fake.probed(), |probed| *probed == 1).await;
    rig.handle.pause("email", "maintenance").await.unwrap();
    fake.let_go(1);
    rig.event("reshoot_needed sr-2").await;
    rig.messages_are(&["email queued", "email queued"]).await;
    let pauses = proofbell_store::Store::pauses(&*rig.store).await.unwrap();
    assert_eq!(pauses.iter().map(|pause| pause.by).collect::<Vec<_>>(), [PausedBy::Operator]);
    rig.paused("email", true).await;
    rig.handle.resume("email").await.unwrap();
    rig.advance(1);
    rig.messages_are(&["email sent", "email sent"]).await;
}

#[tokio::test]
async fn a_pause_lets_what_is_under_way_end_and_gives_the_rest_back() {
    let rig = Rig::start(email()).await;
    let fake = rig.parts.fake("email");
    fake.answers((0..5).map(|_| Answer::Waits));
    rig.claims_ahead("email", 10).await;
    rig.handle.pause("email", "maintenance").await.unwrap();
    let rest = ["email sent", "email queued", "email queued", "email queued", "email queued", "email queued"];
    rig.messages_are(&[&rest[..], &["email claimed"; 4]].concat()).await;
    fake.let_go(4);
    rig.messages_are(&[&rest[..], &["email sent"; 4]].concat()).await;
    rig.handle.resume("email").await.unwrap();
    rig.messages_are(&["email sent"; 10]).await;
    assert_eq!(fake.seen().len(), 10);
}

#[tokio::test]
async fn what_expires_while_its_channel_is_paused_ends_and_falls_back() {
    let rule = proofbell_engine::Rule {
        expire: Duration::from_secs(3600),
        ..rule("reshoot_needed", "seller", "email")
    };
    let mut parts = email();
    parts.rules = vec![rule];
    let rig = Rig::start(parts.telling_of_nobody()).await;
    rig.handle.pause("email", "maintenance").await.unwrap();
    rig.event("reshoot_needed sr-1").await;
    rig.messages_are(&["email queued"]).await;
    rig.advance(3600);
    rig.messages_are(&["email dead expired", "desk sent"]).await;
    assert_eq!(rig.parts.fake("email").seen().len(), 0);
    let reason = rig.only("email").await.reason.unwrap();
    assert!(reason.ends_with("the channel is paused"), "{reason}");
}
