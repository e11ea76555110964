//! Rules that can never speak, and rules that say what another one says.

use proofbell_engine::{Condition, Key, Silence};

use super::World;
use super::route::Route;
use crate::reader::At;
use crate::report::{Finding, code};
use crate::section::rule;
use crate::source::Place;

pub(super) fn check(world: &World<'_>) {
    for rule in world.rules.iter().filter(|rule| rule.enabled && !rule.assumed) {
        let on: Vec<_> = rule.on.iter().map(|on| on.value.clone()).collect();
        let (conditions, exceptions) = (&rule.conditions.conditions, &rule.exceptions.conditions);
        if let Some(silence) = Silence::of(&on, rule.each.value, conditions, exceptions) {
            world.cx.report.push(silent(rule, silence));
        }
    }
    for (index, rule) in world.rules.iter().enumerate().filter(|(_, rule)| rule.enabled && !rule.assumed) {
        let earlier = world.rules[..index].iter().filter(|earlier| earlier.enabled && !earlier.assumed);
        if let Some((earlier, told)) =
            earlier.filter_map(|it| Some((it, told_by_both(world, it, rule)?))).next()
        {
            let message = format!(
                "`rule.{}` says what `rule.{}` says, so `{}` is told twice",
                rule.name.value, earlier.name.value, told.value
            );
            let hint = "remove one of the two, or give it another `where`, audience, channel or template";
            world.cx.report.push(Finding::error(code::DUPLICATE, told.at, message).hint(hint));
        }
    }
}

fn silent(rule: &rule::Read, silence: Silence) -> Finding {
    let whole = || rule.conditions.at.or(rule.exceptions.at).unwrap_or(rule.name.at);
    let error = |at: Place, what: String| {
        let message = format!("`rule.{}` can never match: {what}", rule.name.value);
        Finding::error(code::NEVER_MATCHES, at, message)
    };
    let written = |index: usize| &rule.conditions.places[index];
    let key = |index: usize| &rule.conditions.conditions[index].key;
    match silence {
        Silence::NoSides => {
            error(rule.each.at, "it speaks once for each side, and its events have none".to_owned())
                .hint(holders(&Key::Side))
        }
        Silence::Absent(index) => {
            let what = format!("none of its events has a `{}`", key(index));
            error(written(index).key, what).hint(holders(key(index)))
        }
        Silence::Contradiction(index) => {
            let what = format!("nothing is as `{}` wants it", written(index).path);
            error(written(index).value, what)
                .hint("its demands exclude each other; correct one, or leave it out")
        }
        Silence::Elsewhere { condition, is } => {
            let what = format!("in its events `{}` is always something else", key(condition));
            let hint = match is.is_empty() {
                true => "name another event in `on`, or leave the key out".to_owned(),
                false => format!(
                    "there it is {}; name another event in `on`, or leave the key out",
                    is.join(" or ")
                ),
            };
            error(written(condition).value, what).hint(hint)
        }
        Silence::Nowhere => error(whole(), "each of its events fails one of its conditions".to_owned())
            .hint("make a rule of its own for each event"),
        Silence::Excepted => {
            let at = rule.exceptions.at.unwrap_or(rule.name.at);
            error(at, "wherever `where` holds, `except` holds as well".to_owned())
                .hint("narrow `except`, or leave it out")
        }
    }
}

/// Which events have what a key looks at.
fn holders(key: &Key) -> &'static str {
    match key {
        Key::Side | Key::Reason => "only `reshoot_needed` lists sides and reasons",
        Key::Code => "only `invalidated` has a code",
        Key::State => "the state changes have a state: all but `reshoot_needed` and `invalidated`",
        Key::EventType | Key::ReferenceId | Key::Round | Key::Payload(_) => "leave the key out",
    }
}

/// An audience that both rules tell the same on the same occasion.
fn told_by_both<'r>(world: &World<'_>, one: &rule::Read, other: &'r rule::Read) -> Option<&'r At<String>> {
    let same_words = one.template.value == other.template.value && one.each.value == other.each.value;
    let same_events = one.on.iter().all(|on| other.on.iter().any(|it| it.value == on.value))
        && other.on.iter().all(|on| one.on.iter().any(|it| it.value == on.value));
    let same_cases = same_conditions(&one.conditions.conditions, &other.conditions.conditions)
        && same_conditions(&one.exceptions.conditions, &other.exceptions.conditions);
    if one.on.is_empty() || !same_words || !same_events || !same_cases {
        return None;
    }
    other.to.iter().find(|to| {
        let Some(audience) = world.audiences.get(&to.value) else { return false };
        let (one_via, other_via) =
            (Route::of_rule(world, one, audience).via, Route::of_rule(world, other, audience).via);
        one.to.iter().any(|it| it.value == to.value) && one_via.iter().any(|via| other_via.contains(via))
    })
}

fn same_conditions(one: &[Condition], other: &[Condition]) -> bool {
    let holds = |condition: &Condition, others: &[Condition]| {
        others.iter().any(|it| it.key == condition.key && it.matcher.is_written_like(&condition.matcher))
    };
    one.len() == other.len() && one.iter().all(|condition| holds(condition, other))
}
