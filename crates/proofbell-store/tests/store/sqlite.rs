//! What is SQLite's own: files, locks, versions.

use std::path::Path;

use proofbell_store::{
    Acceptance, EventFilter, MessageFilter, NewEvent, OpenError, Plan, PlanResult, SqliteOptions,
    SqliteStore, Store, StoreError,
};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::build::*;

/// A new store in a directory of its own.
pub(crate) fn fresh() -> (SqliteStore, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let store = open(&directory.path().join("data/proofbell.db")).unwrap();
    (store, directory)
}

/// A new store in memory.
pub(crate) fn fresh_in_memory() -> (SqliteStore, ()) {
    (SqliteStore::in_memory().unwrap(), ())
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
    let reader = SqliteStore::open_read_only(&to.join("proofbell.db")).unwrap();
    assert_eq!(reader.event(event_id(20)).await.unwrap().0.status, "planned", "before any server runs again");
    drop(reader);
    let copy = open(&to.join("proofbell.db")).unwrap();
    assert_eq!(copy.events(EventFilter { limit: 100, ..EventFilter::default() }).await.unwrap().len(), 20);
    assert_eq!(claim(&copy, 100).await.messages.len(), 20);
    let again = copy.accept(event(1)).await.unwrap();
    assert_eq!(again, Acceptance::Duplicate(event_id(1)));
}

#[tokio::test]
async fn an_event_is_known_again_at_each_stage_of_its_life() {
    let (store, directory) = fresh();
    let path = directory.path().join("data/proofbell.db");
    let same_body = || delivery(2, Some("msg_2"), "a body");
    let same_id = |number| delivery(number, Some("msg_1"), &format!("body {number}"));
    assert_eq!(
        store.accept(delivery(1, Some("msg_1"), "a body")).await,
        Ok(Acceptance::Accepted(event_id(1)))
    );
    let known = async |store: &SqliteStore, number| {
        assert_eq!(store.accept(same_body()).await, Ok(Acceptance::Duplicate(event_id(1))), "{number}");
        let other = store.accept(same_id(number)).await;
        assert_eq!(other, Ok(Acceptance::Quarantined(event_id(number))), "{number}");
    };
    known(&store, 11).await;
    drop(store);

    let store = open(&path).unwrap();
    known(&store, 12).await;
    let planned = store.commit_plans(vec![plan(1)], at(20)).await.unwrap();
    assert_eq!(planned, [PlanResult::Committed]);
    known(&store, 13).await;
    drop(store);

    let store = open(&path).unwrap();
    known(&store, 14).await;
    store.replay(event_id(1), shape(SR, 1)).await.unwrap();
    known(&store, 15).await;
    assert_eq!(
        store.case(SR).await.unwrap().events.len(),
        6,
        "those that wait and those put aside belong to the case"
    );
}

#[tokio::test]
async fn an_event_planned_again_owns_no_message_id_that_was_another_ones() {
    let (store, directory) = fresh();
    store.accept(delivery(1, Some("msg_1"), "a body")).await.unwrap();
    store.commit_plans(vec![plan(1)], at(0)).await.unwrap();
    store.accept(delivery(2, Some("msg_1"), "another body")).await.unwrap();
    store.replay(event_id(2), shape(SR, 2)).await.unwrap();
    drop(store);

    let store = open(&directory.path().join("data/proofbell.db")).unwrap();
    let again = Plan { generation: 1, ..plan(2) };
    assert_eq!(store.commit_plans(vec![again], at(3)).await.unwrap(), [PlanResult::Committed]);
    drop(store);
    let connection = Connection::open(directory.path().join("data/proofbell.db")).unwrap();
    let keys: i64 = connection.query_row("SELECT count(*) FROM delivery_keys", [], |row| row.get(0)).unwrap();
    assert_eq!(keys, 3, "two bodies, one message id");
}

#[tokio::test]
async fn the_door_is_busy_while_too_many_events_wait_for_planning() {
    let directory = tempfile::tempdir().unwrap();
    let options = SqliteOptions { most_unplanned: 2, ..SqliteOptions::default() };
    let store = SqliteStore::open(&directory.path().join("proofbell.db"), options).unwrap();
    for number in 1..=2 {
        assert_eq!(store.accept(event(number)).await, Ok(Acceptance::Accepted(event_id(number))));
    }
    let refused = store.accept(event(3)).await;
    assert!(matches!(refused, Err(StoreError::Busy(_))), "{refused:?}");
    assert_eq!(store.accept(event(2)).await, Ok(Acceptance::Duplicate(event_id(2))), "it is kept already");
    store.commit_plans(vec![plan(1)], at(20)).await.unwrap();
    assert_eq!(store.accept(event(3)).await, Ok(Acceptance::Accepted(event_id(3))));
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

/// Changes rows behind the store's back, as another version or a bad disk might.
fn spoil(directory: &TempDir, sql: &str) {
    let connection = Connection::open(directory.path().join("data/proofbell.db")).unwrap();
    assert_eq!(connection.execute(sql, []).unwrap(), 1, "{sql}");
}

#[tokio::test]
async fn a_message_that_cannot_be_read_ends_and_holds_up_nobody() {
    let (store, directory) = fresh();
    queue(&store, 1).await;
    queue(&store, 2).await;
    spoil(&directory, "UPDATE message_bodies SET body = x'7b7d' WHERE message = 1");
    assert_eq!(claim_one(&store, 10).await.message.id, message_id(2));
    let listed = store.messages(MessageFilter::default()).await.unwrap();
    let shown: Vec<_> =
        listed.iter().map(|it| (it.state.as_str(), it.code.as_deref(), it.title.as_str())).collect();
    let readable = ("claimed", None, "写真をもう一度");
    assert_eq!(shown, [readable, ("dead", Some("unreadable"), "(unreadable)")]);
    assert_eq!(store.due_fallbacks(at(10), 10).await.unwrap()[0].draft.id, draft_id(1));
}

#[tokio::test]
async fn a_draft_that_cannot_be_read_ends_and_holds_up_nobody() {
    let (store, directory) = fresh();
    plan_one(&store, 1).await;
    plan_one(&store, 2).await;
    spoil(&directory, "UPDATE drafts SET body = x'7b7d' WHERE seq = 1");
    assert_eq!(store.due_drafts("seller", at(10), 10).await.unwrap()[0].draft.id, draft_id(2));
    let drafts = store.case(SR).await.unwrap().drafts;
    assert_eq!(drafts[0].state, "dead");
    assert!(drafts[0].reason.as_ref().unwrap().starts_with("unreadable"), "{drafts:?}");
}

#[tokio::test]
async fn an_event_whose_case_cannot_be_read_is_put_aside() {
    let (store, directory) = fresh();
    store.accept(event(1)).await.unwrap();
    store.commit_plans(vec![Plan { case: Some(case(1, &[1])), ..plan(1) }], at(0)).await.unwrap();
    store.accept(event(2)).await.unwrap();
    let other = "9c1d0000-0000-4000-8000-000000000000";
    store.accept(NewEvent { shape: shape(other, 3), ..delivery(3, None, "three") }).await.unwrap();
    spoil(&directory, "UPDATE cases SET body = x'7b7d'");
    assert_eq!(store.unplanned(10).await.unwrap()[0].event.id, event_id(3));
    let (view, _) = store.event(event_id(2)).await.unwrap();
    assert_eq!(view.status, "quarantined");
    assert!(view.problem.unwrap().starts_with("its case cannot be read"));
}

#[tokio::test]
async fn stores_in_memory_share_nothing() {
    let (one, other) = (SqliteStore::in_memory().unwrap(), SqliteStore::in_memory().unwrap());
    assert_eq!(one.accept(event(1)).await.unwrap(), Acceptance::Accepted(event_id(1)));
    assert_eq!(other.accept(event(1)).await.unwrap(), Acceptance::Accepted(event_id(1)));
    drop(one);
    assert_eq!(other.events(EventFilter { limit: 10, ..EventFilter::default() }).await.unwrap().len(), 1);
}
