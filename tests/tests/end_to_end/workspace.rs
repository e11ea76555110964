//! The walls of the workspace: who may know whom, and who alone knows what.

use std::collections::{BTreeMap, BTreeSet};

use proofbell_tests::{metadata, root};
use serde_json::Value;

/// Each crate and the siblings it may use. The arrows point down: what stands in a row stands above what it names.
const ARROWS: [(&str, &[&str]); 16] = [
    ("proofbell-event", &[]),
    ("proofbell-notify", &[]),
    ("proofbell-email", &["proofbell-notify"]),
    ("proofbell-line", &["proofbell-notify"]),
    ("proofbell-slack", &["proofbell-notify"]),
    ("proofbell-sms", &["proofbell-notify"]),
    ("proofbell-webhook", &["proofbell-notify"]),
    ("proofbell-directory", &["proofbell-notify"]),
    ("proofbell-engine", &["proofbell-event", "proofbell-notify"]),
    ("proofbell-store", &["proofbell-engine", "proofbell-event", "proofbell-notify"]),
    ("proofbell-config", &["proofbell-directory", "proofbell-engine", "proofbell-event", "proofbell-notify"]),
    (
        "proofbell-pipeline",
        &[
            "proofbell-directory",
            "proofbell-engine",
            "proofbell-event",
            "proofbell-notify",
            "proofbell-store",
        ],
    ),
    (
        "proofbell-server",
        &[
            "proofbell-directory",
            "proofbell-engine",
            "proofbell-event",
            "proofbell-notify",
            "proofbell-pipeline",
            "proofbell-store",
        ],
    ),
    (
        "proofbell",
        &[
            "proofbell-config",
            "proofbell-directory",
            "proofbell-email",
            "proofbell-engine",
            "proofbell-event",
            "proofbell-line",
            "proofbell-notify",
            "proofbell-pipeline",
            "proofbell-server",
            "proofbell-slack",
            "proofbell-sms",
            "proofbell-store",
            "proofbell-webhook",
        ],
    ),
    // The example of the page on notifiers; all but the contract is for its tests.
    ("proofbell-discord", &["proofbell-config", "proofbell-engine", "proofbell-event", "proofbell-notify"]),
    // The tests use the program from outside, and of its inside only what signs events and sends requests.
    ("proofbell-tests", &["proofbell-email", "proofbell-event", "proofbell-notify", "proofbell-slack"]),
];

/// A subject that one crate alone knows, by the dependency that stands for it. `proofbell-tests` plays the other side.
const ONLY: [(&str, &[&str]); 5] = [
    ("rusqlite", &["proofbell-store"]),
    ("toml", &["proofbell-config"]),
    ("axum", &["proofbell-server"]),
    ("lettre", &["proofbell-email"]),
    ("csv", &["proofbell-directory"]),
];

struct Package {
    name: String,
    folder: String,
    /// What it is made of, tests aside.
    uses: BTreeSet<String>,
    /// What its tests use besides.
    tested_with: BTreeSet<String>,
}

fn packages() -> Vec<Package> {
    let root = root();
    let metadata = metadata();
    let package = |package: &Value| {
        let manifest = package["manifest_path"].as_str().unwrap();
        let folder = std::path::Path::new(manifest).parent().unwrap().strip_prefix(&root).unwrap();
        let dependencies = |of_tests: bool| {
            let list = package["dependencies"].as_array().unwrap().iter();
            list.filter(|dependency| (dependency["kind"] == "dev") == of_tests)
                .map(|dependency| dependency["name"].as_str().unwrap().to_owned())
                .collect()
        };
        Package {
            name: package["name"].as_str().unwrap().to_owned(),
            folder: folder.to_str().unwrap().to_owned(),
            uses: dependencies(false),
            tested_with: dependencies(true),
        }
    };
    metadata["packages"].as_array().unwrap().iter().map(package).collect()
}

#[test]
fn every_crate_stands_in_the_folder_of_its_name() {
    let packages = packages();
    let found: BTreeMap<&str, &str> =
        packages.iter().map(|package| (package.name.as_str(), package.folder.as_str())).collect();
    for (name, _) in ARROWS {
        let expected = match name {
            "proofbell-tests" => "tests".to_owned(),
            "proofbell-discord" => format!("examples/{name}"),
            _ => format!("crates/{name}"),
        };
        assert_eq!(found.get(name), Some(&expected.as_str()), "{name}");
    }
    assert_eq!(found.len(), ARROWS.len(), "a crate is not in the table of arrows: {found:#?}");
}

#[test]
fn arrows_point_down() {
    let arrows = BTreeMap::from(ARROWS);
    for package in packages() {
        let allowed = arrows[package.name.as_str()];
        // A crate's tests may use the crate itself, with other features.
        let tests = package.tested_with.iter().filter(|name| **name != package.name);
        for sibling in package.uses.iter().chain(tests).filter(|name| name.starts_with("proofbell")) {
            assert!(allowed.contains(&sibling.as_str()), "{} may not use {sibling}", package.name);
        }
    }
    for (name, allowed) in ARROWS {
        for sibling in allowed {
            assert!(!arrows[sibling].contains(&name), "{name} and {sibling} may use each other");
        }
    }
}

#[test]
fn one_crate_alone_knows_each_of_these() {
    for (dependency, knowing) in ONLY {
        for package in packages().iter().filter(|package| package.name != "proofbell-tests") {
            let knows = package.uses.contains(dependency);
            assert_eq!(knows, knowing.contains(&package.name.as_str()), "{} and {dependency}", package.name);
        }
    }
}
