//! A template must have what the channels of its rule need: the form, in the default language, from names that are there.

use proofbell_engine::{Each, Templates};
use proofbell_notify::Form;

use super::World;
use super::route::{Route, is_barred};
use crate::reader::At;
use crate::report::{Finding, code};
use crate::suggest;
use crate::template;

pub(super) fn check(world: &World<'_>, compiled: Option<&Templates>) {
    if world.templates.unread {
        return;
    }
    for rule in world.rules {
        let mut needs = Vec::new();
        for name in &rule.to {
            let Some(audience) = world.audiences.get(&name.value) else { continue };
            let route = Route::of_rule(world, rule, audience);
            for (channel, facts) in route.facts(world).filter(|(_, facts)| !is_barred(facts, &rule.on)) {
                needs.push((facts.form, channel));
            }
        }
        check_one(world, compiled, &rule.template, rule.each.value, &needs);
    }
    for audience in world.audiences.values() {
        let Some(nobody) = &audience.nobody else { continue };
        let Some(told) = world.audiences.get(&nobody.to.value) else { continue };
        let route = Route::of_audience(world, told);
        let needs: Vec<_> = route.facts(world).map(|(channel, facts)| (facts.form, channel)).collect();
        check_one(world, compiled, &nobody.template, Each::Event, &needs);
    }
}

fn check_one(
    world: &World<'_>,
    compiled: Option<&Templates>,
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
        world.cx.report.push(Finding::error(code::TEMPLATE_MISSING, template.at, message).hint(hint));
        return;
    };
    for form in Form::ALL {
        let Some((_, channel)) = needs.iter().find(|(needed, _)| *needed == form) else { continue };
        let languages = variants.get(&form).map(Vec::as_slice).unwrap_or_default();
        let message = match languages {
            [] => format!("the template `{name}` has no form `{form}`, which the channel `{channel}` needs"),
            _ if !serves(languages, world.locale) => {
                format!(
                    "the template `{name}` has its form `{form}` in {}, but not in the default language",
                    languages.join(", ")
                )
            }
            _ => continue,
        };
        let hint = format!("write {dir}/{name}/{form}.{}.hbs", world.locale);
        world.cx.report.push(Finding::error(code::TEMPLATE_MISSING, template.at, message).hint(hint));
    }
    if let Some(compiled) = compiled {
        template::check_use(world.cx, world.templates, compiled, name, each);
    }
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
