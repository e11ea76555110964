//! Rehearsals: what a server does, without waiting and without sending.

use std::time::Duration;

use jiff::Timestamp;
use proofbell_directory::LookupError;
use proofbell_engine::Rule;
use proofbell_notify::{Outcome, Receipt};
use proofbell_pipeline::{MessageSeen, Redirect, Rehearsal, StepSeen};
use proofbell_store::{Acceptance, DraftEnd, Ended, MessageState};

use crate::fake::reason;
use crate::rig::{Parts, Rig, START, new_event, person, rule};

const HOUR: Duration = Duration::from_secs(3600);

fn start() -> Timestamp {
    START.parse().unwrap()
}

/// A rehearsal of these parts, whose seller is who the parts say.
async fn rehearse(parts: &Parts) -> Rehearsal {
    let rehearsal = Rehearsal::start(&parts.runtime(), start()).await.unwrap();
    rehearsal.people("seller", Some(Ok(vec![person("ann e p")])));
    rehearsal.people("operations", Some(Ok(vec![person("ops")])));
    rehearsal
}

async fn accept(rehearsal: &mut Rehearsal, text: &str) -> StepSeen {
    let body = new_event(text, rehearsal.now(), 0).body;
    assert!(matches!(rehearsal.accept("legitmark", body).await.unwrap(), Acceptance::Accepted(_)));
    rehearsal.look().await.unwrap()
}

async fn advance(rehearsal: &mut Rehearsal, by: Duration) -> StepSeen {
    rehearsal.advance(by).await.unwrap();
    rehearsal.look().await.unwrap()
}

/// `CHANNEL STATE CODE answers… at SECONDS`, after the start.
fn told(seen: &[MessageSeen]) -> Vec<String> {
    let one = |seen: &MessageSeen| {
        let state = match &seen.state {
            MessageState::Ended(Ended::Suppressed { code, .. }) => format!("suppressed {code}"),
            MessageState::Ended(Ended::Dead { code, .. }) => format!("dead {code}"),
            other => format!("{other:?}").to_lowercase(),
        };
        let answers: Vec<&str> = seen.answers.iter().map(Outcome::as_str).collect();
        let at = seen.leaves_at.duration_since(start()).as_secs();
        format!("{} {state} [{}] at {at}", seen.made.channel, answers.join(" "))
    };
    seen.iter().map(one).collect()
}

/// The invariant that explaining and testing rest on.
#[tokio::test]
async fn a_rehearsal_makes_what_a_server_sends() {
    let rules = || {
        vec![
            rule("reshoot_needed", "seller", "email > sms"),
            rule("counterfeit", "operations", "desk"),
            rule("counterfeit", "seller", "email sms"),
        ]
    };
    let events = ["reshoot_needed sr-1", "photos_submitted sr-1", "counterfeit sr-1", "counterfeit sr-2"];
    let rig = Rig::start(Parts::new(rules()).telling_of_nobody()).await;
    let mut rehearsal = rehearse(&rig.parts).await;
    let mut rehearsed = Vec::new();
    for event in events {
        let seen = accept(&mut rehearsal, event).await;
        rehearsed.extend(
            seen.made.into_iter().map(|made| (made.made.channel.clone(), made.made.message.unwrap())),
        );
        rig.event(event).await;
    }
    assert_eq!(rehearsed.len(), 7);
    for channel in ["email", "sms", "desk"] {
        let of_channel = rehearsed.iter().filter(|(name, _)| name == channel);
        let mut expected: Vec<_> = of_channel.map(|(_, message)| message.clone()).collect();
        rig.seen(channel, expected.len()).await;
        let mut sent = rig.parts.fake(channel).seen();
        // Ids are derived from the event's, which the door draws.
        sent.iter_mut().chain(&mut expected).for_each(|message| message.id = uuid::Uuid::nil());
        assert_eq!(sent, expected, "{channel}");
    }
}

#[tokio::test]
async fn nobody_is_asked_and_nothing_leaves() {
    let parts = Parts::new(vec![rule("reshoot_needed", "seller", "email")]);
    let mut rehearsal = rehearse(&parts).await;
    assert_eq!(told(&accept(&mut rehearsal, "reshoot_needed sr-1").await.made), ["email sent [sent] at 0"]);
    assert!(parts.fake("email").seen().is_empty());
    assert!(parts.audiences["seller"].1.asked().is_empty());
}

#[tokio::test]
async fn attempts_come_at_their_own_times() {
    let parts = Parts::new(vec![rule("reshoot_needed", "seller", "email")]);
    let mut rehearsal = rehearse(&parts).await;
    rehearsal.answer("email", Outcome::RetryLater { reason: reason("450") });
    let seen = accept(&mut rehearsal, "reshoot_needed sr-1").await;
    assert_eq!(told(&seen.made), ["email queued [retry_later] at 0"]);
    // 10 s and 1 m later it is tried again; the fourth attempt comes 5 m after that.
    let seen = advance(&mut rehearsal, Duration::from_secs(369)).await;
    assert!(seen.made.is_empty() && seen.ended.is_empty(), "{seen:?}");
    rehearsal.answer("email", Outcome::Rejected { reason: reason("550") });
    let seen = advance(&mut rehearsal, Duration::from_secs(1)).await;
    let answers = "retry_later retry_later retry_later rejected";
    assert_eq!(told(&seen.ended), [format!("email dead rejected [{answers}] at 0")]);
    assert_eq!(rehearsal.now(), start() + Duration::from_secs(370));
}

#[tokio::test]
async fn a_fallback_begins_when_its_time_comes_on_the_way() {
    let timed = Rule { else_after: Some(HOUR), ..rule("reshoot_needed", "seller", "email > sms") };
    let mut rehearsal = rehearse(&Parts::new(vec![timed])).await;
    rehearsal.answer("email", Outcome::ChannelDown { reason: reason("535") });
    let seen = accept(&mut rehearsal, "reshoot_needed sr-1").await;
    assert_eq!(told(&seen.made), ["email queued [channel_down] at 0"]);
    let seen = advance(&mut rehearsal, 3 * HOUR).await;
    assert_eq!(told(&seen.made), ["sms sent [sent] at 3600"]);
    assert_eq!(told(&seen.ended), ["email suppressed else_after [channel_down] at 0"]);
}

#[tokio::test]
async fn a_channel_that_was_down_goes_on_after_a_probe() {
    let mut rehearsal = rehearse(&Parts::new(vec![rule("reshoot_needed", "seller", "email")])).await;
    rehearsal.answer("email", Outcome::ChannelDown { reason: reason("535") });
    accept(&mut rehearsal, "reshoot_needed sr-1").await;
    let seen = accept(&mut rehearsal, "reshoot_needed sr-2").await;
    assert_eq!(told(&seen.made), ["email queued [] at 0"], "the channel is paused");
    rehearsal.answer("email", Outcome::Rejected { reason: reason("550") });
    assert!(advance(&mut rehearsal, Duration::from_secs(29)).await.ended.is_empty());
    let seen = advance(&mut rehearsal, Duration::from_secs(1)).await;
    let expected =
        ["email dead rejected [channel_down rejected] at 0", "email dead rejected [rejected] at 30"];
    assert_eq!(told(&seen.ended), expected);
}

#[tokio::test]
async fn what_waits_for_too_long_expires_and_is_overtaken_by_what_is_newer() {
    let mut rehearsal = rehearse(&Parts::new(vec![rule("reshoot_needed", "seller", "email > sms")])).await;
    rehearsal.answer("email", Outcome::ChannelDown { reason: reason("535") });
    accept(&mut rehearsal, "reshoot_needed sr-1").await;
    accept(&mut rehearsal, "reshoot_needed sr-2").await;
    rehearsal.advance(HOUR).await.unwrap();
    accept(&mut rehearsal, "photos_submitted sr-2").await;
    let seen = advance(&mut rehearsal, 48 * HOUR).await;
    let ended = told(&seen.ended);
    assert!(ended[0].starts_with("email dead expired [channel_down]"), "{ended:?}");
    let made = told(&seen.made);
    assert!(made.iter().any(|made| made.starts_with("sms sent [sent]")), "{made:?}");
}

#[tokio::test]
async fn what_expires_while_a_channel_is_paused_ends_at_its_own_time() {
    let short = Rule { expire: Duration::from_secs(600), ..rule("reshoot_needed", "seller", "email > sms") };
    let mut rehearsal = rehearse(&Parts::new(vec![short])).await;
    rehearsal.answer("email", Outcome::ChannelDown { reason: reason("535") });
    accept(&mut rehearsal, "reshoot_needed sr-1").await;
    let seen = advance(&mut rehearsal, 2 * HOUR).await;
    assert_eq!(told(&seen.made), ["sms sent [sent] at 600"], "probes come at 450 and 930");
    let ended = format!("{:?}", seen.ended[0].state);
    assert!(ended.contains(": the channel is paused"), "{ended}");
}

#[tokio::test]
async fn many_messages_at_one_time_come_to_an_end() {
    let mut rehearsal = rehearse(&Parts::new(vec![rule("reshoot_needed", "seller", "email")])).await;
    let people = (0..1_100).map(|number| person(&format!("seller{number} e"))).collect();
    rehearsal.people("seller", Some(Ok(people)));
    let seen = accept(&mut rehearsal, "reshoot_needed sr-1").await;
    assert_eq!(seen.made.iter().filter(|made| made.state == MessageState::Sent).count(), 1_100);
}

/// Nothing waits on it after two days, and so nobody probes it all those years.
#[tokio::test]
async fn a_channel_that_stays_down_for_years_costs_no_time() {
    let mut rehearsal = rehearse(&Parts::new(vec![rule("reshoot_needed", "seller", "email")])).await;
    rehearsal.answer("email", Outcome::ChannelDown { reason: reason("535") });
    accept(&mut rehearsal, "reshoot_needed sr-1").await;
    let seen = advance(&mut rehearsal, 24 * 365 * 5 * HOUR).await;
    assert!(told(&seen.ended)[0].starts_with("email dead expired"), "{seen:?}");
    rehearsal.answer("email", Outcome::Sent(Receipt::default()));
    let seen = advance(&mut rehearsal, HOUR).await;
    assert!(seen.made.is_empty());
    let seen = accept(&mut rehearsal, "reshoot_needed sr-2").await;
    assert_eq!(seen.made[0].state, MessageState::Sent, "a probe has found it well");
}

#[tokio::test]
async fn a_directory_that_is_not_available_delays_a_draft() {
    let mut rehearsal = rehearse(&Parts::new(vec![rule("reshoot_needed", "seller", "email")])).await;
    rehearsal.people("seller", Some(Err(LookupError::unavailable("it is being moved"))));
    let seen = accept(&mut rehearsal, "reshoot_needed sr-1").await;
    assert!(seen.made.is_empty());
    assert!(matches!(seen.drafts[0].end, Some(DraftEnd::RetryAt { .. })), "{:?}", seen.drafts);
    assert_eq!(
        (seen.drafts[0].rule.as_str(), seen.drafts[0].audience.as_str()),
        ("reshoot_needed-seller", "seller")
    );
    rehearsal.people("seller", Some(Ok(vec![person("ann e")])));
    let seen = advance(&mut rehearsal, Duration::from_secs(2)).await;
    assert_eq!(told(&seen.made), ["email sent [sent] at 2"]);
}

#[tokio::test]
async fn an_audience_of_which_nothing_is_said_is_told() {
    let parts = Parts::new(vec![rule("reshoot_needed", "seller", "email")]);
    let mut rehearsal = Rehearsal::start(&parts.runtime(), start()).await.unwrap();
    assert!(rehearsal.unprepared().is_empty());
    assert!(accept(&mut rehearsal, "reshoot_needed sr-1").await.made.is_empty());
    assert_eq!(rehearsal.unprepared(), ["seller"]);
}

#[tokio::test]
async fn messages_are_seen_as_they_are_meant() {
    let mut parts = Parts::new(vec![rule("reshoot_needed", "seller", "email")]);
    parts.redirect = Some(Redirect::default());
    let mut rehearsal = rehearse(&parts).await;
    assert_eq!(told(&accept(&mut rehearsal, "reshoot_needed sr-1").await.made), ["email sent [sent] at 0"]);
}

#[tokio::test]
async fn the_same_again_is_the_same_to_the_id() {
    let parts = Parts::new(vec![rule("reshoot_needed", "seller", "email sms")]);
    let mut ids = Vec::new();
    for _ in 0..2 {
        let mut rehearsal = rehearse(&parts).await;
        let made = accept(&mut rehearsal, "reshoot_needed sr-1").await.made;
        ids.push(made.into_iter().map(|made| made.made.id).collect::<Vec<_>>());
        let body = new_event("reshoot_needed sr-1", start(), 0).body;
        assert!(matches!(rehearsal.accept("legitmark", body).await.unwrap(), Acceptance::Duplicate(_)));
        assert!(rehearsal.look().await.unwrap().made.is_empty());
    }
    assert_eq!(ids[0], ids[1]);
}
