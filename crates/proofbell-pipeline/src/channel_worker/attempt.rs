//! One attempt: send, settle, record.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use proofbell_notify::{DynNotifier, Message, Outcome, Reason};
use proofbell_store::{ChannelPause, Claimed, Finish, Next, PausedBy};

use crate::Code;
use crate::channel_state::ChannelState;
use crate::ending::Ending;
use crate::observe::{count_attempt, count_end};
use crate::recorder::Recorder;
use crate::runtime::Channel;
use crate::settle::{Attempted, Effect, settle};
use crate::shared::Shared;

/// One attempt.
pub(super) struct Attempt {
    pub(super) shared: Arc<Shared>,
    pub(super) channel: Channel,
    pub(super) state: Arc<ChannelState>,
    pub(super) recorder: Recorder,
    pub(super) ending: Ending,
}

impl Attempt {
    /// Sends the claimed message, or what leaves instead of it; says for how long nothing more may leave.
    pub(super) async fn run(self, claimed: Claimed, instead: Option<Box<Message>>) -> Option<Duration> {
        let message = instead.as_deref().unwrap_or(&claimed.message);
        let outcome = send_guarded(&*self.channel.notifier, message, self.shared.timing.send).await;
        let shared = &self.shared;
        let word = outcome.as_str();
        count_attempt(&claimed.channel, word);
        shared.observer.attempted(&claimed, &outcome);
        let attempted = Attempted {
            tries: claimed.tries,
            expires_at: claimed.expires_at,
            on_unknown: self.channel.on_unknown,
            now: shared.clock.now(),
            jitter: shared.timing.jitter.draw(),
        };
        let settled = settle(outcome, &attempted);
        count_end(&claimed.channel, &settled.next);
        tell(&claimed, word, settled.reason.as_deref(), &settled.next);
        let hold = match settled.effect {
            Effect::None => None,
            Effect::Hold(wait) => Some(wait),
            // That the settings of before are refused says nothing of those that hold now.
            Effect::Pause(_) if self.ending.is_outdated() => None,
            Effect::Pause(reason) => {
                self.pause(&claimed.channel, reason, attempted.now).await;
                None
            }
        };
        let finish = Finish {
            message: claimed.message.id,
            epoch: claimed.epoch,
            at: attempted.now,
            outcome: word.to_owned(),
            reason: settled.reason,
            next: settled.next,
            // What was said of the address in [redirect] says nothing of the recipient's own.
            remember: settled.remember.filter(|_| instead.is_none()),
        };
        self.recorder.keep(finish).await;
        hold
    }

    async fn pause(&self, channel: &str, reason: String, since: jiff::Timestamp) {
        let pause = ChannelPause { channel: channel.to_owned(), since, by: PausedBy::Provider, reason };
        self.state.pause_by_provider(&*self.shared.store, pause).await;
    }
}

/// Puts an attempt that failed in the log. Reasons hold no address and no text.
fn tell(claimed: &Claimed, outcome: &str, reason: Option<&str>, next: &Next) {
    let (message, channel, reason) =
        (claimed.message.id, claimed.channel.as_str(), reason.unwrap_or_default());
    match next {
        Next::Sent { .. } => {}
        Next::End(ended) => {
            let code = Code::label(ended);
            tracing::warn!(%message, channel, outcome, code, reason, "message ended unsent");
        }
        Next::RetryAt(at) | Next::WaitUntil(at) => {
            tracing::info!(%message, channel, outcome, reason, again.at = %at, "attempt failed, another one comes");
        }
    }
}

/// Sends once. A notifier that panics or never answers costs this message alone.
pub(crate) async fn send_guarded(
    notifier: &dyn DynNotifier,
    message: &Message,
    at_most: Duration,
) -> Outcome {
    let send = AssertUnwindSafe(async { notifier.send(message).await }).catch_unwind();
    match tokio::time::timeout(at_most, send).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => {
            Outcome::Unknown { reason: Reason::new("panic", "the notifier panicked while sending") }
        }
        Err(_) => Outcome::Unknown { reason: Reason::new("timeout", "the notifier did not come back") },
    }
}
