//! What makes time pass in a rehearsal: everything due is done, then the clock jumps to what is due next.

use std::time::Duration;

use jiff::Timestamp;
use proofbell_store::{ClaimOnly, ClaimRequest, StoreError};

use super::{DraftSeen, Rehearsal, RehearsalError};
use crate::address_worker::address_what_is_due;
use crate::channel_state::ChannelState;
use crate::channel_worker::{LEASE, Post, Since, send_what_is_due};
use crate::plan_worker::plan_what_waits;
use crate::settle::later;
use crate::{Clock, fallback_worker};

/// Rounds at one time: each may make messages that lead to others, through fallbacks and notices, but not for ever.
const MOST_ROUNDS: usize = 1000;
/// Drafts that are looked at to learn whose they are.
const MOST_DRAFTS: usize = 10_000;
/// The shortest step: what is due now and yet was not done must not keep the clock from going on.
const SHORTEST: Duration = Duration::from_millis(1);

/// When a paused channel is probed next.
pub(super) struct Probing {
    at: Timestamp,
    wait: Duration,
}

impl Rehearsal {
    /// Does everything that is due now.
    pub(super) async fn settle(&mut self) -> Result<(), RehearsalError> {
        self.probe().await;
        for _ in 0..MOST_ROUNDS {
            plan_what_waits(&self.shared).await?;
            let done =
                self.address().await? + self.send().await + fallback_worker::round(&self.shared).await?;
            if done == 0 {
                self.await_probes();
                return Ok(());
            }
        }
        Err(RehearsalError::Endless { at: self.clock.now() })
    }

    async fn address(&mut self) -> Result<usize, StoreError> {
        let mut done = 0;
        for audience in self.shared.live().audiences.keys() {
            let now = self.clock.now();
            for due in self.shared.store.due_drafts(audience, now, MOST_DRAFTS).await? {
                self.drafts.entry(due.draft.id).or_insert_with(|| DraftSeen::of(&due.draft));
            }
            done += address_what_is_due(&self.shared, audience).await?;
        }
        Ok(done)
    }

    async fn send(&self) -> usize {
        let mut done = 0;
        let live = self.shared.live();
        for ((name, channel), state) in live.runtime.channels.iter().zip(live.channels.values()) {
            let post = Post {
                name: name.clone(),
                channel: channel.clone(),
                state: state.clone(),
                since: Since::Start,
            };
            done += send_what_is_due(&self.shared, &post).await;
        }
        done
    }

    /// When there is something to do next; always later than now.
    pub(super) async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        let store = &self.shared.store;
        let mut due: Vec<Timestamp> =
            store.waiting_audiences().await?.into_iter().map(|(_, due)| due).collect();
        due.extend(store.next_fallback().await?);
        for name in self.shared.runtime().channels.keys() {
            due.extend(self.next(name, ClaimOnly::Expired).await?);
            match self.probing.get(name) {
                Some(probing) if self.waits(name).await? => due.push(probing.at),
                // It makes no difference when a channel is probed on which nothing waits; the next settling does it.
                Some(_) => {}
                None => due.extend(self.next(name, ClaimOnly::Due).await?),
            }
        }
        Ok(due.into_iter().min().map(|next| next.max(later(self.clock.now(), SHORTEST))))
    }

    async fn waits(&self, channel: &str) -> Result<bool, StoreError> {
        let stats = self.shared.store.stats().await?;
        Ok(stats.queues.iter().any(|queue| queue.channel == channel && queue.depth > 0))
    }

    /// When a channel's next message is due, or expires. None does now, so none is claimed.
    async fn next(&self, channel: &str, only: ClaimOnly) -> Result<Option<Timestamp>, StoreError> {
        let request =
            ClaimRequest { channel: channel.to_owned(), now: self.clock.now(), limit: 1, lease: LEASE, only };
        Ok(self.shared.store.claim(request).await?.next_due)
    }

    /// Probes each paused channel whose time has come: it is resumed, or probed again after twice as long.
    async fn probe(&mut self) {
        let (now, live) = (self.clock.now(), self.shared.live());
        for (name, probing) in self.probing.iter_mut().filter(|(_, probing)| probing.at <= now) {
            let (Some(channel), Some(state)) = (live.runtime.channels.get(name), live.channels.get(name))
            else {
                continue;
            };
            match channel.notifier.probe().await {
                Ok(_) => state.resume_after_probe(&*self.shared.store, name).await,
                Err(_) => {
                    probing.wait = probing.wait.saturating_mul(2).min(self.shared.timing.longest_probe);
                    probing.at = later(now, probing.wait);
                }
            }
        }
        self.await_probes();
    }

    /// Each paused channel will be probed, and no other.
    fn await_probes(&mut self) {
        let (now, wait) = (self.clock.now(), self.shared.timing.first_probe);
        for (name, state) in &self.shared.live().channels {
            match ChannelState::paused(state) {
                Some(_) => {
                    let first = || Probing { at: later(now, wait), wait };
                    self.probing.entry(name.clone()).or_insert_with(first);
                }
                None => drop(self.probing.remove(name)),
            }
        }
    }
}
