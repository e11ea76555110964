//! `kind = "csv"`: people in a file.

use std::sync::Arc;

use proofbell_directory::{CsvDirectory, FieldReader};

use super::Found;
use crate::reader::{At, Scope};
use crate::report::{Finding, code};

pub(super) fn read(scope: &Scope<'_>, reader: FieldReader) -> Option<Found> {
    let directory = csv(scope, reader);
    scope.finish();
    Some(Found { directory: Arc::new(directory?), members: None })
}

fn csv(scope: &Scope<'_>, reader: FieldReader) -> Option<CsvDirectory> {
    scope.require("path", "path = \"sellers.csv\"");
    let key = match scope.node("key") {
        Some(_) => scope.parsed("key", "the name of a column", |key| match key.trim().is_empty() {
            true => Err("name the column that holds the event's reference_id"),
            false => Ok(key.to_owned()),
        })?,
        None => At { value: "reference_id".to_owned(), at: scope.at },
    };
    let path = scope.string("path")?;
    let full = scope.cx.sources.directory(path.at.file()).join(&path.value);
    if !scope.cx.files.exists(&full) {
        let message = format!("there is no file {}", crate::files::tidy(&full).display());
        let hint = "nobody is found until it is there; relative paths count from the file that names them";
        scope.cx.report.push(Finding::warning(code::ABSENT_FILE, path.at, message).hint(hint));
    }
    Some(CsvDirectory::new(full, key.value, reader))
}
