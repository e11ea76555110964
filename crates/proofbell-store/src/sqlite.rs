//! The store on SQLite: one thread that writes and a few that read.

mod accept;
mod backlog;
mod batch;
mod checkpoint;
mod claims;
mod codec;
mod drafts;
mod failure;
mod fallbacks;
mod fatal;
mod inbox;
mod key;
mod messages;
mod open;
mod pauses;
mod planning;
mod purge;
#[cfg(test)]
mod query_plans;
mod readers;
mod records;
mod reports;
mod schema;
mod store;
mod threads;
mod views;
mod writer;
mod young;

use std::path::{Path, PathBuf};

pub use open::{OpenError, SqliteOptions};
pub use schema::SchemaError;
pub use writer::WriteCounts;

use self::backlog::Lane;
use self::batch::Batch;
use self::failure::Failure;
use self::open::Parts;
use self::readers::Readers;
use self::writer::Writer;
use crate::StoreError;

/// A store in one SQLite file. Everything that writes goes through one thread, which commits what waits together, with
/// one fsync; reads run beside it. Dropping it waits until what was asked for is written.
#[derive(Debug)]
pub struct SqliteStore {
    // Fields are dropped in this order: with the readers closed, the writer can carry the whole log back.
    work: Readers,
    people: Readers,
    writer: Option<Writer>,
    wal: PathBuf,
}

impl SqliteStore {
    /// Opens a store for reading and writing; makes it, and the directories above it, when there is none yet. Holds a
    /// lock file beside it (`….lock`), so that only one process writes.
    ///
    /// # Errors
    /// When another process holds the lock, a newer version wrote the store, or the file cannot be used.
    pub fn open(path: &Path, options: SqliteOptions) -> Result<SqliteStore, OpenError> {
        open::open(path, &options).map(|parts| SqliteStore::of(parts, path))
    }

    /// Opens a store for reading alone, without the lock: a server may be running on it. Whatever writes answers
    /// [`StoreError::Refused`].
    ///
    /// # Errors
    /// When there is no store, or its schema is not this version's.
    pub fn open_read_only(path: &Path) -> Result<SqliteStore, OpenError> {
        open::open_read_only(path, &SqliteOptions::default()).map(|parts| SqliteStore::of(parts, path))
    }

    /// Makes an empty store in memory: for rehearsals and tests. It is gone when it is dropped, and needs no lock, since nobody else can
    /// find it.
    ///
    /// # Errors
    /// When SQLite has no memory for it.
    pub fn in_memory() -> Result<SqliteStore, OpenError> {
        open::open_in_memory(&SqliteOptions::default()).map(|parts| SqliteStore::of(parts, Path::new("")))
    }

    fn of(parts: Parts, path: &Path) -> SqliteStore {
        let mut wal = path.as_os_str().to_owned();
        wal.push("-wal");
        SqliteStore { work: parts.work, people: parts.people, writer: parts.writer, wal: PathBuf::from(wal) }
    }

    /// Waits until the disk has lost a write: nothing may be acknowledged from then on, and the process has to exit.
    pub async fn fatal(&self) -> StoreError {
        match &self.writer {
            Some(writer) => writer.fatal().await,
            None => std::future::pending().await,
        }
    }

    /// What was written so far: how many writes shared how many commits.
    pub fn write_counts(&self) -> WriteCounts {
        self.writer.as_ref().map(Writer::counts).unwrap_or_default()
    }

    async fn write<T, W>(&self, lane: Lane, bytes: usize, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&Batch<'_>) -> Result<T, Failure> + Send + 'static,
    {
        match &self.writer {
            Some(writer) => writer.write(lane, bytes, work).await,
            None => Err(StoreError::Refused("the store is open for reading only".to_owned())),
        }
    }

    /// The size of the write-ahead log; 0 when there is none.
    fn wal_bytes(&self) -> u64 {
        std::fs::metadata(&self.wal).map_or(0, |file| file.len())
    }
}
