//! What the doors are opened with.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use proofbell_event::{BearerVerifier, Verifier};
use secrecy::SecretString;

use crate::Reloads;

/// What the public door is opened with.
#[derive(Clone, Debug, Default)]
pub struct IngressSettings {
    /// Who may send events, and where to. Paths must differ; of two that do not, the first one counts.
    pub sources: Vec<SourceSettings>,
    /// How much the door takes on.
    pub limits: Limits,
}

/// One `[source.NAME]`.
#[derive(Clone, Debug)]
pub struct SourceSettings {
    /// Its name, a metric label and a column of the store: `legitmark`.
    pub name: String,
    /// The path that it posts to, begins with a slash.
    pub path: String,
    /// How its requests prove where they come from.
    pub verify: Verify,
}

/// How requests prove where they come from.
#[derive(Clone, Debug)]
pub enum Verify {
    /// By a signature over id, time and body: Svix, Standard Webhooks.
    Svix(Verifier),
    /// By a token that a relay in between sends.
    Bearer(BearerVerifier),
    /// Not at all: whoever reaches the door is believed.
    None,
}

/// How much a door takes on, and how long it waits. More than that is refused or waits outside; nothing grows without
/// end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections at once. Above it the door stops accepting, and further ones wait in the kernel's backlog: a sender
    /// that waits 30 s for its answer gets in when one of the slow ones is cut off, after 5 s or 10 s, while one that is
    /// sent away has lost one of its few tries.
    pub connections: usize,
    /// Requests whose body is there and whose answer is not.
    pub requests_in_flight: usize,
    /// Bytes of bodies of all requests together, those still on the way included.
    pub bytes_in_flight: usize,
    /// Bytes of one body.
    pub body_bytes: usize,
    /// How long a request's head may take, counted from the connection or from the end of the request before: so long
    /// a connection may idle, too.
    pub header_time: Duration,
    /// How long a request's body may take, as a whole.
    pub body_time: Duration,
    /// How long an answer may be stuck because the other side does not read.
    pub write_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            connections: 1024,
            requests_in_flight: 512,
            bytes_in_flight: 64 * 1024 * 1024,
            body_bytes: 256 * 1024,
            header_time: Duration::from_secs(5),
            body_time: Duration::from_secs(10),
            write_time: Duration::from_secs(10),
        }
    }
}

/// What the admin door is opened with.
#[derive(Clone)]
pub struct AdminSettings {
    /// Asked of every request below `/api`, when set.
    pub token: Option<SecretString>,
    /// The text of `/metrics`, in Prometheus' format.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
    /// What both doors tell of the running configuration, and where wishes for another go.
    pub reloads: Reloads,
}

impl fmt::Debug for AdminSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AdminSettings").field("token", &self.token).finish_non_exhaustive()
    }
}
