//! A paused channel: probes wake it, and what expires meanwhile still ends.

use std::time::Duration;

use proofbell_store::{ChannelPause, ClaimOnly, PausedBy};
use tokio::sync::watch;
use tokio::time::Instant;

use super::{ChannelWorker, attempt};
use crate::Code;

/// The first probe comes after this, each further one after twice as long.
const FIRST_PROBE: Duration = Duration::from_secs(30);
/// No two probes are further apart than this.
const LAST_PROBE: Duration = Duration::from_secs(15 * 60);
/// How long a probe may take.
const PROBE_TIMEOUT: Duration = Duration::from_secs(60);
/// How often expired messages are looked for.
const SWEEP: Duration = Duration::from_secs(5);
/// Expired messages ended at once.
const SWEEP_BATCH: usize = 256;

/// Waits until the channel is resumed or the pipeline stops.
pub(super) async fn wait(
    worker: &ChannelWorker,
    pause: &mut watch::Receiver<Option<ChannelPause>>,
    stop: &mut watch::Receiver<bool>,
) {
    let mut probe_wait = FIRST_PROBE;
    let mut probe_at = Instant::now() + probe_wait;
    metrics::gauge!("proofbell_channel_paused", "channel" => worker.name.clone()).set(1.0);
    loop {
        let Some(current) = pause.borrow_and_update().clone() else { break };
        sweep(worker).await;
        let probing = current.by == PausedBy::Provider;
        tokio::select! {
            _ = pause.changed() => continue,
            _ = stop.changed() => break,
            () = tokio::time::sleep(SWEEP) => {}
        }
        if probing && Instant::now() >= probe_at {
            if probe(worker).await {
                resume(worker).await;
                break;
            }
            probe_wait = (probe_wait * 2).min(LAST_PROBE);
            probe_at = Instant::now() + probe_wait;
        }
    }
    metrics::gauge!("proofbell_channel_paused", "channel" => worker.name.clone()).set(0.0);
}

async fn probe(worker: &ChannelWorker) -> bool {
    match tokio::time::timeout(PROBE_TIMEOUT, worker.channel.notifier.probe()).await {
        Ok(Ok(())) => true,
        Ok(Err(error)) => {
            tracing::info!(channel = worker.name, %error, "channel stays paused");
            false
        }
        Err(_) => false,
    }
}

async fn resume(worker: &ChannelWorker) {
    tracing::info!(channel = worker.name, "channel resumed: a probe found it well");
    if let Some(state) = worker.shared.channels.get(&worker.name) {
        state.pause.send_replace(None);
    }
    if let Err(error) = worker.shared.store.resume(&worker.name).await {
        tracing::warn!(channel = worker.name, %error, "the channel is resumed, but paused again after a restart");
    }
}

/// Ends what has expired although the channel is paused.
async fn sweep(worker: &ChannelWorker) {
    loop {
        let claim = match worker.claim(ClaimOnly::Expired, SWEEP_BATCH).await {
            Ok(claim) => claim,
            Err(error) => {
                tracing::warn!(channel = worker.name, %error, "expired messages wait for the store");
                return;
            }
        };
        for claimed in &claim.messages {
            let ended =
                Code::Expired.end(format!("not sent before {}: the channel is paused", claimed.expires_at));
            attempt::end(&worker.shared, claimed, ended).await;
        }
        if claim.messages.len() < SWEEP_BATCH {
            return;
        }
    }
}
