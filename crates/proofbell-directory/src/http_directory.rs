//! People behind an HTTP API.

mod asking;
mod cache;
mod network;
mod people;
mod pointer;
mod settings;
mod url_template;
mod verdict;

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use proofbell_notify::Recipient;
use proofbell_notify::http::Client;

use crate::{Directory, Lookup, LookupError};
use asking::Asker;

pub use cache::Keep;
pub use people::Shape;
pub use pointer::{Pointer, PointerError};
pub use settings::{Header, HeaderError, HttpSettings};
pub use url_template::{UrlTemplate, UrlTemplateError};

/// Where the ages of answers are counted from: a clock that never goes back.
pub type Clock = Arc<dyn Fn() -> Instant + Send + Sync>;

/// People behind an HTTP API that is asked by the ids of a case, with a `GET` that is answered with JSON.
///
/// Answers are used again for a while, and longer while the API cannot answer. Whoever asks for the same while a question is under
/// way waits for its answer; at most 16 questions are under way at a time, the others wait for their turn. Nothing is asked when it
/// is made.
pub struct HttpDirectory {
    asker: Arc<Asker>,
}

impl HttpDirectory {
    /// A directory behind the API of `settings`, asked with `client`.
    pub fn new(settings: HttpSettings, client: &Client, clock: Clock) -> HttpDirectory {
        HttpDirectory { asker: Arc::new(Asker::new(settings, client, clock)) }
    }
}

#[async_trait]
impl Directory for HttpDirectory {
    async fn lookup(&self, query: &Lookup) -> Result<Vec<Recipient>, LookupError> {
        self.asker.people(query).await.map(|people| people.to_vec())
    }

    fn foregone(&self, query: &Lookup) -> Option<Result<Vec<Recipient>, LookupError>> {
        self.asker.foregone(query).map(Err)
    }

    /// Asks about an id that need not exist: any answer but a refusal of ourselves shows that the API is there. What is kept of
    /// earlier answers has no say.
    async fn probe(&self) -> Result<String, LookupError> {
        self.asker.probe().await
    }

    fn kind(&self) -> &'static str {
        "http"
    }
}
