//! Where a path that a plugin speaks of leads in the file.

use crate::source::Place;
use crate::tree::{Entry, Node, Table, Value};

/// The place of `countries[1]` or `headers.X-Name`, or of as much of it as is there.
pub(super) fn locate(entries: &[&Entry], path: &str) -> Option<Place> {
    let entry =
        entries.iter().filter(|entry| starts(path, &entry.key)).max_by_key(|entry| entry.key.len())?;
    Some(within(&entry.node, &path[entry.key.len()..]))
}

/// The place that a path leads to from a node; the node's own where the path goes on into nothing.
pub(crate) fn within(node: &Node, path: &str) -> Place {
    // The plugin knows nothing of the table around it.
    if let Some(table) = node.literal() {
        return within_table(table, path).unwrap_or(node.at);
    }
    let inner = match &node.value {
        Value::Array(nodes) => path
            .strip_prefix('[')
            .and_then(|rest| rest.split_once(']'))
            .and_then(|(index, rest)| nodes.get(index.parse::<usize>().ok()?).map(|node| within(node, rest))),
        Value::Table(table) => within_table(table, path),
        _ => None,
    };
    inner.unwrap_or(node.at)
}

fn within_table(table: &Table, path: &str) -> Option<Place> {
    let path = path.strip_prefix('.').unwrap_or(path);
    let entry =
        table.entries.iter().filter(|entry| starts(path, &entry.key)).max_by_key(|entry| entry.key.len())?;
    Some(within(&entry.node, &path[entry.key.len()..]))
}

/// Whether a path begins with this key as a whole.
pub(super) fn starts(path: &str, key: &str) -> bool {
    path.strip_prefix(key).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}
