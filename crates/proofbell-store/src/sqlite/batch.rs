//! One open transaction of the writer, in which each item has a savepoint of its own.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rusqlite::Connection;

use super::failure::Failure;
use crate::StoreError;

/// The writer's open transaction. The connection can be reached only inside [`Batch::item`], so that nothing is ever
/// written outside a savepoint.
pub(super) struct Batch<'a> {
    connection: &'a Connection,
}

impl<'a> Batch<'a> {
    pub(super) fn new(connection: &'a Connection) -> Batch<'a> {
        Batch { connection }
    }

    /// Runs one item under its own savepoint. When it fails or panics, it alone is undone.
    pub(super) fn item<T>(&self, work: impl FnOnce(&Connection) -> Result<T, Failure>) -> Result<T, Failure> {
        self.run("SAVEPOINT item")?;
        let done =
            catch_unwind(AssertUnwindSafe(|| work(self.connection))).unwrap_or_else(|_| Err(panicked()));
        match done {
            Ok(done) => {
                self.run("RELEASE item")?;
                Ok(done)
            }
            Err(Failure::Transaction(error)) => Err(Failure::Transaction(error)),
            Err(Failure::Item(error)) => {
                // Some errors make SQLite roll back by itself, and the savepoint is gone with the rest.
                if self.connection.is_autocommit() {
                    return Err(Failure::Transaction(error));
                }
                self.run("ROLLBACK TO item")?;
                self.run("RELEASE item")?;
                Err(Failure::Item(error))
            }
        }
    }

    /// Runs each item under its own savepoint. One that fails leaves the others alone; the first such error is the answer.
    pub(super) fn each<I>(
        &self,
        items: impl IntoIterator<Item = I>,
        mut work: impl FnMut(&Connection, I) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut first = Ok(());
        for item in items {
            match self.item(|connection| work(connection, item)) {
                Ok(()) => {}
                Err(failure @ Failure::Transaction(_)) => return Err(failure),
                Err(failure) => first = first.and(Err(failure)),
            }
        }
        first
    }

    fn run(&self, sql: &str) -> Result<(), Failure> {
        self.connection.prepare_cached(sql)?.execute([])?;
        Ok(())
    }
}

/// What a panic becomes.
pub(super) fn panicked() -> Failure {
    Failure::Item(StoreError::Database("writing it panicked, so it was undone".to_owned()))
}
