//! Threads that read: each with its own connection, each query with a deadline.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::failure::Failure;
use crate::StoreError;

/// At most so many queries wait for a thread.
const MOST_WAITING: usize = 256;
/// Steps of SQLite's machine between looks at the clock: well under a millisecond.
const STEPS: std::ffi::c_int = 4096;

type Job = Box<dyn FnOnce(&Reader) + Send>;

/// A few threads that read. A query that runs past its deadline is stopped, so that no reader pins the write-ahead log.
#[derive(Debug)]
pub(super) struct Readers {
    jobs: Option<mpsc::Sender<Job>>,
    threads: Vec<JoinHandle<()>>,
    waiting: Arc<AtomicUsize>,
}

impl Readers {
    /// Starts a thread for each connection.
    pub(super) fn start(
        name: &str,
        connections: Vec<Connection>,
        deadline: Duration,
    ) -> Result<Readers, Box<dyn std::error::Error + Send + Sync>> {
        let (jobs, inbox) = mpsc::channel::<Job>();
        let inbox = Arc::new(Mutex::new(inbox));
        let mut threads = Vec::with_capacity(connections.len());
        for connection in connections {
            let reader = Reader::new(connection, deadline)?;
            let inbox = Arc::clone(&inbox);
            let work = move || {
                while let Ok(job) = next(&inbox) {
                    job(&reader)
                }
            };
            threads.push(std::thread::Builder::new().name(format!("proofbell-{name}")).spawn(work)?);
        }
        Ok(Readers { jobs: Some(jobs), threads, waiting: Arc::default() })
    }

    /// Runs a query in one read transaction.
    pub(super) async fn read<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    {
        if self.waiting.load(Ordering::Relaxed) >= MOST_WAITING {
            return Err(StoreError::Busy("too many queries wait".to_owned()));
        }
        let waits = Waits::new(&self.waiting);
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |reader| {
            drop(waits);
            if !reply.is_closed() {
                drop(reply.send(reader.run(work)));
            }
        });
        let gone = || StoreError::Database("the reading thread is gone".to_owned());
        self.jobs.as_ref().ok_or_else(gone)?.send(job).map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        drop(self.jobs.take());
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a reading thread ended in a panic");
            }
        }
    }
}

fn next(inbox: &Mutex<mpsc::Receiver<Job>>) -> Result<Job, mpsc::RecvError> {
    inbox.lock().unwrap_or_else(PoisonError::into_inner).recv()
}

/// One query among those that wait.
struct Waits(Arc<AtomicUsize>);

impl Waits {
    fn new(waiting: &Arc<AtomicUsize>) -> Waits {
        waiting.fetch_add(1, Ordering::Relaxed);
        Waits(Arc::clone(waiting))
    }
}

impl Drop for Waits {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A connection whose queries stop at a deadline.
struct Reader {
    connection: Connection,
    deadline: Duration,
    start: Instant,
    /// Milliseconds after `start` at which the present query is stopped.
    stop_at: Arc<AtomicU64>,
}

impl Reader {
    fn new(mut connection: Connection, deadline: Duration) -> rusqlite::Result<Reader> {
        let start = Instant::now();
        let stop_at = Arc::new(AtomicU64::new(u64::MAX));
        let limit = Arc::clone(&stop_at);
        connection
            .progress_handler(STEPS, Some(move || millis(start.elapsed()) > limit.load(Ordering::Relaxed)))?;
        Ok(Reader { connection, deadline, start, stop_at })
    }

    fn run<T>(&self, work: impl FnOnce(&Connection) -> Result<T, Failure>) -> Result<T, StoreError> {
        self.stop_at.store(millis(self.start.elapsed() + self.deadline), Ordering::Relaxed);
        let done = catch_unwind(AssertUnwindSafe(|| self.in_transaction(work)));
        self.stop_at.store(u64::MAX, Ordering::Relaxed);
        if !self.connection.is_autocommit()
            && let Err(error) = self.connection.execute_batch("ROLLBACK")
        {
            tracing::error!(%error, "a reader could not end its transaction");
        }
        match done {
            Ok(done) => done.map_err(Failure::into_error),
            Err(_) => Err(StoreError::Database("reading it panicked".to_owned())),
        }
    }

    /// One transaction, so that a view of several queries shows one moment. It never writes, so it cannot fail as busy.
    fn in_transaction<T>(&self, work: impl FnOnce(&Connection) -> Result<T, Failure>) -> Result<T, Failure> {
        self.connection.prepare_cached("BEGIN DEFERRED")?.execute([])?;
        work(&self.connection)
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENDLESS: &str =
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n";

    fn readers(deadline: Duration) -> Readers {
        Readers::start("test", vec![Connection::open_in_memory().unwrap()], deadline).unwrap()
    }

    async fn count(readers: &Readers, sql: &'static str) -> Result<i64, StoreError> {
        readers.read(move |connection| Ok(connection.query_row(sql, [], |row| row.get(0))?)).await
    }

    #[tokio::test]
    async fn a_query_past_its_deadline_is_stopped_and_the_next_one_runs() {
        let readers = readers(Duration::from_millis(20));
        assert!(matches!(count(&readers, ENDLESS).await, Err(StoreError::Busy(_))));
        assert_eq!(count(&readers, "SELECT 7").await, Ok(7));
    }

    #[tokio::test]
    async fn a_query_that_panics_costs_itself_alone() {
        let readers = readers(Duration::from_secs(5));
        let poison = readers.read::<(), _>(|_| panic!("poison")).await;
        assert!(matches!(poison, Err(StoreError::Database(_))));
        assert_eq!(count(&readers, "SELECT 7").await, Ok(7));
    }
}
