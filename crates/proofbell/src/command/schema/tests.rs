//! The schema is fresh, and what is written anywhere as an example is right by it.

use std::path::Path;

use serde_json::Value;

use super::*;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// `PROOFBELL_UPDATE=1 cargo test -p proofbell` writes it anew; read the difference before committing it.
#[test]
fn the_schema_in_the_starter_set_is_fresh() {
    let path = root().join("config/proofbell.schema.json");
    if std::env::var_os("PROOFBELL_UPDATE").is_some() {
        std::fs::write(&path, text()).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == text(), "config/proofbell.schema.json is old; PROOFBELL_UPDATE=1 writes it anew");
}

/// Files below `folder` that end so.
fn files(folder: &Path, end: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.to_string_lossy().ends_with(end)).collect();
    files.sort();
    files
}

/// The TOML in a document.
fn blocks(text: &str) -> Vec<&str> {
    let blocks = text.split("```toml\n").skip(1);
    blocks.map(|block| block.split("```").next().unwrap_or_default()).collect()
}

#[test]
fn what_the_documents_and_the_starter_set_show_is_right() {
    let schema = schema(&builtin::notifiers());
    let validator = jsonschema::validator_for(&schema).unwrap();
    let sections = schema["properties"].as_object().unwrap();
    let crates = std::fs::read_dir(root().join("crates")).unwrap().map(|entry| entry.unwrap().path());
    let documents = crates.flat_map(|folder| files(&folder, "README.md"));
    let documents = documents.chain([root().join("README.md"), root().join("docs/OPERATIONS.md")]);
    let mut shown: Vec<(PathBuf, String)> = Vec::new();
    for document in documents {
        let text = std::fs::read_to_string(&document).unwrap();
        shown.extend(blocks(&text).into_iter().map(|block| (document.clone(), block.to_owned())));
    }
    for file in files(&root().join("config"), ".toml") {
        shown.push((file.clone(), std::fs::read_to_string(file).unwrap()));
    }
    let mut looked = 0;
    for (place, text) in shown {
        let Ok(value) = toml::from_str::<Value>(&text) else { continue };
        // Other blocks are manifests and front matter.
        if !value.as_object().unwrap().keys().any(|key| sections.contains_key(key)) {
            continue;
        }
        let errors: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{}: {errors:?} in\n{text}", place.display());
        looked += 1;
    }
    assert!(looked >= 15, "{looked}");
}
