//! `lookup.AUDIENCE`: whom a directory finds.

use std::collections::BTreeMap;

use proofbell_directory::LookupError;
use proofbell_notify::Recipient;

use super::Found;
use super::known::{self, Known};
use crate::reader::Scope;
use crate::report::{Finding, code};
use crate::section::audience::written_member;
use crate::suggest;
use crate::tree::{Entry, Node, Value};

/// Words that stand for something other than a person.
const WORDS: [&str; 2] = ["nobody", "unavailable"];

pub(super) fn read(scope: &Scope<'_>, known: &Known<'_>) -> BTreeMap<String, Found> {
    let Some(section) = scope.table("lookup") else { return BTreeMap::new() };
    let mut lookups = BTreeMap::new();
    for entry in section.entries() {
        if !known.audiences.contains(entry.key.as_str()) {
            known::refuse(scope.cx, entry.key_at, "audience", &entry.key, known.audiences.iter().copied());
        }
        if let Some(found) = found(&section, entry, known) {
            lookups.insert(entry.key.clone(), found);
        }
    }
    lookups
}

fn found(section: &Scope<'_>, entry: &Entry, known: &Known<'_>) -> Option<Found> {
    let path = section.path_of(&entry.key);
    let person = |node: &Node, path: &str| person(section, node, path, known);
    match &entry.node.value {
        Value::Array(nodes) => {
            let people = nodes.iter().enumerate();
            Some(Ok(people.filter_map(|(index, node)| person(node, &format!("{path}[{index}]"))).collect()))
        }
        Value::Table(_) => Some(Ok(vec![person(&entry.node, &path)?])),
        Value::String(word) => match word.as_str() {
            "nobody" => Some(Ok(Vec::new())),
            "unavailable" => Some(Err(LookupError::unavailable("the test says so"))),
            other => {
                let message = format!("`{path}` is not one of its words: {other:?}");
                let hint = format!(
                    "{}; or write a person, {{ name = \"花子\", email = \"a@example.jp\" }}, or a list of them",
                    suggest::hint(other, "words", WORDS)
                );
                section.cx.report.push(Finding::error(code::BAD_VALUE, entry.node.at, message).hint(hint));
                None
            }
        },
        Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime(_) => {
            let message = format!("`{path}` must be a person, but it is {}", entry.node.kind());
            let hint = "write { name = \"花子\", email = \"a@example.jp\" }, a list of such, \"nobody\" or \"unavailable\"";
            section.cx.report.push(Finding::error(code::WRONG_TYPE, entry.node.at, message).hint(hint));
            None
        }
    }
}

/// A person as a directory gives it: a field that cannot be used costs that field, which a test may be about.
fn person(section: &Scope<'_>, node: &Node, path: &str, known: &Known<'_>) -> Option<Recipient> {
    let scope = Scope::open(section.cx, node, path)?;
    Some(known.reader.read(&written_member(&scope)))
}
