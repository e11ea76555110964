//! What a directory is asked and what it answers.

use std::time::Duration;

use async_trait::async_trait;
use proofbell_notify::Recipient;

/// Where the people of an audience are found.
#[async_trait]
pub trait Directory: Send + Sync {
    /// The recipients behind a case. An empty list means that nobody is known there.
    ///
    /// # Errors
    /// When the question could not be answered; whether to ask again is in the variant.
    async fn lookup(&self, query: &Lookup) -> Result<Vec<Recipient>, LookupError>;

    /// What [`Directory::lookup`] answers whoever is in there, because the case lacks what it is asked by; `None` where that takes a look.
    /// Pure: for rehearsals, which ask nobody.
    fn foregone(&self, query: &Lookup) -> Option<Result<Vec<Recipient>, LookupError>> {
        let _ = query;
        None
    }

    /// Proves that the directory can be asked now, and says in a sentence for people what is in it.
    ///
    /// # Errors
    /// What stands in the way, even while [`Directory::lookup`] still answers from an older copy.
    async fn probe(&self) -> Result<String, LookupError>;

    /// The word for it in configuration: `list`, `csv`, `http`.
    fn kind(&self) -> &'static str;
}

/// What is known of a case when its people are looked up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lookup {
    /// The marketplace's own id of the item; absent when the event carried none.
    pub reference_id: Option<String>,
    /// Legitmark's id of the service request.
    pub sr_uuid: Option<String>,
}

/// Why a lookup has no answer. The texts hold no personal data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LookupError {
    /// That may pass by itself: wait and ask again.
    #[error("{reason}")]
    Unavailable {
        /// What failed, as a fragment that fits after "failed to".
        reason: String,
        /// The least time to wait, where the directory named one.
        after: Option<Duration>,
    },
    /// That will not pass by itself: somebody must act. Another question would fail the same way.
    #[error("{0}")]
    Misconfigured(String),
    /// This case can never be asked about, for the id that the directory needs is absent or can stand in no question. The
    /// directory itself is well, and asking again is pointless.
    #[error("{0}")]
    Unaskable(String),
}

impl LookupError {
    /// Something that may pass by itself, without a word on when.
    pub fn unavailable(reason: impl Into<String>) -> LookupError {
        LookupError::Unavailable { reason: reason.into(), after: None }
    }
}
