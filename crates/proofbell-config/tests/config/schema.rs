//! The schema for editors says what the loader says: the same keys, and nothing wrong about what is right.

mod fixtures;
mod keys;
mod words;

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

use crate::fakes;

/// The schema with the notifiers of these tests, in the two versions in which editors may read it.
struct Checked {
    schema: Value,
    strict: Validator,
    old: Validator,
}

impl Checked {
    #[expect(clippy::unwrap_used, reason = "a helper of tests, which the lint does not see as one")]
    fn new() -> Checked {
        let schema = proofbell_config::schema(&fakes::registry());
        assert!(jsonschema::meta::is_valid(&schema), "it is a schema");
        let read = |draft| jsonschema::options().with_draft(draft).build(&schema).unwrap();
        Checked { strict: read(Draft::Draft202012), old: read(Draft::Draft7), schema }
    }

    /// Where something is wrong with a file, each place once.
    fn wrong(&self, file: &Value) -> Vec<String> {
        let places = |validator: &Validator| {
            let mut places: Vec<String> =
                validator.iter_errors(file).map(|error| error.instance_path().to_string()).collect();
            places.sort();
            places.dedup();
            places
        };
        let (strict, old) = (places(&self.strict), places(&self.old));
        assert_eq!(strict, old, "the same in 2020-12 and in draft 7: {file}");
        strict
    }
}

/// A TOML text as editors see it: dates are texts. `None` when it is no TOML.
fn json(text: &str) -> Option<Value> {
    fn convert(value: toml::Value) -> Value {
        match value {
            toml::Value::String(text) => json!(text),
            toml::Value::Integer(number) => json!(number),
            toml::Value::Float(number) => json!(number),
            toml::Value::Boolean(value) => json!(value),
            toml::Value::Datetime(date) => json!(date.to_string()),
            toml::Value::Array(values) => values.into_iter().map(convert).collect(),
            toml::Value::Table(table) => {
                table.into_iter().map(|(key, value)| (key, convert(value))).collect()
            }
        }
    }
    text.parse::<toml::Table>().ok().map(|table| convert(toml::Value::Table(table)))
}
