//! What the tests came to, for people and for programs.

use std::time::Duration;

use serde_json::{Value, json};

use super::coverage::Coverage;
use super::run::Ran;
use super::told::{failed, headline};
use crate::output::{Tone, line, paint, plural};

/// Tells what the tests came to: each in a line, and all about those that failed.
pub(super) fn tell(ran: &[Ran], took: Duration) {
    for ran in ran {
        match ran.has_failed() {
            false => line(&format!("{} {}", paint("ok", Tone::Good), ran.test.name)),
            true => line(&failed(ran)),
        }
    }
    let failures = ran.iter().filter(|ran| ran.has_failed()).count();
    let (text, tone) = match failures {
        0 => (format!("{} passed", plural(ran.len(), "test")), Tone::Good),
        failures => (format!("{} of {} failed", plural(failures, "test"), ran.len()), Tone::Bad),
    };
    // All about a failure ends with an empty line.
    if ran.last().is_none_or(|ran| !ran.has_failed()) {
        line("");
    }
    line(&format!("{} in {:.2} s", paint(&text, tone), took.as_secs_f64()));
}

/// The same as a value.
pub(super) fn json(ran: &[Ran], coverage: Option<&Coverage>) -> Value {
    let tests: Vec<Value> = ran.iter().map(test_json).collect();
    let failed = ran.iter().filter(|ran| ran.has_failed()).count();
    let mut value = json!({ "tests": tests, "passed": ran.len() - failed, "failed": failed });
    if let (Some(coverage), Some(fields)) = (coverage, value.as_object_mut()) {
        fields.insert("coverage".to_owned(), coverage.json());
    }
    value
}

fn test_json(ran: &Ran) -> Value {
    let failures: Vec<Value> = ran
        .steps
        .iter()
        .flat_map(|step| &step.failures)
        .map(|failure| {
            let at = failure.location();
            json!({ "file": at.file, "line": at.line, "column": at.column, "message": headline(failure, &ran.named) })
        })
        .collect();
    json!({
        "name": ran.test.name,
        "file": ran.test.location.file,
        "line": ran.test.location.line,
        "result": if ran.has_failed() { "failed" } else { "passed" },
        "seconds": ran.took.as_secs_f64(),
        "failures": failures,
        "problem": ran.problem,
    })
}
