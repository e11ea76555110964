//! A paused channel: probes wake it, and what expires meanwhile still ends.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use proofbell_notify::DynNotifier;
use proofbell_store::{ChannelPause, PausedBy};
use tokio::sync::watch;
use tokio::time::Instant;

use super::ChannelWorker;
use crate::Timing;

/// Why what expires on a paused channel was not sent.
pub(super) const WHY: &str = ": the channel is paused";

/// How long a pause waits for its first probe. A probe can find a channel well that refuses every message; it would be paused and
/// resumed for ever, so each such pause waits for twice as long.
#[derive(Debug, Default)]
pub(super) struct Patience {
    /// When a probe last found the channel well, and how long it had been waited for.
    well: Option<(Instant, Duration)>,
    /// Whether the next pause is probed at once.
    none: bool,
}

impl Patience {
    /// The next pause is probed at once: it began with settings that were changed since, maybe to end it.
    pub(super) fn none_once() -> Patience {
        Patience { well: None, none: true }
    }

    fn first(&mut self, timing: &Timing, now: Instant) -> Duration {
        match self.well {
            _ if std::mem::take(&mut self.none) => Duration::ZERO,
            Some((at, waited)) if now.saturating_duration_since(at) < timing.longest_probe => {
                waited.saturating_mul(2).clamp(timing.first_probe, timing.longest_probe)
            }
            Some(_) | None => timing.first_probe,
        }
    }
}

/// Waits until the channel is resumed or the worker ends.
pub(super) async fn wait(worker: &mut ChannelWorker, pause: &mut watch::Receiver<Option<ChannelPause>>) {
    let first = worker.patience.first(&worker.shared.timing, Instant::now());
    let probing = well(worker.channel.notifier.clone(), worker.shared.timing, worker.name.clone(), first);
    tokio::pin!(probing);
    loop {
        let Some(current) = pause.borrow_and_update().clone() else { return };
        worker.sweep(WHY).await;
        tokio::select! {
            waited = &mut probing, if current.by == PausedBy::Provider => {
                worker.patience = Patience { well: Some((Instant::now(), waited)), none: false };
                worker.state.resume_after_probe(&*worker.shared.store, &worker.name).await;
                return;
            }
            () = tokio::time::sleep_until(worker.sweep_at) => {}
            _ = pause.changed() => {}
            () = worker.ending.comes() => return,
        }
    }
}

/// Ends once a probe finds the channel well; says how long that probe was waited for.
async fn well(notifier: Arc<dyn DynNotifier>, timing: Timing, channel: String, first: Duration) -> Duration {
    let mut wait = first;
    loop {
        tokio::time::sleep(wait).await;
        let probe = AssertUnwindSafe(async { notifier.probe().await }).catch_unwind();
        match tokio::time::timeout(timing.probe, probe).await {
            Ok(Ok(Ok(_))) => return wait,
            Ok(Ok(Err(error))) => tracing::info!(channel, %error, "the channel stays paused"),
            Ok(Err(_)) => tracing::error!(channel, "the channel stays paused: its probe panicked"),
            Err(_) => tracing::info!(channel, "the channel stays paused: its probe did not come back"),
        }
        wait = wait.saturating_mul(2).clamp(timing.first_probe, timing.longest_probe);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_that_is_refused_again_soon_after_a_good_probe_waits_ever_longer() {
        let (timing, now) = (Timing::default(), Instant::now());
        let seconds = Duration::from_secs;
        let table = [
            (None, 30),
            (Some((seconds(1), seconds(30))), 60),
            (Some((seconds(1), seconds(60))), 120),
            (Some((seconds(1), seconds(800))), 900),
            (Some((seconds(899), seconds(60))), 120),
            (Some((seconds(901), seconds(60))), 30),
        ];
        for (well, expected) in table {
            let mut patience = Patience { well: well.map(|(_, waited)| (now, waited)), none: false };
            let later = now + well.map_or(Duration::ZERO, |(ago, _)| ago);
            assert_eq!(patience.first(&timing, later), seconds(expected), "{well:?}");
        }
    }

    #[test]
    fn a_channel_with_new_settings_is_probed_at_once_and_then_as_any() {
        let mut patience = Patience::none_once();
        assert_eq!(patience.first(&Timing::default(), Instant::now()), Duration::ZERO);
        assert_eq!(patience.first(&Timing::default(), Instant::now()), Duration::from_secs(30));
    }
}
