//! The one thread that writes: it takes what waits, commits it together with one fsync, and only then answers.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::backlog::{Backlog, Lane, Place};
use super::batch::{Batch, panicked};
use super::checkpoint::Checkpointer;
use super::failure::{Failure, Moment, classify};
use super::fatal::Fatal;
use super::young::Young;
use crate::StoreError;

/// At most so many writes in one transaction …
const BATCH_JOBS: usize = 1024;
/// … and about so many bytes.
const BATCH_BYTES: usize = 8 << 20;

/// After a batch of so many writes the next one waits a moment for company …
const GATHER_FROM: usize = 8;
/// … of this length at most: short beside a commit, and never when little goes on.
const GATHER: Duration = Duration::from_micros(1500);

/// What the writer has done since it was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WriteCounts {
    /// Writes asked for, a list as one.
    pub writes: u64,
    /// Transactions that changed something, each with one fsync.
    pub commits: u64,
}

/// The way to the writing thread. Dropping it waits until what was asked for is written.
#[derive(Debug)]
pub(super) struct Writer {
    jobs: Option<mpsc::Sender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
    backlog: Arc<Backlog>,
    fatal: Arc<Fatal>,
    counts: Arc<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    writes: AtomicU64,
    commits: AtomicU64,
}

impl Writer {
    /// Starts the thread. It holds `lock` until its connection is closed.
    pub(super) fn start(
        connection: Connection,
        checkpointer: Checkpointer,
        young: Young,
        backlog: Backlog,
        lock: File,
    ) -> std::io::Result<Writer> {
        let (jobs, inbox) = mpsc::channel();
        let fatal = Arc::new(Fatal::new());
        let counts = Arc::new(Counts::default());
        let mut scribe = Scribe {
            connection,
            checkpointer,
            young,
            inbox,
            fatal: Arc::clone(&fatal),
            counts: Arc::clone(&counts),
            last_batch: 0,
            refusing: false,
        };
        let alarm = Arc::clone(&fatal);
        let thread = std::thread::Builder::new().name("proofbell-writer".to_owned()).spawn(move || {
            if catch_unwind(AssertUnwindSafe(|| scribe.run())).is_err() {
                alarm.set("the writing thread panicked");
            }
            drop(scribe);
            drop(lock);
        })?;
        Ok(Writer { jobs: Some(jobs), thread: Some(thread), backlog: Arc::new(backlog), fatal, counts })
    }

    /// Writes, and returns once it is committed. Dropping the future once it was polled changes nothing: it is written all the same.
    pub(super) async fn write<T, W>(&self, lane: Lane, bytes: usize, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&Batch<'_>) -> Result<T, Failure> + Send + 'static,
    {
        self.fatal.check()?;
        let place = self.backlog.enter(lane, bytes)?;
        let (reply, answer) = oneshot::channel();
        let task = Task { work: Some(work), done: None, reply, place };
        let gone = || StoreError::Fatal("the writing thread is gone".to_owned());
        self.jobs.as_ref().ok_or_else(gone)?.send(Box::new(task)).map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }

    /// What was written so far.
    pub(super) fn counts(&self) -> WriteCounts {
        WriteCounts {
            writes: self.counts.writes.load(Ordering::Relaxed),
            commits: self.counts.commits.load(Ordering::Relaxed),
        }
    }

    /// Waits until nothing may be acknowledged any more.
    pub(super) async fn fatal(&self) -> StoreError {
        self.fatal.wait().await
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the writing thread ended in a panic");
        }
    }
}

/// Something to write.
trait Job: Send {
    /// Does it within the open transaction.
    ///
    /// # Errors
    /// When the whole transaction is lost.
    fn run(&mut self, batch: &Batch<'_>) -> Result<(), StoreError>;

    /// Answers, once the transaction has ended.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);

    /// About how large it is.
    fn bytes(&self) -> usize;
}

struct Task<T, W> {
    work: Option<W>,
    done: Option<Result<T, StoreError>>,
    reply: oneshot::Sender<Result<T, StoreError>>,
    place: Place,
}

impl<T, W> Job for Task<T, W>
where
    T: Send,
    W: FnOnce(&Batch<'_>) -> Result<T, Failure> + Send,
{
    fn run(&mut self, batch: &Batch<'_>) -> Result<(), StoreError> {
        let Some(work) = self.work.take() else { return Ok(()) };
        // A panic inside an item is caught there; one beside the items has written nothing.
        let done = catch_unwind(AssertUnwindSafe(|| work(batch))).unwrap_or_else(|_| Err(panicked()));
        match done {
            Ok(done) => self.done = Some(Ok(done)),
            Err(Failure::Item(error)) => self.done = Some(Err(error)),
            Err(Failure::Transaction(error)) => return Err(error),
        }
        Ok(())
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        let Task { done, reply, .. } = *self;
        let lost = || Err(StoreError::Busy("it was not written".to_owned()));
        let answer = committed.and_then(|()| done.unwrap_or_else(lost));
        // Nobody listens any more when the caller has gone; what was written stays.
        drop(reply.send(answer));
    }

    fn bytes(&self) -> usize {
        self.place.bytes
    }
}

/// What the thread works with.
struct Scribe {
    connection: Connection,
    checkpointer: Checkpointer,
    young: Young,
    inbox: mpsc::Receiver<Box<dyn Job>>,
    fatal: Arc<Fatal>,
    counts: Arc<Counts>,
    /// Writes in the last transaction.
    last_batch: usize,
    /// Whether the last transaction was lost, so that a full disk is logged once and not a thousand times.
    refusing: bool,
}

impl Scribe {
    fn run(&mut self) {
        while let Ok(first) = self.inbox.recv() {
            let mut batch = self.take(first);
            let committed = self.fatal.check().and_then(|()| self.commit(&mut batch));
            if let Err(StoreError::Fatal(problem)) = &committed {
                self.fatal.set(problem);
            }
            for job in batch {
                job.answer(committed.clone());
            }
            if let Err(problem) = self.checkpointer.after_commit(&self.connection) {
                self.fatal.set(&problem);
            }
        }
    }

    /// What waits now, up to a size at which nobody waits long for the commit. Those who were answered together come back
    /// together: while much goes on, the first one back waits a moment for the others, so that they share a commit again.
    fn take(&mut self, first: Box<dyn Job>) -> Vec<Box<dyn Job>> {
        let gather_until = (self.last_batch >= GATHER_FROM).then(|| Instant::now() + GATHER);
        let mut bytes = first.bytes();
        let mut batch = vec![first];
        while batch.len() < BATCH_JOBS && bytes < BATCH_BYTES {
            let Some(job) = self.next(gather_until.filter(|_| batch.len() < self.last_batch)) else { break };
            bytes = bytes.saturating_add(job.bytes());
            batch.push(job);
        }
        self.last_batch = batch.len();
        batch
    }

    /// A job that waits, or that comes before the time given.
    fn next(&self, until: Option<Instant>) -> Option<Box<dyn Job>> {
        match (self.inbox.try_recv(), until) {
            (Ok(job), _) => Some(job),
            (Err(_), None) => None,
            (Err(_), Some(until)) => {
                self.inbox.recv_timeout(until.saturating_duration_since(Instant::now())).ok()
            }
        }
    }

    fn commit(&mut self, batch: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
        let before = self.connection.total_changes();
        let result = self.transact(batch);
        match &result {
            Ok(()) => {
                self.young.settle();
                let writes = u64::try_from(batch.len()).unwrap_or(u64::MAX);
                let commits = u64::from(self.connection.total_changes() != before);
                self.counts.writes.fetch_add(writes, Ordering::Relaxed);
                self.counts.commits.fetch_add(commits, Ordering::Relaxed);
                if std::mem::take(&mut self.refusing) {
                    tracing::info!("the store commits again");
                }
            }
            Err(error) => {
                if !std::mem::replace(&mut self.refusing, true) {
                    tracing::warn!(%error, "the store cannot commit: writes are refused until it can");
                }
                self.roll_back()?;
            }
        }
        result
    }

    fn transact(&mut self, batch: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
        execute(&self.connection, "BEGIN IMMEDIATE", Moment::Statement)?;
        let transaction = Batch::new(&self.connection, &mut self.young);
        for job in batch {
            job.run(&transaction)?;
        }
        execute(&self.connection, "COMMIT", Moment::Commit)
    }

    fn roll_back(&mut self) -> Result<(), StoreError> {
        self.young.undo();
        if self.connection.is_autocommit() {
            return Ok(());
        }
        execute(&self.connection, "ROLLBACK", Moment::Commit)
            .map_err(|error| StoreError::Fatal(format!("a transaction could not be rolled back: {error}")))
    }
}

fn execute(connection: &Connection, sql: &str, moment: Moment) -> Result<(), StoreError> {
    let run = || connection.prepare_cached(sql)?.execute([]);
    run().map(|_| ()).map_err(|error| classify(&error, moment).into_error())
}

#[cfg(test)]
mod tests;
