//! Hashes of what channels and audiences are built from, so that a reload can tell which of them are the same as before.

use std::collections::BTreeMap;

use proofbell_notify::Fingerprint;
use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};

use crate::context::Context;
use crate::report::Report;
use crate::secret;
use crate::tree::{Node, Table, Value};

/// Keys of a channel that the engine alone looks at.
const ENGINE_KEYS_OF_A_CHANNEL: [&str; 1] = ["never_on"];
/// Keys of an audience that the engine alone looks at.
const ENGINE_KEYS_OF_AN_AUDIENCE: [&str; 3] = ["via", "else_via", "nobody"];

/// The fingerprints of all channels and audiences, by name.
pub(crate) struct Fingerprints {
    channels: BTreeMap<String, Fingerprint>,
    audiences: BTreeMap<String, Fingerprint>,
}

impl Fingerprints {
    /// `region` is that of phone numbers without a country, with which audiences are read.
    pub(crate) fn of(cx: &Context<'_>, tree: &Table, region: Option<&str>) -> Fingerprints {
        // Whatever is wrong has been reported by those who use the values.
        let unheard = Report::default();
        let cx = Context::new(cx.files, cx.environment, cx.secrets, cx.sources, &unheard);
        Fingerprints {
            channels: section(&cx, tree, "channel", &ENGINE_KEYS_OF_A_CHANNEL, None),
            audiences: section(&cx, tree, "audience", &ENGINE_KEYS_OF_AN_AUDIENCE, region),
        }
    }

    pub(crate) fn channel(&self, name: &str) -> Fingerprint {
        self.channels.get(name).copied().unwrap_or_else(nothing)
    }

    pub(crate) fn audience(&self, name: &str) -> Fingerprint {
        self.audiences.get(name).copied().unwrap_or_else(nothing)
    }
}

fn nothing() -> Fingerprint {
    Fingerprint::new([0; 32])
}

fn section(
    cx: &Context<'_>,
    tree: &Table,
    section: &str,
    leave_out: &[&str],
    region: Option<&str>,
) -> BTreeMap<String, Fingerprint> {
    let named = tree.get(section).and_then(|entry| entry.node.as_table());
    let print = |table: &Table| {
        let settings = json!([region, settings(cx, table, leave_out)]).to_string();
        Fingerprint::new(Sha256::digest(settings).into())
    };
    let entries = named.into_iter().flat_map(|table| &table.entries);
    entries.filter_map(|entry| Some((entry.key.clone(), print(entry.node.as_table()?)))).collect()
}

/// The settings as they take effect. Their own order means nothing; that of what is inside may, as in the body of a request.
fn settings(cx: &Context<'_>, table: &Table, leave_out: &[&str]) -> Json {
    let mut entries: Vec<_> =
        table.entries.iter().filter(|entry| !leave_out.contains(&entry.key.as_str())).collect();
    entries.sort_by(|a, b| a.key.cmp(&b.key));
    let value = |key: &str, node: &Node| match (key, node.as_str()) {
        // Relative paths count from the file that names them.
        ("path", Some(path)) => {
            Json::from(cx.sources.directory(node.at.file()).join(path).display().to_string())
        }
        _ => effective(cx, node),
    };
    entries
        .into_iter()
        .map(|entry| (entry.key.clone(), value(&entry.key, &entry.node)))
        .collect::<Map<_, _>>()
        .into()
}

fn effective(cx: &Context<'_>, node: &Node) -> Json {
    if node.reference().is_some() {
        return secret::resolve(cx, node, "").map(|text| text.value).into();
    }
    let whole = |table: &Table| -> Json {
        let entries = table.entries.iter();
        entries.map(|entry| (entry.key.clone(), effective(cx, &entry.node))).collect::<Map<_, _>>().into()
    };
    if let Some(table) = node.literal() {
        return whole(table);
    }
    match &node.value {
        Value::String(text) | Value::Datetime(text) => Json::from(text.as_str()),
        Value::Integer(number) => Json::from(*number),
        Value::Float(number) => Json::from(*number),
        Value::Boolean(value) => Json::from(*value),
        Value::Array(nodes) => nodes.iter().map(|node| effective(cx, node)).collect(),
        Value::Table(table) => whole(table),
    }
}
