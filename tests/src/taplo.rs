//! Taplo, the language server with which editors check TOML.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use tokio::process::Command;

use crate::repository::root;

/// What it said of a file.
#[derive(Clone, Debug)]
pub struct Linted {
    /// Whether nothing is wrong.
    pub good: bool,
    /// All that was said, without colour.
    pub said: String,
}

/// Taplo: the program that `PROOFBELL_TAPLO` names, or the one that `./test setup` has installed; `None`, which is said aloud, where
/// there is none.
pub fn taplo() -> Option<PathBuf> {
    let named = std::env::var_os("PROOFBELL_TAPLO").map(PathBuf::from);
    let program = named.unwrap_or_else(|| root().join("target/tools/bin/taplo"));
    let found = program.is_file();
    if !found {
        // Not `eprintln`, which the test harness keeps to itself while a test passes.
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: the schema is not tried in an editor's language server, because there is no Taplo"
        );
    }
    found.then_some(program)
}

impl Linted {
    /// What Taplo says of a file, with the schema that the file itself names.
    ///
    /// # Panics
    /// When Taplo cannot be run.
    pub async fn of(taplo: &Path, file: &Path) -> Linted {
        let mut command = Command::new(taplo);
        command.args(["lint", "--no-auto-config", "--colors", "never"]).arg(file);
        let output = command.output().await.unwrap();
        Linted { good: output.status.success(), said: String::from_utf8_lossy(&output.stderr).into_owned() }
    }
}
