//! When a message is tried again, and how fast a channel goes.

use std::time::Duration;

use proofbell_engine::Rule;
use proofbell_notify::{Outcome, Receipt, Scope};
use proofbell_pipeline::OnUnknown;

use crate::fake::reason;
use crate::rig::{Parts, Rig, rule, until};

fn email() -> Parts {
    let patient =
        Rule { expire: Duration::from_secs(30 * 86_400), ..rule("reshoot_needed", "seller", "email") };
    Parts::new(vec![patient])
}

#[tokio::test]
async fn ten_attempts_follow_the_schedule_and_send_the_same_bytes() {
    let rig = Rig::start(email()).await;
    let fake = rig.parts.fake("email");
    fake.says((0..10).map(|_| Outcome::RetryLater { reason: reason("451") }));
    rig.event("reshoot_needed sr-1").await;
    for (tries, wait) in (1..).zip([10, 60, 300, 900, 3600, 10_800, 21_600, 43_200, 86_400]) {
        rig.attempts_are("email", &["retry_later"].repeat(tries)).await;
        let message = rig.only("email").await;
        let ended = message.attempts[tries - 1].ended_at.unwrap();
        let seconds = message.due_at.unwrap().duration_since(ended).as_secs_f64();
        assert!((0.8..=1.2).contains(&(seconds / f64::from(wait))), "{seconds} s after attempt {tries}");
        rig.advance(seconds.ceil() as i64);
    }
    rig.messages_are(&["email dead exhausted"]).await;
    let seen = fake.seen();
    assert_eq!(seen.len(), 10);
    assert!(seen.iter().all(|message| *message == seen[0]));
}

#[tokio::test]
async fn a_message_that_would_come_too_late_expires() {
    let hasty = Rule { expire: Duration::from_secs(30), ..rule("reshoot_needed", "seller", "email") };
    let rig = Rig::start(Parts::new(vec![hasty])).await;
    rig.parts.fake("email").says((0..2).map(|_| Outcome::RetryLater { reason: reason("451") }));
    rig.event("reshoot_needed sr-1").await;
    rig.attempts_are("email", &["retry_later"]).await;
    rig.advance(12);
    rig.messages_are(&["email dead expired"]).await;
    rig.attempts_are("email", &["retry_later", "retry_later"]).await;
}

#[tokio::test]
async fn a_throttled_destination_waits_alone_and_burns_no_attempt() {
    let rig = Rig::start(email()).await;
    let busy = Outcome::Throttled { after: Some(Duration::from_secs(60)), scope: Scope::Destination };
    rig.parts.fake("email").says([busy]);
    rig.event("reshoot_needed sr-1").await;
    rig.attempts_are("email", &["throttled"]).await;
    rig.event("reshoot_needed sr-2").await;
    rig.messages_are(&["email queued", "email sent"]).await;
    rig.advance(60);
    rig.messages_are(&["email sent", "email sent"]).await;
    let tries: Vec<u32> = rig.messages().await.iter().map(|message| message.tries).collect();
    assert_eq!(tries, [1, 1]);
}

#[tokio::test]
async fn a_throttled_channel_waits_as_a_whole_and_keeps_no_claims() {
    let mut parts = email();
    parts.settings("email").concurrency = 1;
    let rig = Rig::start(parts).await;
    let fake = rig.parts.fake("email");
    rig.handle.pause("email", "so that all come at once").await.unwrap();
    for number in 0..4 {
        rig.event(&format!("reshoot_needed sr-{number}")).await;
    }
    rig.messages_are(&["email queued"; 4]).await;
    let wait = Duration::from_millis(1500);
    let throttled = Outcome::Throttled { after: Some(wait), scope: Scope::Channel };
    fake.says([Outcome::Sent(Receipt::default()), throttled]);
    rig.handle.resume("email").await.unwrap();
    rig.seen("email", 2).await;
    rig.messages_are(&["email sent", "email queued", "email queued", "email queued"]).await;
    assert_eq!(fake.seen().len(), 2, "nothing leaves before the channel may");
    rig.advance(2);
    rig.messages_are(&["email sent"; 4]).await;
    let times = fake.times();
    assert!(times[2] - times[1] >= wait, "{:?}", times[2] - times[1]);
}

#[tokio::test]
async fn an_unknown_outcome_follows_the_channel() {
    for (on_unknown, expected) in
        [(OnUnknown::Retry, "email queued"), (OnUnknown::Dead, "email dead unknown")]
    {
        let mut parts = email();
        parts.settings("email").on_unknown = on_unknown;
        let rig = Rig::start(parts).await;
        rig.parts.fake("email").says([Outcome::Unknown { reason: reason("lost") }]);
        rig.event("reshoot_needed sr-1").await;
        rig.messages_are(&[expected]).await;
        rig.attempts_are("email", &["unknown"]).await;
        if on_unknown == OnUnknown::Retry {
            rig.advance(12);
            rig.attempts_are("email", &["unknown", "sent"]).await;
        }
    }
}

#[tokio::test]
async fn a_rate_spreads_messages_evenly() {
    for on_unknown in [OnUnknown::Retry, OnUnknown::Dead] {
        let mut parts = email();
        parts.settings("email").on_unknown = on_unknown;
        parts.limit("email", 20, Duration::from_secs(1));
        let rig = Rig::start(parts).await;
        for number in 0..6 {
            rig.event(&format!("reshoot_needed sr-{number}")).await;
        }
        rig.messages_are(&["email sent"; 6]).await;
        let times = rig.parts.fake("email").times();
        for pair in times.windows(2) {
            // A timer may be late, which makes the next gap as much shorter.
            assert!(pair[1] - pair[0] >= Duration::from_millis(20), "{:?}", pair[1] - pair[0]);
        }
        assert!(times[5] - times[0] >= Duration::from_millis(249), "{:?}", times[5] - times[0]);
    }
}

#[tokio::test]
async fn a_slow_rate_leaves_what_it_holds_back_unclaimed() {
    let mut parts = email();
    parts.limit("email", 1, Duration::from_secs(3600));
    let rig = Rig::start(parts).await;
    rig.handle.pause("email", "so that all come at once").await.unwrap();
    for number in 0..3 {
        rig.event(&format!("reshoot_needed sr-{number}")).await;
    }
    rig.messages_are(&["email queued"; 3]).await;
    rig.handle.resume("email").await.unwrap();
    rig.messages_are(&["email sent", "email queued", "email queued"]).await;
    rig.advance(3 * 3600);
    until(async || rig.messages().await.len(), |many| *many == 3).await;
    rig.messages_are(&["email sent", "email queued", "email queued"]).await;
    let untouched = rig.messages().await.iter().filter(|message| message.attempts.is_empty()).count();
    assert_eq!(untouched, 2);
}
