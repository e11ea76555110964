//! People who are listed must have an address for a channel that is used for them.

use std::collections::BTreeMap;

use super::World;
use super::route::{Route, is_barred};
use crate::report::{Finding, code};

pub(super) fn check(world: &World<'_>) {
    // The addresses that are asked for, by audience: member by member it is told once, whatever the number of rules.
    let mut used: BTreeMap<&str, Vec<proofbell_notify::AddressKind>> = BTreeMap::new();
    for rule in world.rules {
        for name in &rule.to {
            let Some(audience) = world.audiences.get(&name.value) else { continue };
            let route = Route::of_rule(world, rule, audience);
            let known: Vec<_> = route.facts(world).collect();
            let open: Vec<_> = known.iter().filter(|(_, facts)| !is_barred(facts, &rule.on)).collect();
            used.entry(&name.value).or_default().extend(open.iter().map(|(_, facts)| facts.address));
            if open.is_empty() && !known.is_empty() {
                let message = format!(
                    "`rule.{}` can never tell `{}`: `never_on` keeps its events off each of its channels",
                    rule.name.value, name.value
                );
                let hint = "name another channel in `via`, or take the event out of `never_on`";
                world.cx.report.push(Finding::error(code::UNREACHABLE, name.at, message).hint(hint));
            }
        }
    }
    for audience in world.audiences.values() {
        if let Some(nobody) = &audience.nobody
            && let Some(told) = world.audiences.get(&nobody.to.value)
        {
            let route = Route::of_audience(world, told);
            used.entry(&told.name.value)
                .or_default()
                .extend(route.facts(world).map(|(_, facts)| facts.address));
        }
    }
    for (name, kinds) in used {
        unreachable_members(world, name, &kinds);
    }
}

fn unreachable_members(world: &World<'_>, name: &str, kinds: &[proofbell_notify::AddressKind]) {
    let members = world.audiences.get(name).and_then(|audience| audience.members.as_ref());
    let Some(members) = members.filter(|_| !kinds.is_empty()) else { return };
    let mut wanted: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
    wanted.sort_unstable();
    wanted.dedup();
    for (person, at) in members {
        // A field that was given and is malformed is told already.
        if person.problems.is_empty() && !kinds.iter().any(|kind| person.address(*kind).is_some()) {
            let message = format!("this member of `{name}` has no address for the channels that are used");
            let hint = format!("add one of: {}", wanted.join(", "));
            world.cx.report.push(Finding::error(code::UNREACHABLE, *at, message).hint(hint));
        }
    }
}
