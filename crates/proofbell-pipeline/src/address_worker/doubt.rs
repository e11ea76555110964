//! A directory that refused us: whether it refuses everybody, and until when.
//!
//! A lookup that is refused need not mean that the next one would be: an API may refuse one item alone. So the directory is probed at
//! once, and nobody is looked up until that says which; an audience is paused only when the probe is refused as well. A probe that ends
//! well is good for a while, so that one item that is refused again and again does not stop its audience each time.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, pending};
use proofbell_directory::{Directory, LookupError};
use tokio::time::Instant;

use crate::Timing;

/// A probe that is under way, or will be.
pub(super) struct Doubt {
    probe: BoxFuture<'static, Result<String, LookupError>>,
    probe_at: Instant,
    /// How long the next probe waits when this one finds nothing better.
    next_wait: Duration,
}

impl Doubt {
    /// Probes at once.
    pub(super) fn begin(directory: &Arc<dyn Directory>, timing: &Timing) -> Doubt {
        Doubt::after(Duration::ZERO, timing.first_probe, directory, timing)
    }

    /// Probes again: after a while, and ever more rarely.
    pub(super) fn again(self, directory: &Arc<dyn Directory>, timing: &Timing) -> Doubt {
        let next_wait = self.next_wait.saturating_mul(2).min(timing.longest_lookup_probe);
        Doubt::after(self.next_wait, next_wait, directory, timing)
    }

    fn after(wait: Duration, next_wait: Duration, directory: &Arc<dyn Directory>, timing: &Timing) -> Doubt {
        let (directory, at_most, probe_at) = (directory.clone(), timing.probe, Instant::now() + wait);
        let probe = async move {
            tokio::time::sleep_until(probe_at).await;
            probe(&*directory, at_most).await
        };
        Doubt { probe: probe.boxed(), probe_at, next_wait }
    }

    /// How long until the probe; nothing once it is under way.
    pub(super) fn until_probe(&self) -> Duration {
        self.probe_at.saturating_duration_since(Instant::now())
    }
}

/// What a probe that ended well is good for: until then a refused lookup is its own affair, and no probe begins.
#[derive(Clone, Copy)]
pub(super) struct Trust {
    until: Instant,
    lasts: Duration,
}

impl Trust {
    /// Of a probe that ended well now. When the one before was doubted soon after it had run out, this one lasts twice as long.
    pub(super) fn renew(before: Option<Trust>, now: Instant, timing: &Timing) -> Trust {
        let again = before.filter(|before| now < before.until + before.lasts);
        let lasts = again.map_or(timing.first_probe, |before| before.lasts.saturating_mul(2));
        let lasts = lasts.min(timing.longest_lookup_probe);
        Trust { until: now + lasts, lasts }
    }

    pub(super) fn holds(&self, now: Instant) -> bool {
        now < self.until
    }
}

/// What the probe says; never, where nothing is in doubt.
pub(super) async fn answer(doubt: &mut Option<Doubt>) -> Result<String, LookupError> {
    match doubt {
        Some(doubt) => (&mut doubt.probe).await,
        None => pending().await,
    }
}

async fn probe(directory: &dyn Directory, at_most: Duration) -> Result<String, LookupError> {
    let probe = AssertUnwindSafe(async { directory.probe().await }).catch_unwind();
    match tokio::time::timeout(at_most, probe).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => Err(LookupError::unavailable("probe the directory: it panicked")),
        Err(_) => Err(LookupError::unavailable("probe the directory: it did not come back")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trust_doubles_while_it_is_doubted_again_soon() {
        let timing = Timing::default();
        let begin = Instant::now();
        let mut trust = None;
        // Each line: a second in which a probe ended well, and how long that is good for.
        for (second, lasts) in [(0, 30), (31, 60), (92, 120), (300, 240), (541, 300), (842, 300), (1442, 30)]
        {
            let now = begin + Duration::from_secs(second);
            let renewed = Trust::renew(trust, now, &timing);
            assert!(renewed.holds(now + Duration::from_secs(lasts) - Duration::from_nanos(1)), "{second}");
            assert!(!renewed.holds(now + Duration::from_secs(lasts)), "{second}");
            trust = Some(renewed);
        }
    }
}
