//! The word that the disk lost a write, and who waits for it.

use tokio::sync::watch;

use crate::StoreError;

/// Set once, when the disk lost a write or the writer is gone; never taken back.
#[derive(Debug)]
pub(super) struct Fatal {
    problem: watch::Sender<Option<String>>,
}

impl Fatal {
    pub(super) fn new() -> Fatal {
        Fatal { problem: watch::Sender::new(None) }
    }

    /// Nothing may be acknowledged from now on. The first problem stays.
    pub(super) fn set(&self, problem: &str) {
        self.problem.send_if_modified(|known| {
            let first = known.is_none();
            if first {
                tracing::error!(problem, "the store stops: nothing more can be acknowledged");
                *known = Some(problem.to_owned());
            }
            first
        });
    }

    /// # Errors
    /// [`StoreError::Fatal`] once it is set.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        match self.problem.borrow().as_ref() {
            Some(problem) => Err(StoreError::Fatal(problem.clone())),
            None => Ok(()),
        }
    }

    /// Waits until it is set.
    pub(super) async fn wait(&self) -> StoreError {
        let mut problem = self.problem.subscribe();
        // The sender lives as long as `self`, so waiting cannot fail.
        match problem.wait_for(Option::is_some).await {
            Ok(problem) => StoreError::Fatal(problem.clone().unwrap_or_default()),
            Err(_) => StoreError::Fatal("the store is gone".to_owned()),
        }
    }
}
