//! JSON Schema of the configuration, for editors: what may be written where, and what it does.
//!
//! It holds for each file by itself. A section may be spread over files and overlays, so nothing is required that another file may
//! hold; whether everything is there is for [`crate::load`] to say.
//!
//! Editors for TOML evaluate draft 7 at most, whatever a schema calls itself. So everything here means the same in draft 7 and in
//! 2020-12: a `$ref` stands alone, and what depends on a table's `kind` is a chain of `if`, `then` and `else`.

mod audience;
mod basic;
mod channel;
mod condition;
mod field;
mod glossary;
mod kinds;
mod plugin;
mod reference;
mod rule;

use proofbell_notify::Registry;
use serde_json::{Map, Value, json};

use field::table;

/// JSON Schema (2020-12) of a configuration file, with the settings of every kind of channel in the registry.
pub fn schema(registry: &Registry) -> Value {
    let sections = [
        ("server", basic::server()),
        ("store", basic::store()),
        ("source", basic::source()),
        ("defaults", basic::defaults()),
        ("template", basic::template()),
        ("vars", basic::vars()),
        ("link", basic::link()),
        ("redirect", basic::redirect()),
        ("channel", channel::section(registry)),
        ("audience", audience::section()),
        ("rule", rule::section()),
        ("side", glossary::sides()),
        ("reason", glossary::reasons()),
        ("term", glossary::terms()),
    ];
    let about = "A file of a Proofbell configuration. All files of its directory are merged, so each may hold any of the sections.";
    let mut schema = Map::new();
    schema.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    schema.insert("title".to_owned(), json!("The configuration of Proofbell"));
    schema.extend(table(about, sections).into_map());
    schema.insert("$defs".to_owned(), definitions());
    Value::Object(schema)
}

fn definitions() -> Value {
    let definitions = [
        ("reference", reference::reference()),
        ("simple_reference", reference::simple()),
        ("text", reference::text()),
        ("event", rule::event()),
        ("matcher", condition::text_matcher()),
        ("number_matcher", condition::number_matcher()),
        ("operators", condition::operators()),
        ("number_operators", condition::number_operators()),
    ];
    definitions.into_iter().map(|(name, field)| (name.to_owned(), field.into_value())).collect()
}
