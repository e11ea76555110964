//! Front matter: the TOML between the `+++` lines of a template.

use proofbell_engine::{ButtonSource, ButtonTarget, FrontMatter};
use proofbell_notify::Form;

use crate::context::Context;
use crate::parse::{Parsed, Soundness, parse_part};
use crate::reader::Scope;
use crate::report::{Finding, code};
use crate::source::{FileId, Place};
use crate::tree::{Node, Value};

const FENCE: &str = "+++";
/// What messages call it.
pub(crate) const FRONT_MATTER: &str = "front matter";

/// A template file taken apart.
pub(crate) struct Parts {
    pub(crate) front: FrontMatter,
    /// The front matter as a tree, to find places in it.
    pub(crate) table: Option<Node>,
    pub(crate) body: String,
    /// The line of the body's first line, from 1.
    pub(crate) body_line: u32,
}

/// Takes a template file apart and reads its front matter; `None` when that is no TOML, which is reported.
pub(crate) fn read(cx: &Context<'_>, id: FileId, text: &str, form: Form) -> Option<Parts> {
    let Some((toml, body)) = split(text) else {
        if text.lines().next().is_some_and(|line| line.trim_end() == FENCE) {
            let message = "the front matter is never closed";
            let hint = "write a line of `+++` after it";
            cx.report.push(Finding::error(code::TEMPLATE, Place::of(id, 0..FENCE.len()), message).hint(hint));
            return None;
        }
        let front = FrontMatter::default();
        return Some(Parts { front, table: None, body: text.to_owned(), body_line: 1 });
    };
    let Parsed { table, soundness } = parse_part(cx.sources, cx.report, id, toml, code::TEMPLATE);
    if soundness == Soundness::Faulty {
        return None;
    }
    let at = Place::of(id, 0..FENCE.len());
    let scope = Scope::of(cx, &table, at, FRONT_MATTER.to_owned());
    let front = front(&scope, form);
    scope.finish();
    let lines = text[..body].matches('\n').count();
    Some(Parts {
        front,
        table: Some(Node { value: Value::Table(table), at }),
        body: text[body..].to_owned(),
        body_line: u32::try_from(lines + 1).unwrap_or(u32::MAX),
    })
}

/// Where the TOML stands, and where the body begins.
fn split(text: &str) -> Option<(std::ops::Range<usize>, usize)> {
    let first = text.split_inclusive('\n').next()?;
    if first.trim_end() != FENCE || !first.ends_with('\n') {
        return None;
    }
    let mut at = first.len();
    for line in text[first.len()..].split_inclusive('\n') {
        if line.trim_end() == FENCE {
            return Some((first.len()..at, at + line.len()));
        }
        at += line.len();
    }
    None
}

fn front(scope: &Scope<'_>, form: Form) -> FrontMatter {
    let string = |key| scope.string(key).map(|text| text.value);
    match form {
        Form::Email => FrontMatter {
            subject: string("subject"),
            preheader: string("preheader"),
            ..FrontMatter::default()
        },
        Form::Chat => FrontMatter {
            header: string("header"),
            color: string("color"),
            fields: tables(scope, "fields").iter().filter_map(field).collect(),
            buttons: tables(scope, "buttons").iter().filter_map(button).collect(),
            ..FrontMatter::default()
        },
        Form::Text => FrontMatter::default(),
    }
}

fn tables<'t>(scope: &Scope<'t>, key: &'static str) -> Vec<Scope<'t>> {
    let nodes = scope.array(key).map(|nodes| nodes.value).unwrap_or_default();
    let path = scope.path_of(key);
    let open = |(index, node)| Scope::open(scope.cx, node, format!("{path}[{index}]"));
    nodes.iter().enumerate().filter_map(open).collect()
}

fn field(scope: &Scope<'_>) -> Option<(String, String)> {
    scope.require("name", "name = \"Reference\"");
    scope.require("value", "value = \"{{case.reference_id}}\"");
    let (name, value) = (scope.string("name"), scope.string("value"));
    scope.finish();
    Some((name?.value, value?.value))
}

fn button(scope: &Scope<'_>) -> Option<ButtonSource> {
    scope.require("text", "text = \"Open\"");
    let text = scope.string("text");
    let (link, url) = (scope.string("link"), scope.string("url"));
    scope.finish();
    let target = match (link, url) {
        (Some(link), None) => ButtonTarget::Link(link.value),
        (None, Some(url)) => ButtonTarget::Url(url.value),
        (Some(_), Some(url)) => {
            let message = format!("`{}` has both a link and a url", scope.path);
            scope
                .cx
                .report
                .push(Finding::error(code::BAD_VALUE, url.at, message).hint("keep one of the two"));
            return None;
        }
        (None, None) => {
            if scope.node("link").is_none() && scope.node("url").is_none() {
                let message = format!("`{}` leads nowhere", scope.path);
                let hint = "add link = \"NAME\" of a [link.NAME], or url = \"{{case.certificate_url}}\"";
                scope.cx.report.push(Finding::error(code::MISSING_KEY, scope.at, message).hint(hint));
            }
            return None;
        }
    };
    Some(ButtonSource { text: text?.value, target })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_split_at_its_fences() {
        let table = [
            ("+++\na = 1\n+++\nbody", Some(("a = 1\n", "body"))),
            ("+++\r\na = 1\r\n+++\r\nbody\n", Some(("a = 1\r\n", "body\n"))),
            ("+++\n+++\n", Some(("", ""))),
            ("+++\na = 1\n+++", Some(("a = 1\n", ""))),
            ("body +++\n+++\n", None),
            ("+++\na = 1\n", None),
            ("+++", None),
            ("", None),
        ];
        for (text, expected) in table {
            let found = split(text).map(|(toml, body)| (&text[toml], &text[body..]));
            assert_eq!(found, expected, "{text:?}");
        }
    }
}
