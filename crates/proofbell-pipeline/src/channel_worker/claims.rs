//! What a channel's worker takes from the queue, and what it puts back.

use std::time::Duration;

use jiff::Timestamp;
use proofbell_store::{Claim, ClaimOnly, ClaimRequest, Claimed, Finish, Next, StoreError};
use tokio::time::Instant;

use super::ChannelWorker;
use crate::runtime::Channel;
use crate::{Code, OnUnknown};

/// How long a claim holds: much longer than any notifier may take for one message, so that the end of an attempt can
/// still be kept when the store refused for a while.
pub(crate) const LEASE: Duration = Duration::from_secs(3600);
/// Messages claimed at once, at most.
const MOST: usize = 256;
/// Expired messages ended at once.
const SWEEP_BATCH: usize = 256;
/// A channel that used up all it asked for sooner than this gets more the next time …
const SOON: Duration = Duration::from_millis(250);
/// … and one that took longer than this gets fewer.
const LATE: Duration = Duration::from_secs(1);

/// How many messages are claimed at once: as many as leave in about half a second, so that the store is asked rarely and
/// yet nothing that is claimed lies about.
#[derive(Debug)]
pub(super) struct Ahead {
    many: usize,
    last: Instant,
}

/// How long claims may lie before they are put back.
const LYING: Duration = Duration::from_secs(10);

impl Ahead {
    pub(super) fn new(channel: &Channel, now: Instant) -> Ahead {
        Ahead { many: channel.concurrency.clamp(1, MOST), last: now }
    }

    /// How many to claim now that the last ones are used up. `full` when there were as many as asked for.
    fn next(&mut self, full: bool, now: Instant) -> usize {
        let took = now.saturating_duration_since(self.last);
        self.last = now;
        if full && took > LATE {
            self.many = (self.many / 2).max(1);
        } else if full && took < SOON {
            self.many = (self.many * 2).min(MOST);
        }
        self.many
    }
}

impl ChannelWorker {
    /// Claims more when there is nothing left to start.
    pub(super) async fn refill(&mut self) {
        let now = Instant::now();
        if self.held_until > now {
            // What is claimed is not to lie about for as long as a provider likes.
            self.give_back().await;
            return;
        }
        if !self.ready.is_empty() && now.saturating_duration_since(self.claimed_at) > LYING {
            // The provider has become slow: what lies here could be overtaken, called off or taken for lost.
            self.give_back().await;
        }
        if !self.ready.is_empty() || self.free() == 0 || self.look_at > now || self.may_start_at() > now {
            return;
        }
        let limit = self.limit(now);
        match self.claim(ClaimOnly::Due, limit).await {
            Ok(claim) => {
                self.last_full = claim.messages.len() >= limit;
                if !self.last_full {
                    let wait = self.shared.until(claim.next_due).max(Duration::from_millis(1));
                    self.look_at = Instant::now() + wait;
                }
                self.ready.extend(claim.messages);
                self.claimed_at = now;
            }
            Err(error) => {
                tracing::warn!(%error, channel = self.name, "sending waits for the store");
                self.look_at = Instant::now() + self.shared.timing.store_rest;
            }
        }
    }

    /// How many to claim. Where a claim that is lost ends its message, because twice is worse than never, only what starts
    /// at once; elsewhere some ahead, though no more than leave within a second.
    fn limit(&mut self, now: Instant) -> usize {
        let ahead = match self.channel.on_unknown {
            OnUnknown::Retry => self.ahead.next(self.last_full, now),
            OnUnknown::Dead => self.free(),
        };
        let by_pace = self.pace.as_ref().map_or(usize::MAX, |pace| match self.channel.on_unknown {
            OnUnknown::Retry => pace.a_second(),
            OnUnknown::Dead => pace.available(now),
        });
        ahead.min(by_pace).max(1)
    }

    async fn claim(&self, only: ClaimOnly, limit: usize) -> Result<Claim, StoreError> {
        let now = self.shared.clock.now();
        let request = ClaimRequest { channel: self.name.clone(), now, limit, lease: LEASE, only };
        self.shared.store.claim(request).await
    }

    /// Puts what was claimed but not started back on the queue.
    pub(super) async fn give_back(&mut self) {
        let now = self.shared.clock.now();
        for claimed in std::mem::take(&mut self.ready) {
            self.recorder.keep(not_sent(&claimed, Next::WaitUntil(now), now)).await;
            self.look_at = Instant::now();
        }
    }

    /// Ends what has expired while it waits, every now and then: a queue may be held, paced or paused for longer than its
    /// messages keep. `why` is added for people.
    pub(super) async fn sweep(&mut self, why: &str) {
        if self.sweep_at > Instant::now() {
            return;
        }
        loop {
            self.sweep_at = Instant::now() + self.shared.timing.sweep;
            let claim = match self.claim(ClaimOnly::Expired, SWEEP_BATCH).await {
                Ok(claim) => claim,
                Err(error) => {
                    tracing::warn!(channel = self.name, %error, "expired messages wait for the store");
                    return;
                }
            };
            for claimed in &claim.messages {
                let detail = format!("not sent before {}{why}", claimed.expires_at);
                self.end(claimed, Code::Expired.end(detail)).await;
            }
            if claim.messages.len() < SWEEP_BATCH {
                return;
            }
        }
    }
}

/// The record of a claim that was given up before anything left.
pub(crate) fn not_sent(claimed: &Claimed, next: Next, now: Timestamp) -> Finish {
    Finish {
        message: claimed.message.id,
        epoch: claimed.epoch,
        at: now,
        outcome: "not_sent".to_owned(),
        reason: None,
        next,
        remember: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_grow_while_they_are_used_up_soon_and_shrink_when_they_lie_about() {
        let start = Instant::now();
        let mut ahead = Ahead { many: 4, last: start };
        let mut now = start;
        let table = [
            (10, true, 8),
            (10, true, 16),
            (10, false, 16),
            (500, true, 16),
            (2_000, true, 8),
            (9_000, false, 8),
            (9_000, true, 4),
            (9_000, true, 2),
            (9_000, true, 1),
            (9_000, true, 1),
        ];
        for (wait, full, expected) in table {
            now += Duration::from_millis(wait);
            assert_eq!(ahead.next(full, now), expected, "after {wait} ms");
        }
        for _ in 0..12 {
            ahead.next(true, now);
        }
        assert_eq!(ahead.next(true, now), MOST);
    }
}
