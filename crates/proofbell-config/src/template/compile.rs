//! What the engine says of the templates.

use std::collections::BTreeMap;

use proofbell_engine::{Each, Glossary, Link, Templates};
use serde_json::{Map, Value};

use super::TemplateSet;
use crate::context::Context;

/// Templates as the engine read them.
pub(crate) struct Compiled {
    /// Those with which nothing is wrong.
    pub(crate) sound: Templates,
    /// Whether these are all.
    pub(crate) whole: bool,
}

/// Has the engine compile all templates. What is wrong with them is reported; the others can be checked further.
pub(crate) fn compile(
    cx: &Context<'_>,
    set: &TemplateSet,
    links: &BTreeMap<String, Link>,
    locale: &str,
) -> Compiled {
    let mut sources = set.sources.clone();
    let mut partials = set.partials.clone();
    let mut whole = true;
    loop {
        let problems = match Templates::compile(sources.clone(), partials.clone(), links, locale) {
            Ok(sound) => return Compiled { sound, whole },
            Err(problems) => problems,
        };
        let left = sources.len() + partials.len();
        let is_sound = |path: &str| !problems.iter().any(|problem| problem.path == path);
        sources.retain(|source| {
            is_sound(&source.path) && source.text_part.as_ref().is_none_or(|part| is_sound(&part.path))
        });
        partials.retain(|partial| is_sound(&partial.path));
        if sources.len() + partials.len() == left {
            sources.clear();
        }
        // In the second round only those fail that call a partial which was taken away.
        if whole {
            problems.into_iter().for_each(|problem| set.report(cx, problem));
        }
        whole = false;
    }
}

/// Checks that the constants and terms that templates name are there.
pub(crate) fn check_words(
    cx: &Context<'_>,
    set: &TemplateSet,
    templates: &Templates,
    vars: &Map<String, Value>,
    glossary: &Glossary,
) {
    templates.check_words(vars, glossary).into_iter().for_each(|problem| set.report(cx, problem));
}

/// Checks a template against what a rule gives it.
pub(crate) fn check_use(cx: &Context<'_>, set: &TemplateSet, templates: &Templates, name: &str, each: Each) {
    templates.check_use(name, each).into_iter().for_each(|problem| set.report(cx, problem));
}
