//! What a database error means: for one item, for the transaction, or for everything from now on.

use rusqlite::{ErrorCode, ffi};

use crate::StoreError;

/// Why a piece of work failed.
#[derive(Debug)]
pub(super) enum Failure {
    /// This item alone: its savepoint is rolled back.
    Item(StoreError),
    /// The whole transaction: it is rolled back, and everything in it answers with this.
    Transaction(StoreError),
}

impl Failure {
    /// The error to answer with.
    pub(super) fn into_error(self) -> StoreError {
        match self {
            Failure::Item(error) | Failure::Transaction(error) => error,
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        Failure::Item(error)
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Failure {
        classify(&error, Moment::Statement)
    }
}

/// When an error came up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    /// While a statement ran: nothing was promised yet, and a rollback undoes all of it.
    Statement,
    /// While the transaction was committed: what reached the disk is not known.
    Commit,
}

/// Says what a database error means.
///
/// After a failed fsync the kernel may have dropped the pages, and later ones "succeed" (<https://www.sqlite.org/rescode.html>,
/// <https://wiki.postgresql.org/wiki/Fsync_Errors>): nothing may be acknowledged any more. On a full disk SQLite stays
/// healthy and goes on once there is room.
pub(super) fn classify(error: &rusqlite::Error, moment: Moment) -> Failure {
    let busy = |problem: &str| Failure::Transaction(StoreError::Busy(problem.to_owned()));
    let extended = error.sqlite_error().map_or(0, |error| error.extended_code);
    if matches!(extended, ffi::SQLITE_IOERR_FSYNC | ffi::SQLITE_IOERR_DIR_FSYNC) {
        return Failure::Transaction(StoreError::Fatal(error.to_string()));
    }
    match (error.sqlite_error_code(), moment) {
        (Some(ErrorCode::DiskFull), _) => busy("the disk is full"),
        (Some(ErrorCode::SystemIoFailure), Moment::Commit) => {
            Failure::Transaction(StoreError::Fatal(error.to_string()))
        }
        (Some(ErrorCode::SystemIoFailure), Moment::Statement) => busy(&error.to_string()),
        (Some(ErrorCode::OutOfMemory), _) => busy("there is not enough memory"),
        (Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked), _) => {
            busy("another program holds the database's write lock")
        }
        (Some(ErrorCode::OperationInterrupted), _) => {
            Failure::Item(StoreError::Busy("it took too long and was stopped".to_owned()))
        }
        (_, Moment::Commit) => Failure::Transaction(StoreError::Database(error.to_string())),
        (_, Moment::Statement) => Failure::Item(StoreError::Database(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_error_stops_as_much_as_it_must() {
        let table = [
            (ffi::SQLITE_FULL, Moment::Statement, "transaction busy"),
            (ffi::SQLITE_FULL, Moment::Commit, "transaction busy"),
            (ffi::SQLITE_IOERR_FSYNC, Moment::Statement, "transaction fatal"),
            (ffi::SQLITE_IOERR_FSYNC, Moment::Commit, "transaction fatal"),
            (ffi::SQLITE_IOERR_DIR_FSYNC, Moment::Commit, "transaction fatal"),
            (ffi::SQLITE_IOERR_WRITE, Moment::Commit, "transaction fatal"),
            (ffi::SQLITE_IOERR_WRITE, Moment::Statement, "transaction busy"),
            (ffi::SQLITE_NOMEM, Moment::Statement, "transaction busy"),
            (ffi::SQLITE_BUSY, Moment::Statement, "transaction busy"),
            (ffi::SQLITE_INTERRUPT, Moment::Statement, "item busy"),
            (ffi::SQLITE_CONSTRAINT_UNIQUE, Moment::Statement, "item database"),
            (ffi::SQLITE_CONSTRAINT_FOREIGNKEY, Moment::Commit, "transaction database"),
            (ffi::SQLITE_CORRUPT, Moment::Statement, "item database"),
        ];
        for (code, moment, expected) in table {
            let error = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
            assert_eq!(word(&classify(&error, moment)), expected, "{code} at {moment:?}");
        }
    }

    fn word(failure: &Failure) -> String {
        let (reach, error) = match failure {
            Failure::Item(error) => ("item", error),
            Failure::Transaction(error) => ("transaction", error),
        };
        let kind = match error {
            StoreError::Busy(_) => "busy",
            StoreError::Fatal(_) => "fatal",
            StoreError::Database(_) => "database",
            StoreError::NotFound { .. } | StoreError::Refused(_) => "other",
        };
        format!("{reach} {kind}")
    }
}
