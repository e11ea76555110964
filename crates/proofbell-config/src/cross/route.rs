//! By which channels a rule reaches an audience.

use proofbell_engine::ChannelFacts;

use super::World;
use crate::reader::At;
use crate::report::{Finding, code};
use crate::section::{audience, rule};

/// The channels of one rule for one audience, by name. Names that do not exist are among them.
pub(super) struct Route<'a> {
    pub(super) via: Vec<&'a str>,
    pub(super) else_via: Vec<&'a str>,
}

impl<'a> Route<'a> {
    /// Of a rule: its own, else the audience's; but what a rule has put first is no way out of its own failure.
    pub(super) fn of_rule(
        world: &World<'a>,
        rule: &'a rule::Read,
        audience: &'a audience::Read,
    ) -> Route<'a> {
        let own = Route::of_audience(world, audience);
        let via = rule.via.as_ref().map_or(own.via, words);
        let inherited = || own.else_via.into_iter().filter(|channel| !via.contains(channel)).collect();
        let else_via = rule.else_via.as_ref().map_or_else(inherited, words);
        Route { via, else_via }
    }

    /// Of an audience by itself, as `nobody` uses it.
    pub(super) fn of_audience(world: &World<'a>, audience: &'a audience::Read) -> Route<'a> {
        Route {
            via: audience_via(world, audience).unwrap_or_default(),
            else_via: audience.else_via.as_ref().map(words).unwrap_or_default(),
        }
    }

    pub(super) fn channels(&self) -> impl Iterator<Item = &'a str> {
        self.via.iter().chain(&self.else_via).copied()
    }

    /// The channels that exist, with what is known of them.
    pub(super) fn facts<'w>(
        &'w self,
        world: &'w World<'a>,
    ) -> impl Iterator<Item = (&'a str, ChannelFacts)> + 'w {
        self.channels().filter_map(|name| Some((name, world.channels.get(name)?.facts()?)))
    }
}

pub(super) fn words(names: &At<Vec<At<String>>>) -> Vec<&str> {
    names.value.iter().map(|name| name.value.as_str()).collect()
}

/// What an audience says of `via`, else the only channel there is.
pub(super) fn audience_via<'a>(world: &World<'a>, audience: &'a audience::Read) -> Option<Vec<&'a str>> {
    let only = || match world.channels.len() {
        1 => Some(world.channels.keys().map(String::as_str).collect()),
        _ => None,
    };
    audience.via.as_ref().map(words).or_else(only)
}

/// Every rule must have a way to each of its audiences.
pub(super) fn check(world: &World<'_>) {
    for rule in world.rules {
        empty(world, rule.via.as_ref(), &format!("rule.{}.via", rule.name.value));
        for name in &rule.to {
            let Some(audience) = world.audiences.get(&name.value) else { continue };
            if rule.via.is_none() && audience_via(world, audience).is_none() && !world.channels.is_empty() {
                let message = format!(
                    "nothing says by which channel `rule.{}` tells `{}`",
                    rule.name.value, name.value
                );
                let channels = world.channels.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
                let hint = format!(
                    "add `via` to the rule or to [audience.{}], for there is more than one channel: {channels}",
                    name.value
                );
                world.cx.report.push(Finding::error(code::MISSING_KEY, name.at, message).hint(hint));
            }
        }
    }
    for audience in world.audiences.values() {
        empty(world, audience.via.as_ref(), &format!("audience.{}.via", audience.name.value));
        let Some(nobody) = &audience.nobody else { continue };
        let Some(told) = world.audiences.get(&nobody.to.value) else { continue };
        if audience_via(world, told).is_none() && !world.channels.is_empty() {
            let message = format!(
                "nothing says by which channel `{}` is told when `{}` cannot be reached",
                told.name.value, audience.name.value
            );
            let hint = format!("add `via` to [audience.{}]", told.name.value);
            world.cx.report.push(Finding::error(code::MISSING_KEY, nobody.to.at, message).hint(hint));
        }
    }
}

fn empty(world: &World<'_>, via: Option<&At<Vec<At<String>>>>, path: &str) {
    if let Some(via) = via.filter(|via| via.value.is_empty()) {
        let message = format!("`{path}` names no channel");
        let hint = "name at least one, or leave the key out";
        world.cx.report.push(Finding::error(code::BAD_VALUE, via.at, message).hint(hint));
    }
}
