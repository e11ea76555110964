use proofbell_event::EventName;

use super::*;
use crate::testing::{Delivery, at, event, id, rule};

/// The case after these events, numbered from 1.
fn case(lines: &[&str]) -> Case {
    let mut delivery = Delivery::new(vec![]);
    for (number, line) in (1..).zip(lines) {
        delivery.deliver(number, event(line));
    }
    delivery.case
}

#[test]
fn newer_news_overtakes_what_it_makes_pointless() {
    let table: [(&[&str], &str, Option<u128>); 15] = [
        (&["12:00 photos_submitted"], "11:00 draft", Some(1)),
        (&["12:00 photos_submitted"], "12:00 draft", None),
        (&["12:00 photos_submitted"], "12:01 draft", None),
        (&["12:00 photos_submitted", "12:30 assigned"], "11:00 draft", Some(2)),
        (&["12:30 assigned", "12:00 photos_submitted"], "11:00 draft", Some(1)),
        (&["12:00 photos_rejected"], "11:00 photos_submitted", None),
        (&["12:00 photos_submitted"], "11:00 reshoot_needed", Some(1)),
        (&["12:00 photos_submitted"], "12:00 reshoot_needed", None),
        (&["12:00 authentic"], "12:00 reshoot_needed", Some(1)),
        (&["12:00 completed"], "12:00 assigned", Some(1)),
        (&["12:00 cancelled"], "12:00 assigned", Some(1)),
        (&["12:00 counterfeit"], "11:00 authentic", None),
        (&["12:00 cancelled"], "11:00 authentic", None),
        (&["12:00 cancelled"], "11:00 type:new", None),
        (&["12:00 type:new"], "11:00 draft", None),
    ];
    for (others, line, by) in table {
        let number = u128::try_from(others.len()).unwrap() + 1;
        let lines: Vec<&str> = others.iter().copied().chain([line]).collect();
        let case = case(&lines);
        let seen = case.history.last().unwrap();
        let overtaken = case.overtaken(id(number), seen.name, seen.at);
        assert_eq!(overtaken, by.map(id), "{line} after {others:?}");
    }
}

#[test]
fn twins_do_not_overtake_each_other_but_the_next_round_does() {
    let case = case(&["12:00 photos_rejected", "12:00:02 reshoot_needed", "12:08 photos_rejected"]);
    let by = |number, name, time| case.overtaken(id(number), name, at(time));
    assert_eq!(by(1, EventName::PhotosRejected, "12:00"), Some(id(3)));
    assert_eq!(by(2, EventName::ReshootNeeded, "12:00:02"), Some(id(3)));
    assert_eq!(by(3, EventName::PhotosRejected, "12:08"), None);
    // An event that the history does not know has no twin in it.
    assert_eq!(by(9, EventName::ReshootNeeded, "12:01"), Some(id(3)));
    assert_eq!(by(9, EventName::PhotosRejected, "12:08:01"), None);
}

#[test]
fn a_twin_alone_is_not_newer_news() {
    let case = case(&["12:00 reshoot_needed", "12:00:02 photos_rejected"]);
    assert_eq!(case.overtaken(id(1), EventName::ReshootNeeded, at("12:00")), None);
}

#[test]
fn rounds_count_what_happened_not_what_was_said_of_it() {
    // Lines, and the round that a replay of each belongs to.
    let table: [&[(&str, u32)]; 5] = [
        &[
            ("12:00 photos_submitted", 0),
            ("12:10 reshoot_needed", 1),
            ("12:20 photos_submitted", 1),
            ("12:30 reshoot_needed", 2),
        ],
        &[("12:10 photos_rejected", 1), ("12:10:01 reshoot_needed", 1), ("12:20 photos_submitted", 1)],
        &[("12:10:01 reshoot_needed", 1), ("12:10 photos_rejected", 1), ("12:10:00.500 draft", 1)],
        &[
            ("12:10 photos_rejected", 1),
            ("12:40 photos_rejected", 2),
            ("12:40:09 reshoot_needed", 2),
            ("12:09 draft", 0),
        ],
        &[("12:10 reshoot_needed", 2), ("12:10 reshoot_needed", 2), ("13:00 authentic", 2)],
    ];
    for lines in table {
        let mut delivery = Delivery::new(vec![]);
        for (number, (line, _)) in (1..).zip(lines) {
            delivery.deliver(number, event(line));
        }
        for (number, (line, round)) in (1..).zip(lines) {
            assert_eq!(delivery.replay(number).decision.round, *round, "{line} of {lines:?}");
        }
    }
}

#[test]
fn a_case_knows_the_newest_state_and_reference() {
    let table: [(&[&str], &str, Option<&str>); 8] = [
        (&["12:00 draft", "12:10 photos_approved ref=B"], "QC/APPROVED", Some("B")),
        (&["12:10 photos_approved ref=B", "12:00 draft ref=A"], "QC/APPROVED", Some("B")),
        (&["12:00 draft ref=A", "12:10 photos_approved"], "QC/APPROVED", Some("A")),
        (&["12:10 photos_approved", "12:20 reshoot_needed ref=C"], "QC/APPROVED", Some("C")),
        (&["12:10 photos_approved ref=A", "12:10 reshoot_needed ref=B"], "QC/APPROVED", Some("B")),
        (&["12:10 authentic", "12:10 assigned"], "COMPLETE/APPROVED", None),
        (&["12:10 assigned", "12:10 authentic"], "COMPLETE/APPROVED", None),
        (&["12:10 assigned", "12:11 NEW/STATE"], "NEW/STATE", None),
    ];
    for (lines, state, reference) in table {
        let case = case(lines);
        assert_eq!(case.state.unwrap().to_string(), state, "{lines:?}");
        assert_eq!(case.reference_id.as_deref(), reference, "{lines:?}");
        assert_eq!(case.sr_uuid.unwrap().as_str(), "sr-1");
    }
}

#[test]
fn a_runaway_case_forgets_what_happened_first_but_counts_its_rounds() {
    let mut delivery = Delivery::new(vec![rule("r", "reshoot_needed")]);
    let minute = |number: u128| format!("{:02}:{:02}", number / 60, number % 60);
    delivery.deliver(1, event("00:00 authentic"));
    // An event a minute; every twentieth is a rejection, which is told again a minute later.
    let mut number = 1;
    for count in 1..=300 {
        number += 1;
        let name = match count % 20 {
            0 => "photos_rejected",
            1 if count > 1 => "reshoot_needed",
            _ => "draft",
        };
        delivery.deliver(number, event(&format!("{} {name}", minute(count))));
        assert!(delivery.case.history.len() <= Case::HISTORY_LIMIT);
        assert_eq!(delivery.case.history.first().map(|seen| seen.name), Some(EventName::Authentic));
    }
    let known = u32::try_from(delivery.case.history.len()).unwrap();
    assert_eq!(known + delivery.case.forgotten, 301);
    assert_eq!(delivery.case.forgotten_rounds, 2);
    assert_eq!(delivery.replay(number).decision.round, 15);
    // What was forgotten can be replayed, and is still not news.
    let before = delivery.case.clone();
    let replayed = delivery.replay(2);
    assert_eq!(replayed.case.history, before.history);
    assert_eq!(replayed.case.forgotten, before.forgotten);
    assert_eq!(delivery.deliver(999, event("23:00 counterfeit")).decision.names.len(), 2);
}

#[test]
fn verdicts_alone_fill_no_history_without_end() {
    let mut delivery = Delivery::new(vec![]);
    delivery.deliver(1, event("00:00 counterfeit"));
    for number in 2..=400 {
        let step = delivery.deliver(number, event("12:00 authentic"));
        assert_eq!(step.decision.names, [EventName::Authentic, EventName::VerdictChanged]);
    }
    assert_eq!(delivery.case.history.len(), Case::HISTORY_LIMIT);
}
