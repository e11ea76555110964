//! People in a CSV file that is read again when it changes.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use proofbell_notify::Recipient;
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::Instant;

use crate::source::{Look, Stamp, look};
use crate::table::Table;
use crate::{Directory, FieldReader, Lookup, LookupError};

/// How often, at most, a lookup looks whether the file has changed.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How many line numbers of rows that do not count are logged.
const LINES_LOGGED: usize = 10;

/// People in a CSV file. Opens the file at the first lookup and reads it again when it changes.
///
/// A file that is missing, half written or not usable does not take away what was read before: lookups go on with the last good
/// contents, the log warns once, and [`Directory::probe`] tells.
pub struct CsvDirectory {
    path: PathBuf,
    key: String,
    reader: FieldReader,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    looked_at: Option<Instant>,
    stamp: Option<Stamp>,
    table: Option<Arc<Table>>,
    trouble: Option<LookupError>,
}

impl CsvDirectory {
    /// A directory over the file at `path`. `key` names the column that is compared: with the case's `sr_uuid` when it is called
    /// so, with its `reference_id` otherwise.
    pub fn new(path: PathBuf, key: String, reader: FieldReader) -> Self {
        CsvDirectory { path, key, reader, state: Mutex::default() }
    }

    /// Looks at the file. Others wait meanwhile: the first time they need what comes of it.
    async fn refresh(&self, state: &mut MutexGuard<'_, State>) {
        let (path, key) = (self.path.clone(), self.key.clone());
        let (stamp, table) = (state.stamp.clone(), state.table.clone());
        let task = tokio::task::spawn_blocking(move || look(&path, &key, stamp.as_ref(), table.as_deref()));
        state.looked_at = Some(Instant::now());
        match task.await {
            // What was wrong stays wrong as long as the file stays the same.
            Ok(Look::Same { stamp }) if stamp.is_some() && stamp == state.stamp => {}
            Ok(Look::Same { stamp }) => {
                state.stamp = stamp;
                state.trouble = None;
            }
            Ok(Look::New { stamp, table }) => {
                self.log_read(&table);
                state.stamp = stamp;
                state.table = Some(Arc::new(table));
                state.trouble = None;
            }
            Ok(Look::Unusable { stamp, error }) => {
                state.stamp = stamp;
                self.trouble(state, error);
            }
            Err(_) => self.trouble(state, LookupError::unavailable("read the directory: interrupted")),
        }
    }

    fn trouble(&self, state: &mut State, error: LookupError) {
        if state.trouble.as_ref() != Some(&error) {
            let in_use = match &state.table {
                Some(_) => "what was read before stays in use",
                None => "nobody can be looked up until then",
            };
            tracing::warn!("failed to {error}; {in_use}");
        }
        state.trouble = Some(error);
    }

    fn log_read(&self, table: &Table) {
        let path = self.path.display();
        tracing::info!(directory.path = %path, directory.rows = table.row_count(), "directory file read");
        let skipped = table.skipped();
        if !skipped.is_empty() {
            let lines = &skipped[..skipped.len().min(LINES_LOGGED)];
            tracing::warn!(
                directory.path = %path, directory.skipped = skipped.len(), directory.lines = ?lines,
                "rows left out: they have more or fewer cells than the header"
            );
        }
    }

    /// The contents in use, and what is wrong with the file since they were read.
    async fn table(&self) -> Result<(Arc<Table>, Option<LookupError>), LookupError> {
        let mut state = self.state.lock().await;
        if state.looked_at.is_none_or(|at| at.elapsed() >= LOOK_EVERY) {
            self.refresh(&mut state).await;
        }
        match (&state.table, &state.trouble) {
            (Some(table), trouble) => Ok((Arc::clone(table), trouble.clone())),
            (None, Some(error)) => Err(error.clone()),
            (None, None) => Err(LookupError::unavailable("read the directory: not read yet")),
        }
    }

    /// What people are looked up by; `None` where the case lacks it.
    fn id<'q>(&self, query: &'q Lookup) -> Option<&'q str> {
        match self.key.as_str() {
            "sr_uuid" => query.sr_uuid.as_deref(),
            _ => query.reference_id.as_deref(),
        }
    }
}

impl CsvDirectory {
    /// What is in the file, for people.
    fn contents(&self, table: &Table) -> String {
        let file = self.path.file_name().unwrap_or(self.path.as_os_str()).display();
        let rows = match table.row_count() {
            1 => "1 row".to_owned(),
            count => format!("{count} rows"),
        };
        match table.skipped().len() {
            0 => format!("{file}: {rows}"),
            skipped => format!("{file}: {rows}, {skipped} more left out"),
        }
    }
}

#[async_trait]
impl Directory for CsvDirectory {
    async fn lookup(&self, query: &Lookup) -> Result<Vec<Recipient>, LookupError> {
        let (table, trouble) = self.table().await?;
        let Some(id) = self.id(query) else { return Ok(Vec::new()) };
        let found: Vec<Recipient> = table.members(id).map(|member| self.reader.read(&member)).collect();
        match trouble {
            // Whoever is missing in what was read before may stand in what cannot be read now: that is not nobody yet. Nor is
            // it a fault that stops everybody: the others are still found.
            Some(error) if found.is_empty() => Err(LookupError::unavailable(error.to_string())),
            _ => Ok(found),
        }
    }

    fn foregone(&self, query: &Lookup) -> Option<Result<Vec<Recipient>, LookupError>> {
        self.id(query).is_none().then(|| Ok(Vec::new()))
    }

    async fn probe(&self) -> Result<String, LookupError> {
        let mut state = self.state.lock().await;
        self.refresh(&mut state).await;
        match (&state.table, &state.trouble) {
            (_, Some(error)) => Err(error.clone()),
            (Some(table), None) => Ok(self.contents(table)),
            (None, None) => Err(LookupError::unavailable("read the directory: not read yet")),
        }
    }

    fn kind(&self) -> &'static str {
        "csv"
    }
}

#[cfg(test)]
mod tests;
