//! Rules that can never speak, found without an event.

mod finds;
mod kind;

use crate::{Condition, Each, Matcher, On};
use finds::Finds;
use kind::Kind;

/// Why a rule can never speak, whatever comes. Conditions are named by their index in `where`.
///
/// It is only said where it is certain: what a regular expression matches, or what an event of an unknown type holds, is anybody's guess.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Silence {
    /// The rule speaks once for each side, and its events have none.
    NoSides,
    /// No event of the rule has what the condition looks at.
    Absent(usize),
    /// Nothing at all is as the condition wants it.
    Contradiction(usize),
    /// What the condition looks at is always something else in the events of the rule.
    Elsewhere {
        /// Which condition.
        condition: usize,
        /// What it is there, as far as that is known.
        is: Vec<String>,
    },
    /// Each event of the rule fails one condition or another.
    Nowhere,
    /// Wherever `where` holds, `except` holds as well.
    Excepted,
}

impl Silence {
    /// Why a rule on these events can never speak; `None` when it can, or when nobody knows.
    pub fn of(on: &[On], each: Each, conditions: &[Condition], exceptions: &[Condition]) -> Option<Silence> {
        let kinds: Vec<Kind> = on.iter().flat_map(Kind::all_of).collect();
        if kinds.is_empty() {
            return None;
        }
        if each == Each::Side && kinds.iter().all(Kind::has_no_sides) {
            return Some(Silence::NoSides);
        }
        for (index, condition) in conditions.iter().enumerate() {
            let finds: Vec<Finds<'_>> = kinds.iter().map(|kind| kind.finds(&condition.key)).collect();
            if !finds.iter().any(|finds| condition.matcher.can_hold(finds)) {
                return Some(impossible(index, condition, &finds));
            }
        }
        let open: Vec<&Kind> = kinds
            .iter()
            .filter(|kind| conditions.iter().all(|it| it.matcher.can_hold(&kind.finds(&it.key))))
            .collect();
        if open.is_empty() {
            return Some(Silence::Nowhere);
        }
        let excepted = !exceptions.is_empty()
            && open.iter().all(|kind| exceptions.iter().all(|except| holds_with(conditions, except, kind)));
        excepted.then_some(Silence::Excepted)
    }
}

fn impossible(condition: usize, of: &Condition, finds: &[Finds<'_>]) -> Silence {
    if !of.matcher.can_hold(&Finds::anything(&of.key)) {
        return Silence::Contradiction(condition);
    }
    if finds.iter().all(|finds| *finds == Finds::Nothing) {
        return Silence::Absent(condition);
    }
    let mut is: Vec<String> = finds.iter().filter_map(Finds::known).collect();
    is.sort();
    is.dedup();
    Silence::Elsewhere { condition, is }
}

/// Whether an exception is certain to hold where the conditions do.
fn holds_with(conditions: &[Condition], except: &Condition, kind: &Kind) -> bool {
    let finds = kind.finds(&except.key);
    let condition = conditions.iter().find(|condition| condition.key == except.key);
    Matcher::implies(condition.map(|condition| &condition.matcher), &except.matcher, &finds)
}

#[cfg(test)]
mod tests;
