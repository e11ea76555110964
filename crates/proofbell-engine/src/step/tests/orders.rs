//! Any order in which the events of a case can arrive.

use super::*;

const EVENTS: [&str; 6] = [
    "09:00 photos_submitted",
    "09:30 photos_rejected",
    "09:30:01 reshoot_needed Label=Image is Blurry",
    "10:15 photos_submitted",
    "10:40 photos_approved",
    "11:30 authentic",
];

fn rules() -> Vec<Rule> {
    vec![
        rule("photos", "photos_rejected reshoot_needed"),
        rule("reshoot", "reshoot_needed"),
        rule("verdict", "verdict"),
    ]
}

/// All orders of the numbers from 0 to `count`.
fn orders(count: usize) -> Vec<Vec<usize>> {
    let Some(last) = count.checked_sub(1) else { return vec![Vec::new()] };
    let mut longer_ones = Vec::new();
    for shorter in orders(last) {
        for place in 0..count {
            let mut longer = shorter.clone();
            longer.insert(place, last);
            longer_ones.push(longer);
        }
    }
    longer_ones
}

#[test]
fn in_720_orders_one_verdict_and_no_photo_draft_after_it() {
    let orders = orders(EVENTS.len());
    assert_eq!(orders.len(), 720);
    let mut with_reshoot = 0;
    for order in &orders {
        let mut delivery = Delivery::new(rules());
        // Ids are given at the door, so that they follow the order of arrival.
        let drafts: Vec<Vec<String>> = (1..)
            .zip(order)
            .map(|(number, which)| {
                let step = delivery.deliver(number, event(EVENTS[*which]));
                step.drafts.into_iter().map(|draft| draft.rule).collect()
            })
            .collect();
        let count = |rule: &str| drafts.iter().flatten().filter(|made| *made == rule).count();
        assert_eq!(count("verdict"), 1, "{order:?}");
        assert!(count("photos") <= 1 && count("reshoot") <= 1, "{order:?}");
        let verdict = order.iter().position(|which| *which == 5).unwrap();
        assert_eq!(drafts[verdict], ["verdict"], "{order:?}");
        assert!(drafts[verdict + 1..].iter().all(Vec::is_empty), "{order:?}: {drafts:?}");
        // Whatever the order, the rejection speaks exactly when nothing newer than it has arrived before.
        let reshoot = order.iter().position(|which| *which == 2).unwrap();
        let first = order[..reshoot].iter().all(|which| *which < 2);
        assert_eq!(count("reshoot"), usize::from(first), "{order:?}");
        with_reshoot += count("reshoot");
        assert_eq!(delivery.case.state.as_ref().unwrap().to_string(), "COMPLETE/APPROVED", "{order:?}");
    }
    // Of it and the three newer ones it comes first in a quarter of the orders.
    assert_eq!(with_reshoot, 720 / 4);
}

#[test]
fn whatever_the_order_the_last_round_is_the_same() {
    let events = [
        "09:00 photos_rejected",
        "09:00:03 reshoot_needed Label=Image is Blurry",
        "09:08 photos_rejected",
        "09:08:04 reshoot_needed Front=Poor Lighting",
        "09:30 reshoot_needed Front=Poor Lighting",
        "10:00 authentic",
    ];
    for order in orders(events.len()) {
        let mut delivery = Delivery::new(rules());
        for (number, which) in (1..).zip(&order) {
            delivery.deliver(number, event(events[*which]));
        }
        let verdict = 1 + order.iter().position(|which| *which == 5).unwrap();
        let replayed = delivery.replay(u128::try_from(verdict).unwrap());
        assert_eq!(replayed.decision.round, 3, "{order:?}");
    }
}
