//! The whole way, and what becomes of a message after each outcome.

use std::time::Duration;

use proofbell_notify::{Body, Outcome, Receipt, Scope};

use crate::fake::reason;
use crate::rig::{Parts, Rig, rule, until};

#[tokio::test]
async fn an_event_goes_the_whole_way() {
    let rig = Rig::start(Parts::new(vec![rule("reshoot_needed", "seller", "email sms desk")])).await;
    let id = rig.event("reshoot_needed sr-1").await;
    rig.messages_are(&["email sent", "sms sent", "desk sent"]).await;
    rig.drafts_are("sr-1", &["seller addressed"]).await;

    let case = proofbell_store::Store::case(&*rig.store, "sr-1").await.unwrap();
    assert_eq!(case.events.iter().map(|event| event.status.as_str()).collect::<Vec<_>>(), ["planned"]);
    assert_eq!(case.decisions.len(), 1);
    let email = rig.only("email").await;
    assert_eq!((email.event, email.tries), (Some(id.0), 1));
    assert_eq!(email.provider_id.as_deref(), Some("provider-1"));
    assert_eq!(email.template, "note/email.en");
    let handed = rig.parts.fake("email").seen().remove(0);
    assert_eq!((handed.to.expose(), handed.id), ("ann@market.example", email.id));
    let Body::Email(body) = handed.body else { panic!("{:?}", handed.body) };
    assert_eq!((body.subject.as_str(), body.text.as_str()), ("reshoot_needed", "About SR-1"));
}

#[tokio::test]
async fn each_outcome_is_kept_and_says_what_happens_next() {
    let waits = |scope| Outcome::Throttled { after: Some(Duration::from_secs(60)), scope };
    let table = [
        (Outcome::Sent(Receipt::default()), "email sent", 1, false),
        (Outcome::RetryLater { reason: reason("451") }, "email queued", 1, false),
        (waits(Scope::Destination), "email queued", 0, false),
        (waits(Scope::Channel), "email queued", 0, false),
        (Outcome::Rejected { reason: reason("552") }, "email dead rejected", 1, false),
        (
            Outcome::BadAddress { reason: reason("550"), forget_after: None },
            "email suppressed bad_address",
            1,
            false,
        ),
        (Outcome::OptedOut { reason: reason("stop") }, "email suppressed opted_out", 1, false),
        (Outcome::ChannelDown { reason: reason("535") }, "email queued", 0, true),
        (Outcome::Unknown { reason: reason("lost") }, "email queued", 1, false),
    ];
    for (outcome, expected, tries, paused) in table {
        let rig = Rig::start(Parts::new(vec![rule("reshoot_needed", "seller", "email")])).await;
        rig.parts.fake("email").says([outcome.clone()]);
        rig.event("reshoot_needed sr-1").await;
        rig.attempts_are("email", &[outcome.as_str()]).await;
        rig.messages_are(&[expected]).await;
        rig.paused("email", paused).await;
        let message = rig.only("email").await;
        assert_eq!(message.tries, tries, "{outcome:?}");
        let why = message.attempts[0].reason.as_deref();
        assert_eq!(why.is_none(), matches!(outcome, Outcome::Sent(_)), "{outcome:?}: {why:?}");
    }
}

#[tokio::test]
async fn many_events_make_one_message_each() {
    let rig = Rig::start(Parts::new(vec![rule("reshoot_needed", "seller", "email sms")])).await;
    for number in 0..300 {
        rig.event(&format!("reshoot_needed sr-{number}")).await;
    }
    rig.seen("email", 300).await;
    rig.seen("sms", 300).await;
    let expected: Vec<&str> = ["email sent", "sms sent"].repeat(300);
    rig.messages_are(&expected).await;
    assert_eq!((rig.parts.fake("email").seen().len(), rig.parts.fake("sms").seen().len()), (300, 300));
}

#[tokio::test]
async fn each_step_wakes_the_next() {
    let mut parts = Parts::new(vec![rule("reshoot_needed", "seller", "email > sms")]);
    parts.timing.look = Duration::from_secs(3600);
    let rig = Rig::start(parts).await;
    rig.handle.pause("email", "so that all come at once").await.unwrap();
    let fake = rig.parts.fake("email");
    fake.says((0..600).map(|_| Outcome::Rejected { reason: reason("552") }));
    for number in 0..600 {
        rig.accept(&format!("reshoot_needed sr-{number}")).await;
    }
    rig.handle.event_accepted();
    let waiting = async || {
        let stats = rig.handle.store().stats().await.unwrap();
        stats.queues.iter().map(|queue| queue.depth).sum::<u64>()
    };
    until(waiting, |depth| *depth == 600).await;
    rig.handle.resume("email").await.unwrap();
    rig.seen("sms", 600).await;
    until(waiting, |depth| *depth == 0).await;
}
