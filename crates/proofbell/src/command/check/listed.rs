//! What was found, as JSON.

use std::time::Duration;

use proofbell_config::{Diagnostic, Location};
use serde_json::{Value, json};

use super::count;
use super::probe::Answer;

/// Everything: the diagnostics, and what was answered where somebody was asked.
pub(super) fn all(diagnostics: &[Diagnostic], took: Duration, answers: Option<&[Answer]>) -> Value {
    let (errors, warnings) = count(diagnostics);
    let listed: Vec<_> = diagnostics.iter().map(diagnostic).collect();
    let mut all = json!({
        "errors": errors,
        "warnings": warnings,
        "took_ms": millis(took),
        "diagnostics": listed,
    });
    if let Some(answers) = answers {
        all["probes"] = answers.iter().map(Answer::as_json).collect();
    }
    all
}

/// Columns count characters, from 1; `end_column` is the one behind what is meant, which is never longer than its line.
fn diagnostic(diagnostic: &Diagnostic) -> Value {
    let at = diagnostic.location.as_ref();
    json!({
        "severity": diagnostic.severity.as_str(),
        "code": diagnostic.code,
        "file": at.map(|at| at.file.display().to_string()),
        "line": at.map(|at| at.line),
        "column": at.map(|at| at.column),
        "end_line": at.map(|at| at.line),
        "end_column": at.map(Location::end_column),
        "source": at.map(|at| &at.source_line),
        "message": diagnostic.message,
        "hint": diagnostic.hint,
        "related": diagnostic.related.as_ref().map(related),
    })
}

fn related(at: &Location) -> Value {
    json!({
        "file": at.file.display().to_string(),
        "line": at.line,
        "column": at.column,
        "end_line": at.line,
        "end_column": at.end_column(),
        "source": at.source_line,
    })
}

pub(super) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
