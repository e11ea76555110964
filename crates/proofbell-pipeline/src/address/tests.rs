use proofbell_store::{MessageState, StoredEvent};

use super::*;
use crate::testing::{REJECTED, at, draft, event, recipients, runtime};

fn addressed(draft: &Draft, people: &[&str]) -> Addressed {
    address(&runtime(), draft, &event(), recipients(people), at(0))
}

#[test]
fn those_who_are_found_get_their_messages() {
    let addressed = addressed(&draft("email > sms"), &["ann e", "bob p"]);
    assert_eq!(addressed.end, DraftEnd::Addressed);
    let moved: Vec<usize> = addressed.reaches.iter().map(|reach| reach.next_else).collect();
    assert_eq!(moved, [0, 1], "bob's fallback began at once");
    let queued: Vec<&str> = addressed
        .messages
        .iter()
        .filter(|message| message.state == MessageState::Queued)
        .map(|message| message.channel.as_str())
        .collect();
    assert_eq!(queued, ["email", "sms"]);
    assert!(addressed.drafts.is_empty());
}

#[test]
fn where_nobody_is_found_somebody_is_told() {
    let check = |draft: &Draft, reason: &str, told: usize| {
        let addressed = addressed(draft, &[]);
        assert_eq!(addressed.end, DraftEnd::Suppressed(reason.to_owned()));
        assert_eq!((addressed.messages.len(), addressed.drafts.len()), (0, told));
    };
    let nobody = "nobody: the directory knows nobody behind this case";
    check(&draft("email"), &format!("{nobody}; somebody is told"), 1);
    check(&Draft { audience: "strangers".to_owned(), ..draft("email") }, nobody, 0);
    check(&Draft { nobody_for: Some(Uuid::from_u128(9)), ..draft("email") }, nobody, 0);
}

#[test]
fn a_place_is_told_though_nobody_is_found() {
    let addressed = addressed(&draft("desk"), &[]);
    assert_eq!((addressed.end, addressed.messages.len()), (DraftEnd::Addressed, 1));
    assert_eq!(addressed.messages[0].state, MessageState::Queued);
}

#[test]
fn a_case_that_cannot_be_asked_about_is_nobody_at_once() {
    let check = |draft: &Draft, end: DraftEnd, messages: usize, told: usize| {
        let addressed = unaskable(&runtime(), draft, &event(), "no id", at(0));
        assert_eq!(
            (&addressed.end, addressed.messages.len(), addressed.drafts.len()),
            (&end, messages, told)
        );
    };
    check(&draft("email"), DraftEnd::Suppressed("unaskable: no id; somebody is told".to_owned()), 0, 1);
    let strangers = Draft { audience: "strangers".to_owned(), ..draft("email") };
    check(&strangers, DraftEnd::Suppressed("unaskable: no id".to_owned()), 0, 0);
    check(&draft("desk"), DraftEnd::Addressed, 1, 0);
}

const DAY: Duration = Duration::from_secs(24 * 3600);

fn due(tries: u32) -> DueDraft {
    let draft = draft("email");
    let event = StoredEvent {
        id: draft.event,
        source: "legitmark".to_owned(),
        generation: 0,
        received_at: at(0),
        body: REJECTED.as_bytes().to_vec(),
    };
    DueDraft { draft, event, tries }
}

fn down(again: Again) -> Delay {
    Delay { reason: "down".to_owned(), again }
}

const SCHEDULED: Again = Again::Scheduled { not_before: Duration::ZERO };

fn again(second: i64) -> DraftEnd {
    DraftEnd::RetryAt { at: at(second), reason: "down".to_owned() }
}

fn dead() -> DraftEnd {
    DraftEnd::Dead("unavailable: down".to_owned())
}

#[test]
fn a_failed_lookup_is_tried_again_and_given_up_in_the_end() {
    let check = |due: DueDraft, give_up: Duration, now: i64, expected: DraftEnd| {
        let tries = due.tries;
        let end = put_off(&due, &down(SCHEDULED), give_up, at(now), 0.5).end;
        assert_eq!(end, expected, "after {tries} at {now}");
    };
    check(due(0), DAY, 100, again(102));
    check(due(1), DAY, 100, again(110));
    check(due(2), DAY, 100, again(130));
    check(due(3), DAY, 100, again(160));
    check(due(11), DAY, 100, again(400));
    check(due(1000), DAY, 100, again(400));
    // The last lookup is when the time is up.
    check(due(11), DAY, 24 * 3600 - 1, again(24 * 3600));
    check(due(11), DAY, 24 * 3600, dead());
    check(due(11), Duration::from_secs(60), 60, dead());
    // The draft's own expiry comes first.
    check(due(0), 7 * DAY, 48 * 3600 - 3, again(48 * 3600 - 1));
    check(due(0), 7 * DAY, 48 * 3600 - 2, dead());
}

#[test]
fn a_directory_says_how_long_it_wants_to_be_left_alone() {
    let check = |tries: u32, asked: Again, jitter: f64, now: i64, expected: DraftEnd| {
        assert_eq!(put_off(&due(tries), &down(asked), DAY, at(now), jitter).end, expected, "{asked:?}");
    };
    let not_before = |seconds| Again::Scheduled { not_before: Duration::from_secs(seconds) };
    check(0, not_before(100), 0.0, 0, again(100));
    check(0, not_before(100), 1.0, 0, again(120));
    check(11, not_before(100), 0.5, 0, again(300));
    check(0, not_before(3600), 0.0, 24 * 3600 - 10, again(24 * 3600));
    check(11, Again::In(Duration::from_secs(7)), 0.5, 0, again(7));
    check(11, Again::In(Duration::from_secs(7)), 0.5, 24 * 3600, dead());
}

#[test]
fn each_error_of_a_lookup_says_whether_it_is_asked_again() {
    let check = |error: LookupError, expected: Result<Again, &str>| {
        let delay = Delay::of(error);
        assert_eq!(delay.map(|delay| delay.again), expected.map_err(str::to_owned));
    };
    check(LookupError::unavailable("x"), Ok(SCHEDULED));
    let after = Duration::from_secs(9);
    let busy = LookupError::Unavailable { reason: "x".to_owned(), after: Some(after) };
    check(busy, Ok(Again::Scheduled { not_before: after }));
    check(LookupError::Misconfigured("x".to_owned()), Ok(SCHEDULED));
    check(LookupError::Unaskable("x".to_owned()), Err("x"));
}

#[test]
fn the_notice_that_nobody_was_reached_waits_from_when_it_was_made() {
    let notice = |now: i64| {
        let draft =
            Draft { nobody_for: Some(Uuid::from_u128(9)), expires_at: at(80 * 3600), ..draft("email") };
        put_off(&DueDraft { draft, ..due(11) }, &down(SCHEDULED), DAY, at(now), 0.5).end
    };
    // Its event came 32 hours before it was made.
    assert_eq!(notice(32 * 3600), again(32 * 3600 + 300));
    assert_eq!(notice(56 * 3600), dead());
}

#[test]
fn a_replay_of_an_old_event_waits_until_it_expires() {
    let check = |now: i64, expected: DraftEnd| {
        let draft = Draft { generation: 1, expires_at: at(120 * 3600), ..draft("email") };
        let replay = DueDraft { draft, ..due(11) };
        assert_eq!(put_off(&replay, &down(SCHEDULED), DAY, at(now), 0.5).end, expected, "at {now}");
    };
    // Its event came three days before it was asked for.
    check(72 * 3600, again(72 * 3600 + 300));
    check(119 * 3600, again(119 * 3600 + 300));
    check(120 * 3600 - 300, dead());
}

#[test]
fn a_draft_that_dies_unaddressed_tells_somebody_too() {
    let (runtime, event) = (runtime(), event());
    let told = |due: &DueDraft, now: i64| {
        let addressed = put_off(due, &down(SCHEDULED), DAY, at(now), 0.5);
        let end = addressed.end.clone();
        (end, tell(&runtime, &due.draft, &event, addressed, at(now)).drafts.len())
    };
    assert_eq!(told(&due(11), 24 * 3600), (dead(), 1));
    assert!(matches!(told(&due(0), 100), (DraftEnd::RetryAt { .. }, 0)));
    let strangers =
        DueDraft { draft: Draft { audience: "strangers".to_owned(), ..draft("email") }, ..due(11) };
    assert_eq!(told(&strangers, 24 * 3600).1, 0);
}
