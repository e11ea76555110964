//! Tables whose `kind` decides which other keys they have.

use serde_json::{Map, Value, json};

use super::field::{Field, words_of};

/// A kind with the keys that it alone decides on.
pub(super) struct Kind {
    pub(super) name: String,
    pub(super) about: String,
    pub(super) keys: Map<String, Value>,
}

/// A key, and what it may hold for each of the kinds that have it.
struct Shared<'k> {
    key: &'k str,
    variants: Vec<(&'k Value, Vec<&'k str>)>,
}

/// A table with `kind`, the keys of all kinds (`common`), and those of its own kind. A table without a kind is a part of one that
/// has it elsewhere: it may hold the keys of any.
///
/// All keys stand at the top, because that is where editors look for what to offer and what to tell; what depends on the kind is
/// checked below. A value that is the same for all kinds that have the key is checked at the top as well.
pub(super) fn by_kind(
    description: &str,
    about_kind: &str,
    common: Map<String, Value>,
    kinds: &[Kind],
) -> Field {
    let shared = shared(kinds);
    let names: Vec<(String, Option<String>)> =
        kinds.iter().map(|kind| (kind.name.clone(), Some(kind.about.clone()))).collect();
    let mut properties = Map::new();
    properties.insert("kind".to_owned(), words_of(about_kind, &names).into_value());
    properties.extend(common.clone());
    properties.extend(shared.iter().map(|shared| (shared.key.to_owned(), shared.at_the_top(kinds.len()))));
    let chain = kinds.iter().rev().fold(of_no_kind(&common, &shared), |rest, kind| {
        json!({
            "if": { "required": ["kind"], "properties": { "kind": { "const": kind.name } } },
            "then": of_kind(&common, kind, &shared),
            "else": rest,
        })
    });
    let mut table = Field::of(json!({ "description": description, "type": "object" })).into_map();
    table.insert("properties".to_owned(), Value::Object(properties));
    table.extend(Field::of(chain).into_map());
    Field::of(Value::Object(table))
}

fn shared(kinds: &[Kind]) -> Vec<Shared<'_>> {
    let mut all: Vec<Shared<'_>> = Vec::new();
    for kind in kinds {
        for (key, value) in &kind.keys {
            let position = all.iter().position(|shared| shared.key == key);
            let index = position.unwrap_or_else(|| {
                all.push(Shared { key, variants: Vec::new() });
                all.len() - 1
            });
            let variants = &mut all[index].variants;
            match variants.iter_mut().find(|(variant, _)| *variant == value) {
                Some((_, kinds)) => kinds.push(&kind.name),
                None => variants.push((value, vec![&kind.name])),
            }
        }
    }
    all
}

impl Shared<'_> {
    fn is_checked_at_the_top(&self) -> bool {
        self.variants.len() == 1
    }

    /// The value with the kinds that have it, or only what it is for each of them.
    fn at_the_top(&self, all: usize) -> Value {
        let about = |(value, kinds): &(&Value, Vec<&str>)| {
            let kinds: Vec<String> = kinds.iter().map(|kind| format!("`{kind}`")).collect();
            format!("{}: {}", kinds.join(", "), value["description"].as_str().unwrap_or_default())
        };
        match self.variants.as_slice() {
            [(value, kinds)] if kinds.len() == all => (*value).clone(),
            [variant] => Field::of(variant.0.clone()).with("description", about(variant)).into_value(),
            variants => json!({ "description": variants.iter().map(about).collect::<Vec<_>>().join("\n\n") }),
        }
    }
}

fn of_kind(common: &Map<String, Value>, kind: &Kind, shared: &[Shared<'_>]) -> Value {
    let mut properties = known(common);
    for (key, value) in &kind.keys {
        let checked = shared.iter().any(|shared| shared.key == key && shared.is_checked_at_the_top());
        properties.insert(key.clone(), if checked { json!({}) } else { value.clone() });
    }
    json!({ "properties": properties, "additionalProperties": false })
}

fn of_no_kind(common: &Map<String, Value>, shared: &[Shared<'_>]) -> Value {
    let mut properties = known(common);
    for shared in shared {
        let any_of: Vec<&Value> = shared.variants.iter().map(|(value, _)| *value).collect();
        let value = if shared.is_checked_at_the_top() { json!({}) } else { json!({ "anyOf": any_of }) };
        properties.insert(shared.key.to_owned(), value);
    }
    json!({ "properties": properties, "additionalProperties": false })
}

/// Keys that are checked at the top already.
fn known(common: &Map<String, Value>) -> Map<String, Value> {
    std::iter::once("kind")
        .chain(common.keys().map(String::as_str))
        .map(|key| (key.to_owned(), json!({})))
        .collect()
}
