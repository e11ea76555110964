//! One attempt: gate, send, record.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use governor::DefaultDirectRateLimiter;
use jiff::Timestamp;
use proofbell_notify::{Message, Outcome, Reason};
use proofbell_store::{ChannelPause, Claimed, Ended, Finish, Next, PausedBy, StoreError};

use super::not_sent;
use crate::gate::{Gate, gate};
use crate::runtime::{Channel, OnUnknown};
use crate::settle::{Attempted, Effect, settle};
use crate::shared::{STORE_REST, Shared};

/// How long any notifier may take for one message; each has shorter deadlines of its own.
const SEND_TIMEOUT: Duration = Duration::from_secs(10 * 60);

/// What the worker has to know of an attempt that is over.
pub(super) enum Done {
    Nothing,
    /// Nothing may leave for so long.
    Hold(Duration),
}

/// One attempt.
pub(super) struct Attempt {
    pub(super) shared: Arc<Shared>,
    pub(super) channel: Channel,
    pub(super) limiter: Option<Arc<DefaultDirectRateLimiter>>,
}

impl Attempt {
    pub(super) async fn run(self, claimed: Claimed) -> Done {
        if let Some(limiter) = &self.limiter
            && self.stopped_before(limiter.until_ready()).await
        {
            let now = self.shared.clock.now();
            persist(&self.shared, not_sent(&claimed, Next::WaitUntil(now), now)).await;
            return Done::Nothing;
        }
        let now = self.shared.clock.now();
        let redirect = self.shared.runtime.redirect.as_ref();
        let message = match gate(&claimed, self.channel.notifier.address(), redirect, now) {
            Gate::Send(message) => message,
            Gate::End(ended) => {
                end(&self.shared, &claimed, ended).await;
                return Done::Nothing;
            }
        };
        let outcome = self.send(&message).await;
        self.record(claimed, outcome).await
    }

    /// Whether the stop came first.
    async fn stopped_before(&self, ready: impl Future<Output = ()>) -> bool {
        let mut stop = self.shared.stop.subscribe();
        if *stop.borrow() {
            return true;
        }
        tokio::select! {
            () = ready => false,
            _ = stop.changed() => true,
        }
    }

    /// Sends once. A notifier that panics or never answers costs this message alone.
    async fn send(&self, message: &Message) -> Outcome {
        let send = AssertUnwindSafe(self.channel.notifier.send(message)).catch_unwind();
        match tokio::time::timeout(SEND_TIMEOUT, send).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => {
                Outcome::Unknown { reason: Reason::new("panic", "the notifier panicked while sending") }
            }
            Err(_) => Outcome::Unknown { reason: Reason::new("timeout", "the notifier did not come back") },
        }
    }

    async fn record(&self, claimed: Claimed, outcome: Outcome) -> Done {
        let shared = &self.shared;
        let word = outcome.as_str();
        metrics::counter!("proofbell_attempts_total", "channel" => claimed.channel.clone(), "outcome" => word).increment(1);
        shared.observer.attempted(&claimed, &outcome);
        let attempted = Attempted {
            tries: claimed.tries,
            expires_at: claimed.expires_at,
            on_unknown: self.channel.on_unknown,
            now: shared.clock.now(),
            jitter: rand::random(),
        };
        let settled = settle(outcome, &attempted);
        if let Effect::Pause(reason) = &settled.effect {
            pause(shared, &claimed.channel, reason, attempted.now).await;
        }
        count_end(&claimed.channel, &settled.next);
        let unsent = matches!(settled.next, Next::End(_));
        let finish = Finish {
            message: claimed.message.id,
            epoch: claimed.epoch,
            at: attempted.now,
            outcome: word.to_owned(),
            reason: settled.reason,
            next: settled.next,
            remember: settled.remember,
        };
        persist(shared, finish).await;
        if unsent {
            shared.fallback.notify_one();
        }
        match settled.effect {
            Effect::Hold(wait) => Done::Hold(wait),
            Effect::None | Effect::Pause(_) => Done::Nothing,
        }
    }
}

/// Ends a claimed message before it leaves.
pub(super) async fn end(shared: &Shared, claimed: &Claimed, ended: Ended) {
    shared.observer.ended(claimed, &ended);
    let next = Next::End(ended);
    count_end(&claimed.channel, &next);
    persist(shared, not_sent(claimed, next, shared.clock.now())).await;
    shared.fallback.notify_one();
}

/// Settles a claim whose process is gone: it may have been delivered.
pub(super) async fn settle_orphan(shared: &Shared, claimed: &Claimed) {
    let on_unknown =
        shared.runtime.channels.get(&claimed.channel).map_or(OnUnknown::Dead, |channel| channel.on_unknown);
    let attempted = Attempted {
        tries: claimed.tries,
        expires_at: claimed.expires_at,
        on_unknown,
        now: shared.clock.now(),
        jitter: rand::random(),
    };
    let reason =
        Reason::new("orphaned", "the process ended while this was under way; it may have been delivered");
    let settled = settle(Outcome::Unknown { reason }, &attempted);
    metrics::counter!("proofbell_attempts_total", "channel" => claimed.channel.clone(), "outcome" => "unknown").increment(1);
    count_end(&claimed.channel, &settled.next);
    let finish = Finish {
        message: claimed.message.id,
        epoch: claimed.epoch,
        at: attempted.now,
        outcome: "unknown".to_owned(),
        reason: settled.reason,
        next: settled.next,
        remember: None,
    };
    persist(shared, finish).await;
    shared.fallback.notify_one();
    shared.wake_channel(&claimed.channel);
}

/// Keeps the end of an attempt, however long the store refuses: until it is kept, the claim's lease guards the message.
async fn persist(shared: &Shared, finish: Finish) {
    loop {
        match shared.store.record(vec![finish.clone()]).await {
            Ok(()) => return,
            Err(StoreError::Busy(problem)) if !shared.stopping() => {
                tracing::warn!(problem, message = %finish.message, "the end of an attempt waits for the store");
                tokio::time::sleep(STORE_REST).await;
            }
            Err(error) => {
                tracing::error!(%error, message = %finish.message, "the end of an attempt could not be kept");
                return;
            }
        }
    }
}

/// Pauses a channel because its provider refuses us.
async fn pause(shared: &Shared, channel: &str, reason: &str, now: Timestamp) {
    let Some(state) = shared.channels.get(channel) else { return };
    let pause = ChannelPause {
        channel: channel.to_owned(),
        since: now,
        by: PausedBy::Provider,
        reason: reason.to_owned(),
    };
    let fresh = state.pause.send_if_modified(|current| {
        let fresh = current.is_none();
        if fresh {
            *current = Some(pause.clone());
        }
        fresh
    });
    if !fresh {
        return;
    }
    tracing::error!(channel, reason, "channel paused: its provider refuses us; a probe wakes it");
    if let Err(error) = shared.store.pause(pause).await {
        tracing::error!(channel, %error, "the pause holds until a restart only");
    }
}

fn count_end(channel: &str, next: &Next) {
    let state = match next {
        Next::Sent { .. } => "sent",
        Next::End(ended) => crate::observe_code(ended),
        Next::RetryAt(_) | Next::WaitUntil(_) => return,
    };
    metrics::counter!("proofbell_messages_total", "channel" => channel.to_owned(), "state" => state)
        .increment(1);
}
