//! What is set where, for `check --show`, and a warning of secrets that are written in the files themselves.

use crate::Location;
use crate::context::Context;
use crate::merge::join;
use crate::report::{Finding, code};
use crate::secret::is_secret_key;
use crate::source::Sources;
use crate::tree::{Node, Reference, Table, Value};

/// The sections that may hold secrets.
const SECTIONS: [&str; 4] = ["server", "source", "channel", "audience"];

/// One value that is set, after all layers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its path: `channel.email.limit.rate`.
    pub path: String,
    /// The value as it is written in TOML; a secret is masked.
    pub value: String,
    /// Where it is written.
    pub location: Location,
}

/// Warns of secrets that stand in the files themselves.
pub(crate) fn warn_of_written_secrets(cx: &Context<'_>, tree: &Table) {
    for entry in tree.entries.iter().filter(|entry| SECTIONS.contains(&entry.key.as_str())) {
        walk(cx, &entry.node, &entry.key, false);
    }
}

fn walk(cx: &Context<'_>, node: &Node, path: &str, secret: bool) {
    if node.reference().is_some() {
        return;
    }
    match &node.value {
        Value::Table(table) => {
            for entry in &table.entries {
                walk(cx, &entry.node, &join(path, &entry.key), is_secret_key(&entry.key));
            }
        }
        Value::Array(nodes) => nodes.iter().for_each(|node| walk(cx, node, path, secret)),
        Value::String(text) if secret && !text.is_empty() => {
            let message = format!("`{path}` is a secret, and it is written in the file itself");
            let hint = "move it to the environment, { env = \"NAME\" }, or to a file of its own, { file = \"PATH\" }";
            cx.report.push(Finding::warning(code::SECRET, node.at, message).hint(hint));
        }
        _ => {}
    }
}

/// Every value at a key or below it; all of them for the empty key.
pub(crate) fn settings(sources: &Sources, tree: &Table, key: &str) -> Vec<Setting> {
    let mut settings = Vec::new();
    collect(sources, tree, "", key, &mut settings);
    settings
}

fn collect(sources: &Sources, table: &Table, path: &str, key: &str, settings: &mut Vec<Setting>) {
    for entry in &table.entries {
        let path = join(path, &entry.key);
        if !is_below(&path, key) && !is_below(key, &path) {
            continue;
        }
        match &entry.node.value {
            Value::Table(inner) if entry.node.reference().is_none() => {
                collect(sources, inner, &path, key, settings)
            }
            _ if is_below(&path, key) => settings.push(Setting {
                value: written(&entry.node, is_secret_key(&entry.key)),
                location: sources.locate(entry.key_at),
                path,
            }),
            _ => {}
        }
    }
}

fn is_below(path: &str, key: &str) -> bool {
    key.is_empty() || path.strip_prefix(key).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// A value as TOML. Of a reference the names are shown, for they are no secrets.
fn written(node: &Node, secret: bool) -> String {
    match (node.reference(), &node.value) {
        (Some(Reference::Env(name)), _) => format!("{{ env = {:?} }}", name.as_str().unwrap_or_default()),
        (Some(Reference::File(path)), _) => format!("{{ file = {:?} }}", path.as_str().unwrap_or_default()),
        (None, Value::Array(nodes)) => {
            let values: Vec<String> = nodes.iter().map(|node| written(node, secret)).collect();
            format!("[{}]", values.join(", "))
        }
        (_, Value::Table(table)) => {
            let entries: Vec<String> = table
                .entries
                .iter()
                .map(|entry| {
                    format!(
                        "{} = {}",
                        join("", &entry.key),
                        written(&entry.node, secret || is_secret_key(&entry.key))
                    )
                })
                .collect();
            format!("{{ {} }}", entries.join(", "))
        }
        _ if secret => "\"…\"".to_owned(),
        (_, Value::String(text)) => format!("{text:?}"),
        (_, Value::Datetime(text)) => text.clone(),
        (_, Value::Integer(number)) => number.to_string(),
        (_, Value::Float(number)) => number.to_string(),
        (_, Value::Boolean(value)) => value.to_string(),
        (Some(_), Value::Array(_)) => String::new(),
    }
}
