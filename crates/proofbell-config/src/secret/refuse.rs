//! What is there in the place of a string, and is neither one nor stands for one.

use crate::context::Context;
use crate::report::{Finding, code};
use crate::suggest;
use crate::tree::{Entry, Node, Table, Value};

/// The keys by which a table stands for a string.
const KEYS: [&str; 3] = ["env", "file", "text"];
const REFERENCES: &str = "a value from elsewhere is written { env = \"NAME\" } or { file = \"PATH\" }";

/// Reports it, once. `what` is the node's path.
pub(crate) fn refuse(cx: &Context<'_>, node: &Node, what: &str) {
    let finding = match &node.value {
        Value::Table(table) => reference(table, node, what),
        _ => not_a_string(node, what).hint("put it in quotes"),
    };
    cx.report.push(finding);
}

fn not_a_string(node: &Node, what: &str) -> Finding {
    let message = format!("`{what}` must be a string, but it is {}", node.kind());
    Finding::error(code::WRONG_TYPE, node.at, message)
}

/// A table that was meant for a reference and is none: where the slip is.
fn reference(table: &Table, node: &Node, what: &str) -> Finding {
    let given = |key| table.get(key).is_some();
    if let Some(entry) = table.get("text").filter(|entry| entry.node.as_str().is_some()) {
        let part = table.entries.iter().find(|part| part.key != entry.key && !is_simple(part));
        return part.map_or_else(|| not_a_string(node, what).hint(REFERENCES), |part| wrong_part(part, what));
    }
    if given("env") && given("file") {
        let at = table.get("file").map_or(node.at, |entry| entry.key_at);
        let message = format!("`{what}` has both `env` and `file`");
        return Finding::error(code::BAD_VALUE, at, message).hint("keep one of the two");
    }
    if let Some(entry) = table.entries.iter().find(|entry| !KEYS.contains(&entry.key.as_str())) {
        // Values in it are not repeated: it may be the secret itself.
        let message = format!("unknown key `{}` in `{what}`", entry.key);
        let hint = match suggest::nearest(&entry.key, KEYS) {
            Some(near) => format!("did you mean `{near}`? {}", capital(REFERENCES)),
            None if KEYS.into_iter().any(given) => {
                "leave it out: beside the place that a value comes from nothing is written".to_owned()
            }
            None => format!("a string is wanted; {REFERENCES}"),
        };
        return Finding::error(code::UNKNOWN_KEY, entry.key_at, message).hint(hint);
    }
    match table.entries.first() {
        Some(entry) if entry.node.as_str().is_none() => {
            let named = match entry.key.as_str() {
                "env" => "the variable's name",
                "file" => "the file's path",
                _ => "a text with {PLACES}",
            };
            not_a_string(&entry.node, &format!("{what}.{}", entry.key))
                .hint(format!("write {named} in quotes"))
        }
        Some(_) | None => not_a_string(node, what).hint(REFERENCES),
    }
}

fn is_simple(part: &Entry) -> bool {
    part.node.reference().is_some()
}

fn wrong_part(part: &Entry, what: &str) -> Finding {
    let message = format!("`{what}.{}` must come from elsewhere, but it is {}", part.key, part.node.kind());
    let hint = "write { env = \"NAME\" } or { file = \"PATH\" }, or put the value into the text itself";
    Finding::error(code::WRONG_TYPE, part.node.at, message).hint(hint)
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}
