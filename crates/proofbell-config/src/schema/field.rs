//! What may stand behind a key: small schemas that are put together to large ones.

use serde_json::{Map, Value, json};

/// What a name of a channel, an audience, a rule, a link or a glossary code is made of.
const NAME: &str = "^[A-Za-z0-9_-]{1,64}$";

/// The schema of one value.
#[derive(Clone, Debug)]
pub(super) struct Field(Map<String, Value>);

impl Field {
    /// From a JSON object; anything else is a schema that takes everything.
    pub(super) fn of(value: Value) -> Field {
        match value {
            Value::Object(map) => Field(map),
            _ => Field(Map::new()),
        }
    }

    pub(super) fn with(mut self, key: &str, value: impl Into<Value>) -> Field {
        self.0.insert(key.to_owned(), value.into());
        self
    }

    /// What holds when the key is left out.
    pub(super) fn default(self, value: impl Into<Value>) -> Field {
        self.with("default", value)
    }

    pub(super) fn example(self, value: impl Into<Value>) -> Field {
        self.with("examples", vec![value.into()])
    }

    /// A regular expression for what is written; a reference is read later.
    pub(super) fn pattern(self, pattern: impl Into<String>) -> Field {
        self.with("pattern", pattern.into())
    }

    /// Marks a value that is never shown.
    pub(super) fn secret(self) -> Field {
        self.with("writeOnly", true)
    }

    pub(super) fn into_map(self) -> Map<String, Value> {
        self.0
    }

    pub(super) fn into_value(self) -> Value {
        Value::Object(self.0)
    }
}

/// A table with these keys and no others.
pub(super) fn table<const N: usize>(description: &str, fields: [(&str, Field); N]) -> Field {
    let properties: Map<String, Value> =
        fields.into_iter().map(|(key, field)| (key.to_owned(), field.into_value())).collect();
    let table = json!({ "description": description, "type": "object", "properties": properties });
    Field::of(table).with("additionalProperties", false)
}

/// A table of tables, whose names somebody chose.
pub(super) fn named(description: &str, each: Field) -> Field {
    Field::of(json!({
        "description": description,
        "type": "object",
        "propertyNames": { "pattern": NAME },
        "additionalProperties": each.into_value(),
    }))
}

/// A table whose keys are anything, each with such a value.
pub(super) fn map(description: &str, each: Field) -> Field {
    Field::of(json!({
        "description": description,
        "type": "object",
        "additionalProperties": each.into_value(),
    }))
}

/// A string, or what stands for one.
pub(super) fn text(description: &str) -> Field {
    Field::of(json!({ "description": description })).text_or_reference(&["string", "object"])
}

/// A list of strings; a single one is a list of one.
pub(super) fn texts(description: &str) -> Field {
    texts_of(description, "#/$defs/text")
}

/// A list of strings of one sort; a single one is a list of one.
pub(super) fn texts_of(description: &str, each: &str) -> Field {
    Field::of(json!({ "description": description, "items": { "$ref": each } }))
        .text_or_reference(&["string", "array", "object"])
}

/// The name of something in the configuration.
pub(super) fn name(description: &str) -> Field {
    text(description).pattern(NAME)
}

/// A number with its unit.
pub(super) fn duration(description: &str) -> Field {
    text(description).pattern("^0*[1-9][0-9]*[smhd]$").example("10m")
}

/// A number for each unit of time.
pub(super) fn rate(description: &str) -> Field {
    text(description).pattern("^0*[1-9][0-9]*/[smhd]$").example("20/s")
}

/// One of a few words, each with what it does.
pub(super) fn words<const N: usize>(description: &str, words: [(&str, &str); N]) -> Field {
    words_of(description, &words.map(|(word, about)| (word.to_owned(), Some(about.to_owned()))))
}

/// As [`words`], which may have nothing said of them. They are told twice, because an editor shows either of the two.
pub(super) fn words_of(description: &str, words: &[(String, Option<String>)]) -> Field {
    let list: String =
        words.iter().filter_map(|(word, about)| Some(format!("\n- `{word}`: {}", about.as_ref()?))).collect();
    let description = if list.is_empty() { description.to_owned() } else { format!("{description}\n{list}") };
    let names: Vec<&str> = words.iter().map(|(word, _)| word.as_str()).collect();
    let about: Vec<Option<&str>> = words.iter().map(|(_, about)| about.as_deref()).collect();
    Field::of(json!({ "description": description, "enum": names }))
        .with("x-taplo", json!({ "docs": { "enumValues": about } }))
}

pub(super) fn boolean(description: &str) -> Field {
    Field::of(json!({ "description": description, "type": "boolean" }))
}

impl Field {
    /// Lets a reference stand where a string may. `types` has `string` and `object` in it.
    pub(super) fn text_or_reference(self, types: &[&str]) -> Field {
        self.with("type", types.to_vec())
            .with("if", json!({ "type": "object" }))
            .with("then", json!({ "$ref": "#/$defs/reference" }))
    }
}
