//! Sending one channel's messages: claim, gate, send, record.

mod attempt;
mod pause;

use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use proofbell_store::{Claim, ClaimOnly, ClaimRequest, Claimed, Finish, Next, Orphans, StoreError};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

use self::attempt::{Attempt, Done};
use crate::runtime::{Channel, Rate};
use crate::shared::{LOOK, STORE_REST, Shared};

/// How long a claim holds: longer than any notifier may take for one message.
pub(crate) const LEASE: Duration = Duration::from_secs(15 * 60);
/// How long messages under way may take after the stop before they are left to the next start.
const DRAIN: Duration = Duration::from_secs(20);

/// One channel's worker.
pub(crate) struct ChannelWorker {
    shared: Arc<Shared>,
    name: String,
    channel: Channel,
    limiter: Option<Arc<DefaultDirectRateLimiter>>,
    /// Claimed, not yet under way.
    ready: VecDeque<Claimed>,
    /// Under way.
    under_way: JoinSet<Done>,
    /// Nothing leaves before this.
    held_until: Instant,
    /// The store said that nothing is due before this.
    look_at: Instant,
}

impl ChannelWorker {
    pub(crate) fn new(shared: Arc<Shared>, name: String, channel: Channel) -> ChannelWorker {
        let limiter = channel.rate.and_then(quota).map(|quota| Arc::new(RateLimiter::direct(quota)));
        let now = Instant::now();
        ChannelWorker {
            shared,
            name,
            channel,
            limiter,
            ready: VecDeque::new(),
            under_way: JoinSet::new(),
            held_until: now,
            look_at: now,
        }
    }

    /// Sends until the pipeline stops, then waits for what is under way.
    pub(crate) async fn run(mut self) {
        let Some(state) = self.shared.clone().channels.get(&self.name).map(|state| state.pause.subscribe())
        else {
            return;
        };
        let mut stop = self.shared.stop.subscribe();
        let mut pause = state;
        while !*stop.borrow() {
            if pause.borrow().is_some() {
                self.give_back().await;
                pause::wait(&self, &mut pause, &mut stop).await;
                continue;
            }
            self.refill().await;
            self.start_what_may();
            self.wait(&mut pause, &mut stop).await;
        }
        self.drain().await;
    }

    /// Waits for whatever comes first: an end, a wake, a time, a pause or the stop.
    async fn wait(
        &mut self,
        pause: &mut watch::Receiver<Option<proofbell_store::ChannelPause>>,
        stop: &mut watch::Receiver<bool>,
    ) {
        let shared = self.shared.clone();
        let Some(state) = shared.channels.get(&self.name) else { return };
        let full = self.under_way.len() >= self.channel.concurrency;
        let next = if self.ready.is_empty() { self.look_at } else { self.held_until };
        let has_room = !full || self.under_way.is_empty();
        tokio::select! {
            Some(done) = self.under_way.join_next() => self.finish(done),
            () = state.wake.notified(), if self.ready.is_empty() => self.look_at = Instant::now(),
            () = tokio::time::sleep_until(next), if has_room => {}
            _ = pause.changed() => {}
            _ = stop.changed() => {}
        }
        while let Some(done) = self.under_way.try_join_next() {
            self.finish(done);
        }
    }

    /// Claims more when little is left to start: twice what can be under way, so that the store is asked rarely.
    async fn refill(&mut self) {
        if self.ready.len() * 2 > self.channel.concurrency
            || Instant::now() < self.look_at
            || Instant::now() < self.held_until
        {
            return;
        }
        match self.claim(ClaimOnly::Due, self.batch()).await {
            Ok(claim) if claim.messages.is_empty() => {
                self.look_at =
                    Instant::now() + self.shared.until(claim.next_due, LOOK).max(Duration::from_millis(1));
            }
            Ok(claim) => self.ready.extend(claim.messages),
            Err(error) => {
                tracing::warn!(%error, channel = self.name, "sending waits for the store");
                self.look_at = Instant::now() + STORE_REST;
            }
        }
    }

    /// As many as can leave within about two seconds: what is claimed should not lie about.
    fn batch(&self) -> usize {
        let by_concurrency = self.channel.concurrency.saturating_mul(2).max(8);
        match self.channel.rate {
            None => by_concurrency,
            Some(rate) => {
                let per_second = f64::from(rate.count) / rate.per.as_secs_f64().max(0.001);
                // The product is small and positive; rounding it up keeps slow channels going.
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "small and positive"
                )]
                let by_rate = (per_second * 2.0).ceil() as usize;
                by_concurrency.min(by_rate.max(1))
            }
        }
    }

    async fn claim(&self, only: ClaimOnly, limit: usize) -> Result<Claim, StoreError> {
        let request = ClaimRequest {
            channel: self.name.clone(),
            now: self.shared.clock.now(),
            limit,
            lease: LEASE,
            only,
        };
        self.shared.store.claim(request).await
    }

    fn start_what_may(&mut self) {
        while self.under_way.len() < self.channel.concurrency && Instant::now() >= self.held_until {
            let Some(claimed) = self.ready.pop_front() else { return };
            let attempt = Attempt {
                shared: self.shared.clone(),
                channel: self.channel.clone(),
                limiter: self.limiter.clone(),
            };
            self.under_way.spawn(attempt.run(claimed));
        }
    }

    fn finish(&mut self, done: Result<Done, tokio::task::JoinError>) {
        match done {
            Ok(Done::Nothing) => {}
            Ok(Done::Hold(wait)) => {
                tracing::info!(
                    channel = self.name,
                    seconds = wait.as_secs(),
                    "provider asked the channel to wait"
                );
                self.held_until = self.held_until.max(Instant::now() + wait);
            }
            // The attempt itself cannot panic past its own guard; a cancelled one happens only at the very end.
            Err(error) => {
                tracing::error!(channel = self.name, %error, "an attempt was lost; its lease brings it back")
            }
        }
    }

    /// Puts what was claimed but not started back on the queue.
    async fn give_back(&mut self) {
        let now = self.shared.clock.now();
        let finished: Vec<Finish> =
            self.ready.drain(..).map(|claimed| not_sent(&claimed, Next::WaitUntil(now), now)).collect();
        if finished.is_empty() {
            return;
        }
        if let Err(error) = self.shared.store.record(finished).await {
            tracing::warn!(%error, channel = self.name, "claims are left to their lease");
        }
    }

    async fn drain(&mut self) {
        self.give_back().await;
        let all = async { while self.under_way.join_next().await.is_some() {} };
        if tokio::time::timeout(DRAIN, all).await.is_err() {
            tracing::warn!(
                channel = self.name,
                left = self.under_way.len(),
                "stopped with attempts under way"
            );
        }
    }
}

/// The record of a claim that was given up before anything left.
pub(crate) fn not_sent(claimed: &Claimed, next: Next, now: jiff::Timestamp) -> Finish {
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

fn quota(rate: Rate) -> Option<Quota> {
    let count = NonZeroU32::new(rate.count)?;
    let quota = Quota::with_period(rate.per / rate.count)?;
    Some(quota.allow_burst(NonZeroU32::new(count.get().div_ceil(10))?))
}

/// Settles claims that no process holds any more: their outcome is unknown.
pub(crate) async fn settle_orphans(shared: &Arc<Shared>, which: Orphans) -> Result<usize, StoreError> {
    let orphans = shared.store.orphans(shared.clock.now(), which).await?;
    let count = orphans.len();
    for claimed in orphans {
        attempt::settle_orphan(shared, &claimed).await;
    }
    Ok(count)
}
