//! `[vars]`

use serde_json::{Map, Value as Json};

use crate::context::Context;
use crate::merge::join;
use crate::reader::Scope;
use crate::secret;
use crate::tree::{Node, Value};

pub(crate) fn read(root: &Scope<'_>) -> Map<String, Json> {
    let Some(scope) = root.table("vars") else { return Map::new() };
    let mut vars = Map::new();
    for entry in scope.entries() {
        if let Some(value) = json(scope.cx, &entry.node, &scope.path_of(&entry.key)) {
            vars.insert(entry.key.clone(), value);
        }
    }
    vars
}

/// A value as templates see it; a reference is read first.
fn json(cx: &Context<'_>, node: &Node, path: &str) -> Option<Json> {
    if node.reference().is_some() {
        return secret::resolve(cx, node, path).map(|text| Json::String(text.value));
    }
    Some(match &node.value {
        Value::String(text) | Value::Datetime(text) => Json::String(text.clone()),
        Value::Integer(number) => Json::from(*number),
        Value::Float(number) => Json::from(*number),
        Value::Boolean(value) => Json::Bool(*value),
        Value::Array(nodes) => nodes
            .iter()
            .enumerate()
            .map(|(index, node)| json(cx, node, &format!("{path}[{index}]")))
            .collect::<Option<Vec<Json>>>()?
            .into(),
        Value::Table(table) => Json::Object(
            table
                .entries
                .iter()
                .map(|entry| Some((entry.key.clone(), json(cx, &entry.node, &join(path, &entry.key))?)))
                .collect::<Option<Map<String, Json>>>()?,
        ),
    })
}
