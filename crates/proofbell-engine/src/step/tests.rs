use std::time::Duration;

use proofbell_event::EventName;

use super::*;
use crate::testing::{Delivery, at, check, engine, event, id, is, received_at, rule, told};
use crate::{Condition, Op, Setup};

mod orders;
mod properties;

#[test]
fn each_rule_that_the_event_concerns_gets_its_decision() {
    let reshoot = rule("reshoot", "reshoot_needed");
    let label = Rule {
        conditions: vec![is("side", "label"), is("reason", "blurry|dark")],
        each: Each::Side,
        ..rule("label", "reshoot_needed")
    };
    let test_items =
        Rule { exceptions: vec![is("reference_id", "TEST-1")], ..rule("quiet", "reshoot_needed") };
    let other = rule("other", "authentic");
    check(
        &[reshoot, label, test_items, other],
        &[
            "12:00 reshoot_needed Front=Poor Lighting; Label=Image is Blurry; ref=MS-1",
            "12:20 reshoot_needed Front=Poor Lighting; ref=MS-1",
            "12:40 reshoot_needed Label=Not Visible; Front=画像がぼやけている; ref=TEST-1",
            "13:00 authentic",
        ],
        &[
            "reshoot_needed r1 | label>seller[1] | quiet>seller[0, 1] | reshoot>seller[0, 1]",
            "reshoot_needed r2 | label: where side saw Front | quiet>seller[0] | reshoot>seller[0]",
            "reshoot_needed r3 | label: where reason saw Not Visible | quiet: except reference_id saw TEST-1 | reshoot>seller[0, 1]",
            "authentic r3 | other>seller",
        ],
    );
}

#[test]
fn sides_decide_one_by_one() {
    let each = |each, conditions, exceptions| {
        [Rule { each, conditions, exceptions, ..rule("r", "reshoot_needed photos_rejected") }]
    };
    let event = "12:00 reshoot_needed Front=Poor Lighting; Label=Image is Blurry; Back=Poor Lighting; Label=Poor Lighting";
    let none = Vec::new;
    let table = [
        (each(Each::Event, none(), none()), "r>seller[0, 1, 2, 3]"),
        (each(Each::Side, none(), none()), "r>seller[0] r>seller[1] r>seller[2] r>seller[3]"),
        (each(Each::Event, vec![is("reason", "dark")], none()), "r>seller[0, 2, 3]"),
        (each(Each::Side, vec![is("reason", "dark"), is("side", "label")], none()), "r>seller[3]"),
        (
            each(Each::Event, vec![is("side", "Back"), is("reason", "blurry")], none()),
            "r: where reason saw Poor Lighting",
        ),
        (each(Each::Event, none(), vec![is("side", "label")]), "r>seller[0, 2]"),
        (
            each(Each::Side, none(), vec![is("side", "label"), is("reason", "dark")]),
            "r>seller[0] r>seller[1] r>seller[2]",
        ),
        (
            each(Each::Event, vec![is("side", "label")], vec![is("reason", "dark|blurry")]),
            "r: except reason saw Image is Blurry, Poor Lighting",
        ),
        (each(Each::Side, none(), vec![is("round", "1")]), "r: except round saw 1"),
        (each(Each::Event, none(), vec![is("side", "label"), is("round", "2")]), "r>seller[0, 1, 2, 3]"),
    ];
    for (rules, expected) in table {
        check(&rules, &[event], &[&format!("reshoot_needed r1 | {expected}")]);
    }
    let rules = each(Each::Side, Vec::new(), Vec::new());
    check(&rules, &["12:00 photos_rejected"], &["photos_rejected r1 | r: where side saw nothing"]);
    check(&rules, &["12:00 reshoot_needed"], &["reshoot_needed r1 | r: where side saw nothing"]);
}

#[test]
fn what_newer_news_has_overtaken_stays_silent() {
    let sent = Rule { stale: StalePolicy::Send, ..rule("always", "reshoot_needed") };
    let silent = rule("reshoot", "reshoot_needed photos_submitted");
    let picky = Rule { conditions: vec![is("side", "label")], ..rule("picky", "reshoot_needed") };
    check(
        &[sent, silent, picky],
        &[
            "12:30 photos_approved",
            "12:10 reshoot_needed Front=Poor Lighting",
            "12:40 reshoot_needed Front=Poor Lighting",
            "12:05 photos_submitted",
            "13:00 authentic",
        ],
        &[
            "photos_approved r0",
            "reshoot_needed r1 stale<1 | always>seller[0] | picky: where side saw Front | reshoot: stale<1",
            "reshoot_needed r2 | always>seller[0] | picky: where side saw Front | reshoot>seller[0]",
            "photos_submitted r0 stale<1 | reshoot: stale<1",
            "authentic r2",
        ],
    );
}

#[test]
fn a_verdict_is_never_stale_and_a_contradicting_one_says_so() {
    let rules = [rule("v", "verdict"), rule("changed", "verdict_changed")];
    check(
        &rules,
        &[
            "12:00 authentic",
            "11:00 authentic",
            "12:30 counterfeit",
            "again 1",
            "again 3",
            "11:30 authentic",
            "13:00 cancelled",
        ],
        &[
            "authentic r0 | v>seller",
            "authentic r0 | v>seller",
            "counterfeit+verdict_changed r0 | changed>seller | v>seller",
            "authentic r0 | v>seller",
            "counterfeit+verdict_changed r0 | changed>seller | v>seller",
            "authentic+verdict_changed r0 | changed>seller | v>seller",
            "cancelled r0",
        ],
    );
}

#[test]
fn of_twins_the_first_to_come_speaks() {
    let closed = [rule("closed", "cancelled invalidated")];
    let (cancelled, invalidated) = ("12:00 cancelled", "12:00:02 invalidated");
    check(
        &closed,
        &[cancelled, invalidated],
        &["cancelled r0 | closed>seller", "invalidated r0 twin<1 | closed: twin<1"],
    );
    check(
        &closed,
        &[invalidated, cancelled],
        &["invalidated r0 | closed>seller", "cancelled r0 twin<1 | closed: twin<1"],
    );
    check(
        &closed,
        &[cancelled, "12:10:01 invalidated"],
        &["cancelled r0 | closed>seller", "invalidated r0 | closed>seller"],
    );

    let both = rule("both", "photos_rejected reshoot_needed");
    let details =
        Rule { conditions: vec![is("side", "front")], ..rule("details", "photos_rejected reshoot_needed") };
    let (rejected, reshoot) = ("12:00 photos_rejected", "12:00:01 reshoot_needed Front=Poor Lighting");
    check(
        &[both, details],
        &[rejected, reshoot, "again 1", "again 2"],
        &[
            "photos_rejected r1 | both>seller | details: where side saw nothing",
            "reshoot_needed r1 twin<1 | both: twin<1 | details>seller[0]",
            "photos_rejected r1 | both>seller | details: where side saw nothing",
            "reshoot_needed r1 twin<1 | both: twin<1 | details>seller[0]",
        ],
    );
}

#[test]
fn a_twin_that_kept_silent_leaves_the_word_to_the_other() {
    let labels =
        Rule { conditions: vec![is("side", "label")], ..rule("both", "photos_rejected reshoot_needed") };
    check(
        &[labels],
        &["12:00 photos_rejected", "12:00:01 reshoot_needed Label=Poor Lighting"],
        &["photos_rejected r1 | both: where side saw nothing", "reshoot_needed r1 twin<1 | both>seller[0]"],
    );
}

#[test]
fn what_spoke_itself_speaks_again_when_replayed() {
    let mut delivery = Delivery::new(vec![rule("both", "photos_rejected reshoot_needed")]);
    delivery.deliver(1, event("12:00 photos_rejected"));
    delivery.deliver(2, event("12:00:01 reshoot_needed Label=Poor Lighting"));
    assert_eq!(told(&delivery.replay(2)), "reshoot_needed r1 twin<1 | both: twin<1");
    // So it is when the two became twins only after both had spoken, because a nearer one came between.
    delivery.case.history[1].spoke.push("both".to_owned());
    assert_eq!(told(&delivery.replay(2)), "reshoot_needed r1 twin<1 | both>seller[0]");
}

#[test]
fn a_replay_makes_new_drafts_of_the_same_round() {
    let mut delivery = Delivery::new(vec![rule("reshoot", "reshoot_needed")]);
    let first = delivery.deliver(1, event("12:00 reshoot_needed Front=Poor Lighting"));
    let second = delivery.replay(1);
    assert_eq!(told(&first), told(&second));
    assert_eq!((first.drafts[0].generation, second.drafts[0].generation), (0, 1));
    assert_ne!(first.drafts[0].id, second.drafts[0].id);
    assert_eq!(first.case.history, second.case.history);
    assert_eq!((first.case.version, second.case.version), (1, 2));
    assert_eq!(second.drafts[0].case, first.drafts[0].case);
}

#[test]
fn a_draft_holds_what_it_needs() {
    let all = Rule {
        to: vec!["staff".to_owned(), "seller".to_owned(), "staff".to_owned()],
        urgency: Urgency::Urgent,
        need: Need::Optional,
        thread: Threading::Case,
        stale: StalePolicy::Send,
        else_after: Some(Duration::from_secs(3600)),
        template: "alert".to_owned(),
        ..rule("alert", "reshoot_needed")
    };
    let mut delivery = Delivery::new(vec![all]);
    let step = delivery.deliver(7, event("12:00 reshoot_needed Front=Poor Lighting; ref=MS-1"));
    let [staff, seller] = step.drafts.as_slice() else { panic!("{:?}", step.drafts) };
    let hours = |count: i64| received_at(7) + jiff::SignedDuration::from_hours(count);
    let expected = Draft {
        id: draft_id(id(7), 0, "alert", "staff", None),
        event: id(7),
        generation: 0,
        event_name: EventName::ReshootNeeded,
        names: vec![EventName::ReshootNeeded],
        event_at: at("12:00"),
        rule: "alert".to_owned(),
        audience: "staff".to_owned(),
        template: "alert".to_owned(),
        side: None,
        sides: vec![0],
        via: vec!["slack".to_owned(), "email".to_owned()],
        else_via: vec![],
        else_at: Some(hours(1)),
        urgent: true,
        optional: true,
        thread_by_case: true,
        send_stale: true,
        expires_at: hours(48),
        case: CaseFacts {
            sr_uuid: Some("sr-1".parse().unwrap()),
            reference_id: Some("MS-1".to_owned()),
            round: 1,
            ..CaseFacts::default()
        },
        nobody_for: None,
    };
    assert_eq!(*staff, expected);
    assert_eq!(seller.audience, "seller");
    assert_eq!(seller.case, expected.case);
}

#[test]
fn channels_come_from_the_rule_else_the_audience_else_the_only_one() {
    let rule_with = |via: Option<&[&str]>, else_via: Option<&[&str]>, to: &str| {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Rule {
            via: via.map(owned),
            else_via: else_via.map(owned),
            to: vec![to.to_owned()],
            ..rule("r", "any")
        }
    };
    let table: [(Rule, &[&str], &[&str]); 6] = [
        (rule_with(None, None, "seller"), &["email"], &["sms"]),
        (rule_with(Some(&["sms"]), None, "seller"), &["sms"], &[]),
        (rule_with(Some(&["slack"]), None, "seller"), &["slack"], &["sms"]),
        (rule_with(Some(&["sms"]), Some(&["email", "sms"]), "seller"), &["sms"], &["email", "sms"]),
        (rule_with(None, Some(&[]), "seller"), &["email"], &[]),
        (rule_with(None, None, "nobody there"), &[], &[]),
    ];
    for (rule, via, else_via) in table {
        let step = Delivery::new(vec![rule.clone()]).deliver(1, event("12:00 draft"));
        assert_eq!(
            (&*step.drafts[0].via, &*step.drafts[0].else_via),
            (&*owned(via), &*owned(else_via)),
            "{rule:?}"
        );
    }
    let only = Setup {
        rules: vec![rule("r", "any")],
        channels: engine(vec![]).channels().clone().into_iter().take(1).collect(),
        ..Setup::default()
    };
    let draft = event("12:00 draft");
    let stimulus = Stimulus { id: id(1), generation: 0, received_at: received_at(1), event: &draft };
    assert_eq!(Engine::new(only).step(&Case::default(), &stimulus).drafts[0].via, ["email"]);
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn far_times_stay_within_time() {
    let mut delivery = Delivery::new(vec![Rule { expire: Duration::MAX, ..rule("r", "any") }]);
    assert_eq!(delivery.deliver(1, event("12:00 draft")).drafts[0].expires_at, Timestamp::MAX);
}

#[test]
fn explain_lists_every_rule() {
    let rules = vec![rule("b", "authentic"), rule("c", "draft"), rule("a", "closed"), rule("d", "any")];
    let engine = engine(rules);
    let authentic = event("12:00 authentic");
    let stimulus = Stimulus { id: id(1), generation: 0, received_at: received_at(1), event: &authentic };
    let (step, explained) =
        (engine.step(&Case::default(), &stimulus), engine.explain(&Case::default(), &stimulus));
    assert_eq!(told(&step), "authentic r0 | a>seller | b>seller | d>seller");
    assert_eq!(told(&explained), "authentic r0 | a>seller | b>seller | c: other event | d>seller");
    assert_eq!((step.case, step.drafts), (explained.case, explained.drafts));
}

#[test]
fn a_muted_channel_is_told_by_any_of_the_names() {
    let engine = engine(vec![]);
    let counterfeit = event("12:00 counterfeit");
    let authentic = event("12:00 authentic");
    let changed = [EventName::Authentic, EventName::VerdictChanged];
    assert!(engine.muted("sms", &counterfeit, &[EventName::Counterfeit]));
    assert!(engine.muted("sms", &authentic, &changed));
    assert!(!engine.muted("sms", &authentic, &[EventName::Authentic]));
    assert!(!engine.muted("email", &authentic, &changed));
    assert!(!engine.muted("pigeon", &authentic, &changed));
}

#[test]
fn the_round_can_be_asked_as_a_number() {
    let third = Condition { key: Key::Round, matcher: crate::Matcher::All(vec![Op::AtLeast(3.0)]) };
    let stalled = Rule { conditions: vec![third], ..rule("stalled", "reshoot_needed") };
    check(
        &[stalled],
        &["12:00 reshoot_needed", "13:00 reshoot_needed", "14:00 reshoot_needed"],
        &[
            "reshoot_needed r1 | stalled: where round saw 1",
            "reshoot_needed r2 | stalled: where round saw 2",
            "reshoot_needed r3 | stalled>seller",
        ],
    );
}
