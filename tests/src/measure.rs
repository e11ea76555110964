//! Times that are worth knowing but no reason to fail.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::time::Duration;

/// Tells a measured time: in the test's output, and in the file that `PROOFBELL_MEASURES` names.
pub fn measured(what: &str, time: Duration) {
    let line = format!("{what}: {} ms", time.as_millis());
    eprintln!("measured: {line}");
    if let Some(path) = std::env::var_os("PROOFBELL_MEASURES") {
        let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
        writeln!(file, "{line}").unwrap();
    }
}
