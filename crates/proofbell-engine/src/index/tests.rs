use super::*;
use crate::testing::{engine, event, rule};

/// The names of the rules that the event is put before.
fn check(rules: &[(&str, &str)], line: &str, names: &[EventName], expected: &str) {
    let engine = engine(rules.iter().map(|(name, on)| rule(name, on)).collect());
    let event = event(line);
    let names: Vec<EventName> = [event.name].into_iter().chain(names.iter().copied()).collect();
    let found = engine.concerned(&event, &names);
    let found: Vec<&str> = found.iter().map(|number| engine.rules()[*number].name.as_str()).collect();
    assert_eq!(found.join(" "), expected, "{line}");
}

#[test]
fn an_event_is_put_only_before_rules_that_name_it() {
    let rules = [
        ("a", "authentic"),
        ("any", "any"),
        ("changed", "verdict_changed"),
        ("closed", "closed verdict authentic"),
        ("new", "type:new_event type:state_change"),
        ("null", "state:CANCELLED/"),
        ("qc", "state:QC/*"),
        ("rejected", "state:QC/REJECTED photos_rejected"),
        ("unnamed", "unknown"),
    ];
    check(&rules, "12:00 authentic", &[], "a any closed new");
    check(&rules, "12:00 authentic", &[EventName::VerdictChanged], "a any changed closed new");
    check(&rules, "12:00 photos_rejected", &[], "any new qc rejected");
    check(&rules, "12:00 QC/", &[], "any new qc");
    check(&rules, "12:00 QC/ODD", &[], "any new qc unnamed");
    check(&rules, "12:00 CANCELLED/", &[], "any closed new null");
    check(&rules, "12:00 CANCELLED/BY_PARTNER", &[], "any closed new");
    check(&rules, "12:00 type:new_event", &[], "any new unnamed");
    check(&rules, "12:00 reshoot_needed", &[], "any");
}

#[test]
fn ten_thousand_other_rules_are_not_looked_at() {
    let mut rules: Vec<(String, String)> = (0..10_000)
        .map(|number| {
            let on = match number % 4 {
                0 => "authentic".to_owned(),
                1 => format!("type:other_{number}"),
                2 => format!("state:QC/WORD_{number}"),
                _ => "state:CANCELLED/*".to_owned(),
            };
            (format!("rule-{number:05}"), on)
        })
        .collect();
    rules.push(("mine".to_owned(), "reshoot_needed".to_owned()));
    let rules: Vec<(&str, &str)> = rules.iter().map(|(name, on)| (name.as_str(), on.as_str())).collect();
    check(&rules, "12:00 reshoot_needed", &[], "mine");
    check(&rules, "12:00 photos_rejected", &[], "");
    check(&rules, "12:00 QC/WORD_6", &[], "rule-00006");
}
