//! Messages: claimed, recorded, taken over.

use proofbell_event::EventName;
use proofbell_notify::Address;
use proofbell_store::{
    Addressed, ClaimOnly, Ended, Finish, MessageState, NewMessage, Next, Orphans, Plan, Remember, Store,
    StoreError, SuppressionKind,
};

use crate::build::*;

/// What [`check_record`] looks at: state, code, attempts that count, when it is due next.
type Shown = (String, Option<String>, u32, Option<i64>);

pub(crate) async fn due_messages_are_claimed_oldest_first(store: &dyn Store) {
    plan_one(store, 1).await;
    let later = |id, due| NewMessage { due_at: at(due), ..message(1, message_id(id)) };
    let messages = vec![later(1, 30), later(2, 10), later(3, 20), later(4, 99)];
    store.commit_addressed(vec![Addressed { messages, ..addressed(1) }], at(0)).await.unwrap();
    let claim = store.claim(request(30, 2, ClaimOnly::Due)).await.unwrap();
    let ids: Vec<_> = claim.messages.iter().map(|claimed| claimed.message.id).collect();
    assert_eq!((ids, claim.next_due), (vec![message_id(2), message_id(3)], None));
    let claim = store.claim(request(30, 2, ClaimOnly::Due)).await.unwrap();
    assert_eq!(claim.messages[0].message.id, message_id(1));
    let claim = store.claim(request(31, 2, ClaimOnly::Due)).await.unwrap();
    assert_eq!((claim.messages.len(), claim.next_due), (0, Some(at(99))));
    let expires = message(4, message_id(4)).expires_at;
    let claim = store.claim(request(31, 2, ClaimOnly::Expired)).await.unwrap();
    assert_eq!((claim.messages.len(), claim.next_due), (0, Some(expires)));
}

pub(crate) async fn a_claim_brings_all_that_sending_asks_for(store: &dyn Store) {
    store.accept(event(1)).await.unwrap();
    store.accept(event(2)).await.unwrap();
    let first = Plan { case: Some(case(1, &[1])), ..plan(1) };
    store.commit_plans(vec![first], at(0)).await.unwrap();
    let kept = NewMessage { send_stale: true, ..message(1, message_id(1)) };
    store.commit_addressed(vec![Addressed { messages: vec![kept], ..addressed(1) }], at(0)).await.unwrap();
    let second = Plan { expected_version: 1, case: Some(case(2, &[1, 2])), drafts: vec![], ..plan(2) };
    store.commit_plans(vec![second], at(0)).await.unwrap();

    let claimed = claim_one(store, 10).await;
    assert_eq!(Some(claimed.message), message(1, message_id(1)).message);
    assert_eq!(claimed.channel, "email");
    assert_eq!(
        (claimed.tries, claimed.event, claimed.event_name),
        (1, Some(event_id(1)), EventName::ReshootNeeded)
    );
    assert_eq!((claimed.event_at, claimed.expires_at, claimed.send_stale), (at(1), at(10_000), true));
    assert_eq!(claimed.case, Some(case(2, &[1, 2])), "the case as it is now");
    assert_eq!(claimed.suppression, None);
}

pub(crate) async fn an_attempt_is_counted_before_it_is_made(store: &dyn Store) {
    queue(store, 1).await;
    claim_one(store, 10).await;
    let message = store.message(message_id(1)).await.unwrap();
    assert_eq!((message.state.as_str(), message.tries, message.attempts.len()), ("claimed", 1, 1));
    assert_eq!((message.attempts[0].at, message.attempts[0].ended_at), (at(10), None));
    assert!(claim(store, 10).await.messages.is_empty(), "it is ours already");
}

pub(crate) async fn expired_messages_are_claimed_by_themselves(store: &dyn Store) {
    plan_one(store, 1).await;
    let expired = NewMessage { due_at: at(900), expires_at: at(100), ..message(1, message_id(1)) };
    let fresh = NewMessage { due_at: at(50), ..message(1, message_id(2)) };
    let made = Addressed { messages: vec![expired, fresh], ..addressed(1) };
    store.commit_addressed(vec![made], at(0)).await.unwrap();
    let early = store.claim(request(99, 10, ClaimOnly::Expired)).await.unwrap();
    assert!(early.messages.is_empty());
    let claim = store.claim(request(100, 10, ClaimOnly::Expired)).await.unwrap();
    let ids: Vec<_> = claim.messages.iter().map(|claimed| claimed.message.id).collect();
    assert_eq!(ids, [message_id(1)], "though it is not due");
}

pub(crate) async fn a_record_says_what_happens_next(store: &dyn Store) {
    let dead = Ended::Dead { code: "exhausted".to_owned(), detail: "451".to_owned() };
    let sent = Next::Sent { provider_id: Some("p-1".to_owned()) };
    check_record(store, 1, sent, ("sent".to_owned(), None, 1, None)).await;
    check_record(store, 2, Next::RetryAt(at(500)), ("queued".to_owned(), None, 1, Some(500))).await;
    check_record(store, 3, Next::WaitUntil(at(600)), ("queued".to_owned(), None, 0, Some(600))).await;
    let code = Some("exhausted".to_owned());
    check_record(store, 4, Next::End(dead), ("dead".to_owned(), code, 1, None)).await;
    assert_eq!(store.message(message_id(1)).await.unwrap().provider_id.as_deref(), Some("p-1"));
}

async fn check_record(store: &dyn Store, number: u128, next: Next, expected: Shown) {
    queue(store, number).await;
    let claimed = claim_one(store, 10).await;
    store.record(vec![finish(&claimed, 11, "word", next.clone())]).await.unwrap();
    let message = store.message(message_id(number)).await.unwrap();
    let due = message.due_at.map(|due| due.as_second() - at(0).as_second());
    assert_eq!((message.state, message.code, message.tries, due), expected, "{next:?}");
    let attempt = &message.attempts[0];
    assert_eq!(message.attempts.len(), 1, "the attempt stays, whether it counts or not");
    assert_eq!((attempt.ended_at, attempt.outcome.as_deref()), (Some(at(11)), Some("word")));
    assert_eq!(attempt.reason.as_deref(), Some("451 try again"));
}

pub(crate) async fn a_second_try_has_a_second_attempt(store: &dyn Store) {
    queue(store, 1).await;
    let first = claim_one(store, 10).await;
    store.record(vec![finish(&first, 11, "retry_later", Next::RetryAt(at(20)))]).await.unwrap();
    let second = claim_one(store, 20).await;
    assert_eq!((second.tries, &second.message), (2, &first.message), "the same bytes");
    assert!(second.epoch > first.epoch);
    store.record(vec![finish(&second, 21, "sent", Next::Sent { provider_id: None })]).await.unwrap();
    let outcomes: Vec<_> = store
        .message(message_id(1))
        .await
        .unwrap()
        .attempts
        .into_iter()
        .map(|it| it.outcome.unwrap())
        .collect();
    assert_eq!(outcomes, ["retry_later", "sent"]);
}

pub(crate) async fn a_record_of_another_epoch_changes_nothing(store: &dyn Store) {
    queue(store, 1).await;
    let lost = claim_one(store, 10).await;
    let taken_over = store.orphans(at(10 + 60), Orphans::Expired).await.unwrap();
    assert_eq!(taken_over.len(), 1);
    store.record(vec![finish(&lost, 71, "sent", Next::Sent { provider_id: None })]).await.unwrap();
    let message = store.message(message_id(1)).await.unwrap();
    assert_eq!((message.state.as_str(), &message.attempts[0].outcome), ("claimed", &None));
    let ended = finish(&taken_over[0], 72, "unknown", Next::RetryAt(at(80)));
    store.record(vec![ended.clone(), ended]).await.unwrap();
    let message = store.message(message_id(1)).await.unwrap();
    assert_eq!((message.state.as_str(), message.attempts[0].outcome.as_deref()), ("queued", Some("unknown")));
}

pub(crate) async fn claims_of_the_dead_are_taken_over(store: &dyn Store) {
    queue(store, 1).await;
    let claimed = claim_one(store, 10).await;
    assert!(store.orphans(at(69), Orphans::Expired).await.unwrap().is_empty(), "its lease holds");
    let orphans = store.orphans(at(11), Orphans::All).await.unwrap();
    assert_eq!(orphans.len(), 1);
    assert_eq!((orphans[0].tries, &orphans[0].message), (1, &claimed.message), "no attempt is counted");
    assert!(orphans[0].epoch > claimed.epoch);
    assert!(store.orphans(at(70), Orphans::Expired).await.unwrap().is_empty(), "the lease is a new one");
    assert_eq!(store.message(message_id(1)).await.unwrap().attempts.len(), 1);
}

pub(crate) async fn what_is_remembered_of_an_address_comes_with_later_claims(store: &dyn Store) {
    use SuppressionKind::{BadAddress, OptedOut};
    let table: [(u128, SuppressionKind, Option<i64>, Option<SuppressionKind>); 4] = [
        (1, BadAddress, Some(15), None),
        (2, BadAddress, Some(9_000), Some(BadAddress)),
        (3, OptedOut, None, Some(OptedOut)),
        (4, BadAddress, None, Some(OptedOut)),
    ];
    for (number, kind, until, expected) in table {
        queue(store, number).await;
        let claimed = claim_one(store, 10).await;
        let remember = Remember { kind, reason: "550 5.1.1".to_owned(), until: until.map(at) };
        let ended = Next::End(Ended::Suppressed { code: "x".to_owned(), detail: String::new() });
        let finished = Finish { remember: Some(remember), ..finish(&claimed, 11, "x", ended) };
        store.record(vec![finished]).await.unwrap();

        queue(store, 100 + number).await;
        let next = claim_one(store, 200).await;
        let found = next.suppression.as_ref().map(|known| known.kind);
        assert_eq!(found, expected, "{kind:?} until {until:?}");
        store.record(vec![finish(&next, 201, "sent", Next::Sent { provider_id: None })]).await.unwrap();
    }
    let elsewhere = NewMessage { channel: "other".to_owned(), draft: None, ..message(500, message_id(500)) };
    store.enqueue(elsewhere).await.unwrap();
    let mut on_other = request(600, 10, ClaimOnly::Due);
    on_other.channel = "other".to_owned();
    assert_eq!(store.claim(on_other).await.unwrap().messages[0].suppression, None, "another channel");
}

pub(crate) async fn a_message_of_no_draft_is_sent_like_any_other(store: &dyn Store) {
    let mut test = NewMessage { draft: None, event: None, sr_uuid: None, ..message(1, message_id(1)) };
    test.message.as_mut().unwrap().to = Address::Fixed;
    store.enqueue(test.clone()).await.unwrap();
    store.enqueue(test).await.unwrap();
    let claimed = claim_one(store, 10).await;
    assert_eq!((claimed.event, &claimed.case), (None, &None));
    let end = Next::End(Ended::Dead { code: "rejected".to_owned(), detail: "no".to_owned() });
    store.record(vec![finish(&claimed, 11, "rejected", end)]).await.unwrap();
    assert_eq!(store.message(message_id(1)).await.unwrap().state, "dead");
    let nothing = NewMessage { message: None, draft: None, ..message(2, message_id(2)) };
    assert!(matches!(store.enqueue(nothing).await, Err(StoreError::Refused(_))), "nothing to send");
    // A test message is sent first and kept afterwards.
    let sent = NewMessage { draft: None, state: MessageState::Sent, ..message(3, message_id(3)) };
    let made_at = sent.made_at;
    store.enqueue(sent).await.unwrap();
    let kept = store.message(message_id(3)).await.unwrap();
    assert_eq!((kept.state.as_str(), kept.ended_at), ("sent", Some(made_at)));
}

pub(crate) async fn people_retry_what_ended_and_call_off_what_waits(store: &dyn Store) {
    let refused = |result: Result<(), StoreError>| matches!(result, Err(StoreError::Refused(_)));
    let retry = async |number| store.retry(message_id(number), at(300), at(900)).await;
    let cancel = async |number| store.cancel(message_id(number), at(300)).await;
    assert!(matches!(retry(1).await, Err(StoreError::NotFound { what: "message", .. })));

    queue(store, 1).await;
    assert!(refused(retry(1).await), "it waits");
    let claimed = claim_one(store, 10).await;
    assert!(refused(retry(1).await) && refused(cancel(1).await), "it is being sent");
    store.record(vec![finish(&claimed, 11, "retry_later", Next::RetryAt(at(20)))]).await.unwrap();
    cancel(1).await.unwrap();
    let message = store.message(message_id(1)).await.unwrap();
    assert_eq!((message.state.as_str(), message.code.as_deref()), ("suppressed", Some("cancelled")));
    assert_eq!(message.ended_at, Some(at(300)));
    assert!(refused(cancel(1).await), "it has ended");

    retry(1).await.unwrap();
    let again = claim_one(store, 300).await;
    assert_eq!((again.tries, again.expires_at), (1, at(900)), "a fresh schedule");
    store.record(vec![finish(&again, 301, "sent", Next::Sent { provider_id: None })]).await.unwrap();
    assert!(refused(retry(1).await), "it is sent");
    assert_eq!(store.message(message_id(1)).await.unwrap().attempts.len(), 2);
}

pub(crate) async fn a_message_without_a_text_cannot_be_retried(store: &dyn Store) {
    plan_one(store, 1).await;
    let no_address = Ended::Suppressed { code: "no_address".to_owned(), detail: String::new() };
    let ended =
        NewMessage { message: None, state: MessageState::Ended(no_address), ..message(1, message_id(1)) };
    store.commit_addressed(vec![Addressed { messages: vec![ended], ..addressed(1) }], at(0)).await.unwrap();
    let retried = store.retry(message_id(1), at(5), at(900)).await;
    assert!(matches!(retried, Err(StoreError::Refused(_))), "{retried:?}");
}
