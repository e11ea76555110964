//! A template must have what the channels of its rule need: the form, in the default language, from names that are there.

mod languages;

use std::collections::BTreeSet;

use proofbell_engine::{Each, Templates};
use proofbell_notify::Form;

use super::World;
use super::route::Route;
use crate::reader::At;
use crate::report::{Finding, code};
use crate::secret;
use crate::suggest;
use crate::template;

pub(super) fn check(world: &World<'_>, compiled: &Templates) {
    if world.templates.unread {
        return;
    }
    let uses = uses(world);
    for used in uses.iter().filter(|used| !secret::has_assumed(&used.template.value)) {
        check_one(world, compiled, used.template, used.each, &used.needs);
    }
    languages::check(world, &uses);
}

/// A template as one rule, or the `nobody` of one audience, uses it.
pub(super) struct Use<'a> {
    template: &'a At<String>,
    each: Each,
    /// The forms that channels need of it, with one such channel.
    needs: Vec<(Form, &'a str)>,
    /// Whether it is in use now.
    is_enabled: bool,
    /// The audiences that are told with it.
    audiences: Vec<&'a str>,
}

/// The forms in which each template is used by what is enabled.
pub(super) fn forms(world: &World<'_>) -> BTreeSet<(String, Form)> {
    let uses = uses(world);
    let used = uses.iter().filter(|used| used.is_enabled && !is_unknown(world, &used.template.value));
    let forms = used.flat_map(|used| used.needs.iter().map(|(form, _)| (used.template, *form)));
    forms.map(|(template, form)| (template.value.clone(), form)).collect()
}

/// Whether a rule leads to the template of which nobody knows when it speaks.
fn is_unknown(world: &World<'_>, template: &str) -> bool {
    world.rules.iter().filter(|rule| rule.assumed).any(|rule| {
        let told = rule.to.iter().filter_map(|to| world.audiences.get(&to.value)?.nobody.as_ref());
        rule.template.value == template || told.map(|nobody| &nobody.template.value).any(|it| it == template)
    })
}

fn uses<'a>(world: &World<'a>) -> Vec<Use<'a>> {
    let mut uses = Vec::new();
    for rule in world.rules {
        let told = rule.to.iter().filter_map(|name| world.audiences.get(&name.value));
        let mut used = Use {
            template: &rule.template,
            each: rule.each.value,
            needs: Vec::new(),
            is_enabled: rule.enabled,
            audiences: Vec::new(),
        };
        for audience in told {
            let route = Route::of_rule(world, rule, audience);
            let facts =
                route.facts(world).filter(|(_, facts)| !facts.is_barred(rule.on.iter().map(|on| &on.value)));
            used.needs.extend(facts.map(|(channel, facts)| (facts.form, channel)));
            used.audiences.push(&audience.name.value);
        }
        uses.push(used);
    }
    for audience in world.audiences.values() {
        let Some(nobody) = &audience.nobody else { continue };
        let Some(told) = world.audiences.get(&nobody.to.value) else { continue };
        let route = Route::of_audience(world, told);
        let needs = route.facts(world).map(|(channel, facts)| (facts.form, channel)).collect();
        let audiences = vec![told.name.value.as_str()];
        uses.push(Use { template: &nobody.template, each: Each::Event, needs, is_enabled: true, audiences });
    }
    uses
}

fn check_one(
    world: &World<'_>,
    compiled: &Templates,
    template: &At<String>,
    each: Each,
    needs: &[(Form, &str)],
) {
    let name = &template.value;
    let dir = world.templates.dir.display();
    let Some(variants) = world.templates.variants.get(name) else {
        let form = needs.first().map_or(Form::Email, |(form, _)| *form);
        let make = format!("write {dir}/{name}/{form}.{}.hbs", world.locale);
        let near = suggest::nearest(name, world.templates.variants.keys().map(String::as_str));
        let hint = match near {
            Some(near) => format!("did you mean `{near}`? Else {make}"),
            None => make,
        };
        let message = format!("there is no template called `{name}`");
        let finding = Finding::error(code::TEMPLATE_MISSING, template.at, message);
        world.cx.report.push(finding.absent("[template").hint(hint));
        return;
    };
    for form in Form::ALL {
        let Some((_, channel)) = needs.iter().find(|(needed, _)| *needed == form) else { continue };
        let languages = variants.get(&form).map(Vec::as_slice).unwrap_or_default();
        let (message, absent) = match languages {
            [] => {
                let message = format!(
                    "the template `{name}` has no form `{form}`, which the channel `{channel}` needs"
                );
                (message, "[template")
            }
            _ if world.locale_is_known && !serves(languages, world.locale) => {
                let message = format!(
                    "the template `{name}` has its form `{form}` in {}, but not in the default language, {}",
                    languages.join(", "),
                    world.locale
                );
                (message, "locale")
            }
            _ => continue,
        };
        let hint = format!("write {dir}/{name}/{form}.{}.hbs", world.locale);
        let finding = Finding::error(code::TEMPLATE_MISSING, template.at, message);
        world.cx.report.push(finding.absent(absent).hint(hint));
    }
    template::check_use(world.cx, world.templates, compiled, name, each);
}

/// Whether one of the languages is the default one or a shorter form of it, as the engine falls back.
fn serves(languages: &[String], default: &str) -> bool {
    let default = default.to_ascii_lowercase();
    languages.iter().any(|language| {
        default.strip_prefix(language.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_default_language_is_served_by_itself_and_its_shorter_forms() {
        let table = [
            ("en", "en", true),
            ("en", "en-GB", true),
            ("en-gb", "en-GB", true),
            ("en-gb", "en", false),
            ("e", "en", false),
            ("ja", "en", false),
        ];
        for (language, default, expected) in table {
            assert_eq!(serves(&[language.to_owned()], default), expected, "{language} for {default}");
        }
    }
}
