//! Slack's own descriptions of what it takes. `PROOFBELL_CONTRACTS` names the folder that holds them.

use std::io::Write as _;
use std::path::Path;

use jsonschema::Validator;
use serde_json::{Value, json};

/// One of the descriptions; `None`, said aloud, where they are not at hand.
pub(crate) fn contract(name: &str) -> Option<Value> {
    let Some(folder) = std::env::var_os("PROOFBELL_CONTRACTS") else {
        // Not `eprintln`, which the test harness keeps to itself while a test passes.
        let _ = writeln!(std::io::stderr(), "SKIPPED: {name}, because PROOFBELL_CONTRACTS names no folder");
        return None;
    };
    let path = Path::new(&folder).join("slack").join(name);
    let file = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Some(serde_json::from_slice(&file).unwrap())
}

/// The definition of that name in Slack's block schema.
pub(crate) fn message(definition: &str) -> Option<Validator> {
    let mut schema = contract("slack_block_kit.strict.schema.json")?;
    schema["$ref"] = json!(format!("#/definitions/{definition}"));
    Some(jsonschema::validator_for(&schema).unwrap())
}

/// Panics when a message is not one that the schema describes.
pub(crate) fn check(schema: &Validator, message: &Value) {
    let problems: Vec<String> =
        schema.iter_errors(message).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(problems.is_empty(), "{problems:?} in {message}");
}
