//! Why the store could not do it.

/// Why the store could not do it. None of them means that something was half done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Nothing was committed; it may work again later: disk full, too much waiting. At the door: 503.
    #[error("the store cannot commit now: {0}")]
    Busy(String),
    /// The disk failed to keep what it was told to keep: stop acknowledging and exit.
    #[error("the disk lost a write, so nothing more may be acknowledged: {0}")]
    Fatal(String),
    /// There is no such row.
    #[error("no {what} `{id}`")]
    NotFound {
        /// `event`, `message`, `case`.
        what: &'static str,
        /// What was asked for.
        id: String,
    },
    /// The row is not in a state that allows it.
    #[error("{0}")]
    Refused(String),
    /// A stored row that this version cannot read, or any other database error.
    #[error("database: {0}")]
    Database(String),
}
