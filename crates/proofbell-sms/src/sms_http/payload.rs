//! What is posted: the settings `json` and `form`.

use proofbell_notify::ConfigError;
use serde_json::{Map, Value};

use super::template::{Place, Template, Values};

/// A body with places in it.
#[derive(Debug)]
pub(super) enum Payload {
    /// A JSON object.
    Json(Node),
    /// A form's fields, in the order in which they are written.
    Form(Vec<(String, Template)>),
}

/// A JSON value; numbers, booleans and null stay as they are, and so do keys.
#[derive(Debug)]
pub(super) enum Node {
    Text(Template),
    Plain(Value),
    List(Vec<Node>),
    Table(Vec<(String, Node)>),
}

impl Payload {
    /// Reads the settings `json` and `form`, of which one must be there.
    ///
    /// # Errors
    /// The first place that cannot be filled, and what is missing.
    pub(super) fn check(
        json: Option<Map<String, Value>>,
        form: Option<Map<String, Value>>,
    ) -> Result<Payload, ConfigError> {
        let (payload, setting) = match (json, form) {
            (Some(json), None) => (Payload::Json(Node::check(Value::Object(json), "json")?), "json"),
            (None, Some(form)) => {
                let fields = form.into_iter().map(|(name, value)| field(name, value));
                (Payload::Form(fields.collect::<Result<_, _>>()?), "form")
            }
            (Some(_), Some(_)) => {
                return Err(ConfigError::at("form", "stands beside `json`; write one of the two"));
            }
            (None, None) => {
                return Err(ConfigError::at(
                    "",
                    "missing field `json` or `form`; write what the gateway takes as the one or the other",
                ));
            }
        };
        for (place, what) in [(Place::To, "{to}"), (Place::Text, "{text}")] {
            if !payload.has(place) {
                let message = format!(
                    "{what} is nowhere in it, so the gateway could not know; write it where it belongs"
                );
                return Err(ConfigError::at(setting, message));
            }
        }
        Ok(payload)
    }

    /// Whether it has this place.
    pub(super) fn has(&self, place: Place) -> bool {
        match self {
            Payload::Json(node) => node.has(place),
            Payload::Form(fields) => fields.iter().any(|(_, value)| value.has(place)),
        }
    }
}

fn field(name: String, value: Value) -> Result<(String, Template), ConfigError> {
    let path = format!("form.{name}");
    let template = match value {
        Value::String(text) => parse(&text, &path)?,
        Value::Number(number) => Template::literal(number.to_string()),
        Value::Bool(value) => Template::literal(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => {
            return Err(ConfigError::at(
                path,
                "a form has texts, numbers and true or false; write a nested body as `json`",
            ));
        }
    };
    Ok((name, template))
}

fn parse(text: &str, path: &str) -> Result<Template, ConfigError> {
    Template::parse(text).map_err(|problem| ConfigError::at(path, problem))
}

impl Node {
    fn check(value: Value, path: &str) -> Result<Node, ConfigError> {
        Ok(match value {
            Value::String(text) => Node::Text(parse(&text, path)?),
            Value::Array(values) => {
                let nodes = values.into_iter().enumerate();
                let nodes = nodes.map(|(index, value)| Node::check(value, &format!("{path}[{index}]")));
                Node::List(nodes.collect::<Result<_, _>>()?)
            }
            Value::Object(object) => {
                let nodes = object.into_iter().map(|(key, value)| {
                    let node = Node::check(value, &format!("{path}.{key}"))?;
                    Ok((key, node))
                });
                Node::Table(nodes.collect::<Result<_, ConfigError>>()?)
            }
            value @ (Value::Null | Value::Bool(_) | Value::Number(_)) => Node::Plain(value),
        })
    }

    fn has(&self, place: Place) -> bool {
        match self {
            Node::Text(template) => template.has(place),
            Node::Plain(_) => false,
            Node::List(nodes) => nodes.iter().any(|node| node.has(place)),
            Node::Table(entries) => entries.iter().any(|(_, node)| node.has(place)),
        }
    }

    /// The JSON with its places filled.
    pub(super) fn fill(&self, values: &Values<'_>) -> Value {
        match self {
            Node::Text(template) => Value::String(template.fill(values)),
            Node::Plain(value) => value.clone(),
            Node::List(nodes) => nodes.iter().map(|node| node.fill(values)).collect(),
            Node::Table(entries) => {
                entries.iter().map(|(key, node)| (key.clone(), node.fill(values))).collect()
            }
        }
    }
}
