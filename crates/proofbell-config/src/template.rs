//! The template directory: which files there are, and what the engine says of them.

mod front;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use proofbell_engine::{
    Each, Glossary, Link, Markup, PartialSource, TemplateProblem, TemplateSource, Templates, TextPart,
};
use proofbell_notify::Form;
use serde_json::{Map, Value};

use crate::context::Context;
use crate::files::{ListedKind, tidy};
use crate::reader::is_name;
use crate::report::{Finding, code};
use crate::section::defaults::locale;
use crate::section::plugin::within;
use crate::source::{FileId, Place};
use crate::suggest;
use crate::tree::Node;

/// The directory of the parts that templates share.
const PARTIALS: &str = "partials";

/// What the template directory holds.
#[derive(Default)]
pub(crate) struct TemplateSet {
    /// The directory, for hints.
    pub(crate) dir: PathBuf,
    /// Whether the directory could not be read, so that nothing can be said of what is in it.
    pub(crate) unread: bool,
    sources: Vec<TemplateSource>,
    partials: Vec<PartialSource>,
    /// By template, then by form: the languages, in lower case.
    pub(crate) variants: BTreeMap<String, BTreeMap<Form, Vec<String>>>,
    /// Every file by its path, with its front matter.
    files: HashMap<String, (FileId, Option<Node>)>,
}

/// Reads the directory. `at` is where it is named.
pub(crate) fn read(cx: &Context<'_>, dir: &Path, at: Option<Place>) -> TemplateSet {
    let mut set = TemplateSet { dir: tidy(dir), ..TemplateSet::default() };
    let listed = match cx.files.list(dir) {
        Ok(listed) => listed,
        Err(error) => {
            let message = format!("the template directory {} cannot be read: {error}", set.dir.display());
            let hint = "name it in [template] dir; relative paths count from the file that names them";
            cx.report.push(Finding::error(code::TEMPLATE, at, message).hint(hint));
            return TemplateSet { unread: true, ..set };
        }
    };
    for listed in listed {
        let path = dir.join(&listed.name);
        match listed.kind {
            ListedKind::Directory if listed.name == PARTIALS => set.read_partials(cx, &path),
            ListedKind::Directory if is_name(&listed.name) => set.read_template(cx, &path, &listed.name),
            ListedKind::Directory => {
                let message =
                    format!("the directory {} has no name that a template can have", tidy(&path).display());
                let hint = "a name has up to 64 of the characters a-z, A-Z, 0-9, `-` and `_`";
                cx.report.push(Finding::error(code::TEMPLATE, None, message).hint(hint));
            }
            ListedKind::File if is_hbs(&listed.name) => {
                let hint = "a template is a directory: write NAME/email.en.hbs";
                misnamed(cx, &path, "this file belongs to no template", hint);
            }
            ListedKind::File => {}
        }
    }
    set
}

fn is_hbs(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == "hbs")
}

/// Reports a file that is not read.
fn misnamed(cx: &Context<'_>, path: &Path, message: &str, hint: &str) {
    let id = cx.sources.add(path.to_owned(), String::new());
    cx.report.push(Finding::error(code::TEMPLATE, Place::of(id, 0..0), message).hint(hint));
}

/// What a file name says.
enum FileName {
    Variant { form: Form, locale: String, markup: Markup },
    TextPart { locale: String },
}

impl FileName {
    fn parse(name: &str) -> Result<FileName, String> {
        let wanted = "write FORM.LOCALE.hbs, such as email.en.hbs, email.LOCALE.mjml.hbs, or email.LOCALE.txt.hbs for a text part";
        let parts: Vec<&str> = name.split('.').collect();
        let (form, tag, markup) = match parts.as_slice() {
            [form, tag, "hbs"] => (*form, *tag, Some(Markup::OfForm)),
            ["email", tag, "mjml", "hbs"] => ("email", *tag, Some(Markup::Mjml)),
            ["email", tag, "txt", "hbs"] => ("email", *tag, None),
            _ => return Err(wanted.to_owned()),
        };
        let Some(form) = Form::ALL.into_iter().find(|known| known.as_str() == form) else {
            return Err(suggest::hint(form, "forms", Form::ALL.map(Form::as_str)));
        };
        let locale = locale(tag).map_err(|hint| format!("{tag:?} is no language: {hint}"))?;
        Ok(match markup {
            Some(markup) => FileName::Variant { form, locale, markup },
            None => FileName::TextPart { locale },
        })
    }
}

impl TemplateSet {
    fn read_partials(&mut self, cx: &Context<'_>, dir: &Path) {
        for (name, path) in hbs_files(cx, dir) {
            let Some((shown, _, text)) = self.read_file(cx, &path) else { continue };
            let name = name.trim_end_matches(".hbs").to_owned();
            self.partials.push(PartialSource { name, path: shown, body: text });
        }
    }

    fn read_template(&mut self, cx: &Context<'_>, dir: &Path, name: &str) {
        let mut text_parts = Vec::new();
        for (file, path) in hbs_files(cx, dir) {
            let parsed = match FileName::parse(&file) {
                Ok(parsed) => parsed,
                Err(hint) => {
                    misnamed(cx, &path, "this file has no name that a template can have", &hint);
                    continue;
                }
            };
            let Some((shown, id, text)) = self.read_file(cx, &path) else { continue };
            match parsed {
                FileName::TextPart { locale } => text_parts.push((locale, id, shown, text)),
                FileName::Variant { form, locale, markup } => {
                    let forms = self.variants.entry(name.to_owned()).or_default();
                    forms.entry(form).or_default().push(locale.to_ascii_lowercase());
                    let Some(parts) = front::read(cx, id, &text, form) else { continue };
                    self.files.insert(shown.clone(), (id, parts.table));
                    self.sources.push(TemplateSource {
                        name: name.to_owned(),
                        form,
                        locale,
                        path: shown,
                        front: parts.front,
                        markup,
                        body: parts.body,
                        body_line: parts.body_line,
                        text_part: None,
                    });
                }
            }
        }
        for (locale, id, path, body) in text_parts {
            self.attach_text_part(cx, name, &locale, id, TextPart { path, body, body_line: 1 });
        }
    }

    fn attach_text_part(&mut self, cx: &Context<'_>, name: &str, locale: &str, id: FileId, part: TextPart) {
        let belongs = |source: &&mut TemplateSource| {
            source.name == name && source.form == Form::Email && source.locale == locale
        };
        let emails = self.variants.get(name).and_then(|forms| forms.get(&Form::Email));
        if let Some(source) = self.sources.iter_mut().find(belongs) {
            source.text_part = Some(part);
        } else if !emails.is_some_and(|locales| locales.contains(&locale.to_ascii_lowercase())) {
            let message = "this text part has no e-mail to belong to";
            let hint = format!("write email.{locale}.hbs beside it");
            cx.report.push(Finding::error(code::TEMPLATE, Place::of(id, 0..0), message).hint(hint));
        }
    }

    /// The path as it is shown, and the text.
    fn read_file(&mut self, cx: &Context<'_>, path: &Path) -> Option<(String, FileId, String)> {
        match cx.files.read(path) {
            Ok(text) => {
                let id = cx.sources.add(path.to_owned(), text.clone());
                let shown = tidy(path).display().to_string();
                self.files.insert(shown.clone(), (id, None));
                Some((shown, id, text))
            }
            Err(error) => {
                let message = format!("the template {} cannot be read: {error}", tidy(path).display());
                cx.report.push(Finding::error(code::TEMPLATE, None, message));
                None
            }
        }
    }

    /// The first file of a template.
    pub(crate) fn place(&self, name: &str) -> Option<Place> {
        let source = self.sources.iter().find(|source| source.name == name)?;
        self.files.get(&source.path).map(|(id, _)| Place::of(*id, 0..0))
    }

    fn report(&self, cx: &Context<'_>, problem: TemplateProblem) {
        let at = self.files.get(&problem.path).map(|(id, front)| match (problem.line, front) {
            (Some(line), _) => cx.sources.at_line(*id, index(line), problem.column.map_or(1, index)),
            (None, front) => part(&problem.message)
                .and_then(|part| front.as_ref().map(|front| within(front, part)))
                .unwrap_or_else(|| Place::of(*id, 0..0)),
        });
        let finding = Finding::error(code::TEMPLATE, at, problem.message);
        cx.report.push(finding.maybe_hint(problem.hint));
    }
}

fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// The part of the front matter that a problem is about: "in `subject`: …".
fn part(message: &str) -> Option<&str> {
    message.strip_prefix("in `")?.split('`').next()
}

fn hbs_files(cx: &Context<'_>, dir: &Path) -> Vec<(String, PathBuf)> {
    match cx.files.list(dir) {
        Ok(listed) => listed
            .into_iter()
            .filter(|listed| listed.kind == ListedKind::File && is_hbs(&listed.name))
            .map(|listed| (listed.name.clone(), dir.join(listed.name)))
            .collect(),
        Err(error) => {
            let message = format!("the directory {} cannot be read: {error}", tidy(dir).display());
            cx.report.push(Finding::error(code::TEMPLATE, None, message));
            Vec::new()
        }
    }
}

/// Has the engine compile all templates. What is wrong with them is reported.
pub(crate) fn compile(
    cx: &Context<'_>,
    set: &TemplateSet,
    links: &BTreeMap<String, Link>,
    locale: &str,
) -> Option<Templates> {
    match Templates::compile(set.sources.clone(), set.partials.clone(), links, locale) {
        Ok(templates) => Some(templates),
        Err(problems) => {
            problems.into_iter().for_each(|problem| set.report(cx, problem));
            None
        }
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
