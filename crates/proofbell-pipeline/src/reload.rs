//! Another configuration for a pipeline that runs.

use std::sync::{Arc, PoisonError};

use proofbell_store::StoreError;

use crate::Pipeline;
use crate::changes::Changes;
use crate::live::{Live, pauses};
use crate::runtime::Runtime;

impl Pipeline {
    /// Goes on with another configuration, as a restart with it would, but without the outage. Channels and audiences whose settings are
    /// the same keep their workers: connections, rates, pauses, caches. Those with other settings end what is under way, then go on
    /// with the new ones. What waits for one that is gone ends after [`crate::Timing::gone`]. Messages that are made keep their text.
    ///
    /// # Errors
    /// When the store cannot be read; nothing is changed then.
    pub async fn reload(&self, mut runtime: Runtime) -> Result<Changes, StoreError> {
        let pauses = pauses(&*self.shared.store).await?;
        // Nothing waits from here on: there is no moment between two configurations.
        let mut workers = self.workers.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.shared.live();
        let changes = Changes::between(&before.runtime, &runtime);
        take_over(&mut runtime, &before.runtime, &changes);
        let live = Arc::new(Live::after(&before, Arc::new(runtime), pauses));
        // First of all, so that none of them begins to send what was made with the new settings.
        workers.end_outdated(&changes);
        self.shared.live.send_replace(live.clone());
        workers.begin_new(&self.shared, &live, &changes);
        self.shared.plan.notify_one();
        self.shared.fallback.notify_one();
        Ok(changes)
    }
}

/// What did not change is not built anew: it has connections and caches.
fn take_over(runtime: &mut Runtime, before: &Runtime, changes: &Changes) {
    for name in &changes.channels.kept {
        if let Some(channel) = before.channels.get(name) {
            runtime.channels.insert(name.clone(), channel.clone());
        }
    }
    for name in &changes.audiences.kept {
        if let Some(audience) = before.audiences.get(name) {
            runtime.audiences.insert(name.clone(), audience.clone());
        }
    }
}
