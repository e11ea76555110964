//! `kind = "csv"`: people in a file.

use std::path::Path;
use std::sync::Arc;

use proofbell_directory::{CsvDirectory, FieldReader, LookupError, csv_columns};

use super::Found;
use crate::files::tidy;
use crate::reader::{At, Scope};
use crate::report::{Finding, code};

/// What a file of people looks like.
const COLUMNS: &str = "write a CSV file whose first line names the columns: reference_id, name, email, …, or name another column in `key`";

pub(super) fn read(scope: &Scope<'_>, reader: FieldReader) -> Option<Found> {
    let found = csv(scope, reader);
    scope.finish();
    found
}

fn csv(scope: &Scope<'_>, reader: FieldReader) -> Option<Found> {
    scope.require("path", "path = \"sellers.csv\"");
    let key = match scope.node("key") {
        Some(_) => scope.parsed("key", "the name of a column", |key| match key.trim().is_empty() {
            true => Err("name the column that holds the event's reference_id"),
            false => Ok(key.to_owned()),
        })?,
        None => At { value: "reference_id".to_owned(), at: scope.place("path") },
    };
    let (path, assumed) = scope.cx.with_assumed(|| scope.string("path"));
    let path = path?;
    let full = scope.cx.sources.directory(path.at.file()).join(&path.value);
    let columns = if assumed { None } else { columns(scope, &full, &path, &key) };
    let fields = columns.map(|value| At { value, at: path.at });
    let directory = Arc::new(CsvDirectory::new(full, key.value, reader));
    Some(Found { directory, members: None, fields })
}

/// The columns of the file; `None` when it is not there yet or cannot be used, which is told.
fn columns(scope: &Scope<'_>, full: &Path, path: &At<String>, key: &At<String>) -> Option<Vec<String>> {
    let shown = tidy(full);
    if !scope.cx.files.exists(full) {
        let message = format!("there is no file {}", shown.display());
        let hint = "nobody is found until it is there; relative paths count from the file that names them";
        scope.cx.report.push(Finding::warning(code::ABSENT_FILE, path.at, message).hint(hint));
        return None;
    }
    // What an export is writing just now must keep no server from starting; what can be read and has no such column is a mistake.
    let doubt = |message| {
        scope.cx.report.push(Finding::warning(code::UNREACHABLE, path.at, message).hint(COLUMNS));
    };
    let text = match scope.cx.files.read_start(full) {
        Ok(text) if !text.trim().is_empty() => text,
        Ok(_) => {
            doubt(unusable(&shown, "it is empty"));
            return None;
        }
        Err(error) => {
            doubt(unusable(&shown, &error.to_string()));
            return None;
        }
    };
    match csv_columns(&text, &key.value) {
        Ok(columns) => Some(columns),
        Err(LookupError::Misconfigured(why)) => {
            let finding = Finding::error(code::UNREACHABLE, key.at, unusable(&shown, &why));
            scope.cx.report.push(finding.hint(COLUMNS));
            None
        }
        Err(LookupError::Unavailable { .. } | LookupError::Unaskable(_)) => None,
    }
}

fn unusable(shown: &Path, why: &str) -> String {
    format!("nobody can be found in {}: {why}", shown.display())
}
