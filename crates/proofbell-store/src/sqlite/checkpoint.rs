//! Carries the write-ahead log back into the database.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rusqlite::Connection;

use super::failure::{Failure, Moment, classify};
use crate::StoreError;

/// From so many pages (32 MiB) on the log is carried back. A page that changed many times meanwhile is carried once, so a
/// longer log costs less in all; it is read anew at a start, which 32 MiB delay by a fraction of a second.
const FROM_PAGES: usize = 8192;
/// When a reader kept the log from being started anew, it is tried again after so many more pages.
const AGAIN_AFTER: usize = 1024;
/// From so many pages (256 MiB) on somebody should hear of it.
const WARN_PAGES: usize = 65_536;

/// Checkpoints after commits instead of within them: SQLite's own `wal_autocheckpoint` makes the caller wait, and
/// swallows errors, a failed fsync among them.
#[derive(Debug)]
pub(super) struct Checkpointer {
    /// Pages in the log, as of the last commit.
    pages: Arc<AtomicUsize>,
    seen: usize,
    next: usize,
    warned: bool,
}

impl Checkpointer {
    /// Takes over from `wal_autocheckpoint` on this connection.
    pub(super) fn install(connection: &mut Connection) -> rusqlite::Result<Checkpointer> {
        let pages = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&pages);
        connection.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, pages: std::ffi::c_int| {
            counted.store(usize::try_from(pages).unwrap_or(0), Ordering::Relaxed);
            Ok(())
        }))?;
        Ok(Checkpointer { pages, seen: 0, next: FROM_PAGES, warned: false })
    }

    /// Carries the log back when it has become long.
    ///
    /// # Errors
    /// A problem after which nothing may be acknowledged any more.
    pub(super) fn after_commit(&mut self, connection: &Connection) -> Result<(), String> {
        let pages = self.pages.load(Ordering::Relaxed);
        if pages < self.seen {
            self.next = FROM_PAGES;
            self.warned = false;
        }
        self.seen = pages;
        if pages < self.next {
            return Ok(());
        }
        self.next = pages.saturating_add(AGAIN_AFTER);
        if pages >= WARN_PAGES && !self.warned {
            self.warned = true;
            tracing::warn!(
                pages,
                "the write-ahead log is long: does another program read the database for long?"
            );
        }
        checkpoint(connection)
    }
}

fn checkpoint(connection: &Connection) -> Result<(), String> {
    let run = || connection.prepare_cached("PRAGMA wal_checkpoint(PASSIVE)")?.query_row([], |_| Ok(()));
    let Err(error) = run() else { return Ok(()) };
    match classify(&error, Moment::Statement) {
        Failure::Transaction(StoreError::Fatal(problem)) => Err(problem),
        // The log still holds everything: it is tried again later.
        Failure::Transaction(_) | Failure::Item(_) => {
            tracing::warn!(%error, "the write-ahead log could not be carried back");
            Ok(())
        }
    }
}
