//! What is set where, for `check --show`, and a warning of secrets that are written in the files themselves.

use crate::Location;
use crate::context::Context;
use crate::merge::{self, join};
use crate::report::{Finding, code};
use crate::secret::{self, Within};
use crate::source::Sources;
use crate::suggest::nearest;
use crate::tree::{Entry, Node, Reference, Table, Value};

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
    /// What it has replaced, as an overlay does: the newest first.
    pub replaced: Vec<Replaced>,
}

/// A value that an overlay has replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replaced {
    /// The value as it is written in TOML; a secret is masked.
    pub value: String,
    /// Where it is written.
    pub location: Location,
}

/// Warns of secrets that stand in the files themselves.
pub(crate) fn warn_of_written_secrets(cx: &Context<'_>, tree: &Table) {
    for entry in tree.entries.iter().filter(|entry| SECTIONS.contains(&entry.key.as_str())) {
        walk(cx, &entry.node, &entry.key, Within::Root.table(&entry.key), false);
    }
}

/// `within` is what the node is if it is a table, or what those in it are if it is a list.
fn walk(cx: &Context<'_>, node: &Node, path: &str, within: Within, secret: bool) {
    if node.reference().is_some() {
        return;
    }
    match &node.value {
        Value::Table(table) => {
            for entry in &table.entries {
                let (path, key) = (join(path, &entry.key), entry.key.as_str());
                walk(cx, &entry.node, &path, within.table(key), within.holds_secret(key));
            }
        }
        Value::Array(nodes) => nodes.iter().for_each(|node| walk(cx, node, path, within, secret)),
        Value::String(text) if secret && !text.is_empty() => {
            let message = format!("`{path}` is a secret, and it is written in the file itself");
            let hint = "move it to the environment, { env = \"NAME\" }, or to a file of its own, { file = \"PATH\" }";
            cx.report.push(Finding::warning(code::SECRET, node.at, message).hint(hint));
        }
        _ => {}
    }
}

/// Every value at a key or below it; all of them for the empty key.
pub(crate) fn settings(
    sources: &Sources,
    tree: &Table,
    replaced: &[merge::Replaced],
    key: &str,
) -> Vec<Setting> {
    let mut settings = Vec::new();
    collect(&Layers { sources, replaced }, tree, ("", Within::Root, false), key, &mut settings);
    settings
}

/// Where values come from.
struct Layers<'a> {
    sources: &'a Sources,
    replaced: &'a [merge::Replaced],
}

impl Layers<'_> {
    fn setting(&self, entry: &Entry, path: String, within: Within, secret: bool) -> Setting {
        let before = self.replaced.iter().rev().filter(|replaced| replaced.path == path);
        let before = before.map(|before| Replaced {
            value: written(&before.entry.node, within, secret),
            location: self.sources.locate(before.entry.key_at),
        });
        Setting {
            value: written(&entry.node, within, secret),
            location: self.sources.locate(entry.key_at),
            replaced: before.collect(),
            path,
        }
    }
}

/// `at` is the table's path, what it is, and whether it stands where a secret should.
fn collect(
    layers: &Layers<'_>,
    table: &Table,
    at: (&str, Within, bool),
    key: &str,
    settings: &mut Vec<Setting>,
) {
    for entry in &table.entries {
        let (path, within) = (join(at.0, &entry.key), at.1.table(&entry.key));
        let secret = at.2 || at.1.holds_secret(&entry.key);
        if !is_below(&path, key) && !is_below(key, &path) {
            continue;
        }
        match &entry.node.value {
            Value::Table(inner) if entry.node.reference().is_none() => {
                collect(layers, inner, (&path, within, secret), key, settings)
            }
            _ if is_below(&path, key) => settings.push(layers.setting(entry, path, within, secret)),
            _ => {}
        }
    }
}

/// The nearest key to one at which nothing is set, and which there are beside it.
pub(crate) fn suggest(tree: &Table, key: &str) -> String {
    let (mut table, mut path) = (tree, String::new());
    loop {
        let inside = table.entries.iter().find_map(|entry| {
            let inner = entry.node.as_table().filter(|_| entry.node.reference().is_none())?;
            let path = join(&path, &entry.key);
            (path != key && is_below(key, &path)).then_some((inner, path))
        });
        let Some((inner, inner_path)) = inside else { break };
        (table, path) = (inner, inner_path);
    }
    let rest = key.strip_prefix(path.as_str()).unwrap_or(key).trim_start_matches('.');
    let word = rest.split('.').next().unwrap_or_default();
    let keys: Vec<&str> = table.entries.iter().map(|entry| entry.key.as_str()).collect();
    let place = if path.is_empty() { "the configuration".to_owned() } else { format!("`{path}`") };
    match nearest(word, keys.iter().copied()) {
        Some(near) => {
            format!("did you mean `{}`? Set in {place} are: {}", join(&path, near), keys.join(", "))
        }
        None if keys.is_empty() => format!("nothing is set in {place}"),
        None => format!("set in {place} are: {}", keys.join(", ")),
    }
}

fn is_below(path: &str, key: &str) -> bool {
    key.is_empty() || path.strip_prefix(key).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// A value as TOML. Of a reference the names are shown, for they are no secrets.
fn written(node: &Node, within: Within, secret: bool) -> String {
    match (node.reference(), &node.value) {
        (Some(Reference::Env(name)), _) => format!("{{ env = {:?} }}", name.as_str().unwrap_or_default()),
        (Some(Reference::File(path)), _) => format!("{{ file = {:?} }}", path.as_str().unwrap_or_default()),
        (None, Value::Array(nodes)) => {
            let values: Vec<String> = nodes.iter().map(|node| written(node, within, secret)).collect();
            format!("[{}]", values.join(", "))
        }
        (_, Value::Table(table)) => {
            let value = |entry: &Entry| {
                let secret = secret || within.holds_secret(&entry.key);
                written(&entry.node, within.table(&entry.key), secret)
            };
            let entries = table.entries.iter();
            let entries: Vec<String> =
                entries.map(|entry| format!("{} = {}", join("", &entry.key), value(entry))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
        _ if secret => "\"…\"".to_owned(),
        (_, Value::String(text)) => format!("{:?}", secret::url::without_passwords(text)),
        (_, Value::Datetime(text)) => text.clone(),
        (_, Value::Integer(number)) => number.to_string(),
        (_, Value::Float(number)) => number.to_string(),
        (_, Value::Boolean(value)) => value.to_string(),
        (Some(_), Value::Array(_)) => String::new(),
    }
}
