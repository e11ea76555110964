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

#[test]
fn a_failed_lookup_is_tried_again_and_given_up_in_the_end() {
    let check = |due: DueDraft, now: i64, expected: DraftEnd| {
        let tries = due.tries;
        assert_eq!(put_off(&due, "down", at(now), 0.5).end, expected, "after {tries}");
    };
    let again = |second| DraftEnd::RetryAt { at: at(second), reason: "down".to_owned() };
    let dead = || DraftEnd::Dead("unavailable: down".to_owned());
    check(due(0), 100, again(102));
    check(due(1), 100, again(110));
    check(due(2), 100, again(130));
    check(due(3), 100, again(160));
    check(due(11), 100, again(400));
    check(due(299), 100, again(400));
    check(due(300), 100, dead());
    check(due(0), 48 * 3600 - 3, again(48 * 3600 - 1));
    check(due(0), 48 * 3600 - 2, dead());
}

#[test]
fn a_draft_that_dies_unaddressed_tells_somebody_too() {
    let (runtime, event) = (runtime(), event());
    let told = |due: &DueDraft| {
        let addressed = put_off(due, "down", at(100), 0.5);
        let end = addressed.end.clone();
        (end, tell(&runtime, &due.draft, &event, addressed, at(100)).drafts.len())
    };
    assert_eq!(told(&due(300)), (DraftEnd::Dead("unavailable: down".to_owned()), 1));
    assert!(matches!(told(&due(0)), (DraftEnd::RetryAt { .. }, 0)));
    let strangers =
        DueDraft { draft: Draft { audience: "strangers".to_owned(), ..draft("email") }, ..due(300) };
    assert_eq!(told(&strangers).1, 0);
}
