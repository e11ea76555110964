//! Somebody must be there to be told: people who have an address for the channels that are used for them.

use std::collections::BTreeMap;

use proofbell_engine::On;
use proofbell_notify::AddressKind;

use super::World;
use super::route::Route;
use crate::reader::At;
use crate::report::{Finding, code};
use crate::section::{audience, rule};

pub(super) fn check(world: &World<'_>) {
    // The addresses that are asked for, by audience: it is told once for it, whatever the number of rules.
    let mut used: BTreeMap<&str, Vec<AddressKind>> = BTreeMap::new();
    for rule in world.rules.iter().filter(|rule| rule.enabled) {
        for name in &rule.to {
            let Some(audience) = world.audiences.get(&name.value) else { continue };
            used.entry(&name.value).or_default().extend(open(world, rule, name, audience));
        }
    }
    for audience in world.audiences.values() {
        if let Some(nobody) = &audience.nobody
            && let Some(told) = world.audiences.get(&nobody.to.value)
        {
            let facts = Route::of_audience(world, told);
            let kinds = facts.facts(world).map(|(_, facts)| facts.address);
            used.entry(&told.name.value).or_default().extend(kinds);
        }
    }
    for (name, kinds) in used.iter().filter(|(_, kinds)| !kinds.is_empty()) {
        let Some(audience) = world.audiences.get(*name) else { continue };
        if offers(audience, kinds) == Offers::Nothing {
            nobody_has(world, audience, kinds);
        } else {
            rules_that_reach_nobody(world, audience);
            notices_that_reach_nobody(world, audience);
            unreachable_members(world, audience, kinds);
        }
    }
}

/// The addresses that the channels of a rule ask for, as far as they may carry its events.
fn open(
    world: &World<'_>,
    rule: &rule::Read,
    name: &At<String>,
    audience: &audience::Read,
) -> Vec<AddressKind> {
    let route = Route::of_rule(world, rule, audience);
    let known: Vec<_> = route.facts(world).collect();
    let open = known.iter().filter(|(_, facts)| !facts.is_barred(rule.on.iter().map(|on| &on.value)));
    let open: Vec<AddressKind> = open.map(|(_, facts)| facts.address).collect();
    if open.is_empty() && !known.is_empty() {
        let message = format!(
            "`rule.{}` can never tell `{}`: `never_on` keeps its events off each of its channels",
            rule.name.value, name.value
        );
        let hint = "name another channel in `via`, or take the event out of `never_on`";
        world.cx.report.push(Finding::error(code::UNREACHABLE, name.at, message).hint(hint));
    }
    open
}

/// What the people of an audience have of the addresses that are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Offers {
    /// At least one of them, perhaps; or nobody knows.
    Something,
    /// None of them.
    Nothing,
}

fn offers(audience: &audience::Read, kinds: &[AddressKind]) -> Offers {
    let has = match (&audience.fields, &audience.members) {
        _ if kinds.contains(&AddressKind::Fixed) => true,
        (Some(fields), _) => kinds.iter().any(|kind| fields.value.iter().any(|field| field == kind.as_str())),
        // A field that was given and is malformed is told already.
        (None, Some(members)) => members.iter().any(|(person, _)| {
            !person.problems.is_empty() || kinds.iter().any(|kind| person.address(*kind).is_some())
        }),
        (None, None) => true,
    };
    if has { Offers::Something } else { Offers::Nothing }
}

fn nobody_has(world: &World<'_>, audience: &audience::Read, kinds: &[AddressKind]) {
    let Some(fields) = &audience.fields else { return unreachable_members(world, audience, kinds) };
    let message = format!(
        "nobody in `{}` can be told: its channels ask for {}, which nobody has here",
        audience.name.value,
        words(kinds, " or ")
    );
    let hint = format!(
        "the fields that are there: {}; add one that is asked for, or name another channel in `via`",
        fields.value.join(", ")
    );
    world.cx.report.push(Finding::error(code::UNREACHABLE, fields.at, message).hint(hint));
}

/// Rules whose channels ask for what nobody in the audience has, while other rules reach them.
fn rules_that_reach_nobody(world: &World<'_>, audience: &audience::Read) {
    for rule in world.rules.iter().filter(|rule| rule.enabled) {
        let Some(name) = rule.to.iter().find(|name| name.value == audience.name.value) else { continue };
        let route = Route::of_rule(world, rule, audience);
        let Some(kinds) = asked_in_vain(world, &route, &rule.on, audience) else { continue };
        let message = format!(
            "`rule.{}` can never tell `{}`: its channels ask for {}, which nobody there has",
            rule.name.value,
            audience.name.value,
            words(&kinds, " or ")
        );
        let hint = "name another channel in `via`, or give the people that address";
        world.cx.report.push(Finding::error(code::UNREACHABLE, name.at, message).hint(hint));
    }
}

/// Audiences whose `nobody` tells those whom no channel of their own reaches, while rules reach them by others.
fn notices_that_reach_nobody(world: &World<'_>, told: &audience::Read) {
    for audience in world.audiences.values() {
        let Some(nobody) = &audience.nobody else { continue };
        if nobody.to.value != told.name.value {
            continue;
        }
        let Some(kinds) = asked_in_vain(world, &Route::of_audience(world, told), &[], told) else { continue };
        let message = format!(
            "`audience.{}.nobody` can never tell `{}`: its own channels ask for {}, which nobody there has",
            audience.name.value,
            told.name.value,
            words(&kinds, " or ")
        );
        let hint = format!(
            "name another channel in `via` of [audience.{}], which is what counts here, or give the people that address",
            told.name.value
        );
        world.cx.report.push(Finding::error(code::UNREACHABLE, nobody.to.at, message).hint(hint));
    }
}

/// The addresses that a route asks for on these events, where it is certain that nobody in the audience has one.
fn asked_in_vain(
    world: &World<'_>,
    route: &Route<'_>,
    on: &[At<On>],
    audience: &audience::Read,
) -> Option<Vec<AddressKind>> {
    let facts = route.facts(world).filter(|(_, facts)| !facts.is_barred(on.iter().map(|on| &on.value)));
    let kinds: Vec<AddressKind> = facts.map(|(_, facts)| facts.address).collect();
    let all_known = route.facts(world).count() == route.channels().count();
    let in_vain = !kinds.is_empty() && all_known && offers(audience, &kinds) == Offers::Nothing;
    in_vain.then_some(kinds)
}

fn unreachable_members(world: &World<'_>, audience: &audience::Read, kinds: &[AddressKind]) {
    for (person, at) in audience.members.iter().flatten() {
        if person.problems.is_empty() && !kinds.iter().any(|kind| person.address(*kind).is_some()) {
            let message = format!(
                "this member of `{}` has no address for the channels that are used",
                audience.name.value
            );
            let hint = format!("add one of: {}", words(kinds, ", "));
            world.cx.report.push(Finding::error(code::UNREACHABLE, *at, message).hint(hint));
        }
    }
}

/// The kinds by name, each once.
fn words(kinds: &[AddressKind], between: &str) -> String {
    let mut words: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
    words.sort_unstable();
    words.dedup();
    words.join(between)
}
