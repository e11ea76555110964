//! A paused channel: probes wake it, and what expires meanwhile still ends.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use proofbell_notify::DynNotifier;
use proofbell_store::{ChannelPause, PausedBy};
use tokio::sync::watch;

use super::ChannelWorker;
use crate::Timing;
use crate::channel_state::ChannelState;

/// Waits until the channel is resumed or the pipeline stops.
pub(super) async fn wait(
    worker: &mut ChannelWorker,
    state: &ChannelState,
    pause: &mut watch::Receiver<Option<ChannelPause>>,
    stop: &mut watch::Receiver<bool>,
) {
    let probing = well(worker.channel.notifier.clone(), worker.shared.timing, worker.name.clone());
    tokio::pin!(probing);
    loop {
        let Some(current) = pause.borrow_and_update().clone() else { return };
        worker.sweep(": the channel is paused").await;
        tokio::select! {
            () = &mut probing, if current.by == PausedBy::Provider => {
                state.resume_after_probe(&*worker.shared.store, &worker.name).await;
                return;
            }
            () = tokio::time::sleep_until(worker.sweep_at) => {}
            _ = pause.changed() => {}
            _ = stop.changed() => return,
        }
    }
}

/// Ends once a probe finds the channel well.
async fn well(notifier: Arc<dyn DynNotifier>, timing: Timing, channel: String) {
    let mut wait = timing.first_probe;
    loop {
        tokio::time::sleep(wait).await;
        let probe = AssertUnwindSafe(async { notifier.probe().await }).catch_unwind();
        match tokio::time::timeout(timing.probe, probe).await {
            Ok(Ok(Ok(()))) => return,
            Ok(Ok(Err(error))) => tracing::info!(channel, %error, "the channel stays paused"),
            Ok(Err(_)) => tracing::error!(channel, "the channel stays paused: its probe panicked"),
            Err(_) => tracing::info!(channel, "the channel stays paused: its probe did not come back"),
        }
        wait = wait.saturating_mul(2).min(timing.longest_probe);
    }
}
