//! Opening a store: the lock, the connections, their settings.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::backlog::Backlog;
use super::checkpoint::Checkpointer;
use super::key;
use super::readers::Readers;
use super::schema::{self, SchemaError};
use super::writer::Writer;
use super::young::Young;

/// How a [`super::SqliteStore`] behaves; the defaults suit a server.
#[derive(Clone, Copy, Debug)]
pub struct SqliteOptions {
    /// Writes that may wait before further ones are refused as busy.
    pub most_waiting: usize,
    /// Bytes that may wait before further ones are refused as busy.
    pub most_waiting_bytes: usize,
    /// At most so many events wait for planning, about 250 bytes of memory each; the door answers "busy" beyond that.
    pub most_unplanned: usize,
    /// How long one query may read.
    pub read_deadline: Duration,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        SqliteOptions {
            most_waiting: 2048,
            most_unplanned: 500_000,
            most_waiting_bytes: 64 << 20,
            read_deadline: Duration::from_secs(5),
        }
    }
}

/// Why a store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The SQLite library can lose committed writes.
    #[error(
        "SQLite {version} can lose committed writes (the WAL-reset bug, mended in 3.51.3, 3.50.7 and 3.44.6): build with the bundled library"
    )]
    AffectedSqlite {
        /// The library's version.
        version: &'static str,
    },
    /// A file beside the database cannot be made or opened.
    #[error("open `{}`: {source}", path.display())]
    File {
        /// The file or directory.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// Another process writes to it.
    #[error("another proofbell runs on this store (it holds `{}`): stop it, or ask it through its admin address", lock.display())]
    Locked {
        /// The lock file.
        lock: PathBuf,
    },
    /// There is nothing to read.
    #[error("there is no store at `{}`: has `proofbell serve` run with this configuration?", path.display())]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// Its schema is not ours.
    #[error("`{}`: {problem}", path.display())]
    Schema {
        /// The database.
        path: PathBuf,
        /// What is wrong with it.
        problem: SchemaError,
    },
    /// The database failed.
    #[error("database `{}`: {problem}", path.display())]
    Database {
        /// The database.
        path: PathBuf,
        /// What it said.
        problem: String,
    },
}

/// The parts of an open store.
#[derive(Debug)]
pub(super) struct Parts {
    pub(super) writer: Option<Writer>,
    /// Reads for the pipeline.
    pub(super) work: Readers,
    /// Reads for people, so that a slow list never holds up the pipeline.
    pub(super) people: Readers,
}

/// Opens for reading and writing.
pub(super) fn open(path: &Path, options: &SqliteOptions) -> Result<Parts, OpenError> {
    refuse_affected(rusqlite::version_number())?;
    let lock = lock(path)?;
    create(path)?;
    let mut connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE, WRITER_CACHE)?;
    prepare_writer(&connection).map_err(|problem| database(path, problem))?;
    schema::migrate(&mut connection).map_err(|problem| schema_problem(path, problem))?;
    let checkpointer = Checkpointer::install(&mut connection).map_err(|problem| database(path, problem))?;
    let young =
        Young::load(&connection, options.most_unplanned).map_err(|problem| database(path, problem))?;
    let backlog = Backlog::new(options.most_waiting, options.most_waiting_bytes);
    let (work, people) = readers(path, options, OpenFlags::empty())?;
    let writer = Writer::start(connection, checkpointer, young, backlog, Some(lock))
        .map_err(|problem| database(path, problem))?;
    Ok(Parts { writer: Some(writer), work, people })
}

/// Numbers the databases in memory, so that no two stores of this process share one.
static IN_MEMORY: AtomicU64 = AtomicU64::new(0);

/// Makes an empty database in memory, which the connections of one store share. It is gone with the last of them.
pub(super) fn open_in_memory(options: &SqliteOptions) -> Result<Parts, OpenError> {
    refuse_affected(rusqlite::version_number())?;
    let number = IN_MEMORY.fetch_add(1, Ordering::Relaxed);
    // A name that begins with a slash is shared by all connections of the process that use it (SQLite, "memdb" VFS).
    let path = PathBuf::from(format!("file:/proofbell-{number}?vfs=memdb"));
    let mode = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_URI;
    let mut connection = connect(&path, mode, WRITER_CACHE)?;
    schema::migrate(&mut connection).map_err(|problem| schema_problem(&path, problem))?;
    let checkpointer = Checkpointer::install(&mut connection).map_err(|problem| database(&path, problem))?;
    let young =
        Young::load(&connection, options.most_unplanned).map_err(|problem| database(&path, problem))?;
    let backlog = Backlog::new(options.most_waiting, options.most_waiting_bytes);
    let (work, people) = readers(&path, options, OpenFlags::SQLITE_OPEN_URI)?;
    let writer = Writer::start(connection, checkpointer, young, backlog, None)
        .map_err(|problem| database(&path, problem))?;
    Ok(Parts { writer: Some(writer), work, people })
}

/// Opens for reading alone, beside a server that may be running.
pub(super) fn open_read_only(path: &Path, options: &SqliteOptions) -> Result<Parts, OpenError> {
    refuse_affected(rusqlite::version_number())?;
    if !path.exists() {
        return Err(OpenError::Missing { path: path.to_owned() });
    }
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY, READER_CACHE)?;
    schema::check(&connection).map_err(|problem| schema_problem(path, problem))?;
    let (work, people) = readers(path, options, OpenFlags::empty())?;
    Ok(Parts { writer: None, work, people })
}

/// Page caches, in KiB.
const WRITER_CACHE: i64 = 32 << 10;
const READER_CACHE: i64 = 8 << 10;
/// How long a connection waits for a lock that another program holds.
const BUSY_TIMEOUT: Duration = Duration::from_secs(2);
/// Different statements that stay prepared; there are fewer.
const STATEMENTS: usize = 128;

fn readers(path: &Path, options: &SqliteOptions, more: OpenFlags) -> Result<(Readers, Readers), OpenError> {
    let start = |name, count: usize| {
        let connections: Result<Vec<Connection>, OpenError> = (0..count)
            .map(|_| connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY | more, READER_CACHE))
            .collect();
        Readers::start(name, connections?, options.read_deadline).map_err(|problem| database(path, problem))
    };
    Ok((start("work-reader", 1)?, start("reader", 2)?))
}

fn connect(path: &Path, mode: OpenFlags, cache_kib: i64) -> Result<Connection, OpenError> {
    let open = || {
        let connection = Connection::open_with_flags(path, mode | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        // Without it a statement is prepared anew whenever a value is bound that its plan might depend on; every plan here is
        // fixed by its index.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        key::install(&connection)?;
        connection.pragma_update(None, "cache_size", -cache_kib)?;
        // Sorting and savepoints spill to memory, never to files.
        connection.pragma_update(None, "temp_store", "memory")?;
        // A bad sector under a memory map is a signal that kills the process; under read() it is an error.
        connection.pragma_update(None, "mmap_size", 0)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "trusted_schema", false)?;
        Ok(connection)
    };
    open().map_err(|problem: rusqlite::Error| database(path, problem))
}

fn prepare_writer(connection: &Connection) -> Result<(), String> {
    let mode: String = connection
        .pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))
        .map_err(|problem| problem.to_string())?;
    if mode != "wal" {
        return Err(format!("its journal mode stays `{mode}`: is it on a network file system?"));
    }
    let set = || {
        // Anything less answers before the data is on the disk.
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "journal_size_limit", 128 << 20)
    };
    set().map_err(|problem: rusqlite::Error| problem.to_string())
}

/// Refuses libraries with the WAL-reset bug (<https://www.sqlite.org/wal.html>): with two connections, committed writes can be lost.
fn refuse_affected(version: i32) -> Result<(), OpenError> {
    match matches!(version, 3_051_003..|3_050_007..3_051_000| 3_044_006..3_045_000) {
        true => Ok(()),
        false => Err(OpenError::AffectedSqlite { version: rusqlite::version() }),
    }
}

/// Takes the lock beside the database. The operating system gives it back when the process ends, however it ends.
fn lock(path: &Path) -> Result<File, OpenError> {
    if let Some(directory) = path.parent() {
        std::fs::create_dir_all(directory)
            .map_err(|source| OpenError::File { path: directory.to_owned(), source })?;
    }
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let lock = PathBuf::from(name);
    let file = private_file(&lock)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::Locked { lock }),
        Err(TryLockError::Error(source)) => Err(OpenError::File { path: lock, source }),
    }
}

/// Makes the database's file, readable by its owner alone; SQLite gives its other files the same mode.
fn create(path: &Path) -> Result<(), OpenError> {
    private_file(path).map(drop)
}

fn private_file(path: &Path) -> Result<File, OpenError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|source| OpenError::File { path: path.to_owned(), source })
}

fn database(path: &Path, problem: impl ToString) -> OpenError {
    OpenError::Database { path: path.to_owned(), problem: problem.to_string() }
}

fn schema_problem(path: &Path, problem: SchemaError) -> OpenError {
    OpenError::Schema { path: path.to_owned(), problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_that_lose_writes_are_refused() {
        let table = [
            (3_054_001, true),
            (3_051_003, true),
            (3_051_002, false),
            (3_051_000, false),
            (3_050_007, true),
            (3_050_006, false),
            (3_045_000, false),
            (3_044_006, true),
            (3_044_005, false),
            (3_040_001, false),
        ];
        for (version, sound) in table {
            assert_eq!(refuse_affected(version).is_ok(), sound, "{version}");
        }
    }
}
