//! `where` and `except`: conditions on an event.

use proofbell_engine::Key;
use serde_json::{Map, Value, json};

use super::field::{Field, boolean, text};

/// A table of conditions.
pub(super) fn section(description: &str) -> Field {
    let mut properties: Map<String, Value> = Key::WORDS
        .into_iter()
        .map(|(word, key)| (word.to_owned(), matcher(about(&key), Compares::of(&key)).into_value()))
        .collect();
    properties.insert("payload".to_owned(), payload());
    let section = json!({ "description": description, "type": "object", "properties": properties });
    Field::of(section)
        .with("additionalProperties", false)
        .example(json!({ "side": "label", "reason": ["blurry", "dark"] }))
}

fn about(key: &Key) -> &'static str {
    match key {
        Key::EventType => "The event's type in Legitmark's own words.",
        Key::State => "The state in Legitmark's own words, as `QC/REJECTED`.",
        Key::Side => "A rejected photo: a code of the glossary, or Legitmark's own word for it.",
        Key::Reason => "Why a photo was rejected: a code of the glossary, or Legitmark's own words for it.",
        Key::Code => "The code of an invalidation.",
        Key::ReferenceId => "The marketplace's own item id.",
        Key::Round => "How often photos of this case have been rejected, this time included.",
        Key::Payload(_) => "What stands in the payload at this place.",
    }
}

fn payload() -> Value {
    json!({
        "description": "Values of the raw payload, by JSON pointer: `payload.\"/seller/country\" = \"JP\"`.",
        "type": "object",
        "propertyNames": { "pattern": "^/" },
        "additionalProperties": { "$ref": "#/$defs/number_matcher" },
    })
}

/// Whether values may be compared as numbers.
#[derive(Clone, Copy)]
enum Compares {
    Texts,
    Numbers,
}

impl Compares {
    fn of(key: &Key) -> Compares {
        match key {
            Key::Round | Key::Payload(_) => Compares::Numbers,
            Key::EventType | Key::State | Key::Side | Key::Reason | Key::Code | Key::ReferenceId => {
                Compares::Texts
            }
        }
    }

    fn matcher(self) -> &'static str {
        match self {
            Compares::Texts => "#/$defs/matcher",
            Compares::Numbers => "#/$defs/number_matcher",
        }
    }

    fn operators(self) -> &'static str {
        match self {
            Compares::Texts => "#/$defs/operators",
            Compares::Numbers => "#/$defs/number_operators",
        }
    }
}

/// A text is compared as it is, of a list any may match, in a table all operators must.
fn matcher(about: &str, compares: Compares) -> Field {
    let how = "A text is compared as it is; of a list any may match; in a table of operators (`not`, `glob`, `regex`, `exists`, …) all must.";
    Field::of(json!({
        "description": format!("{about} {how}"),
        "type": ["string", "array", "object"],
        "items": { "$ref": compares.matcher() },
        "minItems": 1,
        "if": { "type": "object" },
        "then": {
            "if": { "anyOf": [{ "required": ["env"] }, { "required": ["file"] }, { "required": ["text"] }] },
            "then": { "$ref": "#/$defs/reference" },
            "else": { "$ref": compares.operators() },
        },
    }))
}

pub(super) fn text_matcher() -> Field {
    matcher("What a value must be.", Compares::Texts)
}

pub(super) fn number_matcher() -> Field {
    matcher("What a value must be.", Compares::Numbers)
}

pub(super) fn operators() -> Field {
    operator_table(Compares::Texts, [])
}

pub(super) fn number_operators() -> Field {
    let number = |description: &str| Field::of(json!({ "description": description, "type": "number" }));
    let comparisons = [
        ("at_least", number("The value is a number and not less than this.")),
        ("at_most", number("The value is a number and not more than this.")),
    ];
    operator_table(Compares::Numbers, comparisons)
}

fn operator_table<const N: usize>(compares: Compares, more: [(&str, Field); N]) -> Field {
    let glob = "The whole value is like this, where `*` stands for any characters and `?` for one.";
    let regex =
        "A part of the value matches this regular expression; `^` and `$` bind it to the beginning and end.";
    let operators = [
        ("not", matcher("What the value must not be; an absent value is not it either.", compares)),
        ("glob", text(glob).example("TEST-*")),
        ("regex", text(regex)),
        ("exists", boolean("Whether there is a value at all.")),
    ];
    let properties: Map<String, Value> =
        operators.into_iter().chain(more).map(|(key, field)| (key.to_owned(), field.into_value())).collect();
    let table = json!({ "description": "Operators, all of which must hold.", "type": "object" });
    Field::of(table)
        .with("properties", properties)
        .with("additionalProperties", false)
        .with("minProperties", 1)
}
