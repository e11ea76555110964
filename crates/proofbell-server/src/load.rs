//! How much is under way at once.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::Limits;

/// How much is under way at once, in requests and in bytes of their bodies.
#[derive(Clone, Debug)]
pub(crate) struct Load {
    requests: Arc<Semaphore>,
    bytes: Arc<Semaphore>,
    all_requests: usize,
}

/// A place that is given back when this is dropped.
pub(crate) type Place = OwnedSemaphorePermit;

/// There is no place left.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Full;

impl Load {
    pub(crate) fn new(limits: &Limits) -> Load {
        let semaphore = |places: usize| Arc::new(Semaphore::new(places.min(Semaphore::MAX_PERMITS)));
        Load {
            requests: semaphore(limits.requests_in_flight),
            bytes: semaphore(limits.bytes_in_flight),
            all_requests: limits.requests_in_flight,
        }
    }

    /// # Errors
    /// So many requests are under way as may be.
    pub(crate) fn request(&self) -> Result<Place, Full> {
        self.requests.clone().try_acquire_owned().map_err(|_| Full)
    }

    /// # Errors
    /// So many bytes are under way as may be.
    pub(crate) fn bytes(&self, count: usize) -> Result<Place, Full> {
        let count = u32::try_from(count).map_err(|_| Full)?;
        self.bytes.clone().try_acquire_many_owned(count).map_err(|_| Full)
    }

    /// Waits until no request is under way. Further ones are refused meanwhile.
    pub(crate) async fn idle(&self) {
        let all = u32::try_from(self.all_requests).unwrap_or(u32::MAX);
        // The semaphore is never closed, so waiting cannot fail.
        let _ = self.requests.acquire_many(all).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn places_are_counted_and_given_back() {
        let load = Load::new(&Limits { requests_in_flight: 2, bytes_in_flight: 100, ..Limits::default() });
        let (first, second) = (load.request().unwrap(), load.request().unwrap());
        assert_eq!(load.request().unwrap_err(), Full);
        drop(first);
        let _again = load.request().unwrap();
        let mut sixty = load.bytes(60).unwrap();
        assert_eq!(load.bytes(41).unwrap_err(), Full);
        sixty.merge(load.bytes(40).unwrap());
        drop(sixty);
        drop(load.bytes(100).unwrap());
        drop(second);
    }

    #[tokio::test]
    async fn idle_waits_for_the_last_request() {
        let load = Load::new(&Limits { requests_in_flight: 2, ..Limits::default() });
        let place = load.request().unwrap();
        let waiting = tokio::spawn({
            let load = load.clone();
            async move { load.idle().await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        drop(place);
        waiting.await.unwrap();
    }
}
