//! Starting and stopping the workers.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use proofbell_store::{ChannelPause, Orphans, Store, StoreError};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

use crate::audience_state::AudienceState;
use crate::channel_state::ChannelState;
use crate::orphans::settle_orphans;
use crate::runtime::Runtime;
use crate::shared::Shared;
use crate::supervise::supervise;
use crate::{
    Clock, Handle, Observer, Silent, SystemClock, Timing, address_worker, channel_worker, collector,
    fallback_worker, janitor, plan_worker,
};

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
    shared: Arc<Shared>,
    workers: JoinSet<()>,
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
        Ok(Pipeline { workers: start_workers(&shared), shared })
    }

    /// What the doors use.
    pub fn handle(&self) -> Handle {
        Handle::new(self.shared.clone())
    }

    /// Stops: nothing new is begun, what is under way may end, what was claimed and not begun goes back. Says whether all of it
    /// was done within `at_most`; what was not is dropped, and the next start settles it as unknown.
    pub async fn stop(mut self, at_most: Duration) -> Drained {
        self.shared.stop.send_replace(true);
        let all = async { while self.workers.join_next().await.is_some() {} };
        match tokio::time::timeout(at_most, all).await {
            Ok(()) => Drained::All,
            Err(_) => {
                tracing::warn!(workers = self.workers.len(), "stopped with attempts under way");
                Drained::Partly
            }
        }
    }
}

/// Starts every worker; one that panics starts again.
fn start_workers(shared: &Arc<Shared>) -> JoinSet<()> {
    let mut workers = JoinSet::new();
    let own = || shared.clone();
    let (planning, falling_back, caring) = (own(), own(), own());
    workers.spawn(async move {
        supervise(&planning, "planner", || plan_worker::run(planning.clone())).await;
    });
    workers.spawn(async move {
        supervise(&falling_back, "fallback", || fallback_worker::run(falling_back.clone())).await;
    });
    workers.spawn(async move {
        supervise(&caring, "janitor", || janitor::run(caring.clone())).await;
    });
    for audience in shared.audiences.keys() {
        let (shared, audience) = (shared.clone(), audience.clone());
        workers.spawn(async move {
            supervise(&shared, &audience, || address_worker::run(shared.clone(), audience.clone())).await;
        });
    }
    for (name, channel) in &shared.runtime.channels {
        workers.spawn(channel_worker::run(shared.clone(), name.clone(), channel.clone()));
        if let Some(every) = channel.notifier.collects_every() {
            let (shared, name, notifier) = (shared.clone(), name.clone(), channel.notifier.clone());
            workers.spawn(async move {
                let collect = || collector::run(shared.clone(), name.clone(), notifier.clone(), every);
                supervise(&shared, &name, collect).await;
            });
        }
    }
    workers
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
    let mut pauses: HashMap<String, ChannelPause> =
        store.pauses().await?.into_iter().map(|pause| (pause.channel.clone(), pause)).collect();
    let channels: BTreeMap<String, ChannelState> = runtime
        .channels
        .keys()
        .map(|name| {
            let state = ChannelState::new(pauses.remove(name));
            (name.clone(), state)
        })
        .collect();
    let audiences = runtime.audiences.keys().map(|name| (name.clone(), AudienceState::default())).collect();
    Ok(Arc::new(Shared {
        store,
        runtime,
        clock: settings.clock,
        observer: settings.observer,
        timing: settings.timing,
        plan: Notify::new(),
        fallback: Notify::new(),
        audiences,
        channels,
        stop: watch::Sender::new(false),
    }))
}
