use super::*;
use crate::{Key, Op};

fn not(matcher: Matcher) -> Op {
    Op::Not(Box::new(matcher))
}

fn is(text: &str) -> Matcher {
    Matcher::Is(text.to_owned())
}

fn any(texts: &[&str]) -> Matcher {
    Matcher::AnyOf(texts.iter().map(|text| is(text)).collect())
}

fn where_(key: &str, matcher: Matcher) -> Condition {
    let key = Key::parse(key).unwrap_or_else(|| Key::payload(key).unwrap());
    Condition { key, matcher }
}

fn check(on: &str, conditions: &[Condition], exceptions: &[Condition], expected: Option<Silence>) {
    let on: Vec<On> = on.split(' ').map(|word| On::parse(word).unwrap()).collect();
    let found = Silence::of(&on, Each::Event, conditions, exceptions);
    assert_eq!(found, expected, "{on:?} where {conditions:?} except {exceptions:?}");
}

#[test]
fn a_key_that_no_event_has_is_told() {
    let absent = |on, key| check(on, &[where_(key, is("x"))], &[], Some(Silence::Absent(0)));
    absent("counterfeit", "side");
    absent("verdict photos_rejected", "reason");
    absent("reshoot_needed", "code");
    absent("invalidated", "state");
    let there = |on, key| check(on, &[where_(key, is("x"))], &[], None);
    there("counterfeit reshoot_needed", "side");
    there("any", "side");
    there("type:media_rejected", "reason");
    there("invalidated", "code");
    there("reshoot_needed", "state");
    there("counterfeit", "reference_id");
    there("unknown", "event_type");
    check("counterfeit", &[where_("side", Matcher::All(vec![Op::Exists(false)]))], &[], None);
}

#[test]
fn a_value_that_the_events_never_have_is_told() {
    let elsewhere = |on, key, matcher, is: &[&str]| {
        let is = is.iter().map(|it| (*it).to_owned()).collect();
        check(on, &[where_(key, matcher)], &[], Some(Silence::Elsewhere { condition: 0, is }));
    };
    elsewhere("counterfeit", "state", is("QC/REJECTED"), &["COMPLETE/REJECTED"]);
    elsewhere(
        "verdict",
        "state",
        Matcher::All(vec![Op::glob("QC/*").unwrap()]),
        &["COMPLETE/APPROVED", "COMPLETE/REJECTED"],
    );
    elsewhere("reshoot_needed", "event_type", is("state_change"), &["media_rejected"]);
    elsewhere("reshoot_needed", "round", is("0"), &["1 or more"]);
    elsewhere("photos_rejected", "round", Matcher::All(vec![Op::AtMost(0.5)]), &["1 or more"]);
    elsewhere("state:QC/REJECTED", "state", Matcher::All(vec![not(is("QC/REJECTED"))]), &["QC/REJECTED"]);
    check("counterfeit", &[where_("round", is("0"))], &[], None);
    check("cancelled", &[where_("state", is("CANCELLED/X"))], &[], None);
    check("photos_rejected", &[where_("round", Matcher::All(vec![Op::glob("1?").unwrap()]))], &[], None);
}

#[test]
fn demands_that_exclude_each_other_are_told() {
    let never =
        |key, ops| check("any", &[where_(key, Matcher::All(ops))], &[], Some(Silence::Contradiction(0)));
    never("round", vec![Op::AtLeast(5.0), Op::AtMost(3.0)]);
    never("round", vec![Op::AtLeast(3.2), Op::AtMost(3.8)]);
    never("/total", vec![Op::AtLeast(5.0), Op::AtMost(3.0)]);
    never("/total", vec![Op::Exists(false), Op::AtLeast(1.0)]);
    never("reference_id", vec![Op::Exists(false), not(Matcher::All(vec![Op::Exists(false)]))]);
    never("side", vec![Op::Exists(false), Op::glob("l*").unwrap()]);
    never("round", vec![Op::Exists(false)]);
    let open = |key, ops| check("any", &[where_(key, Matcher::All(ops))], &[], None);
    open("round", vec![Op::AtLeast(3.0), Op::AtMost(3.0)]);
    open("round", vec![Op::AtLeast(2.0), not(any(&["3", "4"]))]);
    open("/total", vec![Op::AtLeast(3.2), Op::AtMost(3.8)]);
    open("/total", vec![Op::AtLeast(1.0), not(is("1"))]);
    open("side", vec![Op::glob("l*").unwrap(), not(is("label"))]);
    open("reference_id", vec![Op::regex("^A").unwrap(), Op::regex("^B").unwrap()]);
    let all_but = |rounds| not(any(rounds));
    open("round", vec![Op::AtLeast(2.0), Op::AtMost(9.0), all_but(&["2", "3", "5", "6", "9"])]);
    open("round", vec![Op::AtLeast(2.0), Op::AtMost(9.0), all_but(&["2", "3", "4", "5", "6", "8", "9"])]);
    never("round", vec![Op::AtLeast(2.0), Op::AtMost(4.0), all_but(&["2", "3", "4"])]);
    check(
        "any",
        &[where_("round", Matcher::All(vec![Op::AtMost(0.5), Op::AtLeast(0.1)]))],
        &[],
        Some(Silence::Contradiction(0)),
    );
}

#[test]
fn a_number_in_the_payload_can_be_another_than_those_that_are_tried() {
    let open = |ops| check("any", &[where_("/total", Matcher::All(ops))], &[], None);
    open(vec![Op::AtLeast(10.0), Op::regex("^5").unwrap()]);
    open(vec![Op::AtLeast(10.0), Op::AtMost(10.0), Op::glob("*.0").unwrap()]);
    open(vec![Op::AtLeast(1.0), not(any(&["1", "2"]))]);
    open(vec![Op::AtLeast(10.0), Op::AtMost(10.0), not(is("10"))]);
    open(vec![Op::AtLeast(1e17), not(Matcher::All(vec![Op::AtMost(1e17)]))]);
    open(vec![Op::AtMost(-1e17), not(Matcher::All(vec![Op::AtLeast(-1e17)]))]);
    let unlike = |key, this: Vec<Op>, except: Vec<Op>| {
        let conditions = [where_(key, Matcher::All(this))];
        check("any", &conditions, &[where_(key, Matcher::All(except))], None);
    };
    unlike("/total", vec![Op::AtLeast(10.0)], vec![Op::regex("^1").unwrap()]);
    unlike("/total", vec![Op::AtLeast(10.0)], vec![Op::glob("1*").unwrap()]);
    unlike("side", vec![Op::AtLeast(10.0)], vec![Op::regex("^(9|1)").unwrap()]);
    check("any", &[where_("side", Matcher::All(vec![Op::AtLeast(10.0), Op::AtMost(5.0)]))], &[], None);
    check(
        "any",
        &[where_("/total", Matcher::All(vec![Op::AtLeast(10.0)]))],
        &[where_("/total", Matcher::All(vec![Op::AtLeast(9.0)]))],
        Some(Silence::Excepted),
    );
}

#[test]
fn events_that_each_fail_another_condition_are_told() {
    let conditions = [where_("event_type", is("invalidate_sr")), where_("state", is("COMPLETE/REJECTED"))];
    check("invalidated counterfeit", &conditions, &[], Some(Silence::Nowhere));
    check("invalidated counterfeit any", &conditions, &[], None);
}

#[test]
fn exceptions_that_leave_nothing_are_told() {
    let glob = |pattern| Matcher::All(vec![Op::glob(pattern).unwrap()]);
    let excepted = |on, conditions: &[Condition], exceptions: &[Condition]| {
        check(on, conditions, exceptions, Some(Silence::Excepted));
    };
    excepted("reshoot_needed", &[where_("side", is("label"))], &[where_("side", any(&["label", "front"]))]);
    excepted("reshoot_needed", &[where_("side", is("label"))], &[where_("side", glob("l*"))]);
    excepted("reshoot_needed", &[where_("side", glob("l*"))], &[where_("side", glob("l*"))]);
    excepted("counterfeit", &[], &[where_("state", is("COMPLETE/REJECTED"))]);
    excepted("reshoot_needed", &[], &[where_("round", Matcher::All(vec![Op::AtLeast(1.0)]))]);
    excepted("any", &[where_("round", is("3"))], &[where_("round", Matcher::All(vec![Op::AtLeast(2.0)]))]);
    excepted(
        "counterfeit",
        &[],
        &[where_("reference_id", any(&[])), where_("round", any(&[]))].map(|mut it| {
            it.matcher = Matcher::All(Vec::new());
            it
        }),
    );
    let open =
        |on, conditions: &[Condition], exceptions: &[Condition]| check(on, conditions, exceptions, None);
    open("reshoot_needed", &[where_("side", any(&["label", "front"]))], &[where_("side", is("label"))]);
    open(
        "reshoot_needed",
        &[where_("side", is("label"))],
        &[where_("side", is("label")), where_("reason", is("dark"))],
    );
    open("verdict", &[], &[where_("state", is("COMPLETE/REJECTED"))]);
    open("reshoot_needed", &[], &[where_("round", Matcher::All(vec![Op::AtLeast(2.0)]))]);
    open("any", &[], &[where_("reference_id", glob("TEST-*"))]);
    open(
        "reshoot_needed",
        &[where_("side", is("Label"))],
        &[where_("side", Matcher::All(vec![not(is("front"))]))],
    );
}

#[test]
fn a_rule_for_each_side_needs_sides() {
    let of = |on: &str| Silence::of(&[On::parse(on).unwrap()], Each::Side, &[], &[]);
    assert_eq!(of("counterfeit"), Some(Silence::NoSides));
    assert_eq!(of("any"), None);
}
