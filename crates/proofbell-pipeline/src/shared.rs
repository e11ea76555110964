//! What all workers of a pipeline share.

use std::sync::Arc;
use std::time::Duration;

use proofbell_store::Store;
use tokio::sync::{Notify, watch};

use crate::ending::Ending;
use crate::live::Live;
use crate::runtime::Runtime;
use crate::{Clock, Observer, Timing};

/// What all workers of a pipeline share.
pub(crate) struct Shared {
    pub(crate) store: Arc<dyn Store>,
    /// The configuration that holds now; a reload replaces it as a whole.
    pub(crate) live: watch::Sender<Arc<Live>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) observer: Arc<dyn Observer>,
    pub(crate) timing: Timing,
    pub(crate) plan: Notify,
    pub(crate) fallback: Notify,
    pub(crate) stop: watch::Sender<bool>,
}

impl Shared {
    /// The configuration that holds now. Whoever does one piece of work takes it once.
    pub(crate) fn live(&self) -> Arc<Live> {
        self.live.borrow().clone()
    }

    /// What decides, sends and looks up now.
    pub(crate) fn runtime(&self) -> Arc<Runtime> {
        self.live.borrow().runtime.clone()
    }

    /// Wakes the workers of every audience: drafts were made.
    pub(crate) fn wake_audiences<'a>(&self, names: impl IntoIterator<Item = &'a String>) {
        let live = self.live();
        for name in names {
            match live.audiences.get(name) {
                Some(audience) => audience.wake.notify_one(),
                None => {
                    tracing::debug!(audience = name, "a draft waits for an audience that is not configured")
                }
            }
        }
    }

    /// Wakes the worker of a channel: messages were made.
    pub(crate) fn wake_channel(&self, name: &str) {
        if let Some(channel) = self.live().channels.get(name) {
            channel.wake.notify_one();
        }
    }

    /// Waits for `wake`, for `at_most`, or for the stop; says whether to go on.
    pub(crate) async fn rest(&self, wake: &Notify, at_most: Duration) -> GoOn {
        Ending::with(&self.stop).rest(wake, at_most).await
    }

    /// Whether the pipeline is stopping.
    pub(crate) fn stopping(&self) -> bool {
        *self.stop.borrow()
    }

    /// How long until `at`, no longer than until the next look.
    pub(crate) fn until(&self, at: Option<jiff::Timestamp>) -> Duration {
        let Some(at) = at else { return self.timing.look };
        let wait = Duration::try_from(at.duration_since(self.clock.now())).unwrap_or(Duration::ZERO);
        wait.min(self.timing.look)
    }

    /// Runs what computes for long (deciding, rendering) where it keeps no request or connection waiting.
    pub(crate) async fn apart<T, W>(self: &Arc<Self>, work: W) -> T
    where
        T: Send + 'static,
        W: FnOnce(&Shared) -> T + Send + 'static,
    {
        let shared = self.clone();
        match tokio::task::spawn_blocking(move || work(&shared)).await {
            Ok(done) => done,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // The whole runtime is being shut down, and with it whoever waits here.
                Err(_) => std::future::pending().await,
            },
        }
    }
}

/// Whether a worker goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GoOn {
    Yes,
    No,
}
