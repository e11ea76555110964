use proofbell_engine::{Audience, Each, EventId, Need, On, Rule, Setup, StalePolicy, Threading, Urgency};
use std::collections::BTreeMap;
use std::time::Duration;
use uuid::Uuid;

use super::*;
use crate::testing::{REJECTED, at};

fn engine() -> Engine {
    let rule = Rule {
        name: "reshoot".to_owned(),
        on: vec![On::parse("reshoot_needed").unwrap()],
        to: vec!["seller".to_owned()],
        via: None,
        else_via: None,
        else_after: Some(Duration::from_secs(60)),
        template: "reshoot".to_owned(),
        each: Each::Event,
        conditions: Vec::new(),
        exceptions: Vec::new(),
        urgency: Urgency::Normal,
        need: Need::Needed,
        thread: Threading::Apart,
        stale: StalePolicy::Suppress,
        expire: Duration::from_secs(3600),
    };
    let seller = Audience { via: vec!["email".to_owned()], ..Audience::default() };
    let audiences = BTreeMap::from([("seller".to_owned(), seller)]);
    Engine::new(Setup { rules: vec![rule], audiences, ..Setup::default() })
}

fn stored(generation: u32, body: &str) -> StoredEvent {
    StoredEvent {
        id: EventId(Uuid::from_u128(1)),
        source: "legitmark".to_owned(),
        generation,
        received_at: at(0),
        body: body.as_bytes().to_vec(),
    }
}

#[test]
fn a_plan_goes_from_the_version_it_saw_to_the_next() {
    let case = Case { version: 4, ..Case::default() };
    let plan = plan(&engine(), &stored(0, REJECTED), &case, at(500));
    assert_eq!((plan.expected_version, plan.case.unwrap().version), (4, 5));
    assert_eq!((plan.drafts.len(), plan.decision.failed), (1, None));
}

#[test]
fn times_count_from_the_reception_and_those_of_a_replay_from_now() {
    let times = |generation| {
        let plan = plan(&engine(), &stored(generation, REJECTED), &Case::default(), at(100_000));
        (plan.drafts[0].else_at, plan.drafts[0].expires_at)
    };
    assert_eq!(times(0), (Some(at(60)), at(3600)));
    assert_eq!(times(1), (Some(at(100_060)), at(103_600)));
}

#[test]
fn an_event_that_cannot_be_read_ends_with_the_reason_and_leaves_its_case_alone() {
    let plan = plan(&engine(), &stored(2, "{}"), &Case::default(), at(0));
    assert!(plan.decision.failed.is_some_and(|why| why.contains("event_type")));
    assert_eq!((plan.generation, plan.case, plan.drafts.len()), (2, None, 0));
}
