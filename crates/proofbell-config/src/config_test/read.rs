//! `[[test]]`

use std::collections::BTreeMap;

use jiff::Timestamp;
use proofbell_notify::Outcome;

use super::known::Known;
use super::{ConfigTest, Found, lookup, step};
use crate::context::Context;
use crate::reader::{At, Scope};
use crate::report::{Finding, code};
use crate::source::{FileId, Place, Sources};
use crate::tree::{Node, Table, Value};

/// A test as far as it could be read.
pub(super) struct Read {
    name: At<String>,
    at: Timestamp,
    place: Place,
    lookups: BTreeMap<String, Found>,
    answers: BTreeMap<String, Outcome>,
    steps: Vec<step::Read>,
}

impl Read {
    pub(super) fn into_test(self, sources: &Sources) -> ConfigTest {
        ConfigTest {
            name: self.name.value,
            location: sources.locate(self.place),
            directory: sources.directory(self.place.file()),
            at: self.at,
            lookups: self.lookups,
            answers: self.answers,
            steps: self.steps.into_iter().map(|step| step.into_step(sources)).collect(),
        }
    }
}

/// Reads the tests of one file.
pub(super) fn file(cx: &Context<'_>, id: FileId, table: &Table, known: &Known<'_>, tests: &mut Vec<Read>) {
    let root = Scope::of(cx, table, Place::of(id, 0..0), String::new());
    for node in tables(&root, "test", "[[test]]") {
        let Some(scope) = Scope::open(cx, node, "test") else { continue };
        tests.extend(test(&scope, known));
    }
    root.finish();
}

/// The tables of a list of tables; anything else is reported.
pub(super) fn tables<'t>(scope: &Scope<'t>, key: &'static str, header: &str) -> &'t [Node] {
    match scope.node(key) {
        None => &[],
        Some(Node { value: Value::Array(nodes), .. }) => nodes,
        Some(node) => {
            let message = format!("`{}` must be a list, but it is {}", scope.path_of(key), node.kind());
            let hint = format!("write each under a header of its own with double brackets: {header}");
            scope.cx.report.push(Finding::error(code::WRONG_TYPE, node.at, message).hint(hint));
            &[]
        }
    }
}

fn test(scope: &Scope<'_>, known: &Known<'_>) -> Option<Read> {
    scope.require("name", "name = \"the seller is asked for a new photo\"");
    scope.require("at", "at = \"2026-02-10T22:30:00+09:00\"");
    let name = scope.string("name");
    let at = time(scope, "at");
    let lookups = lookup::read(scope, known);
    let answers = step::answers(scope, known);
    let nodes = tables(scope, "step", "[[test.step]]");
    if nodes.is_empty() && scope.node("step").is_none_or(|node| matches!(node.value, Value::Array(_))) {
        let message = "a test needs a step, in which something happens";
        let hint = "add one below it: [[test.step]] with event = \"reshoot_needed\"";
        scope.cx.report.push(Finding::error(code::MISSING_KEY, scope.at, message).hint(hint));
    }
    let opened = nodes.iter().filter_map(|node| Scope::open(scope.cx, node, "test.step"));
    let steps = opened.map(|scope| step::read(&scope, known)).collect();
    scope.finish();
    Some(Read { name: name?, at: at?.value, place: scope.at, lookups, answers, steps })
}

/// A moment, in quotes or as TOML's own.
pub(super) fn time(scope: &Scope<'_>, key: &'static str) -> Option<At<Timestamp>> {
    let node = scope.node(key)?;
    let text = match &node.value {
        Value::String(text) | Value::Datetime(text) => text,
        _ => {
            let message = format!("`{}` must be a time, but it is {}", scope.path_of(key), node.kind());
            scope.cx.report.push(Finding::error(code::WRONG_TYPE, node.at, message).hint(A_TIME));
            return None;
        }
    };
    match text.parse::<Timestamp>() {
        Ok(value) => Some(At { value, at: node.at }),
        Err(_) => {
            let message = format!("`{}` is not a time with an offset: {text:?}", scope.path_of(key));
            scope.cx.report.push(Finding::error(code::BAD_VALUE, node.at, message).hint(A_TIME));
            None
        }
    }
}

const A_TIME: &str = "write date, time and offset from UTC: \"2026-02-10T22:30:00+09:00\"";

/// Tests are named by people and picked by name.
pub(super) fn refuse_same_names(cx: &Context<'_>, tests: &[Read]) {
    let mut seen: BTreeMap<&str, Place> = BTreeMap::new();
    for Read { name, .. } in tests {
        match seen.get(name.value.as_str()) {
            None => drop(seen.insert(&name.value, name.at)),
            Some(first) => {
                let message = format!("two tests are called {:?}", name.value);
                let hint =
                    format!("give one of them another name; the first is at {}", cx.sources.short(*first));
                cx.report.push(Finding::error(code::DUPLICATE, name.at, message).hint(hint));
            }
        }
    }
}
