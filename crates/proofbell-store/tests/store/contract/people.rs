//! What people see: lists, cases, pauses, numbers; and what is forgotten in the end.

use proofbell_store::{
    Acceptance, ChannelPause, EventFilter, MessageFilter, NewMessage, Next, PausedBy, Plan, Store, StoreError,
};

use crate::build::*;

pub(crate) async fn messages_are_shown_with_masked_addresses(store: &dyn Store) {
    queue(store, 1).await;
    let filter = MessageFilter { limit: 10, ..MessageFilter::default() };
    let listed = store.messages(filter).await.unwrap().remove(0);
    assert_eq!(
        (listed.id, listed.draft, listed.event),
        (message_id(1), Some(draft_id(1)), Some(event_id(1).0))
    );
    assert_eq!((listed.to.as_str(), listed.title.as_str()), ("h…@example.jp", "写真をもう一度"));
    assert_eq!((listed.locale.as_deref(), listed.segments), (Some("ja"), Some(2)));
    assert_eq!((listed.due_at, &listed.body), (Some(at(1)), &None));
    let shown = store.message(message_id(1)).await.unwrap();
    assert_eq!(shown.body, Some(serde_json::json!({ "text": "写真をもう一度" })));
    let whole = serde_json::to_string(&store.case(SR).await.unwrap()).unwrap();
    assert!(!whole.contains("hanako"), "{whole}");
}

pub(crate) async fn messages_are_listed_by_what_was_asked_for(store: &dyn Store) {
    queue(store, 1).await;
    queue(store, 2).await;
    let sms =
        NewMessage { channel: "sms".to_owned(), draft: None, sr_uuid: None, ..message(3, message_id(3)) };
    store.enqueue(sms).await.unwrap();
    let loose = NewMessage { draft: None, ..message(4, message_id(4)) };
    store.enqueue(loose).await.unwrap();
    store.cancel(message_id(2), at(0)).await.unwrap();
    let all = MessageFilter { limit: 10, ..MessageFilter::default() };
    let word = |word: &str| Some(word.to_owned());
    let table = [
        (all.clone(), vec![4, 3, 2, 1]),
        (MessageFilter { limit: 1, ..all.clone() }, vec![4]),
        (MessageFilter { sr_uuid: word(SR), ..all.clone() }, vec![4, 2, 1]),
        (MessageFilter { sr_uuid: word(SR), state: word("queued"), ..all.clone() }, vec![4, 1]),
        (MessageFilter { channel: word("sms"), ..all.clone() }, vec![3]),
        (MessageFilter { state: word("suppressed"), channel: word("email"), ..all.clone() }, vec![2]),
    ];
    for (filter, expected) in table {
        let found: Vec<u128> =
            store.messages(filter.clone()).await.unwrap().iter().map(|it| it.id.as_u128() - 2_000).collect();
        assert_eq!(found, expected, "{filter:?}");
    }
    let unknown = store.messages(MessageFilter { state: word("lost"), ..all }).await;
    assert!(matches!(unknown, Err(StoreError::Refused(_))), "{unknown:?}");
}

pub(crate) async fn what_is_not_there_is_not_found(store: &dyn Store) {
    let not_found = |error: StoreError, expected: &str| {
        assert!(matches!(error, StoreError::NotFound { what, .. } if what == expected), "{error}");
    };
    not_found(store.event(event_id(7)).await.unwrap_err(), "event");
    not_found(store.stored_event(event_id(7)).await.unwrap_err(), "event");
    not_found(store.case_before(event_id(7)).await.unwrap_err(), "event");
    not_found(store.message(message_id(7)).await.unwrap_err(), "message");
    not_found(store.case(SR).await.unwrap_err(), "case");
}

pub(crate) async fn a_pause_by_a_person_outlasts_the_providers(store: &dyn Store) {
    use PausedBy::{Operator, Provider};
    let table = [(Provider, Provider), (Operator, Operator), (Provider, Operator)];
    for (second, (by, expected)) in (0..).zip(table) {
        let pause =
            ChannelPause { channel: "sms".to_owned(), since: at(second), by, reason: format!("{second}") };
        store.pause(pause).await.unwrap();
        let pauses = store.pauses().await.unwrap();
        assert_eq!(pauses.len(), 1);
        assert_eq!(pauses[0].by, expected, "after {by:?}");
    }
    assert_eq!(store.pauses().await.unwrap()[0].reason, "1");
    store.resume("sms").await.unwrap();
    store.resume("sms").await.unwrap();
    assert!(store.pauses().await.unwrap().is_empty());
}

pub(crate) async fn what_waits_is_counted(store: &dyn Store) {
    let empty = store.stats().await.unwrap();
    assert_eq!((empty.unplanned, empty.oldest_unplanned, empty.queues.len()), (0, None, 0));
    queue(store, 5).await;
    queue(store, 6).await;
    plan_one(store, 7).await;
    store.accept(event(8)).await.unwrap();
    store.accept(event(9)).await.unwrap();
    store.accept(delivery(10, Some("msg_9"), "another body")).await.unwrap();
    store.claim(request(5, 1, proofbell_store::ClaimOnly::Due)).await.unwrap();
    let stats = store.stats().await.unwrap();
    assert_eq!((stats.unplanned, stats.oldest_unplanned), (2, Some(at(8))));
    assert_eq!((stats.quarantined, stats.drafts_waiting), (1, 1));
    assert_eq!((stats.queues[0].channel.as_str(), stats.queues[0].depth), ("email", 2));
    assert_eq!(stats.queues[0].oldest, Some(at(5)), "under way counts too");
}

pub(crate) async fn a_case_shows_all_about_it(store: &dyn Store) {
    store.accept(event(1)).await.unwrap();
    store.commit_plans(vec![Plan { case: Some(case(1, &[1])), ..plan(1) }], at(0)).await.unwrap();
    store.commit_addressed(vec![addressed(1)], at(0)).await.unwrap();
    let claimed = claim_one(store, 10).await;
    store.record(vec![finish(&claimed, 11, "sent", Next::Sent { provider_id: None })]).await.unwrap();
    store.accept(event(2)).await.unwrap();
    let view = store.case(SR).await.unwrap();
    assert_eq!(view.case, case(1, &[1]));
    let events: Vec<_> = view.events.iter().map(|event| (event.id, event.status.as_str())).collect();
    assert_eq!(events, [(event_id(1).0, "planned"), (event_id(2).0, "accepted")]);
    assert_eq!((view.decisions.len(), view.drafts.len()), (1, 1));
    assert_eq!(view.messages[0].attempts[0].outcome.as_deref(), Some("sent"));
}

pub(crate) async fn what_ended_is_forgotten_and_its_keys_a_while_later(store: &dyn Store) {
    finished_message(store).await;
    assert_eq!(store.purge(at(10), at(-100)).await.unwrap(), 0, "it ended later than that");
    assert_eq!(store.purge(at(50), at(-100)).await.unwrap(), 1);
    let (event_view, decisions) = store.event(event_id(1)).await.unwrap();
    assert_eq!((event_view.body, decisions.len()), (None, 0));
    assert!(matches!(store.stored_event(event_id(1)).await, Err(StoreError::Refused(_))));
    assert!(matches!(store.replay(event_id(1), shape(SR, 1)).await, Err(StoreError::Refused(_))));
    let message = store.message(message_id(1)).await.unwrap();
    assert_eq!((message.state.as_str(), message.to.as_str(), &message.body), ("sent", "", &None));
    assert_eq!(store.case(SR).await.unwrap().case.history.len(), 0);
    assert_eq!(store.purge(at(50), at(-100)).await.unwrap(), 0, "once is enough");

    let again = || proofbell_store::NewEvent { id: event_id(7), ..event(1) };
    assert_eq!(store.accept(again()).await.unwrap(), Acceptance::Duplicate(event_id(1)), "still known");
    assert_eq!(store.purge(at(50), at(50)).await.unwrap(), 1);
    assert!(matches!(store.event(event_id(1)).await, Err(StoreError::NotFound { .. })));
    assert!(matches!(store.message(message_id(1)).await, Err(StoreError::NotFound { .. })));
    assert_eq!(store.accept(again()).await.unwrap(), Acceptance::Accepted(event_id(7)), "known no more");
}

/// Event 1 with a message that was sent at second 11.
async fn finished_message(store: &dyn Store) {
    store.accept(event(1)).await.unwrap();
    store.commit_plans(vec![Plan { case: Some(case(1, &[1])), ..plan(1) }], at(0)).await.unwrap();
    store.commit_addressed(vec![addressed(1)], at(0)).await.unwrap();
    let claimed = claim_one(store, 10).await;
    store.record(vec![finish(&claimed, 11, "sent", Next::Sent { provider_id: None })]).await.unwrap();
}

pub(crate) async fn what_is_still_on_its_way_is_not_forgotten(store: &dyn Store) {
    queue(store, 1).await;
    plan_one(store, 2).await;
    store.accept(event(3)).await.unwrap();
    assert_eq!(store.purge(at(9_000), at(9_000)).await.unwrap(), 0);
    assert_eq!(store.events(EventFilter { limit: 10, ..EventFilter::default() }).await.unwrap().len(), 3);
    assert!(store.message(message_id(1)).await.unwrap().body.is_some());
    assert_eq!(claim_one(store, 9_000).await.message.id, message_id(1));
}

pub(crate) async fn the_case_of_a_waiting_event_is_not_forgotten(store: &dyn Store) {
    finished_message(store).await;
    store.accept(event(2)).await.unwrap();
    assert_eq!(store.purge(at(50), at(-100)).await.unwrap(), 1, "the first event's contents");
    assert_eq!(store.case(SR).await.unwrap().case, case(1, &[1]));
}

pub(crate) async fn more_than_one_chunk_is_forgotten(store: &dyn Store) {
    let count = 450;
    for number in 1..=count {
        store.accept(event(number)).await.unwrap();
    }
    let plans = (1..=count).map(|number| Plan { drafts: vec![], ..plan(number) }).collect();
    store.commit_plans(plans, at(0)).await.unwrap();
    assert_eq!(store.purge(at(401), at(-100)).await.unwrap(), 400);
    assert_eq!(store.purge(at(401), at(251)).await.unwrap(), 250);
    assert!(store.event(event_id(250)).await.is_err());
    assert!(store.event(event_id(251)).await.unwrap().0.body.is_none());
    assert!(store.event(event_id(401)).await.unwrap().0.body.is_some());
}

pub(crate) async fn test_messages_are_forgotten_too(store: &dyn Store) {
    let test = NewMessage { draft: None, event: None, sr_uuid: None, ..message(1, message_id(1)) };
    store.enqueue(test).await.unwrap();
    assert_eq!(store.purge(at(9_000), at(9_000)).await.unwrap(), 0, "it waits");
    store.cancel(message_id(1), at(20)).await.unwrap();
    assert_eq!(store.purge(at(21), at(0)).await.unwrap(), 1);
    assert!(store.message(message_id(1)).await.unwrap().body.is_none());
    store.purge(at(21), at(21)).await.unwrap();
    assert!(store.message(message_id(1)).await.is_err());
}
