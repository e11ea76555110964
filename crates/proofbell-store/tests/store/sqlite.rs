//! What is SQLite's own: files, locks, versions.

use std::path::Path;

use proofbell_store::{Acceptance, EventFilter, OpenError, SqliteOptions, SqliteStore, Store, StoreError};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::build::*;

/// A new store in a directory of its own.
pub(crate) fn fresh() -> (SqliteStore, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let store = open(&directory.path().join("data/proofbell.db")).unwrap();
    (store, directory)
}

fn open(path: &Path) -> Result<SqliteStore, OpenError> {
    SqliteStore::open(path, SqliteOptions::default())
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_opening_again() {
    let (store, directory) = fresh();
    queue(&store, 1).await;
    claim_one(&store, 10).await;
    drop(store);
    let store = open(&directory.path().join("data/proofbell.db")).unwrap();
    assert_eq!(store.message(message_id(1)).await.unwrap().state, "claimed");
}

/// The files as a kill leaves them: nothing was closed, the log was not carried back.
#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_kill() {
    let (store, directory) = fresh();
    for number in 1..=20 {
        queue(&store, number).await;
    }
    let (from, to) = (directory.path().join("data"), directory.path().join("copy"));
    std::fs::create_dir(&to).unwrap();
    for name in ["proofbell.db", "proofbell.db-wal"] {
        std::fs::copy(from.join(name), to.join(name)).unwrap();
    }
    let copy = open(&to.join("proofbell.db")).unwrap();
    assert_eq!(copy.events(EventFilter { limit: 100, ..EventFilter::default() }).await.unwrap().len(), 20);
    assert_eq!(claim(&copy, 100).await.messages.len(), 20);
    let again = copy.accept(event(1)).await.unwrap();
    assert_eq!(again, Acceptance::Duplicate(event_id(1)));
}

#[tokio::test]
async fn only_one_server_writes() {
    let (store, directory) = fresh();
    let path = directory.path().join("data/proofbell.db");
    let error = open(&path).unwrap_err();
    assert!(matches!(error, OpenError::Locked { .. }), "{error}");
    assert!(error.to_string().contains("another proofbell runs on this store"), "{error}");
    drop(store);
    open(&path).unwrap();
}

#[tokio::test]
async fn reading_only_goes_beside_a_server_and_writes_nothing() {
    let (store, directory) = fresh();
    let path = directory.path().join("data/proofbell.db");
    store.accept(event(1)).await.unwrap();
    let reader = SqliteStore::open_read_only(&path).unwrap();
    assert_eq!(reader.event(event_id(1)).await.unwrap().0.status, "accepted");
    store.commit_plans(vec![plan(1)], at(0)).await.unwrap();
    assert_eq!(reader.event(event_id(1)).await.unwrap().0.status, "planned", "it sees what is new");
    assert!(matches!(reader.accept(event(2)).await, Err(StoreError::Refused(_))));
    assert!(matches!(reader.cancel(message_id(1), at(0)).await, Err(StoreError::Refused(_))));
    drop((reader, store));
    let alone = SqliteStore::open_read_only(&path).unwrap();
    assert_eq!(alone.event(event_id(1)).await.unwrap().0.status, "planned", "no server is needed");
}

#[test]
fn a_store_that_cannot_be_used_says_why() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("proofbell.db");
    let missing = SqliteStore::open_read_only(&path).unwrap_err();
    assert!(matches!(missing, OpenError::Missing { .. }), "{missing}");

    drop(open(&path).unwrap());
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    for error in [open(&path).unwrap_err(), SqliteStore::open_read_only(&path).unwrap_err()] {
        assert!(error.to_string().contains("the store has schema 99"), "{error}");
    }

    let theirs = directory.path().join("theirs.db");
    Connection::open(&theirs).unwrap().execute_batch("CREATE TABLE theirs (x)").unwrap();
    let error = open(&theirs).unwrap_err();
    assert!(error.to_string().contains("another application"), "{error}");

    let text = directory.path().join("text.db");
    std::fs::write(&text, "no database at all, but long enough to look at".repeat(50)).unwrap();
    assert!(matches!(open(&text).unwrap_err(), OpenError::Database { .. }));
}

#[cfg(unix)]
#[tokio::test]
async fn files_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (store, directory) = fresh();
    store.accept(event(1)).await.unwrap();
    for name in ["proofbell.db", "proofbell.db-wal", "proofbell.db.lock"] {
        let file = directory.path().join("data").join(name);
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
    }
}
