//! Whether the doors want requests now.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use proofbell_store::StoreError;

/// How long a store that was busy counts as busy. It must run out by itself: a load balancer that believes `/readyz`
/// sends nothing that could show that the store works again.
const BUSY_FOR: Duration = Duration::from_secs(5);

/// What the doors know about themselves and about the store, from its answers.
#[derive(Debug)]
pub(crate) struct Health {
    opened: Instant,
    stopping: AtomicBool,
    fatal: AtomicBool,
    /// When the store was busy last, in milliseconds after `opened`; 0 when it was not since it last committed.
    busy_at: AtomicU64,
}

impl Health {
    pub(crate) fn new(now: Instant) -> Health {
        Health {
            opened: now,
            stopping: AtomicBool::new(false),
            fatal: AtomicBool::new(false),
            busy_at: AtomicU64::new(0),
        }
    }

    /// From now on new requests are better sent elsewhere.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Takes note of what the store answered; says so in the log when it is news.
    pub(crate) fn note<T>(&self, answer: &Result<T, StoreError>, now: Instant) {
        match answer {
            Ok(_) => {
                // Read first: the common case must not write to memory that all threads share.
                if self.busy_at.load(Ordering::Relaxed) != 0 && self.busy_at.swap(0, Ordering::Relaxed) != 0 {
                    tracing::info!("the store commits again");
                }
            }
            Err(StoreError::Busy(problem)) => {
                if self.busy_at.swap(self.milliseconds(now), Ordering::Relaxed) == 0 {
                    tracing::warn!(problem, "the store cannot commit: events are answered with 503");
                }
            }
            Err(StoreError::Fatal(problem)) => {
                if !self.fatal.swap(true, Ordering::Relaxed) {
                    tracing::error!(problem, "the store lost a write: all events are answered with 503");
                }
            }
            Err(error) => tracing::error!(%error, "the store failed on an event, which is answered with 503"),
        }
    }

    /// # Errors
    /// Why requests are better sent elsewhere.
    pub(crate) fn ready(&self, now: Instant) -> Result<(), &'static str> {
        if self.stopping.load(Ordering::Relaxed) {
            return Err("stopping");
        }
        if self.fatal.load(Ordering::Relaxed) {
            return Err("the store lost a write");
        }
        match self.busy_at.load(Ordering::Relaxed) {
            0 => Ok(()),
            at if self.milliseconds(now).saturating_sub(at) > BUSY_FOR.as_millis() as u64 => Ok(()),
            _ => Err("the store cannot commit now"),
        }
    }

    /// Since opening; never 0.
    fn milliseconds(&self, now: Instant) -> u64 {
        now.duration_since(self.opened).as_millis() as u64 + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn busy() -> Result<(), StoreError> {
        Err(StoreError::Busy("disk full".to_owned()))
    }

    #[test]
    fn a_busy_store_counts_as_busy_for_a_while() {
        let opened = Instant::now();
        let at = |milliseconds| opened + Duration::from_millis(milliseconds);
        let health = Health::new(opened);
        assert_eq!(health.ready(at(0)), Ok(()));
        health.note(&busy(), at(1000));
        assert_eq!(health.ready(at(6000)), Err("the store cannot commit now"));
        assert_eq!(health.ready(at(6001)), Ok(()));
        health.note(&busy(), at(7000));
        assert_eq!(health.ready(at(7000)), Err("the store cannot commit now"));
        health.note(&Ok(()), at(7001));
        assert_eq!(health.ready(at(7001)), Ok(()));
    }

    #[test]
    fn a_lost_write_and_a_stop_are_for_ever() {
        let opened = Instant::now();
        let health = Health::new(opened);
        health.note::<()>(&Err(StoreError::Fatal("fsync".to_owned())), opened);
        health.note(&Ok(()), opened);
        assert_eq!(health.ready(opened + BUSY_FOR * 10), Err("the store lost a write"));
        health.stop();
        assert_eq!(health.ready(opened), Err("stopping"));
    }
}
