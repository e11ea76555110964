//! Starting and stopping the workers.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use proofbell_store::{Orphans, Store, StoreError};
use tokio::sync::{Notify, watch};

use crate::live::{Live, pauses};
use crate::orphans::settle_orphans;
use crate::runtime::Runtime;
use crate::shared::Shared;
use crate::workers::Workers;
use crate::{Clock, Handle, Observer, Silent, SystemClock, Timing};

/// What a pipeline is started with, besides its store and its configuration.
pub struct PipelineSettings {
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// Who watches.
    pub observer: Arc<dyn Observer>,
    /// How long it waits, and how often it looks.
    pub timing: Timing,
}

impl Default for PipelineSettings {
    fn default() -> Self {
        PipelineSettings {
            clock: Arc::new(SystemClock),
            observer: Arc::new(Silent),
            timing: Timing::default(),
        }
    }
}

/// The running workers: a planner, an addresser for each audience, one for fallbacks, a sender for each channel.
pub struct Pipeline {
    pub(crate) shared: Arc<Shared>,
    pub(crate) workers: Mutex<Workers>,
}

impl Pipeline {
    /// Starts the workers. Claims that an earlier process left behind are settled first, as unknown.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn start(
        store: Arc<dyn Store>,
        runtime: Arc<Runtime>,
        settings: PipelineSettings,
    ) -> Result<Pipeline, StoreError> {
        let shared = share(store, runtime, settings).await?;
        let orphans = settle_orphans(&shared, Orphans::All).await?;
        if orphans > 0 {
            tracing::warn!(count = orphans, "messages were under way when the last process ended");
        }
        Ok(Pipeline { workers: Mutex::new(Workers::begin(&shared)), shared })
    }

    /// What the doors use.
    pub fn handle(&self) -> Handle {
        Handle::new(self.shared.clone())
    }

    /// Stops: nothing new is begun, what is under way may end, what was claimed and not begun goes back. Says whether all of it
    /// was done within `at_most`; what was not is dropped, and the next start settles it as unknown.
    pub async fn stop(self, at_most: Duration) -> Drained {
        self.shared.stop.send_replace(true);
        let mut workers = self.workers.into_inner().unwrap_or_else(PoisonError::into_inner);
        match tokio::time::timeout(at_most, workers.end()).await {
            Ok(()) => Drained::All,
            Err(_) => {
                tracing::warn!(workers = workers.count(), "stopped with attempts under way");
                Drained::Partly
            }
        }
    }
}

/// Whether everything that was under way has ended at a stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drained {
    /// It has.
    All,
    /// The next start settles the rest as unknown.
    Partly,
}

/// What the workers share; nothing runs yet.
pub(crate) async fn share(
    store: Arc<dyn Store>,
    runtime: Arc<Runtime>,
    settings: PipelineSettings,
) -> Result<Arc<Shared>, StoreError> {
    let live = Live::new(runtime, pauses(&*store).await?);
    Ok(Arc::new(Shared {
        store,
        live: watch::Sender::new(Arc::new(live)),
        clock: settings.clock,
        observer: settings.observer,
        timing: settings.timing,
        plan: Notify::new(),
        fallback: Notify::new(),
        stop: watch::Sender::new(false),
    }))
}
