//! Events: kept once, told apart, replayed.

use proofbell_store::{Acceptance, EventFilter, NewEvent, PlanResult, Shape, Store, StoreError};

use crate::build::*;

pub(crate) async fn deliveries_are_told_apart_by_id_and_body(store: &dyn Store) {
    let malformed = |number| NewEvent {
        shape: Shape::Malformed("no JSON".to_owned()),
        ..delivery(number, Some("c"), "not json")
    };
    let elsewhere = NewEvent { source: "other".to_owned(), ..delivery(10, Some("a"), "x") };
    let table = [
        (delivery(1, Some("a"), "x"), Acceptance::Accepted(event_id(1))),
        (delivery(2, Some("a"), "x"), Acceptance::Duplicate(event_id(1))),
        (delivery(3, Some("b"), "x"), Acceptance::Duplicate(event_id(1))),
        (delivery(4, Some("a"), "y"), Acceptance::Quarantined(event_id(4))),
        (delivery(5, Some("a"), "y"), Acceptance::Duplicate(event_id(4))),
        (malformed(6), Acceptance::Quarantined(event_id(6))),
        (malformed(7), Acceptance::Duplicate(event_id(6))),
        (delivery(8, None, "w"), Acceptance::Accepted(event_id(8))),
        (delivery(9, None, "w"), Acceptance::Duplicate(event_id(8))),
        (elsewhere, Acceptance::Accepted(event_id(10))),
    ];
    for (delivery, expected) in table {
        let id = delivery.id;
        assert_eq!(store.accept(delivery).await.unwrap(), expected, "delivery {id}");
    }
    let problem = async |number| store.event(event_id(number)).await.unwrap().0.problem;
    assert_eq!(problem(1).await, None);
    assert_eq!(problem(4).await.as_deref(), Some("message id was seen before with another body"));
    assert_eq!(problem(6).await.as_deref(), Some("no JSON"));
}

pub(crate) async fn one_delivery_sent_twice_at_once_is_kept_once(store: &dyn Store) {
    let first = store.accept(delivery(1, Some("a"), "x"));
    let second = store.accept(delivery(2, Some("a"), "x"));
    let (first, second) = tokio::join!(first, second);
    let expected = [Acceptance::Accepted(event_id(1)), Acceptance::Duplicate(event_id(1))];
    assert_eq!([first.unwrap(), second.unwrap()], expected);
    assert_eq!(store.unplanned(10).await.unwrap().len(), 1);
}

pub(crate) async fn a_kept_event_is_what_was_sent(store: &dyn Store) {
    let body = "{\"a\":\"\u{0}\"}\n";
    let sent = delivery(1, Some("a"), body);
    let received_at = sent.received_at;
    store.accept(sent).await.unwrap();
    let stored = store.stored_event(event_id(1)).await.unwrap();
    assert_eq!((stored.body, stored.received_at, stored.generation), (body.into(), received_at, 0));
    let (view, decisions) = store.event(event_id(1)).await.unwrap();
    assert_eq!(view.message_id.as_deref(), Some("a"));
    assert_eq!(view.at, Some(at(1)));
    assert_eq!(view.status, "accepted");
    assert_eq!(view.body.as_deref(), Some(body));
    assert!(decisions.is_empty());
}

pub(crate) async fn a_replay_plans_again_one_generation_up(store: &dyn Store) {
    let replay = async |number| store.replay(event_id(number), shape(SR, 1)).await;
    assert!(matches!(replay(1).await, Err(StoreError::NotFound { what: "event", .. })));
    store.accept(event(1)).await.unwrap();
    assert!(matches!(replay(1).await, Err(StoreError::Refused(_))), "it still waits");
    store.commit_plans(vec![plan(1)], at(0)).await.unwrap();
    assert_eq!(replay(1).await, Ok(1));
    assert_eq!(store.unplanned(10).await.unwrap()[0].event.generation, 1);

    // A plan of the generation before comes too late.
    assert_eq!(store.commit_plans(vec![plan(1)], at(0)).await.unwrap(), [PlanResult::Conflict]);
    let mut again = plan(1);
    (again.generation, again.decision.generation) = (1, 1);
    assert_eq!(store.commit_plans(vec![again], at(9)).await.unwrap(), [PlanResult::Committed]);
    let (_, decisions) = store.event(event_id(1)).await.unwrap();
    let generations: Vec<u32> = decisions.iter().map(|view| view.decision.generation).collect();
    assert_eq!(generations, [0, 1]);
}

pub(crate) async fn a_quarantined_event_is_replayed_once_it_can_be_read(store: &dyn Store) {
    let broken = NewEvent { shape: Shape::Malformed("no".to_owned()), ..delivery(1, Some("a"), "x") };
    store.accept(broken).await.unwrap();
    assert!(store.unplanned(10).await.unwrap().is_empty());
    let still = store.replay(event_id(1), Shape::Malformed("no".to_owned())).await;
    assert!(matches!(still, Err(StoreError::Refused(_))), "{still:?}");
    assert_eq!(store.replay(event_id(1), shape(SR, 1)).await, Ok(1));
    let waiting = store.unplanned(10).await.unwrap();
    assert_eq!(waiting[0].case.sr_uuid.as_ref().unwrap().as_str(), SR);
    let (view, _) = store.event(event_id(1)).await.unwrap();
    assert_eq!((view.status.as_str(), view.problem), ("accepted", None));
}

pub(crate) async fn events_are_listed_by_what_was_asked_for(store: &dyn Store) {
    for number in 1..=3 {
        store.accept(event(number)).await.unwrap();
    }
    let other = "9c1d0000-0000-4000-8000-000000000000";
    store.accept(NewEvent { shape: shape(other, 4), ..delivery(4, None, "four") }).await.unwrap();
    store.commit_plans(vec![plan(2)], at(0)).await.unwrap();
    let all = EventFilter { limit: 10, ..EventFilter::default() };
    let table = [
        (all.clone(), vec![4, 3, 2, 1]),
        (EventFilter { limit: 2, ..all.clone() }, vec![4, 3]),
        (EventFilter { limit: 0, ..all.clone() }, vec![4, 3, 2, 1]),
        (EventFilter { sr_uuid: Some(SR.to_owned()), ..all.clone() }, vec![3, 2, 1]),
        (EventFilter { status: Some("planned".to_owned()), ..all.clone() }, vec![2]),
        (EventFilter { name: Some("authentic".to_owned()), ..all.clone() }, vec![]),
    ];
    for (filter, expected) in table {
        let found: Vec<u128> =
            store.events(filter.clone()).await.unwrap().iter().map(|event| event.id.as_u128()).collect();
        assert_eq!(found, expected, "{filter:?}");
    }
    let unknown = store.events(EventFilter { status: Some("lost".to_owned()), ..all }).await;
    assert!(matches!(unknown, Err(StoreError::Refused(_))), "{unknown:?}");
}
