//! What the sections say of each other: names, ways to people, templates, and what is there for nothing.

mod effect;
mod names;
mod reach;
mod route;
mod share;
mod silence;
mod unused;
mod variants;

use std::collections::{BTreeMap, BTreeSet};

use proofbell_engine::{Audience, Glossary, Nobody, Templates};
use proofbell_notify::Form;

use crate::context::Context;
use crate::section::{audience, channel, link, rule};
use crate::template::TemplateSet;

/// Everything that was read.
pub(crate) struct World<'a> {
    pub(crate) cx: &'a Context<'a>,
    pub(crate) channels: &'a BTreeMap<String, channel::Read>,
    pub(crate) audiences: &'a BTreeMap<String, audience::Read>,
    pub(crate) rules: &'a [rule::Read],
    pub(crate) templates: &'a TemplateSet,
    /// `defaults.locale`
    pub(crate) locale: &'a str,
    /// Whether that is what is meant.
    pub(crate) locale_is_known: bool,
}

/// Reports everything that does not fit together.
pub(crate) fn check(
    world: &World<'_>,
    compiled: &Templates,
    glossary: &Glossary,
    links: &BTreeMap<String, link::Read>,
) {
    names::check(world);
    share::check(world);
    route::check(world);
    variants::check(world, compiled);
    // Any name may be the one that is only assumed to be there.
    let all_known =
        !world.rules.iter().any(|it| it.assumed) && !world.audiences.values().any(|it| it.assumed);
    if all_known {
        reach::check(world);
    }
    silence::check(world);
    effect::check(world, glossary);
    if all_known {
        unused::check(world, links);
    }
}

/// The forms in which rules and audiences use each template.
pub(crate) fn used_forms(world: &World<'_>) -> BTreeSet<(String, Form)> {
    variants::forms(world)
}

/// The audiences as the engine needs them: with the ways that were left to the default filled in.
pub(crate) fn engine_audiences(world: &World<'_>) -> BTreeMap<String, Audience> {
    let names = |list: Option<Vec<&str>>| list.unwrap_or_default().into_iter().map(str::to_owned).collect();
    world
        .audiences
        .iter()
        .map(|(name, audience)| {
            let engine = Audience {
                via: names(route::audience_via(world, audience)),
                else_via: names(audience.else_via.as_ref().map(route::words)),
                nobody: audience.nobody.as_ref().map(|nobody| Nobody {
                    to: nobody.to.value.clone(),
                    template: nobody.template.value.clone(),
                }),
            };
            (name.clone(), engine)
        })
        .collect()
}
