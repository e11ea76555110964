use super::*;
use crate::testing::{at, id};

/// The pairs in a history of `TIME NAME` lines, in any order of arrival, as numbers of lines from 1.
fn check(lines: &[&str], expected: &str) {
    for turn in 0..lines.len() {
        let mut order: Vec<usize> = (0..lines.len()).collect();
        order.rotate_left(turn);
        for order in [order.clone(), order.into_iter().rev().collect()] {
            let history: Vec<Seen> = order
                .iter()
                .map(|line| {
                    let (time, name) = lines[*line].split_once(' ').unwrap();
                    let event = id(u128::try_from(*line).unwrap());
                    Seen { event, name: name.parse().unwrap(), at: at(time), spoke: vec![] }
                })
                .collect();
            let twins = Twins::of(&history);
            let mut pairs: Vec<String> = (0..history.len())
                .filter_map(|index| Some((order[index] + 1, order[twins.partner(index)?] + 1)))
                .filter(|(a, b)| a < b)
                .map(|(a, b)| format!("{a}+{b}"))
                .collect();
            pairs.sort_unstable();
            assert_eq!(pairs.join(" "), expected, "{lines:?} in the order {order:?}");
        }
    }
}

#[test]
fn twins_are_the_nearest_unpaired_opposites() {
    check(&[], "");
    check(&["12:00 photos_rejected"], "");
    check(&["12:00 photos_rejected", "12:00:01 reshoot_needed"], "1+2");
    check(&["12:00 photos_rejected", "12:10 reshoot_needed"], "1+2");
    check(&["12:00 photos_rejected", "12:10:00.001 reshoot_needed"], "");
    check(&["12:00 photos_rejected", "12:00 photos_rejected"], "");
    check(&["12:00 photos_rejected", "12:00 cancelled"], "");
    check(&["12:00 cancelled", "12:00:05 invalidated", "12:00:06 reshoot_needed"], "1+2");
    // Two rounds within ten minutes.
    check(
        &[
            "12:00 photos_rejected",
            "12:00:02 reshoot_needed",
            "12:05 photos_rejected",
            "12:05:02 reshoot_needed",
        ],
        "1+2 3+4",
    );
    // The nearer one takes it, and the other looks further.
    check(&["12:00 photos_rejected", "12:05 reshoot_needed", "12:06 photos_rejected"], "2+3");
    check(
        &["12:00 photos_rejected", "12:05 reshoot_needed", "12:06 photos_rejected", "12:09 reshoot_needed"],
        "1+4 2+3",
    );
    // As near to the one as to the other: the earlier pair.
    check(&["12:00 photos_rejected", "12:01 reshoot_needed", "12:02 photos_rejected"], "1+2");
    check(
        &["12:00 photos_rejected", "12:00 reshoot_needed", "12:00 photos_rejected", "12:00 reshoot_needed"],
        "1+2 3+4",
    );
}
