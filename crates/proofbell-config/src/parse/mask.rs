//! Hides secrets that are written in a file from the lines that diagnostics show.

use crate::secret::is_secret_key;
use crate::source::{FileId, Place, Sources};
use crate::tree::{Node, Table, Value};

/// Hides what stands behind the keys of secrets.
pub(super) fn table(sources: &Sources, table: &Table) {
    for entry in &table.entries {
        match is_secret_key(&entry.key) {
            true => secret(sources, &entry.node),
            false => inside(sources, &entry.node),
        }
    }
}

fn inside(sources: &Sources, node: &Node) {
    match &node.value {
        Value::Table(inner) => table(sources, inner),
        Value::Array(nodes) => nodes.iter().for_each(|node| inside(sources, node)),
        _ => {}
    }
}

fn secret(sources: &Sources, node: &Node) {
    match &node.value {
        // A reference tells where a secret is, not what it is.
        Value::Table(inner) => table(sources, inner),
        Value::Array(nodes) => nodes.iter().for_each(|node| secret(sources, node)),
        _ => sources.mask(node.at),
    }
}

/// Hides the same in lines that the parser could not use: broken ones, and second ones of two equal keys. By the look of
/// them alone: the string behind `password =`, up to its end or the line's.
pub(super) fn lines(sources: &Sources, id: FileId, text: &str) {
    for (equals, _) in text.match_indices('=') {
        let before = text[..equals].trim_end();
        let is_key = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let key = &before[before.rfind(|c| !is_key(c)).map_or(0, |at| at + 1)..];
        if !is_secret_key(key) {
            continue;
        }
        let line = text[equals + 1..].lines().next().unwrap_or_default();
        let value = line.trim_start();
        let start = equals + 1 + (line.len() - value.len());
        let length = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => value[1..].find(quote).map_or(value.len(), |end| end + 2),
            // A list or a table is not masked as a whole, because it may hold references; those in the tree are.
            Some('[' | '{') | None => continue,
            Some(_) => value.find(['#', ',', '}']).unwrap_or(value.len()),
        };
        sources.mask(Place::of(id, start..start + length));
    }
}
