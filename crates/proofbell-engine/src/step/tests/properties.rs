//! What holds for any events whatever.

use proofbell_event::{Event, EventGroup, EventName};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{Matcher, On, Silence, Supplement};

/// A thing delivered: an event, unless it is a replay of an earlier one.
#[derive(Clone, Debug)]
struct Delivered {
    event: Event,
    replay_of: Option<usize>,
    received_at: Timestamp,
}

fn bodies() -> impl Strategy<Value = Value> {
    let word = prop::sample::select(vec!["QC", "COMPLETE", "CANCELLED", "UNDERWAY", "DRAFT", ""]);
    let supplement = prop::sample::select(vec![
        json!(null),
        json!("REJECTED"),
        json!("APPROVED"),
        json!("COMPLETE"),
        json!(7),
    ]);
    let side = prop_oneof![Just("Label".to_owned()), Just("Front".to_owned()), any::<String>()];
    prop_oneof![
        (word, supplement).prop_map(|(primary, supplement)| json!({
            "event_type": "state_change", "state": { "primary": primary, "supplement": supplement } })),
        prop::collection::vec((side, any::<String>()), 0..4).prop_map(|sides| {
            let sides: Vec<Value> =
                sides.iter().map(|(side, reason)| json!({ "side": side, "reason": reason })).collect();
            json!({ "event_type": "media_rejected", "sides": sides })
        }),
        any::<String>().prop_map(|code| json!({
            "event_type": "invalidate_sr", "invalidation_reason": { "code": code, "message": "m" } })),
        "[a-z]{1,3}".prop_map(|event_type| json!({ "event_type": event_type, "a": { "b": [1, null] } })),
    ]
}

fn events() -> impl Strategy<Value = Event> {
    let time = prop_oneof![
        // Close to each other, so that twins and equal times occur.
        6 => (0..40_i64).prop_map(|halves| (at("12:00") + jiff::SignedDuration::from_secs(30 * halves)).to_string()),
        1 => Just("yesterday".to_owned()),
        1 => Just("9999-12-30T22:00:00Z".to_owned()),
        1 => Just("-009999-01-02T01:59:59Z".to_owned()),
    ];
    (bodies(), time, prop::option::of("[A-Z]{0,2}")).prop_map(|(mut body, time, reference_id)| {
        body["sr_uuid"] = json!("sr");
        body["timestamp"] = json!(time);
        body["reference_id"] = json!(reference_id);
        Event::parse(&serde_json::to_vec(&body).unwrap()).unwrap()
    })
}

fn deliveries(most: usize) -> impl Strategy<Value = Vec<Delivered>> {
    let received = prop::sample::select(vec![received_at(1), Timestamp::MIN, Timestamp::MAX, at("12:05")]);
    let one = (events(), prop::option::weighted(0.2, 0..most), received)
        .prop_map(|(event, replay_of, received_at)| Delivered { event, replay_of, received_at });
    prop::collection::vec(one, 1..most)
}

fn ons() -> impl Strategy<Value = On> {
    let words = || prop::sample::select(vec!["QC".to_owned(), "COMPLETE".to_owned(), "REJECTED".to_owned()]);
    prop_oneof![
        prop::sample::select(EventName::ALL.to_vec()).prop_map(On::Name),
        prop::sample::select(EventGroup::ALL.to_vec()).prop_map(On::Group),
        (words(), words())
            .prop_map(|(primary, word)| On::State { primary, supplement: Supplement::Is(word) }),
        words().prop_map(|primary| On::State { primary, supplement: Supplement::Any }),
        words().prop_map(|primary| On::State { primary, supplement: Supplement::Null }),
        prop_oneof![Just("state_change".to_owned()), "[a-z]{1,3}"].prop_map(On::Type),
    ]
}

fn conditions() -> impl Strategy<Value = Vec<Condition>> {
    let key = prop_oneof![
        prop::sample::select(Key::WORDS.map(|(_, key)| key).to_vec()),
        Just(Key::Payload("/a/b".to_owned())),
        Just(Key::Payload("/state/~0".to_owned())),
    ];
    let text = prop_oneof![Just("label".to_owned()), Just("QC/REJECTED".to_owned()), any::<String>()];
    let op = prop_oneof![
        text.clone().prop_map(|text| Op::Not(Box::new(Matcher::Is(text)))),
        text.clone().prop_map(|text| Op::glob(&text).unwrap()),
        any::<bool>().prop_map(Op::Exists),
        any::<f64>().prop_map(Op::AtLeast),
        any::<f64>().prop_map(Op::AtMost),
    ];
    let matcher =
        prop_oneof![text.prop_map(Matcher::Is), prop::collection::vec(op, 0..3).prop_map(Matcher::All)];
    prop::collection::vec((key, matcher).prop_map(|(key, matcher)| Condition { key, matcher }), 0..3)
}

fn rules() -> impl Strategy<Value = Vec<Rule>> {
    let one = (prop::collection::vec(ons(), 0..3), conditions(), conditions(), any::<[bool; 2]>());
    prop::collection::vec(one, 0..6).prop_map(|rules| {
        let built =
            rules.into_iter().enumerate().map(|(number, (on, conditions, exceptions, [each, stale]))| Rule {
                on,
                conditions,
                exceptions,
                each: if each { Each::Side } else { Each::Event },
                stale: if stale { StalePolicy::Send } else { StalePolicy::Suppress },
                ..rule(&format!("rule-{number}"), "any")
            });
        built.collect()
    })
}

/// Plans one of the deliveries.
fn plan(engine: &Engine, case: &Case, deliveries: &[Delivered], number: usize) -> Step {
    let replayed = deliveries[number].replay_of.filter(|earlier| *earlier < number);
    let Delivered { event, received_at, .. } = &deliveries[replayed.unwrap_or(number)];
    let id = id(u128::try_from(replayed.unwrap_or(number)).unwrap());
    let generation = u32::from(replayed.is_some());
    engine.step(case, &Stimulus { id, generation, received_at: *received_at, event })
}

/// Plans all of them, one after the other.
fn plan_all(engine: &Engine, deliveries: &[Delivered]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for number in 0..deliveries.len() {
        let case = steps.last().map(|step| step.case.clone()).unwrap_or_default();
        steps.push(plan(engine, &case, deliveries, number));
    }
    steps
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn nothing_panics_and_each_planning_counts(rules in rules(), deliveries in deliveries(24)) {
        for (step, version) in plan_all(&engine(rules), &deliveries).iter().zip(1_u64..) {
            prop_assert_eq!(step.case.version, version);
            let drafts: u32 = step.decision.rules.iter().map(|decided| match decided.verdict {
                Verdict::Matched { drafts } => drafts,
                _ => 0,
            }).sum();
            prop_assert_eq!(usize::try_from(drafts).unwrap(), step.drafts.len());
        }
    }

    /// Batches are a matter of the store: a case that was written and read between two events decides the same.
    #[test]
    fn planning_does_not_depend_on_batches(rules in rules(), deliveries in deliveries(16)) {
        let engine = engine(rules);
        let mut case = Case::default();
        for (number, expected) in plan_all(&engine, &deliveries).into_iter().enumerate() {
            let step = plan(&engine, &case, &deliveries, number);
            prop_assert_eq!(&step.case, &expected.case);
            prop_assert_eq!(step.decision, expected.decision);
            prop_assert_eq!(step.drafts, expected.drafts);
            case = serde_json::from_slice(&serde_json::to_vec(&step.case).unwrap()).unwrap();
        }
    }

    #[test]
    fn the_index_finds_what_on_names(
        rules in rules(),
        event in events(),
        names in prop::sample::subsequence(EventName::ALL.to_vec(), 0..4),
    ) {
        let engine = engine(rules);
        let numbered = engine.rules().iter().enumerate();
        let named = numbered.filter(|(_, rule)| rule.on.iter().any(|on| on.names(&event, &names)));
        let named: Vec<usize> = named.map(|(number, _)| number).collect();
        prop_assert_eq!(engine.concerned(&event, &names), named);
    }

    #[test]
    fn every_draft_has_its_own_id(rules in rules(), deliveries in deliveries(16)) {
        let once: Vec<Delivered> =
            deliveries.into_iter().map(|delivered| Delivered { replay_of: None, ..delivered }).collect();
        let drafts = plan_all(&engine(rules), &once).into_iter().flat_map(|step| step.drafts);
        let mut ids: Vec<_> = drafts.map(|draft| draft.id).collect();
        let made = ids.len();
        ids.sort_unstable();
        ids.dedup();
        prop_assert_eq!(ids.len(), made);
    }

    /// A configuration is refused for it, so it must be certain.
    #[test]
    fn a_rule_that_is_told_to_be_silent_is(rules in rules(), deliveries in deliveries(16)) {
        let silent = |rule: &Rule| Silence::of(&rule.on, rule.each, &rule.conditions, &rule.exceptions);
        let rules: Vec<Rule> = rules.into_iter().filter(|rule| silent(rule).is_some()).collect();
        for step in plan_all(&engine(rules), &deliveries) {
            for decided in &step.decision.rules {
                prop_assert!(!matches!(decided.verdict, Verdict::Matched { .. }), "{decided:?}");
            }
        }
    }
}
