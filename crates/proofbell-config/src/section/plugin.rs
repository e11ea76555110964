//! The settings that belong to a plugin: handed to it as JSON, and its errors brought back to the file.

use std::collections::BTreeMap;
use std::sync::Arc;

use proofbell_notify::{ConfigError, DynNotifier, Registry, Toolkit};
use serde_json::{Map, Value as Json};

use crate::context::Context;
use crate::reader::unknown_key;
use crate::report::{Finding, code};
use crate::secret::{self, Within};
use crate::source::Place;
use crate::tree::{Entry, Node, Table, Value};

/// What stands in, one after the other, for a secret that cannot be read, until the plugin takes one: so the rest of its
/// settings is checked all the same.
const STAND_INS: &[&str] = &[
    "assumed-secret-0123456789",
    "https://assumed.invalid/assumed",
    "xoxb-assumed-0123456789",
    "AC00000000000000000000000000000000",
    "MG00000000000000000000000000000000",
    "assumed0",
    "assumed@assumed.invalid",
    "+12025550123",
    "JP",
    "assumed.invalid:25",
    "whsec_YXNzdW1lZC1zZWNyZXQtYXNzdW1lZC1zZWNyZXQ=",
    // A key that everybody knows: the example of RFC 8410, section 10.3.
    "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n",
];

/// How often a plugin is asked, for one error after the other and with one stand-in after the other.
const MOST: usize = 64;

/// One channel's own settings.
pub(crate) struct Settings<'t> {
    pub(crate) cx: &'t Context<'t>,
    /// `channel.email`
    pub(crate) path: String,
    /// The channel's header.
    pub(crate) at: Place,
    pub(crate) entries: Vec<&'t Entry>,
    /// The host's own keys, for the list of those that are known.
    pub(crate) host_keys: &'t [&'static str],
}

/// What was gathered on the way to JSON.
#[derive(Default)]
struct Gathered {
    secrets: Vec<String>,
    /// Paths of values that something stands in for.
    stand_ins: Vec<String>,
}

/// Whether a secret that cannot be read was stood in for in this text, as far as a plugin takes any word for it.
pub(crate) fn has_stand_in(text: &str) -> bool {
    text.contains(STAND_INS[0])
}

/// Asks the plugin for a notifier. Everything wrong is reported; `None` when there is none.
pub(crate) fn build(
    settings: &Settings<'_>,
    registry: &Registry,
    kind: &str,
    kit: &Toolkit,
) -> Option<Arc<dyn DynNotifier>> {
    let mut gathered = Gathered::default();
    let mut json = Map::new();
    for entry in &settings.entries {
        json.insert(entry.key.clone(), to_json(settings, &entry.node, &entry.key, &mut gathered));
    }
    let mut sound = check_keys(settings, registry, kind, &mut json);
    let mut tried: BTreeMap<&str, usize> = BTreeMap::new();
    for _ in 0..MOST {
        let error = match registry.build(kind, Json::Object(json.clone()), kit) {
            Ok(notifier) => return sound.then_some(notifier),
            Err(error) => error,
        };
        if let Some(path) = gathered.stand_ins.iter().find(|path| starts(&error.path, path)) {
            let next = tried.entry(path).or_default();
            *next += 1;
            if let Some(word) = STAND_INS.get(*next) {
                put(&mut json, path, word);
                continue;
            }
        } else if sound || !(error.path.is_empty() || error.message.starts_with("missing field")) {
            // What is missing after an error is what `check_keys` has asked for, or what was taken away.
            report(settings, &error, &gathered);
        }
        sound = false;
        // Without the key that is wrong, the next one may show.
        json.remove(top_key(&error.path))?;
    }
    None
}

/// Refuses unknown keys and asks for missing ones by the plugin's own schema, so that all are told at once.
fn check_keys(
    settings: &Settings<'_>,
    registry: &Registry,
    kind: &str,
    json: &mut Map<String, Json>,
) -> bool {
    let Ok(schema) = registry.schema(kind) else { return true };
    let mut sound = true;
    let schema = schema.as_value();
    if let Some(known) = schema.get("properties").and_then(Json::as_object) {
        for entry in settings.entries.iter().filter(|entry| !known.contains_key(&entry.key)) {
            let known = known.keys().map(String::as_str).chain(settings.host_keys.iter().copied());
            unknown_key(settings.cx, entry, &settings.path, known);
            json.remove(&entry.key);
            sound = false;
        }
    }
    let required =
        schema.get("required").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str);
    for key in required.filter(|key| !settings.entries.iter().any(|entry| entry.key == **key)) {
        let message = format!("[{}] needs `{key}`", settings.path);
        let about = schema.pointer(&format!("/properties/{key}/description")).and_then(Json::as_str);
        let hint = match about.map(first_sentence) {
            Some(about) => format!("add `{key}`: {about}"),
            None => format!("add `{key}`"),
        };
        settings.cx.report.push(Finding::error(code::MISSING_KEY, settings.at, message).hint(hint));
        sound = false;
    }
    sound
}

fn first_sentence(text: &str) -> &str {
    let end = text.find(". ").or_else(|| text.find(".\n")).unwrap_or(text.len());
    text[..end].trim_end_matches('.')
}

/// A value as the plugin reads it; references are read first.
fn to_json(settings: &Settings<'_>, node: &Node, path: &str, gathered: &mut Gathered) -> Json {
    if node.reference().is_some() {
        let text = secret::resolve(settings.cx, node, &format!("{}.{path}", settings.path));
        return match text {
            Some(text) if !text.is_assumed() => {
                gathered.secrets.push(text.value.clone());
                Json::String(text.value)
            }
            Some(_) | None => {
                gathered.stand_ins.push(path.to_owned());
                Json::from(STAND_INS[0])
            }
        };
    }
    if let Some(table) = node.literal() {
        return table_to_json(settings, table, path, gathered);
    }
    match &node.value {
        Value::String(text) => {
            if is_secret(path) {
                gathered.secrets.push(text.clone());
            }
            Json::String(text.clone())
        }
        Value::Datetime(text) => Json::String(text.clone()),
        Value::Integer(number) => {
            // Written without quotes it is a mistake, and yet the secret.
            if is_secret(path) {
                gathered.secrets.push(number.to_string());
            }
            Json::from(*number)
        }
        Value::Float(number) => Json::from(*number),
        Value::Boolean(value) => Json::Bool(*value),
        Value::Array(nodes) => {
            let convert = |(index, node)| to_json(settings, node, &format!("{path}[{index}]"), gathered);
            nodes.iter().enumerate().map(convert).collect()
        }
        Value::Table(table) => table_to_json(settings, table, path, gathered),
    }
}

/// Whether a secret stands at this path below a channel: `headers.X-Auth`, `secrets[1]`.
fn is_secret(path: &str) -> bool {
    let name = |key: &str| key.split('[').next().unwrap_or_default().to_owned();
    let (tables, key) = path.rsplit_once('.').unwrap_or(("", path));
    tables.split('.').fold(Within::Other, |within, key| within.table(&name(key))).holds_secret(&name(key))
}

fn table_to_json(settings: &Settings<'_>, table: &Table, path: &str, gathered: &mut Gathered) -> Json {
    let convert = |entry: &Entry| {
        let path = format!("{path}.{}", entry.key);
        (entry.key.clone(), to_json(settings, &entry.node, &path, gathered))
    };
    Json::Object(table.entries.iter().map(convert).collect())
}

fn report(settings: &Settings<'_>, error: &ConfigError, gathered: &Gathered) {
    let at = locate(&settings.entries, &error.path).unwrap_or(settings.at);
    let path = match error.path.is_empty() {
        true => settings.path.clone(),
        false => format!("{}.{}", settings.path, error.path),
    };
    let mut message = error.message.clone();
    // A plugin must not repeat a secret; if it does, or if serde does it, nobody gets to read it.
    for secret in gathered.secrets.iter().filter(|secret| secret.len() >= 4) {
        message = message.replace(secret.as_str(), "…");
    }
    // Plugins say behind a semicolon what to write instead.
    let (message, hint) = match message.split_once("; write ") {
        Some((message, cure)) => (message.to_owned(), Some(format!("write {cure}"))),
        None => (message, None),
    };
    let finding = Finding::error(code::CHANNEL_SETTING, at, format!("`{path}`: {message}"));
    settings.cx.report.push(finding.maybe_hint(hint));
}

/// The place of `countries[1]` or `headers.X-Name`, or of as much of it as is there.
fn locate(entries: &[&Entry], path: &str) -> Option<Place> {
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
fn starts(path: &str, key: &str) -> bool {
    path.strip_prefix(key).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

fn top_key(path: &str) -> &str {
    path.split(['.', '[']).next().unwrap_or_default()
}

/// Puts another word where `path` leads.
fn put(json: &mut Map<String, Json>, path: &str, word: &str) {
    let mut parts = path.split(['.', '[', ']']).filter(|part| !part.is_empty());
    let mut place = parts.next().and_then(|key| json.get_mut(key));
    for part in parts {
        place = match place {
            Some(Json::Object(map)) => map.get_mut(part),
            Some(Json::Array(values)) => part.parse::<usize>().ok().and_then(|index| values.get_mut(index)),
            _ => None,
        };
    }
    if let Some(place) = place {
        *place = Json::from(word);
    }
}
