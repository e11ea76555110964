//! When a worker ends: with the whole pipeline, or alone, because its settings changed or are gone.

use std::time::Duration;

use tokio::sync::{Notify, watch};

use crate::shared::GoOn;

/// When a worker ends. It begins nothing new then, and ends what is under way.
#[derive(Clone)]
pub(crate) struct Ending {
    pipeline: watch::Receiver<bool>,
    own: watch::Receiver<bool>,
}

impl Ending {
    pub(crate) fn new(pipeline: watch::Receiver<bool>, own: watch::Receiver<bool>) -> Ending {
        Ending { pipeline, own }
    }

    /// Of a worker that ends with the pipeline alone.
    pub(crate) fn with(pipeline: &watch::Sender<bool>) -> Ending {
        Ending { pipeline: pipeline.subscribe(), own: pipeline.subscribe() }
    }

    pub(crate) fn has_come(&self) -> bool {
        *self.pipeline.borrow() || *self.own.borrow()
    }

    /// Whether the worker ends alone: others have its settings' place.
    pub(crate) fn is_outdated(&self) -> bool {
        *self.own.borrow() && !*self.pipeline.borrow()
    }

    /// Comes back once it has come.
    pub(crate) async fn comes(&mut self) {
        // A sender that is gone has nobody left who could want the worker to go on.
        tokio::select! {
            _ = self.pipeline.wait_for(|stop| *stop) => {}
            _ = self.own.wait_for(|end| *end) => {}
        }
    }

    /// Waits for `wake`, for `at_most`, or for the end; says whether to go on.
    pub(crate) async fn rest(&mut self, wake: &Notify, at_most: Duration) -> GoOn {
        if self.has_come() {
            return GoOn::No;
        }
        tokio::select! {
            () = wake.notified() => GoOn::Yes,
            () = tokio::time::sleep(at_most) => GoOn::Yes,
            () = self.comes() => GoOn::No,
        }
    }
}
