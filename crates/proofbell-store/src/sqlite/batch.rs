//! One open transaction of the writer, in which each item that fails costs itself alone.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use rusqlite::Connection;

use super::failure::Failure;
use super::young::Young;
use crate::StoreError;

/// The writer's open transaction. The connection can be reached only through an item, so that nothing is written beside
/// one.
pub(super) struct Batch<'a> {
    desk: RefCell<Desk<'a>>,
}

/// What an item works with.
pub(super) struct Desk<'a> {
    pub(super) connection: &'a Connection,
    pub(super) young: &'a mut Young,
}

impl<'a> Batch<'a> {
    pub(super) fn new(connection: &'a Connection, young: &'a mut Young) -> Batch<'a> {
        Batch { desk: RefCell::new(Desk { connection, young }) }
    }

    /// Runs one item under its own savepoint. When it fails or panics, it alone is undone.
    pub(super) fn item<T>(&self, work: impl FnOnce(&Connection) -> Result<T, Failure>) -> Result<T, Failure> {
        self.item_at_desk(|desk| work(desk.connection))
    }

    /// The same for an item that has to do with young events.
    pub(super) fn item_at_desk<T>(
        &self,
        work: impl FnOnce(&mut Desk<'a>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let desk = &mut *self.desk.borrow_mut();
        let mark = desk.young.mark();
        step(desk.connection, "SAVEPOINT item")?;
        let done = catch_unwind(AssertUnwindSafe(|| work(desk))).unwrap_or_else(|_| Err(panicked()));
        match done {
            Ok(done) => {
                step(desk.connection, "RELEASE item")?;
                Ok(done)
            }
            Err(Failure::Transaction(error)) => Err(Failure::Transaction(error)),
            Err(Failure::Item(error)) => {
                // Some errors make SQLite roll back by itself, and the savepoint is gone with the rest.
                if desk.connection.is_autocommit() {
                    return Err(Failure::Transaction(error));
                }
                step(desk.connection, "ROLLBACK TO item")?;
                step(desk.connection, "RELEASE item")?;
                desk.young.undo_to(mark);
                Err(Failure::Item(error))
            }
        }
    }

    /// Runs one item without a savepoint, which would copy each page that it changes. It must leave nothing behind when
    /// it fails. One that panics costs the transaction; the others in it are told to come again.
    pub(super) fn careful_item<T>(
        &self,
        work: impl FnOnce(&mut Desk<'a>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let desk = &mut *self.desk.borrow_mut();
        let done = catch_unwind(AssertUnwindSafe(|| work(desk)));
        let panicked = || Failure::Transaction(StoreError::Busy("a write beside it panicked".to_owned()));
        match done.unwrap_or_else(|_| Err(panicked())) {
            Err(failure) if desk.connection.is_autocommit() => {
                Err(Failure::Transaction(failure.into_error()))
            }
            done => done,
        }
    }

    /// Runs items together under one savepoint; when one of them fails, all anew, each under its own, so that it alone
    /// is undone.
    pub(super) fn items<I, T>(
        &self,
        items: &[I],
        work: impl Fn(&mut Desk<'a>, &I) -> Result<T, Failure>,
    ) -> Result<Vec<Result<T, StoreError>>, Failure> {
        let together = |desk: &mut Desk<'a>| items.iter().map(|item| work(desk, item).map(Ok)).collect();
        match self.item_at_desk(together) {
            Err(Failure::Item(_)) => {}
            done => return done,
        }
        let alone = |item| match self.item_at_desk(|desk| work(desk, item)) {
            Ok(done) => Ok(Ok(done)),
            Err(Failure::Item(error)) => Ok(Err(error)),
            Err(lost @ Failure::Transaction(_)) => Err(lost),
        };
        items.iter().map(alone).collect()
    }

    /// The same for items that make nothing. The first error is the answer.
    pub(super) fn each<I>(
        &self,
        items: &[I],
        work: impl Fn(&Connection, &I) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let done = self.items(items, |desk, item| work(desk.connection, item))?;
        done.into_iter().collect::<Result<(), StoreError>>().map_err(Failure::Item)
    }
}

/// A step from savepoint to savepoint. When it fails, nobody knows what is undone, so nothing may be committed.
fn step(connection: &Connection, sql: &str) -> Result<(), Failure> {
    let run = || -> Result<(), Failure> {
        connection.prepare_cached(sql)?.execute([])?;
        Ok(())
    };
    run().map_err(|failure| Failure::Transaction(failure.into_error()))
}

/// What a panic becomes.
pub(super) fn panicked() -> Failure {
    Failure::Item(StoreError::Database("writing it panicked, so it was undone".to_owned()))
}
