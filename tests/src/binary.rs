//! The program under test.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::Value;

use crate::repository::cargo;

/// The program under test: the one that `PROOFBELL_BIN` names, or else one that is built now, so that it is never older than its
/// sources.
///
/// # Panics
/// When it cannot be built.
pub(crate) fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| match std::env::var_os("PROOFBELL_BIN") {
        Some(path) => path.into(),
        None => build(),
    })
}

fn build() -> PathBuf {
    let arguments = [
        "build",
        "--package",
        "proofbell",
        "--bin",
        "proofbell",
        "--message-format",
        "json-render-diagnostics",
    ];
    let output = cargo(&arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let messages = String::from_utf8(output.stdout).unwrap();
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["target"]["name"] == "proofbell")
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .expect("cargo names the executable it has built")
}
