//! A plugin's own schema, as it is for what is written in TOML: strings may be references, there is no null, and nothing is
//! required that another file may hold.

use serde_json::{Map, Value, json};

use super::field::{Field, words_of};

/// Schemas that refer to themselves are followed so deep; below that everything is taken.
const DEEPEST: usize = 12;
const CHOICES: [&str; 3] = ["anyOf", "oneOf", "allOf"];

/// A plugin's settings.
pub(super) struct Settings {
    /// What the plugin is, out of the description of its settings.
    pub(super) about: String,
    pub(super) keys: Map<String, Value>,
}

pub(super) fn settings(schema: &Value) -> Settings {
    let reader = Reader { root: schema, depth: 0 };
    let keys = reader.properties(schema, Place::Merged);
    Settings { about: one_line(schema["description"].as_str().unwrap_or_default()), keys }
}

/// Whether the tables of several files come together there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Merged,
    /// In a list, which an overlay can only replace.
    Whole,
}

#[derive(Clone, Copy)]
struct Reader<'s> {
    root: &'s Value,
    depth: usize,
}

impl Reader<'_> {
    fn properties(self, schema: &Value, place: Place) -> Map<String, Value> {
        let properties = schema["properties"].as_object().into_iter().flatten();
        properties.map(|(key, value)| (key.clone(), self.value(value, place))).collect()
    }

    fn value(self, schema: &Value, place: Place) -> Value {
        if self.depth > DEEPEST {
            return json!({});
        }
        let reader = Reader { depth: self.depth + 1, ..self };
        let Some(schema) = self.flat(schema) else { return json!({}) };
        let mut field = Field::of(annotations(&schema));
        if let Some(words) = words(&schema) {
            let about = field.clone().into_value()["description"].as_str().unwrap_or_default().to_owned();
            let words = words_of(&about, &words).into_map();
            return Field::of(Value::Object(field.into_map().into_iter().chain(words).collect()))
                .into_value();
        }
        for keyword in CHOICES {
            if let Some(members) = schema.get(keyword).and_then(Value::as_array) {
                let members: Vec<Value> = members.iter().map(|member| reader.value(member, place)).collect();
                field = field.with(keyword, members);
            }
        }
        match single_type(&schema) {
            Some("string") => string(field, &schema).into_value(),
            Some("array") => {
                let bounds = kept(&schema, &["minItems", "maxItems", "uniqueItems"]);
                let items = reader.value(&schema["items"], Place::Whole);
                bounds
                    .into_iter()
                    .fold(field.with("type", "array"), |field, (key, value)| field.with(&key, value))
                    .with("items", items)
                    .into_value()
            }
            Some("object") => reader.table(field, &schema, place).into_value(),
            Some(number @ ("integer" | "number")) => {
                let bounds = kept(
                    &schema,
                    &["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
                );
                bounds
                    .into_iter()
                    .fold(field.with("type", number), |field, (key, value)| field.with(&key, value))
                    .into_value()
            }
            Some(other) => field.with("type", other).into_value(),
            None => field.into_value(),
        }
    }

    fn table(self, field: Field, schema: &Value, place: Place) -> Field {
        let mut field = field.with("type", "object");
        let properties = self.properties(schema, place);
        if !properties.is_empty() {
            field = field.with("properties", properties);
        }
        if let (Place::Whole, Some(required)) = (place, schema.get("required")) {
            field = field.with("required", required.clone());
        }
        match schema.get("additionalProperties") {
            Some(Value::Bool(others)) => field.with("additionalProperties", *others),
            Some(others) => field.with("additionalProperties", self.value(others, place)),
            None => field,
        }
    }

    /// The schema with what it refers to in its place; an option is what it is an option of.
    fn flat(self, schema: &Value) -> Option<Value> {
        let mut schema = schema.as_object()?.clone();
        for _ in 0..DEEPEST {
            let inner = if let Some(reference) = schema.remove("$ref") {
                self.root.pointer(reference.as_str()?.strip_prefix('#')?)?.clone()
            } else if let Some(only) = only_member(&schema) {
                CHOICES.iter().for_each(|keyword| drop(schema.remove(*keyword)));
                only
            } else {
                return Some(Value::Object(schema));
            };
            // What is said where it is used is closer than what is said where it is defined.
            let mut merged = inner.as_object()?.clone();
            merged.extend(schema);
            schema = merged;
        }
        None
    }
}

/// The one member of a choice that is no null.
fn only_member(schema: &Map<String, Value>) -> Option<Value> {
    let members = CHOICES.iter().find_map(|keyword| schema.get(*keyword)?.as_array())?;
    let mut real = members.iter().filter(|member| member["type"] != "null");
    let (only, None) = (real.next()?, real.next()) else { return None };
    only["const"].is_null().then(|| only.clone())
}

fn single_type(schema: &Value) -> Option<&str> {
    match &schema["type"] {
        Value::String(word) => Some(word),
        Value::Array(words) => {
            let mut words = words.iter().filter_map(Value::as_str).filter(|word| *word != "null");
            let only = words.next()?;
            words.next().is_none().then_some(only)
        }
        _ => None,
    }
}

fn string(field: Field, schema: &Value) -> Field {
    let bounds = kept(schema, &["pattern", "minLength", "maxLength"]);
    let field = bounds.into_iter().fold(field, |field, (key, value)| field.with(&key, value));
    let field = match (schema["format"].as_str(), schema.get("pattern")) {
        (Some("uri"), None) => field.pattern("^[A-Za-z][A-Za-z0-9+.-]*:"),
        _ => field,
    };
    field.text_or_reference(&["string", "object"])
}

/// The words of an `enum`, as derived: plain ones, or each with what is said of it.
fn words(schema: &Value) -> Option<Vec<(String, Option<String>)>> {
    if let Some(words) = schema["enum"].as_array() {
        return words.iter().map(|word| Some((word.as_str()?.to_owned(), None))).collect();
    }
    let mut words = Vec::new();
    for member in schema["oneOf"].as_array()? {
        let about = member["description"].as_str().map(one_line);
        match (member["const"].as_str(), member["enum"].as_array()) {
            (Some(word), _) => words.push((word.to_owned(), about)),
            (None, Some(several)) => {
                words.extend(
                    several.iter().filter_map(Value::as_str).map(|word| (word.to_owned(), about.clone())),
                );
            }
            (None, None) => return None,
        }
    }
    Some(words)
}

/// What is said of a value without deciding about it.
fn annotations(schema: &Value) -> Value {
    let mut said = kept(schema, &["description", "default", "examples", "writeOnly", "deprecated"]);
    if let Some(Value::String(description)) = said.get_mut("description") {
        *description = one_line(description);
    }
    let empty = |value: &Value| match value {
        Value::Null => true,
        Value::Array(values) => values.is_empty(),
        Value::Object(entries) => entries.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    };
    said.retain(|key, value| key != "default" || !empty(value));
    Value::Object(said)
}

fn kept(schema: &Value, keys: &[&str]) -> Map<String, Value> {
    keys.iter().filter_map(|key| Some(((*key).to_owned(), schema.get(*key)?.clone()))).collect()
}

/// A paragraph without the breaks that the width of the source made.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<&str>>().join(" ")
}
