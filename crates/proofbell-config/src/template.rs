//! The template directory: which files there are, and what the engine says of them.

mod compile;
mod front;
mod uses;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use proofbell_engine::{Markup, PartialSource, TemplateProblem, TemplateSource, TextPart};
use proofbell_notify::Form;

pub(crate) use compile::{check_use, check_words, compile};
pub(crate) use front::FRONT_MATTER;

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

/// The largest file of a template, in bytes: mail programs cut a mail off at 100 KiB.
const LARGEST: usize = 256 * 1024;

/// What the template directory holds.
#[derive(Default)]
pub(crate) struct TemplateSet {
    /// The directory, for hints.
    pub(crate) dir: PathBuf,
    /// Whether the directory could not be read, so that nothing can be said of what is in it.
    pub(crate) unread: bool,
    sources: Vec<TemplateSource>,
    /// The files of templates whole, front matter included.
    texts: Vec<String>,
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

/// One file of a template.
pub(crate) struct Variant<'a> {
    pub(crate) name: &'a str,
    pub(crate) form: Form,
    pub(crate) locale: &'a str,
    pub(crate) path: &'a str,
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
    /// That of a directory of which nobody knows where it is.
    pub(crate) fn unread() -> TemplateSet {
        TemplateSet { unread: true, ..TemplateSet::default() }
    }

    fn read_partials(&mut self, cx: &Context<'_>, dir: &Path) {
        for (name, path) in hbs_files(cx, dir) {
            let name = name.trim_end_matches(".hbs").to_owned();
            let (path, body) = match self.read_file(cx, &path) {
                Some((shown, _, text)) => (shown, text),
                // Templates may name one that cannot be used: that is told once, and not for each of them.
                None => (tidy(&path).display().to_string(), String::new()),
            };
            self.partials.push(PartialSource { name, path, body });
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
            if let FileName::Variant { form, locale, .. } = &parsed {
                // One that cannot be used is there all the same.
                let forms = self.variants.entry(name.to_owned()).or_default();
                forms.entry(*form).or_default().push(locale.to_ascii_lowercase());
            }
            let Some((shown, id, text)) = self.read_file(cx, &path) else { continue };
            match parsed {
                FileName::TextPart { locale } => text_parts.push((locale, id, shown, text)),
                FileName::Variant { form, locale, markup } => {
                    let parts = front::read(cx, id, &text, form);
                    self.texts.push(text);
                    let Some(parts) = parts else { continue };
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
            Ok(text) if text.len() > LARGEST => {
                let id = cx.sources.add(path.to_owned(), String::new());
                let message = format!(
                    "this file has {} KiB; a template has at most {} KiB",
                    text.len() / 1024,
                    LARGEST / 1024
                );
                let hint = "name pictures by their URL instead of writing them into it, and move what is shared into partials";
                cx.report.push(Finding::error(code::TEMPLATE, Place::of(id, 0..0), message).hint(hint));
                None
            }
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

    /// Every file of a template that could be read.
    pub(crate) fn variants(&self) -> impl Iterator<Item = Variant<'_>> {
        self.sources.iter().map(|source| Variant {
            name: &source.name,
            form: source.form,
            locale: &source.locale,
            path: &source.path,
        })
    }

    /// The place of `path`, `path:line` or `path:line:column`, as the engine writes them.
    pub(crate) fn place_in(&self, cx: &Context<'_>, place: &str) -> Option<Place> {
        let number = |text: &str| text.parse::<usize>().ok();
        if let Some((id, _)) = self.files.get(place) {
            return Some(Place::of(*id, 0..0));
        }
        let (rest, last) = place.rsplit_once(':')?;
        if let Some((id, _)) = self.files.get(rest) {
            return Some(cx.sources.at_line(*id, number(last)?, 1));
        }
        let (path, line) = rest.rsplit_once(':')?;
        Some(cx.sources.at_line(self.files.get(path)?.0, number(line)?, number(last)?))
    }

    /// The first file of a template.
    pub(crate) fn place(&self, name: &str) -> Option<Place> {
        let source = self.sources.iter().find(|source| source.name == name)?;
        self.files.get(&source.path).map(|(id, _)| Place::of(*id, 0..0))
    }

    /// The first file of a template's form.
    pub(crate) fn place_of(&self, name: &str, form: Form) -> Option<Place> {
        let source = self.sources.iter().find(|source| source.name == name && source.form == form)?;
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
