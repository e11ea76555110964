//! Connections that wait for their next mail.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::session::Session;

/// How long a connection may wait. Servers close idle ones after one to five minutes.
const KEEP: Duration = Duration::from_secs(60);
/// Mails over one connection. Servers limit it (Postfix and Gmail at about 100), and a new one finds a server that was added.
const MAILS: u32 = 100;
/// Connections kept; what a burst opened beyond that is closed after its mail.
const MOST: usize = 8;

/// A stack, so that the busiest connection stays busy and the others grow old.
#[derive(Default)]
pub(crate) struct Idle {
    stack: Mutex<Vec<(Instant, Session)>>,
}

impl Idle {
    /// Takes one out. From here on it belongs to the caller alone; if the caller is cancelled, it is closed.
    pub(crate) fn take(&self) -> Option<Session> {
        let mut stack = self.lock();
        let (since, session) = stack.pop()?;
        if since.elapsed() < KEEP {
            return Some(session);
        }
        // The top is the youngest: all others are too old as well.
        stack.clear();
        None
    }

    /// Gives one back after a transaction that ended cleanly.
    pub(crate) fn put(&self, session: Session) {
        if session.sent() >= MAILS || session.has_unread() {
            return;
        }
        let mut stack = self.lock();
        if stack.len() < MOST {
            stack.push((Instant::now(), session));
        }
    }

    /// Closes all: one was found dead, and servers restart for everybody.
    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(Instant, Session)>> {
        // The stack is whole whenever the lock is free, also after a panic elsewhere.
        self.stack.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
