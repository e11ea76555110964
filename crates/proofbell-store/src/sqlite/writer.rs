//! The one thread that writes: it takes what waits, commits it together with one fsync, and only then answers.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Instant;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::backlog::{Backlog, Lane, Place};
use super::batch::{Batch, panicked};
use super::checkpoint::Checkpointer;
use super::failure::{Failure, Moment, classify};
use super::fatal::Fatal;
use super::inbox::{Inbox, Rhythm, Taken, Weighed};
use super::young::Young;
use crate::StoreError;

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
    inbox: Arc<Inbox<Box<dyn Job>>>,
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
    /// Starts the thread. It holds `lock`, if there is one, until its connection is closed.
    pub(super) fn start(
        connection: Connection,
        checkpointer: Checkpointer,
        young: Young,
        backlog: Backlog,
        lock: Option<File>,
    ) -> std::io::Result<Writer> {
        let inbox = Arc::new(Inbox::new());
        let fatal = Arc::new(Fatal::new());
        let counts = Arc::new(Counts::default());
        let mut scribe = Scribe {
            connection,
            checkpointer,
            young,
            inbox: Arc::clone(&inbox),
            fatal: Arc::clone(&fatal),
            counts: Arc::clone(&counts),
            rhythm: Rhythm::default(),
            refusing: false,
        };
        let (alarm, left) = (Arc::clone(&fatal), Arc::clone(&inbox));
        let thread = std::thread::Builder::new().name("proofbell-writer".to_owned()).spawn(move || {
            if catch_unwind(AssertUnwindSafe(|| scribe.run())).is_err() {
                alarm.set("the writing thread panicked");
                left.abandon();
            }
            drop(scribe);
            drop(lock);
        })?;
        Ok(Writer { inbox, thread: Some(thread), backlog: Arc::new(backlog), fatal, counts })
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
        self.inbox.push(lane, Box::new(task)).map_err(|_| gone())?;
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
        self.inbox.close();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the writing thread ended in a panic");
        }
    }
}

/// Something to write.
trait Job: Weighed + Send + std::fmt::Debug {
    /// Does it within the open transaction.
    ///
    /// # Errors
    /// When the whole transaction is lost.
    fn run(&mut self, batch: &Batch<'_>) -> Result<(), StoreError>;

    /// Answers, once the transaction has ended.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

impl Weighed for Box<dyn Job> {
    fn bytes(&self) -> usize {
        (**self).bytes()
    }
}

impl<T, W> Weighed for Task<T, W> {
    fn bytes(&self) -> usize {
        self.place.bytes
    }
}

impl<T, W> std::fmt::Debug for Task<T, W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Task").field("place", &self.place).finish_non_exhaustive()
    }
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
}

/// What the thread works with.
struct Scribe {
    connection: Connection,
    checkpointer: Checkpointer,
    young: Young,
    inbox: Arc<Inbox<Box<dyn Job>>>,
    fatal: Arc<Fatal>,
    counts: Arc<Counts>,
    rhythm: Rhythm,
    /// Whether the last transaction was lost, so that a full disk is logged once and not a thousand times.
    refusing: bool,
}

impl Scribe {
    fn run(&mut self) {
        while let Some(Taken { jobs: mut batch, door }) = self.inbox.take(&mut self.rhythm) {
            let committed = self.fatal.check().and_then(|()| self.commit(&mut batch, door));
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

    fn commit(&mut self, batch: &mut [Box<dyn Job>], door: usize) -> Result<(), StoreError> {
        let before = self.connection.total_changes();
        let result = self.transact(batch, door);
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

    fn transact(&mut self, batch: &mut [Box<dyn Job>], door: usize) -> Result<(), StoreError> {
        execute(&self.connection, "BEGIN IMMEDIATE", Moment::Statement)?;
        let transaction = Batch::new(&self.connection, &mut self.young);
        let (door, pipeline) = batch.split_at_mut(door);
        for job in door {
            job.run(&transaction)?;
        }
        let began = Instant::now();
        for job in &mut *pipeline {
            job.run(&transaction)?;
        }
        if !pipeline.is_empty() {
            self.rhythm.wrote_for_pipeline(began.elapsed());
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
