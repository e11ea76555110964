//! How much may wait for the writer.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::StoreError;

/// Who asks for a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lane {
    /// The door: it may fill three quarters, so that a flood of events never keeps the rest from working them off.
    Door,
    /// Everything else.
    Pipeline,
}

/// Counts what waits for the writer.
#[derive(Debug)]
pub(super) struct Backlog {
    jobs: AtomicUsize,
    bytes: AtomicUsize,
    most_jobs: usize,
    most_bytes: usize,
}

/// A place among what waits; given back when dropped.
#[derive(Debug)]
pub(super) struct Place {
    backlog: Arc<Backlog>,
    pub(super) bytes: usize,
}

impl Backlog {
    pub(super) fn new(most_jobs: usize, most_bytes: usize) -> Backlog {
        Backlog { jobs: AtomicUsize::new(0), bytes: AtomicUsize::new(0), most_jobs, most_bytes }
    }

    /// Takes a place for a write of about so many bytes.
    ///
    /// # Errors
    /// [`StoreError::Busy`] at once when too much waits already. A single large write fits when nothing else waits.
    pub(super) fn enter(self: &Arc<Self>, lane: Lane, bytes: usize) -> Result<Place, StoreError> {
        let share = |most: usize| match lane {
            Lane::Door => most - most / 4,
            Lane::Pipeline => most,
        };
        let jobs = self.jobs.fetch_add(1, Ordering::Relaxed);
        let waiting = self.bytes.fetch_add(bytes, Ordering::Relaxed);
        let place = Place { backlog: Arc::clone(self), bytes };
        let too_large = waiting > 0 && waiting.saturating_add(bytes) > share(self.most_bytes);
        match jobs >= share(self.most_jobs) || too_large {
            true => Err(StoreError::Busy("too much waits to be written".to_owned())),
            false => Ok(place),
        }
    }
}

#[cfg(test)]
impl Backlog {
    /// How many writes wait or are being written.
    pub(super) fn waiting(&self) -> usize {
        self.jobs.load(Ordering::Relaxed)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.backlog.jobs.fetch_sub(1, Ordering::Relaxed);
        self.backlog.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_door_leaves_room_for_the_pipeline() {
        let backlog = Arc::new(Backlog::new(4, 1_000));
        let held: Vec<Place> = (0..3).map(|_| backlog.enter(Lane::Door, 10).unwrap()).collect();
        assert!(matches!(backlog.enter(Lane::Door, 10), Err(StoreError::Busy(_))));
        let fourth = backlog.enter(Lane::Pipeline, 10).unwrap();
        assert!(backlog.enter(Lane::Pipeline, 10).is_err());
        drop((held, fourth));
        backlog.enter(Lane::Door, 10).unwrap();
    }

    #[test]
    fn bytes_are_bounded_but_one_large_write_always_fits() {
        let backlog = Arc::new(Backlog::new(100, 1_000));
        let large = backlog.enter(Lane::Door, 5_000).unwrap();
        assert!(backlog.enter(Lane::Door, 1).is_err());
        drop(large);
        let _small = backlog.enter(Lane::Door, 700).unwrap();
        assert!(backlog.enter(Lane::Door, 100).is_err());
        backlog.enter(Lane::Pipeline, 100).unwrap();
    }
}
