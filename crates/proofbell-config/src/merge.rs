//! Several files into one tree: the files of a layer side by side, and layer over layer.

use crate::report::{Finding, Report, code};
use crate::source::Sources;
use crate::tree::{Entry, Node, Table, Value};

/// Adds another file of the same layer. Tables merge; a key that both set is an error.
pub(crate) fn add(sources: &Sources, report: &Report, into: &mut Table, from: Table) {
    add_at(sources, report, into, from, "");
}

fn add_at(sources: &Sources, report: &Report, into: &mut Table, from: Table, path: &str) {
    for entry in from.entries {
        let Some(known) = into.get_mut(&entry.key) else {
            into.entries.push(entry);
            continue;
        };
        let path = join(path, &entry.key);
        if is_merged(&known.node, &path) && is_merged(&entry.node, &path) {
            if let (Value::Table(into), Value::Table(from)) = (&mut known.node.value, entry.node.value) {
                add_at(sources, report, into, from, &path);
            }
            continue;
        }
        let first = sources.short(known.key_at);
        let message = format!("`{path}` is set twice, first in {first}");
        let hint = "keep one of the two; to change a value for one environment, put it into an overlay";
        report.push(Finding::error(code::DUPLICATE, entry.key_at, message).hint(hint).related(known.key_at));
    }
}

/// What an overlay has replaced.
#[derive(Debug)]
pub(crate) struct Replaced {
    pub(crate) path: String,
    pub(crate) entry: Entry,
}

/// Lays another layer on top. Tables merge; its values and lists replace what was there, which is added to `replaced`.
pub(crate) fn overlay(into: &mut Table, from: Table, replaced: &mut Vec<Replaced>) {
    overlay_at(into, from, "", replaced);
}

fn overlay_at(into: &mut Table, from: Table, path: &str, replaced: &mut Vec<Replaced>) {
    for entry in from.entries {
        let path = join(path, &entry.key);
        match into.get_mut(&entry.key) {
            None => into.entries.push(entry),
            Some(known) if is_merged(&known.node, &path) && is_merged(&entry.node, &path) => {
                if let (Value::Table(into), Value::Table(from)) = (&mut known.node.value, entry.node.value) {
                    overlay_at(into, from, &path, replaced);
                }
            }
            Some(known) => replaced.push(Replaced { path, entry: std::mem::replace(known, entry) }),
        }
    }
}

/// Whether it is a table that merges. One that stands for a string is a value like the string itself, and so is a literal one; but
/// at the top there are sections only, whose keys may be called anything.
fn is_merged(node: &Node, path: &str) -> bool {
    let is_value = || node.reference().is_some() || node.literal().is_some();
    node.as_table().is_some() && (!path.contains('.') || !is_value())
}

pub(crate) fn join(path: &str, key: &str) -> String {
    match path.is_empty() {
        true => quoted(key),
        false => format!("{path}.{}", quoted(key)),
    }
}

/// A key as it is written in TOML: bare where that is allowed.
pub(crate) fn quoted(key: &str) -> String {
    let bare = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if bare { key.to_owned() } else { format!("{key:?}") }
}

#[cfg(test)]
mod tests;
