//! Which previews are asked for.

use proofbell_config::suggest;
use proofbell_directory::{FieldReader, Member};
use proofbell_engine::Templates;
use proofbell_notify::Form;

use super::PreviewArgs;
use crate::command::Stop;
use crate::wiring::Wired;

/// One preview that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) template: String,
    pub(super) form: Form,
    /// The reader's language.
    pub(super) locale: String,
}

/// The previews that the command line asks for.
///
/// # Errors
/// There is no such template, form or language.
pub(super) fn of(wired: &Wired, args: &PreviewArgs) -> Result<Vec<Wanted>, Stop> {
    let templates = wired.runtime.engine.templates();
    let names = match &args.template {
        Some(name) => vec![known(templates, name)?],
        None => templates.names().collect(),
    };
    let locale = args.locale.as_deref().map(tag).transpose()?;
    let form = args.form.map(|word| word.form());
    let mut wanted = Vec::new();
    for name in names {
        wanted.extend(of_template(templates, name, form, locale.as_deref()));
    }
    match (wanted.is_empty(), &args.template, form) {
        (false, _, _) => Ok(wanted),
        (true, Some(name), Some(form)) => {
            let mut offered: Vec<&str> =
                templates.forms(name).iter().map(|(form, _)| form.as_str()).collect();
            offered.dedup();
            Err(Stop::Usage(format!("`{name}` has no form `{form}`; it has: {}", offered.join(", "))))
        }
        (true, _, _) => Err(Stop::Usage("there is no template to show".to_owned())),
    }
}

fn known<'t>(templates: &'t Templates, name: &str) -> Result<&'t str, Stop> {
    templates.names().find(|known| *known == name).ok_or_else(|| {
        Stop::Usage(format!("no template `{name}`; {}", suggest::hint(name, "templates", templates.names())))
    })
}

fn of_template(templates: &Templates, name: &str, form: Option<Form>, locale: Option<&str>) -> Vec<Wanted> {
    let wanted = |form, locale: &str| Wanted { template: name.to_owned(), form, locale: locale.to_owned() };
    let offered = templates.forms(name);
    let offered = offered.iter().filter(|(offered, _)| form.is_none_or(|form| form == *offered));
    match locale {
        None => offered.map(|(form, locale)| wanted(*form, locale)).collect(),
        Some(locale) => {
            let mut all: Vec<Wanted> = offered.map(|(form, _)| wanted(*form, locale)).collect();
            all.dedup();
            all
        }
    }
}

/// A language tag as a directory takes it.
fn tag(text: &str) -> Result<String, Stop> {
    let member = Member { locale: Some(text.to_owned()), ..Member::default() };
    let recipient = FieldReader::default().read(&member);
    let problem = recipient.problems.first().map_or("empty", |problem| problem.problem.as_str());
    recipient.locale.ok_or_else(|| Stop::Usage(format!("--locale {text}: {problem}")))
}
