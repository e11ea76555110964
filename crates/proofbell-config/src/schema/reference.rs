//! `{ env }`, `{ file }` and `{ text }`, which may stand for any string.

use serde_json::{Value, json};

use super::field::{Field, text as text_field};

/// Any string.
pub(super) fn text() -> Field {
    text_field("A text, or where it comes from.")
}

fn keys() -> Value {
    json!({
        "env": { "description": "The name of an environment variable that holds the value." },
        "file": {
            "description": "A file that holds the value; a newline at its end is dropped. Relative paths count from the file that names them.",
        },
        "text": {
            "description": "A text with a place `{key}` for each of the other keys of this table: \
                            `{ text = \"https://hooks.example/{key}/send\", key = { env = \"HOOK_KEY\" } }`. In a URL the values are percent-encoded.",
        },
    })
}

/// Any of the three. The keys are told at the top, where editors look for them.
pub(super) fn reference() -> Field {
    Field::of(json!({
        "description": "A value from elsewhere, which is never shown: `{ env = \"NAME\" }`, `{ file = \"PATH\" }`, or either of them inside a `text`.",
        "type": "object",
        "properties": keys(),
        "if": { "required": ["text"] },
        "then": {
            "properties": { "text": { "type": "string" } },
            "additionalProperties": { "$ref": "#/$defs/simple_reference" },
            "minProperties": 2,
        },
        "else": { "$ref": "#/$defs/simple_reference" },
    }))
}

/// What may fill a place in a text.
pub(super) fn simple() -> Field {
    Field::of(json!({
        "description": "A value from the environment or from a file: `{ env = \"NAME\" }` or `{ file = \"PATH\" }`.",
        "type": "object",
        "properties": { "env": { "type": "string" }, "file": { "type": "string" } },
        "additionalProperties": false,
        "minProperties": 1,
        "maxProperties": 1,
    }))
}
