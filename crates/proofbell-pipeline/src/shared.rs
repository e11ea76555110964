//! What all workers of a pipeline share.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use proofbell_store::{ChannelPause, Store};
use tokio::sync::{Notify, watch};

use crate::runtime::Runtime;
use crate::{Clock, Observer};

/// What all workers of a pipeline share.
pub(crate) struct Shared {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) runtime: Arc<Runtime>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) observer: Arc<dyn Observer>,
    pub(crate) plan: Notify,
    pub(crate) fallback: Notify,
    pub(crate) audiences: HashMap<String, Notify>,
    pub(crate) channels: BTreeMap<String, ChannelState>,
    pub(crate) stop: watch::Sender<bool>,
}

/// What is shared about one channel.
pub(crate) struct ChannelState {
    pub(crate) wake: Notify,
    pub(crate) pause: watch::Sender<Option<ChannelPause>>,
}

impl Shared {
    /// Wakes the workers of every audience: drafts were made.
    pub(crate) fn wake_audiences<'a>(&self, names: impl Iterator<Item = &'a str>) {
        for name in names {
            match self.audiences.get(name) {
                Some(notify) => notify.notify_one(),
                None => {
                    tracing::debug!(audience = name, "a draft waits for an audience that is not configured")
                }
            }
        }
    }

    /// Wakes the worker of a channel: messages were made.
    pub(crate) fn wake_channel(&self, name: &str) {
        if let Some(channel) = self.channels.get(name) {
            channel.wake.notify_one();
        }
    }

    /// Waits for `wake`, for `at_most`, or for the stop; says whether to go on.
    pub(crate) async fn rest(&self, wake: &Notify, at_most: Duration) -> GoOn {
        let mut stop = self.stop.subscribe();
        if *stop.borrow() {
            return GoOn::No;
        }
        tokio::select! {
            () = wake.notified() => GoOn::Yes,
            () = tokio::time::sleep(at_most) => GoOn::Yes,
            _ = stop.changed() => GoOn::No,
        }
    }

    /// Whether the pipeline is stopping.
    pub(crate) fn stopping(&self) -> bool {
        *self.stop.borrow()
    }

    /// How long until `at`, no longer than `at_most`.
    pub(crate) fn until(&self, at: Option<jiff::Timestamp>, at_most: Duration) -> Duration {
        let Some(at) = at else { return at_most };
        Duration::try_from(at.duration_since(self.clock.now())).unwrap_or(Duration::ZERO).min(at_most)
    }
}

/// Whether a worker goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GoOn {
    Yes,
    No,
}

/// How often a worker looks by itself: the wake is a hint, the store is the truth.
pub(crate) const LOOK: Duration = Duration::from_secs(1);
/// How long a worker rests after the store refused.
pub(crate) const STORE_REST: Duration = Duration::from_millis(500);
