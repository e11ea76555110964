//! What no test touches.

use std::collections::{BTreeMap, BTreeSet};

use proofbell_engine::Engine;
use proofbell_notify::{AddressKind, Form};
use serde_json::{Value, json};

use super::run::{Ran, Stage};
use crate::output::{Tone, line, paint};

/// What no test touches, sorted.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Coverage {
    /// Rules of which nothing was rendered.
    rules: BTreeSet<String>,
    /// Templates that some channel uses and that were never rendered: `reshoot/email.ja`.
    templates: BTreeSet<String>,
    /// Languages in which nothing was rendered.
    locales: BTreeSet<String>,
    /// How many of each there are.
    all: [usize; 3],
}

impl Coverage {
    pub(super) fn of(stage: &Stage, ran: &[Ran]) -> Coverage {
        let engine = &stage.wired.runtime.engine;
        let mut spoken = BTreeSet::new();
        let mut rendered = BTreeSet::new();
        let made = ran.iter().flat_map(|ran| &ran.steps).flat_map(|step| &step.seen.made);
        // A rule that matched and could tell nobody has shown nothing of what it says.
        for made in made.map(|seen| &seen.made).filter(|made| made.message.is_some()) {
            spoken.insert(made.rule.clone());
            rendered.insert(made.template.clone());
        }
        let rules: BTreeSet<String> = engine.rules().iter().map(|rule| rule.name.clone()).collect();
        let templates = used(engine);
        let locales: BTreeSet<String> = templates.iter().filter_map(|name| locale(name)).collect();
        let spoken_locales: BTreeSet<String> = rendered.iter().filter_map(|name| locale(name)).collect();
        Coverage {
            all: [rules.len(), templates.len(), locales.len()],
            rules: &rules - &spoken,
            templates: &templates - &rendered,
            locales: &locales - &spoken_locales,
        }
    }

    /// Whether tests touch everything.
    pub(super) fn is_whole(&self) -> bool {
        self.rules.is_empty() && self.templates.is_empty() && self.locales.is_empty()
    }

    fn parts(&self) -> [(&'static str, &BTreeSet<String>); 3] {
        [("rules", &self.rules), ("templates", &self.templates), ("locales", &self.locales)]
    }

    pub(super) fn tell(&self) {
        for ((what, untouched), all) in self.parts().into_iter().zip(self.all) {
            let touched = all.saturating_sub(untouched.len());
            match untouched.is_empty() {
                true => line(&paint(&format!("{what}: all {all} touched"), Tone::Good)),
                false => {
                    line(&paint(&format!("{what}: {touched} of {all} touched; no test touches"), Tone::Wary));
                    untouched.iter().for_each(|name| line(&format!("  {name}")));
                }
            }
        }
    }

    pub(super) fn json(&self) -> Value {
        let fields = self.parts().into_iter().zip(self.all);
        let fields = fields
            .map(|((what, untouched), all)| (what.to_owned(), json!({ "all": all, "untouched": untouched })));
        Value::Object(fields.collect())
    }
}

/// The language of `reshoot/email.ja`.
fn locale(template: &str) -> Option<String> {
    template.rsplit_once('.').map(|(_, locale)| locale.to_owned())
}

/// Every variant of a template that a message can be made from: those of forms that some rule or notice uses it in, on a channel that its
/// events may take. What goes to a place, such as a Slack channel behind a webhook, speaks the default language.
fn used(engine: &Engine) -> BTreeSet<String> {
    let mut uses: BTreeMap<(&str, Form), bool> = BTreeMap::new();
    for rule in engine.rules() {
        let mut note = |template, channels: &mut dyn Iterator<Item = &String>| {
            let open = channels.filter_map(|name| engine.channel(name)).filter(|it| !it.is_barred(&rule.on));
            for facts in open {
                *uses.entry((template, facts.form)).or_default() |= facts.address != AddressKind::Fixed;
            }
        };
        for audience in rule.to.iter().filter_map(|name| engine.audience(name)) {
            let via = rule.via.as_ref().unwrap_or(&audience.via);
            let else_via = rule.else_via.as_ref().unwrap_or(&audience.else_via);
            note(rule.template.as_str(), &mut via.iter().chain(else_via));
            let Some(nobody) = &audience.nobody else { continue };
            let Some(told) = engine.audience(&nobody.to) else { continue };
            note(nobody.template.as_str(), &mut told.via.iter().chain(&told.else_via));
        }
    }
    let variants = |((template, form), personal): ((&str, Form), bool)| {
        let templates = engine.templates();
        let all = templates.forms(template).into_iter().filter(|(other, _)| *other == form);
        let locales: Vec<String> = match personal {
            true => all.map(|(_, locale)| locale).collect(),
            false => templates.default_locale(template, form).map(str::to_owned).into_iter().collect(),
        };
        locales.into_iter().map(move |locale| format!("{template}/{form}.{locale}")).collect::<Vec<_>>()
    };
    uses.into_iter().flat_map(variants).collect()
}
