//! What a plugin's JSON Schema says of one setting, as far as a check of types, words, ranges and keys needs it.

use serde_json::{Map, Number, Value as Json};

use crate::tree::{Node, Value};

/// What a setting must be.
#[derive(Clone, Debug)]
pub(super) enum Shape<'s> {
    /// The schema does not say, or allows several types.
    Any,
    /// A string; one of these words, when there are any.
    Text(Vec<&'s str>),
    /// A number within these bounds.
    Number { whole: Whole, least: Option<&'s Number>, most: Option<&'s Number> },
    /// `true` or `false`.
    Boolean,
    /// A list of so many values of one schema.
    List { item: Option<&'s Json>, least: u64, most: Option<u64> },
    /// A table.
    Table(TableShape<'s>),
}

/// Whether a number must be a whole one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whole {
    Yes,
    No,
}

/// What a table must hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct TableShape<'s> {
    schema: &'s Json,
    keys: Option<&'s Map<String, Json>>,
    /// The schema of keys that are not among `keys`; `None` when there must be no others.
    pub(super) others: Option<&'s Json>,
}

impl<'s> TableShape<'s> {
    pub(super) fn key(&self, key: &str) -> Option<&'s Json> {
        self.keys?.get(key)
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &'s str> {
        self.keys.into_iter().flat_map(Map::keys).map(String::as_str)
    }

    pub(super) fn required(&self) -> impl Iterator<Item = &'s str> {
        let required = self.schema.get("required").and_then(Json::as_array);
        required.into_iter().flatten().filter_map(Json::as_str)
    }

    /// The first sentence of what is written about a key.
    pub(super) fn about(&self, key: &str) -> Option<String> {
        let text = self.key(key)?.get("description")?.as_str()?;
        let end = text.find(". ").or_else(|| text.find(".\n")).unwrap_or(text.len());
        // As wide as the source was: a message is one line.
        Some(text[..end].trim_end_matches('.').split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

/// What `schema` asks for; `root` is the schema that its references lead into.
pub(super) fn shape<'s>(root: &'s Json, schema: &'s Json) -> Shape<'s> {
    if let Some(reference) = schema.get("$ref").and_then(Json::as_str) {
        let referred = reference.strip_prefix('#').and_then(|pointer| root.pointer(pointer));
        return referred.map_or(Shape::Any, |schema| shape(root, schema));
    }
    let list = |key: &str| schema.get(key).and_then(Json::as_array);
    if let Some(choices) = list("anyOf").or_else(|| list("oneOf")) {
        return choice(root, choices);
    }
    if let Some(words) = words(schema) {
        return Shape::Text(words);
    }
    let bound = |key: &str| schema.get(key).and_then(Json::as_number);
    let count = |key: &str| schema.get(key).and_then(Json::as_u64);
    match only_type(schema) {
        Some("string") => Shape::Text(Vec::new()),
        Some("boolean") => Shape::Boolean,
        Some(number @ ("integer" | "number")) => Shape::Number {
            whole: if number == "integer" { Whole::Yes } else { Whole::No },
            least: bound("minimum"),
            most: bound("maximum"),
        },
        Some("array") => Shape::List {
            item: schema.get("items"),
            least: count("minItems").unwrap_or(0),
            most: count("maxItems"),
        },
        Some("object") => Shape::Table(TableShape {
            schema,
            keys: schema.get("properties").and_then(Json::as_object),
            others: match schema.get("additionalProperties") {
                Some(Json::Bool(false)) => None,
                Some(others) => Some(others),
                None => Some(&Json::Null),
            },
        }),
        Some(_) | None => Shape::Any,
    }
}

/// Of several schemas: the only one that is not `null`, or words each of which has its own description.
fn choice<'s>(root: &'s Json, choices: &'s [Json]) -> Shape<'s> {
    let choices: Vec<&Json> =
        choices.iter().filter(|choice| choice.get("type").and_then(Json::as_str) != Some("null")).collect();
    if let [only] = choices.as_slice() {
        return shape(root, only);
    }
    let all: Option<Vec<Vec<&str>>> = choices.into_iter().map(words).collect();
    all.map_or(Shape::Any, |words| Shape::Text(words.concat()))
}

/// The words of `const` and `enum`; `None` when the schema names other values, or none.
fn words(schema: &Json) -> Option<Vec<&str>> {
    if let Some(word) = schema.get("const") {
        return Some(vec![word.as_str()?]);
    }
    let values = schema.get("enum")?.as_array()?;
    values.iter().filter(|value| !value.is_null()).map(Json::as_str).collect()
}

/// The type, when there is one beside `null`.
fn only_type(schema: &Json) -> Option<&str> {
    let kind = schema.get("type")?;
    if let Some(kind) = kind.as_str() {
        return Some(kind);
    }
    let kinds: Vec<&str> =
        kind.as_array()?.iter().filter_map(Json::as_str).filter(|it| *it != "null").collect();
    match kinds.as_slice() {
        [only] => Some(only),
        _ => None,
    }
}

impl Shape<'_> {
    /// What is wanted, for "must be …".
    pub(super) fn wanted(&self, root: &Json) -> String {
        match self {
            Shape::Any => "a value".to_owned(),
            Shape::Text(_) => "a string".to_owned(),
            Shape::Number { whole: Whole::Yes, .. } => "a whole number".to_owned(),
            Shape::Number { whole: Whole::No, .. } => "a number".to_owned(),
            Shape::Boolean => "true or false".to_owned(),
            Shape::Table(_) => "a table".to_owned(),
            Shape::List { item, .. } => match item.map(|item| shape(root, item)) {
                Some(Shape::Text(_)) => "a list of strings",
                Some(Shape::Number { whole: Whole::Yes, .. }) => "a list of whole numbers",
                Some(Shape::Number { .. }) => "a list of numbers",
                Some(Shape::Table(_)) => "a list of tables",
                Some(Shape::Any | Shape::Boolean | Shape::List { .. }) | None => "a list",
            }
            .to_owned(),
        }
    }

    /// How it is written, when `node` was written instead.
    pub(super) fn cure(&self, root: &Json, node: &Node) -> String {
        match (self, &node.value) {
            (Shape::Text(words), _) if !words.is_empty() => format!("write one of: {}", words.join(", ")),
            (Shape::Text(_) | Shape::Any, _) => "put it in quotes".to_owned(),
            (Shape::Number { .. }, Value::String(text)) if text.parse::<f64>().is_ok() => {
                "write it without quotes".to_owned()
            }
            (Shape::Number { .. }, _) => format!("write {}", self.range()),
            (Shape::Boolean, _) => "write it without quotes: true or false".to_owned(),
            (Shape::List { item, .. }, _) => match item.map(|item| shape(root, item)) {
                Some(Shape::Text(_)) => "write [\"…\", \"…\"]".to_owned(),
                Some(_) | None => "write [ … ]".to_owned(),
            },
            (Shape::Table(table), _) => match table.keys().collect::<Vec<_>>().as_slice() {
                [] => "write { KEY = … }".to_owned(),
                keys => format!("write {{ … }} with: {}", keys.join(", ")),
            },
        }
    }

    /// What a number may be: `a whole number from 1 to 255`.
    pub(super) fn range(&self) -> String {
        let Shape::Number { whole, least, most } = self else { return String::new() };
        let number = if *whole == Whole::Yes { "a whole number" } else { "a number" };
        match (least, most) {
            (Some(least), Some(most)) => format!("{number} from {least} to {most}"),
            (Some(least), None) => format!("{number}, at least {least}"),
            (None, Some(most)) => format!("{number}, at most {most}"),
            (None, None) => number.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn schemas_say_what_is_wanted() {
        let root = json!({ "$defs": {
            "Shape": { "oneOf": [{ "const": "bubble", "type": "string" }, { "enum": ["text"], "type": "string" }] },
        } });
        let check = |schema: Json, wanted: &str, range: &str| {
            let shape = shape(&root, &schema);
            assert_eq!((shape.wanted(&root).as_str(), shape.range().as_str()), (wanted, range), "{schema}");
        };
        check(json!(true), "a value", "");
        check(json!({ "type": ["string", "null"] }), "a string", "");
        check(json!({ "type": ["string", "integer"] }), "a value", "");
        check(
            json!({ "type": ["integer", "null"], "minimum": 1, "maximum": 255 }),
            "a whole number",
            "a whole number from 1 to 255",
        );
        check(json!({ "type": "number", "minimum": 0.5 }), "a number", "a number, at least 0.5");
        check(json!({ "type": "array", "items": { "type": "string" } }), "a list of strings", "");
        check(json!({ "type": "array", "items": true }), "a list", "");
        check(json!({ "anyOf": [{ "type": "object" }, { "type": "null" }] }), "a table", "");
        check(json!({ "anyOf": [{ "type": "object" }, { "type": "string" }] }), "a value", "");
        let referring = json!({ "$ref": "#/$defs/Shape" });
        assert!(matches!(shape(&root, &referring), Shape::Text(words) if words == ["bubble", "text"]));
        assert!(matches!(shape(&root, &json!({ "$ref": "#/$defs/Gone" })), Shape::Any));
    }
}
