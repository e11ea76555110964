//! Warnings: what nothing uses.

use std::collections::{BTreeMap, BTreeSet};

use super::World;
use super::route::Route;
use crate::report::{Finding, code};
use crate::section::link;
use crate::source::Place;

pub(super) fn check(world: &World<'_>, links: &BTreeMap<String, link::Read>) {
    let mut audiences = BTreeSet::new();
    let mut channels = BTreeSet::new();
    let mut templates = BTreeSet::new();
    for rule in world.rules {
        templates.insert(rule.template.value.as_str());
        for name in &rule.to {
            audiences.insert(name.value.as_str());
            if let Some(audience) = world.audiences.get(&name.value) {
                channels.extend(Route::of_rule(world, rule, audience).channels());
            }
        }
    }
    for audience in
        world.audiences.values().filter(|audience| audiences.contains(audience.name.value.as_str()))
    {
        let Some(nobody) = &audience.nobody else { continue };
        templates.insert(nobody.template.value.as_str());
        if let Some(told) = world.audiences.get(&nobody.to.value) {
            channels.extend(Route::of_audience(world, told).channels());
        }
    }
    let told: Vec<&str> = world
        .audiences
        .values()
        .filter(|audience| audiences.contains(audience.name.value.as_str()))
        .filter_map(|audience| audience.nobody.as_ref().map(|nobody| nobody.to.value.as_str()))
        .collect();
    audiences.extend(told);
    for audience in world.audiences.values().filter(|it| !audiences.contains(it.name.value.as_str())) {
        warn(world, audience.name.at, &format!("no rule tells the audience `{}`", audience.name.value));
    }
    for channel in world.channels.values().filter(|it| !channels.contains(it.name.value.as_str())) {
        warn(world, channel.name.at, &format!("no rule uses the channel `{}`", channel.name.value));
    }
    for name in world.templates.variants.keys().filter(|name| !templates.contains(name.as_str())) {
        if let Some(at) = world.templates.place(name) {
            warn(world, at, &format!("no rule uses the template `{name}`"));
        }
    }
    if world.templates.unread {
        return;
    }
    for link in links.values().filter(|link| !world.templates.names_in_quotes(&link.name.value)) {
        let message = format!("no template uses the link `{}`", link.name.value);
        warn_of(world, link.name.at, &message, "remove it, or name it in a template");
    }
    for (name, at) in world.templates.uncalled_partials() {
        let message = format!("no template calls the partial `{name}`");
        warn_of(world, at, &message, &format!("remove it, or call it with {{{{> {name}}}}}"));
    }
}

fn warn(world: &World<'_>, at: Place, message: &str) {
    warn_of(world, at, message, "remove it, or name it in a rule");
}

fn warn_of(world: &World<'_>, at: Place, message: &str, hint: &str) {
    world.cx.report.push(Finding::warning(code::UNUSED, at, message).hint(hint));
}
