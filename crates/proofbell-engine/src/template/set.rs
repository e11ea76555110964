//! All templates, checked and ready.

use std::collections::{BTreeMap, BTreeSet};

use proofbell_notify::Form;
use serde_json::{Map, Value};

use super::ast::File;
use super::check::{Checker, Needs};
use super::mjml;
use super::output::Style;
use super::parse::parse;
use super::report::{self, Report};
use super::{ButtonTarget, FrontMatter, Markup, PartialSource, TemplateProblem, TemplateSource};
use crate::locale::{self, Fallback};
use crate::{Each, Glossary, Link};

/// All templates, checked and ready to render. None of them can fail for a reason that could have been known before.
#[derive(Debug, Default)]
pub struct Templates {
    sets: BTreeMap<String, BTreeMap<Form, Locales>>,
    partials: BTreeMap<String, File>,
    default_locale: String,
}

type Locales = BTreeMap<String, Template>;

/// One template in one language.
#[derive(Debug)]
pub(crate) struct Template {
    /// As in the file's name.
    pub(crate) locale: String,
    /// `reshoot/email.ja`
    pub(crate) label: String,
    pub(crate) markup: Markup,
    pub(crate) body: File,
    pub(crate) text_part: Option<File>,
    pub(crate) front: Front,
    needs: Needs,
}

/// Front matter, read.
#[derive(Debug, Default)]
pub(crate) struct Front {
    pub(crate) subject: Option<File>,
    pub(crate) preheader: Option<File>,
    pub(crate) header: Option<File>,
    pub(crate) color: Option<File>,
    pub(crate) fields: Vec<(File, File)>,
    pub(crate) buttons: Vec<(File, Target)>,
}

/// Where a button leads.
#[derive(Debug)]
pub(crate) enum Target {
    Link(String),
    Url(File),
}

/// Partials, read.
struct Partials {
    files: BTreeMap<String, File>,
    /// Those that could be read in part only.
    broken: BTreeSet<String>,
}

impl Partials {
    fn parse(sources: Vec<PartialSource>, report: &mut Report) -> Partials {
        let mut partials = Partials { files: BTreeMap::new(), broken: BTreeSet::new() };
        for source in sources {
            let mut own = Report::default();
            let file = parse(&source.path, None, &source.body, 1, &mut own);
            if !own.is_empty() {
                partials.broken.insert(source.name.clone());
            }
            report.extend(own.into_problems());
            partials.files.insert(source.name, file);
        }
        partials
    }
}

impl Templates {
    /// Reads and checks all templates. A template that calls a partial is checked together with it.
    ///
    /// # Errors
    /// Everything that is wrong with any of them, sorted by file and place.
    pub fn compile(
        sources: Vec<TemplateSource>,
        partials: Vec<PartialSource>,
        links: &BTreeMap<String, Link>,
        default_locale: &str,
    ) -> Result<Templates, Vec<TemplateProblem>> {
        let mut report = Report::default();
        let partials = Partials::parse(partials, &mut report);
        let mut sets: BTreeMap<String, BTreeMap<Form, Locales>> = BTreeMap::new();
        for source in sources {
            let mut own = Report::default();
            let template = Template::compile(&source, &partials, links, &mut own);
            report.extend(own.into_problems());
            let locales = sets.entry(source.name.clone()).or_default().entry(source.form).or_default();
            if let Some(other) = locales.insert(locale::key(&source.locale), template) {
                let message = format!("the same template in the same language as {}", other.body.path);
                let hint = "keep one of the two files".to_owned();
                report.extend([file_problem(&source.path, message, Some(hint))]);
            }
        }
        let problems = report.into_problems();
        let templates =
            Templates { sets, partials: partials.files, default_locale: default_locale.to_owned() };
        if problems.is_empty() { Ok(templates) } else { Err(problems) }
    }

    /// The names of all templates, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.sets.keys().map(String::as_str)
    }

    /// The forms and locales in which a template exists, sorted.
    pub fn forms(&self, name: &str) -> Vec<(Form, String)> {
        let forms = self.sets.get(name).into_iter().flatten();
        forms
            .flat_map(|(form, locales)| locales.values().map(|template| (*form, template.locale.clone())))
            .collect()
    }

    /// Whether everybody can be told: the template exists in this form in the default locale, or a shorter form of its tag.
    /// Otherwise only recipients of the languages in [`Templates::forms`] can.
    pub fn has(&self, name: &str, form: Form) -> bool {
        self.default_locale(name, form).is_some()
    }

    /// The language in which those are told of whom no other is known: the default one, or the longest of its shorter forms that there is.
    pub fn default_locale(&self, name: &str, form: Form) -> Option<&str> {
        let template = self.pick(name, form, &Fallback::new(None, &self.default_locale))?;
        Some(template.locale.as_str())
    }

    /// Whether a rule can use the template: `side` has a value only with `each = "side"`.
    pub fn check_use(&self, name: &str, each: Each) -> Vec<TemplateProblem> {
        let mut problems = Report::default();
        if each == Each::Event {
            for needs in self.needs(Some(name)) {
                problems.extend(needs.side.iter().cloned());
            }
        }
        problems.into_problems()
    }

    /// Whether the names under `vars` and the terms that templates use are there.
    pub fn check_words(&self, vars: &Map<String, Value>, glossary: &Glossary) -> Vec<TemplateProblem> {
        let mut problems = Report::default();
        for needs in self.needs(None) {
            for (path, problem) in &needs.vars {
                if let Some((wrong, known)) = missing(path, vars) {
                    let hint = report::hint(wrong, known.iter().map(String::as_str));
                    problems.extend([TemplateProblem { hint, ..problem.clone() }]);
                }
            }
            for (code, problem) in &needs.terms {
                if !glossary.term_codes().any(|known| known == code) {
                    let hint = report::hint(code, glossary.term_codes());
                    problems.extend([TemplateProblem { hint, ..problem.clone() }]);
                }
            }
        }
        problems.into_problems()
    }

    fn needs(&self, name: Option<&str>) -> impl Iterator<Item = &Needs> {
        let wanted =
            self.sets.iter().filter(move |(known, _)| name.is_none_or(|name| name == known.as_str()));
        wanted
            .flat_map(|(_, forms)| forms.values())
            .flat_map(BTreeMap::values)
            .map(|template| &template.needs)
    }

    pub(crate) fn pick(&self, name: &str, form: Form, languages: &Fallback) -> Option<&Template> {
        languages.pick(self.sets.get(name)?.get(&form)?).map(|(_, template)| template)
    }

    pub(crate) fn partials(&self) -> &BTreeMap<String, File> {
        &self.partials
    }
}

/// The part of a path that is not there, with its known neighbours.
fn missing<'p>(path: &'p [String], vars: &Map<String, Value>) -> Option<(&'p str, Vec<String>)> {
    let mut parts = Some(vars);
    for (index, name) in path.iter().enumerate() {
        let names = parts.map(|parts| parts.keys().cloned().collect()).unwrap_or_default();
        match parts.and_then(|parts| parts.get(name)) {
            Some(Value::Object(inner)) => parts = Some(inner),
            // Lists and their items are constants; how long they are is the author's own affair.
            Some(Value::Array(_)) => return None,
            Some(_) if index + 1 == path.len() => return None,
            Some(_) => parts = None,
            None => return Some((name, names)),
        }
    }
    None
}

impl Template {
    /// `report` is of this template alone.
    fn compile(
        source: &TemplateSource,
        partials: &Partials,
        links: &BTreeMap<String, Link>,
        report: &mut Report,
    ) -> Template {
        let body = parse(&source.path, None, &source.body, source.body_line, report);
        let text_part =
            source.text_part.as_ref().map(|part| parse(&part.path, None, &part.body, part.body_line, report));
        if source.markup == Markup::Mjml && source.form != Form::Email {
            report.add(&body, None, "only an e-mail is written in MJML", None);
        }
        let front = Front::read(source, links, report);
        if source.text_part.is_some() && source.form != Form::Email {
            report.add(&body, None, "only an e-mail has a text part of its own", None);
        }
        let mut checker = Checker::new(&partials.files, links, report);
        let style = match source.form {
            Form::Email => Style::Html,
            Form::Chat => Style::Chat,
            Form::Text => Style::Plain,
        };
        checker.file(&body, style);
        if let Some(text) = &text_part {
            checker.file(text, Style::Plain);
        }
        front.check(&mut checker);
        let calls_broken = checker.called().any(|name| partials.broken.contains(name));
        let needs = checker.needs;
        // What is made of a template that is wrong already would only tell that again, in other words.
        if source.markup == Markup::Mjml && report.is_empty() && !calls_broken {
            mjml::check(&body, &partials.files, report);
        }
        Template {
            locale: source.locale.clone(),
            label: format!("{}/{}.{}", source.name, source.form, source.locale),
            markup: source.markup,
            needs,
            body,
            text_part,
            front,
        }
    }
}

impl Front {
    fn read(source: &TemplateSource, links: &BTreeMap<String, Link>, report: &mut Report) -> Front {
        let front = &source.front;
        misplaced(source, front, report);
        let mut read = |part: &str, text: &str| parse(&source.path, Some(part), text, 0, report);
        let subject = front.subject.as_deref().map(|text| read("subject", text));
        let preheader = front.preheader.as_deref().map(|text| read("preheader", text));
        let header = front.header.as_deref().map(|text| read("header", text));
        let color = front.color.as_deref().map(|text| read("color", text));
        let fields = front
            .fields
            .iter()
            .map(|(name, value)| (read("fields.name", name), read("fields.value", value)))
            .collect();
        let mut buttons = Vec::new();
        let mut unknown = Vec::new();
        for button in &front.buttons {
            let target = match &button.target {
                ButtonTarget::Link(name) => {
                    if !links.contains_key(name) {
                        let message =
                            format!("in `buttons.link`: there is no [link.{name}] in the configuration");
                        let hint = report::hint(name, links.keys().map(String::as_str));
                        unknown.push(file_problem(&source.path, message, hint));
                    }
                    Target::Link(name.clone())
                }
                ButtonTarget::Url(url) => Target::Url(read("buttons.url", url)),
            };
            buttons.push((read("buttons.text", &button.text), target));
        }
        report.extend(unknown);
        Front { subject, preheader, header, color, fields, buttons }
    }

    fn check(&self, checker: &mut Checker<'_>) {
        let single = [&self.subject, &self.preheader, &self.header, &self.color];
        single.into_iter().flatten().for_each(|file| checker.file(file, Style::Plain));
        for (name, value) in &self.fields {
            checker.file(name, Style::Plain);
            checker.file(value, Style::Plain);
        }
        for (text, target) in &self.buttons {
            checker.file(text, Style::Plain);
            if let Target::Url(url) = target {
                checker.url(url);
            }
        }
    }
}

/// Front matter that the form does not have, or has to have.
fn misplaced(source: &TemplateSource, front: &FrontMatter, report: &mut Report) {
    let is_email = source.form == Form::Email;
    let is_chat = source.form == Form::Chat;
    let keys = [
        ("subject", front.subject.is_some(), is_email),
        ("preheader", front.preheader.is_some(), is_email),
        ("header", front.header.is_some(), is_chat),
        ("color", front.color.is_some(), is_chat),
        ("fields", !front.fields.is_empty(), is_chat),
        ("buttons", !front.buttons.is_empty(), is_chat),
    ];
    for (key, is_there, may_be) in keys {
        if is_there && !may_be {
            let known: Vec<&str> =
                keys.iter().filter(|(_, _, may_be)| *may_be).map(|(key, ..)| *key).collect();
            let hint = (!known.is_empty()).then(|| format!("it has {}", known.join(", ")));
            let message = format!("a template for {} has no `{key}`", source.form);
            report.extend([file_problem(&source.path, message, hint)]);
        }
    }
    if is_email && front.subject.as_deref().is_none_or(|subject| subject.trim().is_empty()) {
        let hint = Some("between `+++` lines at the top: subject = \"…\"".to_owned());
        report.extend([file_problem(&source.path, "an e-mail needs a `subject`".to_owned(), hint)]);
    }
    let color = front.color.as_deref().unwrap_or("#000000");
    if !color.contains("{{") && !is_color(color) {
        let hint = Some("for example \"#a4262c\"".to_owned());
        report.extend([file_problem(
            &source.path,
            "in `color`: a colour is written #rrggbb".to_owned(),
            hint,
        )]);
    }
}

/// Whether a text is `#rrggbb`.
pub(crate) fn is_color(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|digits| digits.len() == 6 && digits.chars().all(|c| c.is_ascii_hexdigit()))
}

fn file_problem(path: &str, message: String, hint: Option<String>) -> TemplateProblem {
    TemplateProblem { path: path.to_owned(), line: None, column: None, message, hint }
}
