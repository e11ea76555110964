//! Languages in which an audience is told one thing and not another.

use std::collections::{BTreeMap, BTreeSet};

use proofbell_notify::Form;

use super::{Use, serves};
use crate::cross::World;
use crate::report::{Finding, code};

/// Of each template, a form and the languages in which it is there.
type Variants<'a> = BTreeSet<(&'a str, Form, &'a [String])>;

/// Whoever reads Japanese and gets one mail in English among others in Japanese will ask why: that is seldom meant.
pub(super) fn check(world: &World<'_>, uses: &[Use<'_>]) {
    if !world.locale_is_known {
        return;
    }
    let mut told: BTreeMap<&str, Variants<'_>> = BTreeMap::new();
    for used in uses {
        let Some(forms) = world.templates.variants.get(&used.template.value) else { continue };
        for (form, languages) in forms.iter().filter(|(form, _)| used.needs.iter().any(|(it, _)| it == *form))
        {
            for audience in &used.audiences {
                let variant = (used.template.value.as_str(), *form, languages.as_slice());
                told.entry(audience).or_default().insert(variant);
            }
        }
    }
    for (audience, variants) in told {
        // One that is not even there in the default language is told of as an error.
        let complete = || variants.iter().filter(|(_, _, languages)| serves(languages, world.locale));
        let spoken: BTreeSet<&str> =
            complete().flat_map(|(_, _, languages)| *languages).map(String::as_str).collect();
        for (template, form, languages) in complete() {
            for language in spoken.iter().filter(|language| !serves(languages, language)) {
                lacks(world, (template, *form), language, audience);
            }
        }
    }
}

fn lacks(world: &World<'_>, (template, form): (&str, Form), language: &str, audience: &str) {
    let Some(at) = world.templates.place_of(template, form) else { return };
    let message = format!(
        "the template `{template}` has no form `{form}` in {language}, the language of other messages to `{audience}`"
    );
    let hint = format!(
        "write {}/{template}/{form}.{language}.hbs; until then they read it in another language",
        world.templates.dir.display()
    );
    world.cx.report.push(Finding::warning(code::LANGUAGE_MISSING, at, message).hint(hint));
}
