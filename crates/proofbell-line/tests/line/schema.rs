//! LINE's own description of a push request, with the limits that its texts state. `PROOFBELL_CONTRACTS` names the folder it is in.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::{Map, Value, json};

/// A push request's schema, and those of what a Flex message is made of.
///
/// The description leaves both to the reader what an object's `type` makes of it and that other properties are refused; in Flex messages
/// LINE holds to both. Here each object is held to the schema that its `type` names.
pub(crate) struct PushSchema {
    request: Validator,
    parts: Vec<(String, Validator, BTreeSet<String>)>,
}

/// The schema; `None`, said aloud, where it is not at hand.
pub(crate) fn push() -> Option<&'static PushSchema> {
    static SCHEMA: OnceLock<Option<PushSchema>> = OnceLock::new();
    let load = || {
        let Some(folder) = std::env::var_os("PROOFBELL_CONTRACTS") else {
            // Not `eprintln`, which the test harness keeps to itself while a test passes.
            let _ = writeln!(
                std::io::stderr(),
                "SKIPPED: PROOFBELL_CONTRACTS is not set, so requests are not compared with LINE's description"
            );
            return None;
        };
        let path = Path::new(&folder).join("line/line_messaging_push.strict.openapi.json");
        let file = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Some(PushSchema::new(&serde_json::from_slice(&file).unwrap()))
    };
    SCHEMA.get_or_init(load).as_ref()
}

impl PushSchema {
    fn new(description: &Value) -> PushSchema {
        let schemas = description["components"]["schemas"].as_object().unwrap();
        let validator = |name: &str| {
            let reference = format!("#/components/schemas/{name}");
            let schema = json!({ "$ref": reference, "components": description["components"] });
            jsonschema::validator_for(&schema).unwrap()
        };
        let mappings = ["FlexContainer", "FlexComponent", "Action"]
            .map(|name| schemas[name]["discriminator"]["mapping"].as_object().unwrap());
        let parts = mappings.into_iter().flatten().map(|(kind, reference)| {
            let name = name(reference);
            (kind.clone(), validator(name), properties(schemas, name))
        });
        PushSchema { request: validator("PushMessageRequest"), parts: parts.collect() }
    }

    /// What LINE would not like about a request.
    pub(crate) fn problems(&self, request: &Value) -> Vec<String> {
        let mut problems: Vec<String> = self
            .request
            .iter_errors(request)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        for message in request["messages"].as_array().into_iter().flatten() {
            if let Some(contents) = message.get("contents") {
                self.walk(contents, &mut problems);
            }
        }
        problems
    }

    fn walk(&self, value: &Value, problems: &mut Vec<String>) {
        match value {
            Value::Array(values) => values.iter().for_each(|value| self.walk(value, problems)),
            Value::Object(members) => {
                if let Some(kind) = members.get("type") {
                    self.part(kind, members, value, problems);
                }
                members.values().for_each(|value| self.walk(value, problems));
            }
            _ => {}
        }
    }

    fn part(&self, kind: &Value, members: &Map<String, Value>, value: &Value, problems: &mut Vec<String>) {
        let Some((kind, validator, known)) = self.parts.iter().find(|(name, ..)| name == kind) else {
            problems.push(format!("there is no {kind}"));
            return;
        };
        problems.extend(validator.iter_errors(value).map(|error| format!("{kind}: {error}")));
        let unknown = members.keys().filter(|name| !known.contains(*name));
        problems.extend(unknown.map(|name| format!("{kind}: unknown property {name}")));
    }
}

fn name(reference: &Value) -> &str {
    reference.as_str().unwrap().rsplit('/').next().unwrap()
}

/// All properties that a schema and those that it builds on know.
fn properties(schemas: &Map<String, Value>, of: &str) -> BTreeSet<String> {
    let mut known = BTreeSet::new();
    let mut left = vec![&schemas[of]];
    while let Some(schema) = left.pop() {
        known.extend(schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone()));
        left.extend(schema["allOf"].as_array().into_iter().flatten());
        left.extend(schema.get("$ref").map(|reference| &schemas[name(reference)]));
    }
    known
}
