//! Plans: committed as a whole, in order, or not at all.

use proofbell_store::{NewEvent, Plan, PlanResult, Store};

use crate::build::*;

pub(crate) async fn events_wait_oldest_first_with_their_case(store: &dyn Store) {
    for number in [1, 2, 3] {
        store.accept(event(number)).await.unwrap();
    }
    let first = Plan { case: Some(case(1, &[1])), ..plan(1) };
    store.commit_plans(vec![first], at(0)).await.unwrap();
    let waiting = store.unplanned(1).await.unwrap();
    assert_eq!(waiting.len(), 1, "the limit holds");
    assert_eq!(waiting[0].event.id, event_id(2));
    assert_eq!(waiting[0].case, case(1, &[1]));
    let all: Vec<_> = store.unplanned(10).await.unwrap().iter().map(|waiting| waiting.event.id).collect();
    assert_eq!(all, [event_id(2), event_id(3)]);
}

pub(crate) async fn the_first_event_of_a_case_meets_a_new_one(store: &dyn Store) {
    store.accept(event(1)).await.unwrap();
    let waiting = store.unplanned(1).await.unwrap();
    assert_eq!((waiting[0].case.version, waiting[0].case.history.len()), (0, 0));
    assert_eq!(waiting[0].case.sr_uuid.as_ref().unwrap().as_str(), SR);
}

pub(crate) async fn a_plan_commits_as_a_whole(store: &dyn Store) {
    store.accept(event(1)).await.unwrap();
    let whole = Plan { case: Some(case(1, &[1])), ..plan(1) };
    assert_eq!(store.commit_plans(vec![whole], at(5)).await.unwrap(), [PlanResult::Committed]);
    assert!(store.unplanned(10).await.unwrap().is_empty());
    let view = store.case(SR).await.unwrap();
    assert_eq!(view.case, case(1, &[1]));
    assert_eq!(view.decisions[0].decision, decision(1, 0));
    assert_eq!(view.decisions[0].at, at(5));
    assert_eq!(view.drafts[0].id, draft_id(1));
    assert_eq!(view.drafts[0].state, "waiting");
    let due = store.due_drafts("seller", at(5), 10).await.unwrap();
    assert_eq!(due[0].draft, draft(1, draft_id(1)));
    assert_eq!(due[0].event.id, event_id(1));
}

pub(crate) async fn a_case_that_moved_on_is_a_conflict(store: &dyn Store) {
    store.accept(event(1)).await.unwrap();
    store.accept(event(2)).await.unwrap();
    let late = |number, version| Plan {
        expected_version: version,
        case: Some(case(version + 1, &[number])),
        ..plan(number)
    };
    let results = store.commit_plans(vec![late(1, 0), late(2, 0)], at(0)).await.unwrap();
    assert_eq!(results, [PlanResult::Committed, PlanResult::Conflict]);
    assert_eq!(store.unplanned(10).await.unwrap()[0].event.id, event_id(2));
    assert_eq!(store.due_drafts("seller", at(0), 10).await.unwrap().len(), 1, "the loser made no draft");
    assert_eq!(store.commit_plans(vec![late(2, 1)], at(0)).await.unwrap(), [PlanResult::Committed]);
}

pub(crate) async fn a_case_planned_twice_in_one_list_carries_on(store: &dyn Store) {
    store.accept(event(1)).await.unwrap();
    store.accept(event(2)).await.unwrap();
    let first = Plan { case: Some(case(1, &[1])), ..plan(1) };
    let second = Plan { expected_version: 1, case: Some(case(2, &[1, 2])), ..plan(2) };
    let results = store.commit_plans(vec![first, second], at(0)).await.unwrap();
    assert_eq!(results, [PlanResult::Committed, PlanResult::Committed]);
    assert_eq!(store.case(SR).await.unwrap().case, case(2, &[1, 2]));
}

pub(crate) async fn an_event_is_planned_once(store: &dyn Store) {
    plan_one(store, 1).await;
    assert_eq!(store.commit_plans(vec![plan(1)], at(0)).await.unwrap(), [PlanResult::Conflict]);
}

pub(crate) async fn one_plan_that_fails_leaves_the_others_alone(store: &dyn Store) {
    store.accept(event(1)).await.unwrap();
    let results = store.commit_plans(vec![plan(7), plan(1)], at(0)).await.unwrap();
    assert!(matches!(results[0], PlanResult::Failed(_)), "{results:?}");
    assert_eq!(results[1], PlanResult::Committed);
}

pub(crate) async fn a_draft_that_is_there_already_stays(store: &dyn Store) {
    plan_one(store, 1).await;
    store.accept(event(2)).await.unwrap();
    let mut again = plan(2);
    again.drafts = vec![draft(2, draft_id(1))];
    store.commit_plans(vec![again], at(0)).await.unwrap();
    let due = store.due_drafts("seller", at(0), 10).await.unwrap();
    assert_eq!(due.len(), 1);
    assert_eq!(due[0].draft.event, event_id(1));
}

pub(crate) async fn a_case_can_be_seen_as_it_was_before_an_event(store: &dyn Store) {
    let approved = format!(
        r#"{{"event_type":"state_change","sr_uuid":"{SR}","reference_id":"MS-1","state":{{"primary":"QC","supplement":"PENDING"}},"timestamp":"{}"}}"#,
        at(1)
    );
    store.accept(NewEvent { body: approved.into_bytes(), ..event(1) }).await.unwrap();
    store.accept(event(2)).await.unwrap();
    store.accept(event(3)).await.unwrap();
    assert_eq!(store.case_before(event_id(1)).await.unwrap().history.len(), 0);
    let committed = [(1, case(1, &[1])), (2, case(2, &[1, 2])), (3, case(3, &[1, 2, 3]))];
    for (number, case) in committed {
        let plan = Plan { expected_version: case.version - 1, case: Some(case), ..plan(number) };
        assert_eq!(store.commit_plans(vec![plan], at(0)).await.unwrap(), [PlanResult::Committed]);
    }
    let before = store.case_before(event_id(2)).await.unwrap();
    assert_eq!((before.version, before.history.len()), (1, 1));
    assert_eq!(before.reference_id.as_deref(), Some("MS-1"));
    assert_eq!(before.state.unwrap().primary, "QC");
    let before = store.case_before(event_id(3)).await.unwrap();
    assert_eq!((before.version, before.reference_id.as_deref()), (2, Some("MS-2")));
    assert_eq!(store.case_before(event_id(1)).await.unwrap().reference_id, None);
}
