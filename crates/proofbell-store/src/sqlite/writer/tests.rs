use std::sync::Arc;
use std::sync::mpsc;

use proofbell_engine::EventId;
use rusqlite::Connection;
use rusqlite::types::Value;
use tempfile::TempDir;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::sqlite::SqliteStore;
use crate::sqlite::backlog::Lane;
use crate::sqlite::failure::Failure;
use crate::{Acceptance, EventFilter, NewEvent, Shape, SqliteOptions, Store, StoreError};

/// A row of its own in a table that has few rules.
const INSERT: &str = "INSERT INTO pauses (channel, since, paused_by, reason) VALUES (?1, 0, ?2, '')";

fn fresh(options: SqliteOptions) -> (Arc<SqliteStore>, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&directory.path().join("test.db"), options).unwrap();
    (Arc::new(store), directory)
}

fn event(number: u128, size: usize) -> NewEvent {
    let mut body_hash = [0; 32];
    body_hash[..16].copy_from_slice(&number.to_be_bytes());
    NewEvent {
        id: EventId(Uuid::from_u128(number)),
        source: "legitmark".to_owned(),
        message_id: None,
        body_hash,
        received_at: jiff::Timestamp::UNIX_EPOCH,
        headers: Vec::new(),
        body: vec![b'x'; size],
        shape: Shape::Malformed("a test".to_owned()),
    }
}

impl SqliteStore {
    /// Runs something on the writing connection, as one item.
    async fn on_writer<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.write(Lane::Pipeline, 1, move |batch| batch.item(work)).await
    }

    fn waiting(&self) -> usize {
        self.writer.as_ref().unwrap().backlog.waiting()
    }

    async fn until_waiting(&self, jobs: usize) {
        while self.waiting() < jobs {
            tokio::task::yield_now().await;
        }
    }
}

/// Keeps the writer busy until it is opened.
struct Gate {
    open: mpsc::Sender<()>,
    held: JoinHandle<Result<(), StoreError>>,
}

impl Gate {
    async fn close(store: &Arc<SqliteStore>) -> Gate {
        let (open, opened) = mpsc::channel::<()>();
        let (entered, held_up) = tokio::sync::oneshot::channel();
        let writer = Arc::clone(store);
        let hold = move |_: &Connection| {
            entered.send(()).unwrap();
            opened.recv().unwrap();
            Ok(())
        };
        let held = tokio::spawn(async move { writer.on_writer(hold).await });
        held_up.await.unwrap();
        Gate { open, held }
    }

    async fn open(self) {
        self.open.send(()).unwrap();
        self.held.await.unwrap().unwrap();
    }
}

fn accept(store: &Arc<SqliteStore>, number: u128) -> JoinHandle<Result<Acceptance, StoreError>> {
    let store = Arc::clone(store);
    tokio::spawn(async move { store.accept(event(number, 100)).await })
}

async fn count(store: &SqliteStore) -> usize {
    store.events(EventFilter { limit: 1_000, ..EventFilter::default() }).await.unwrap().len()
}

#[tokio::test]
async fn writes_that_wait_together_share_one_commit() {
    let (store, _directory) = fresh(SqliteOptions::default());
    let gate = Gate::close(&store).await;
    let writes: Vec<_> = (0..64).map(|number| accept(&store, number)).collect();
    store.until_waiting(65).await;
    let before = store.write_counts();
    gate.open().await;
    for write in writes {
        assert!(write.await.unwrap().is_ok());
    }
    let after = store.write_counts();
    assert_eq!((after.writes - before.writes, after.commits - before.commits), (65, 1));
    assert_eq!(count(&store).await, 64);
}

#[tokio::test]
async fn a_write_that_panics_costs_itself_alone() {
    let (store, _directory) = fresh(SqliteOptions::default());
    let gate = Gate::close(&store).await;
    let before = accept(&store, 1);
    store.until_waiting(2).await;
    let writer = Arc::clone(&store);
    let poison = tokio::spawn(async move {
        let work = |connection: &Connection| -> Result<(), Failure> {
            connection.execute(INSERT, ["poison", "operator"])?;
            panic!("poison");
        };
        writer.on_writer(work).await
    });
    store.until_waiting(3).await;
    let after = accept(&store, 2);
    store.until_waiting(4).await;
    gate.open().await;
    assert!(matches!(poison.await.unwrap(), Err(StoreError::Database(_))));
    assert!(before.await.unwrap().is_ok() && after.await.unwrap().is_ok());
    assert_eq!(count(&store).await, 2);
    assert!(store.pauses().await.unwrap().is_empty(), "what it wrote before the panic is undone");
}

#[tokio::test]
async fn one_item_of_a_list_that_fails_leaves_the_others_alone() {
    let (store, _directory) = fresh(SqliteOptions::default());
    let items = [("a", "operator"), ("b", "nobody knows"), ("c", "provider")];
    let result = store
        .write(Lane::Pipeline, 1, move |batch| {
            batch.each(&items, |connection, (channel, by)| {
                connection.execute(INSERT, [&format!("{channel} first"), "operator"])?;
                connection.execute(INSERT, [channel, by])?;
                Ok(())
            })
        })
        .await;
    assert!(matches!(result, Err(StoreError::Database(_))), "{result:?}");
    let channels: Vec<String> =
        store.pauses().await.unwrap().into_iter().map(|pause| pause.channel).collect();
    assert_eq!(channels, ["a", "a first", "c", "c first"]);
}

#[tokio::test]
async fn a_full_disk_is_busy_and_heals_by_itself() {
    let (store, _directory) = fresh(SqliteOptions::default());
    let limit = |pages: i64| {
        move |connection: &Connection| {
            let pages =
                connection.query_row("SELECT page_count + ?1 FROM pragma_page_count", [pages], |row| {
                    row.get::<_, i64>(0)
                })?;
            connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?;
            Ok(())
        }
    };
    store.on_writer(limit(20)).await.unwrap();
    let mut kept = 0;
    let refused = loop {
        match store.accept(event(kept, 10_000)).await {
            Ok(_) => kept += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, StoreError::Busy(_)), "{refused}");
    assert!(kept > 0, "there was room for some");
    assert_eq!(count(&store).await, usize::try_from(kept).unwrap(), "reading goes on");

    // Everything in the transaction that filled the disk is answered so, and nothing of it is kept.
    let gate = Gate::close(&store).await;
    let small = accept(&store, 1_000);
    store.until_waiting(2).await;
    let writer = Arc::clone(&store);
    let large = tokio::spawn(async move { writer.accept(event(1_001, 200_000)).await });
    store.until_waiting(3).await;
    gate.open.send(()).unwrap();
    for write in [small, large] {
        assert!(matches!(write.await.unwrap(), Err(StoreError::Busy(_))));
    }
    assert_eq!(count(&store).await, usize::try_from(kept).unwrap());

    store.on_writer(limit(1_000)).await.unwrap();
    assert!(store.accept(event(1_000, 10_000)).await.is_ok(), "room again");
}

#[tokio::test]
async fn an_event_that_cannot_be_kept_whole_leaves_nothing_behind() {
    let (store, _directory) = fresh(SqliteOptions::default());
    let readable = |shape: Shape| NewEvent { shape, ..event(1, 5_000) };
    let waits = Shape::Event {
        name: proofbell_event::EventName::Authentic,
        event_type: "state_change".to_owned(),
        sr_uuid: None,
        reference_id: None,
        at: jiff::Timestamp::UNIX_EPOCH,
    };
    for shape in [waits, Shape::Malformed("a test".to_owned())] {
        let limit = |bytes: i32| {
            move |connection: &Connection| {
                connection.set_limit(rusqlite::limits::Limit::SQLITE_LIMIT_LENGTH, bytes)?;
                Ok(())
            }
        };
        // The event's row fits, its body does not; what shares the transaction is kept.
        store.on_writer(limit(4_000)).await.unwrap();
        let gate = Gate::close(&store).await;
        let small = accept(&store, 2);
        store.until_waiting(2).await;
        let (writer, large) = (Arc::clone(&store), readable(shape.clone()));
        let large = tokio::spawn(async move { writer.accept(large).await });
        store.until_waiting(3).await;
        gate.open().await;
        assert!(small.await.unwrap().is_ok());
        assert!(matches!(large.await.unwrap(), Err(StoreError::Database(_))));
        assert_eq!(count(&store).await, 1, "{shape:?}");
        store.on_writer(limit(1_000_000_000)).await.unwrap();
    }
    let kept = store.accept(event(1, 5_000)).await;
    assert_eq!(
        kept,
        Ok(Acceptance::Quarantined(EventId(Uuid::from_u128(1)))),
        "no trace of the tries before"
    );
}

#[tokio::test]
async fn too_much_waiting_is_refused_at_once() {
    let (store, _directory) = fresh(SqliteOptions { most_waiting: 4, ..SqliteOptions::default() });
    let gate = Gate::close(&store).await;
    let writes = [accept(&store, 1), accept(&store, 2)];
    store.until_waiting(3).await;
    let refused = store.accept(event(3, 100)).await;
    assert!(matches!(refused, Err(StoreError::Busy(_))), "{refused:?}");
    gate.open().await;
    for write in writes {
        assert!(write.await.unwrap().is_ok());
    }
    assert!(store.accept(event(3, 100)).await.is_ok());
}

#[tokio::test]
async fn after_a_lost_write_nothing_is_acknowledged() {
    let (store, _directory) = fresh(SqliteOptions::default());
    assert!(store.accept(event(1, 100)).await.is_ok());
    let lost = || StoreError::Fatal("fsync".to_owned());
    let result = store.on_writer::<()>(move |_| Err(Failure::Transaction(lost()))).await;
    assert_eq!(result, Err(lost()));
    assert_eq!(store.fatal().await, lost());
    assert_eq!(store.accept(event(2, 100)).await, Err(lost()));
    assert_eq!(count(&store).await, 1, "reading goes on");
}

#[tokio::test]
async fn a_write_whose_caller_went_away_is_written() {
    let (store, _directory) = fresh(SqliteOptions::default());
    let gate = Gate::close(&store).await;
    let gone = accept(&store, 1);
    store.until_waiting(2).await;
    gone.abort();
    assert!(gone.await.unwrap_err().is_cancelled());
    gate.open().await;
    assert!(store.accept(event(2, 100)).await.is_ok());
    assert_eq!(count(&store).await, 2);
}

#[tokio::test]
async fn the_writer_syncs_each_commit() {
    let (store, _directory) = fresh(SqliteOptions::default());
    let text = |value: &str| Value::Text(value.to_owned());
    let table = [
        ("PRAGMA journal_mode", text("wal")),
        ("PRAGMA synchronous", Value::Integer(2)),
        ("PRAGMA foreign_keys", Value::Integer(1)),
        ("PRAGMA mmap_size", Value::Integer(0)),
        ("PRAGMA temp_store", Value::Integer(2)),
    ];
    for (sql, expected) in table {
        let read = move |connection: &Connection| Ok(connection.query_row(sql, [], |row| row.get(0))?);
        let value: Value = store.on_writer(read).await.unwrap();
        assert_eq!(value, expected, "{sql}");
    }
}

#[tokio::test]
async fn the_log_is_carried_back_before_it_grows_long() {
    let (store, _directory) = fresh(SqliteOptions::default());
    for number in 0..320 {
        store.accept(event(number, 256 << 10)).await.unwrap();
    }
    let wal = store.stats().await.unwrap().wal_bytes;
    assert!((1 << 20..40 << 20).contains(&wal), "80 MiB were written, the log has {wal} bytes");
}
