//! `expect` and `silent`: what a step must lead to.

use std::path::PathBuf;

use jiff::Timestamp;

use super::known::Known;
use super::read::time;
use crate::Location;
use crate::reader::{At, Scope};
use crate::report::{Finding, code};
use crate::tree::{Node, Value};

/// A message that a step must make. What is absent may be anything.
#[derive(Clone, Debug, PartialEq)]
pub struct Expectation {
    /// Where it is written.
    pub location: Location,
    /// The rule that makes it.
    pub rule: Option<String>,
    /// The channel.
    pub via: Option<String>,
    /// The audience.
    pub audience: Option<String>,
    /// The recipient's address on the channel.
    pub address: Option<String>,
    /// The template's name.
    pub template: Option<String>,
    /// The language of the template that is used.
    pub locale: Option<String>,
    /// The whole subject.
    pub subject: Option<String>,
    /// Parts of the subject.
    pub subject_contains: Vec<String>,
    /// Parts of the text.
    pub text_contains: Vec<String>,
    /// What the text must not hold.
    pub text_lacks: Vec<String>,
    /// Parts of the HTML.
    pub html_contains: Vec<String>,
    /// It leaves then at the earliest.
    pub not_before: Option<Timestamp>,
    /// It has at most so many parts.
    pub segments_at_most: Option<u32>,
    /// So many messages are like this.
    pub count: u32,
    /// The file that holds the whole text, as seen from the test's own file.
    pub snapshot: Option<PathBuf>,
}

/// A rule that must make no message in a step.
#[derive(Clone, Debug, PartialEq)]
pub struct Silence {
    /// Where it is written.
    pub location: Location,
    /// The rule.
    pub rule: String,
    /// Only on this channel.
    pub via: Option<String>,
    /// Only for this audience.
    pub audience: Option<String>,
    /// The word for why: a key of `where`, `on`, `stale`, `muted`, …
    pub because: Option<String>,
}

/// The most messages that one expectation can stand for.
const MOST: i64 = 1000;

pub(super) fn expectations(scope: &Scope<'_>, known: &Known<'_>) -> Vec<Expectation> {
    let Some(nodes) = scope.array("expect") else { return Vec::new() };
    let opened = nodes.value.iter().filter_map(|node| Scope::open(scope.cx, node, "test.step.expect"));
    opened.map(|scope| expectation(&scope, known)).collect()
}

fn expectation(scope: &Scope<'_>, known: &Known<'_>) -> Expectation {
    let texts = |key| parts(scope, key);
    let number = |key| scope.integer(key, 1, MOST).and_then(|number| u32::try_from(number.value).ok());
    let expectation = Expectation {
        location: scope.cx.sources.locate(scope.at),
        rule: named(scope, known, "rule", "rule", known.rules.iter().copied()),
        via: named(scope, known, "via", "channel", known.channels.iter().copied()),
        audience: named(scope, known, "audience", "audience", known.audiences.iter().copied()),
        address: scope.string("address").map(|address| address.value),
        template: named(scope, known, "template", "template", known.templates.iter().copied()),
        locale: named(scope, known, "locale", "locale", known.locales.iter().map(String::as_str)),
        subject: scope.string("subject").map(|subject| subject.value),
        subject_contains: texts("subject_contains"),
        text_contains: texts("text_contains"),
        text_lacks: texts("text_lacks"),
        html_contains: texts("html_contains"),
        not_before: time(scope, "not_before").map(|at| at.value),
        segments_at_most: number("segments_at_most"),
        count: number("count").unwrap_or(1),
        snapshot: scope.string("snapshot").map(|path| PathBuf::from(path.value)),
    };
    scope.finish();
    expectation
}

/// Parts of a text. An empty one is in every text, so that it says nothing.
fn parts(scope: &Scope<'_>, key: &'static str) -> Vec<String> {
    let list = scope.strings(key).map(|list| list.value).unwrap_or_default();
    for part in list.iter().filter(|part| part.value.is_empty()) {
        let message = format!("`{}` has an empty text, which is a part of every text", scope.path_of(key));
        let hint = "write what is looked for, or take it out";
        scope.cx.report.push(Finding::error(code::BAD_VALUE, part.at, message).hint(hint));
    }
    list.into_iter().map(|part| part.value).collect()
}

/// A name that should be one of the configuration's.
fn named<'k>(
    scope: &Scope<'_>,
    names: &Known<'_>,
    key: &'static str,
    what: &str,
    known: impl IntoIterator<Item = &'k str> + Clone,
) -> Option<String> {
    let At { value, at } = scope.string(key)?;
    if !known.clone().into_iter().any(|name| name == value) {
        names.warn(scope.cx, at, what, &value, known);
    }
    Some(value)
}

pub(super) fn silences(scope: &Scope<'_>, known: &Known<'_>) -> Vec<Silence> {
    let Some(nodes) = scope.array("silent") else { return Vec::new() };
    nodes.value.iter().filter_map(|node| silence(scope, node, known)).collect()
}

/// `{ rule = "reshoot", because = "stale" }`, or the rule alone.
fn silence(scope: &Scope<'_>, node: &Node, known: &Known<'_>) -> Option<Silence> {
    let location = scope.cx.sources.locate(node.at);
    if let Value::String(rule) = &node.value {
        if !known.rules.contains(rule.as_str()) {
            known.warn(scope.cx, node.at, "rule", rule, known.rules.iter().copied());
        }
        return Some(Silence { location, rule: rule.clone(), via: None, audience: None, because: None });
    }
    let scope = Scope::open(scope.cx, node, "test.step.silent")?;
    let rule = named(&scope, known, "rule", "rule", known.rules.iter().copied());
    let silence = Silence {
        location,
        rule: rule.clone().unwrap_or_default(),
        via: named(&scope, known, "via", "channel", known.channels.iter().copied()),
        audience: named(&scope, known, "audience", "audience", known.audiences.iter().copied()),
        because: scope.string("because").map(|because| because.value),
    };
    scope.finish();
    if rule.is_none() && scope.node("rule").is_none() {
        let message = "it is not said which rule keeps silent";
        let hint = "add it: { rule = \"reshoot\", because = \"stale\" }";
        scope.cx.report.push(Finding::error(code::MISSING_KEY, scope.at, message).hint(hint));
    }
    Some(silence).filter(|_| rule.is_some())
}
