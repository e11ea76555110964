//! Watching the pipeline at work, without touching it: observers and counters.

use proofbell_engine::Decision;
use proofbell_notify::Outcome;
use proofbell_store::{Addressed, Claimed, Ended, MessageState, NewMessage, Next, StoredEvent};

use uuid::Uuid;

use crate::Code;

/// Somebody who watches the pipeline at work. Called from the worker: it must not block.
pub trait Observer: Send + Sync + 'static {
    /// An event was planned; it is committed.
    fn decided(&self, event: &StoredEvent, decision: &Decision) {
        let _ = (event, decision);
    }

    /// A draft was addressed, or put off; it is committed.
    fn addressed(&self, addressed: &Addressed) {
        let _ = addressed;
    }

    /// A message was made; it is committed.
    fn made(&self, message: &NewMessage) {
        let _ = message;
    }

    /// An attempt ended; its record follows.
    fn attempted(&self, claimed: &Claimed, outcome: &Outcome) {
        let _ = (claimed, outcome);
    }

    /// A claimed message was ended before it left; its record follows.
    fn ended(&self, claimed: &Claimed, ended: &Ended) {
        let _ = (claimed, ended);
    }
}

/// Nobody watches.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Observer for Silent {}

/// Counts an attempt.
pub(crate) fn count_attempt(channel: &str, outcome: &'static str) {
    metrics::counter!("proofbell_attempts_total", "channel" => channel.to_owned(), "outcome" => outcome)
        .increment(1);
}

/// Counts a message that was made.
pub(crate) fn count_made(message: &NewMessage) {
    let state = match &message.state {
        MessageState::Ended(ended) => {
            tell_dead(message.id, &message.channel, ended);
            Code::label(ended)
        }
        MessageState::Queued | MessageState::Claimed | MessageState::Sent | MessageState::Delivered => {
            "queued"
        }
    };
    count_message(&message.channel, state);
}

/// Counts a message that has ended.
pub(crate) fn count_end(channel: &str, next: &Next) {
    match next {
        Next::Sent { .. } => count_message(channel, "sent"),
        Next::End(ended) => count_message(channel, Code::label(ended)),
        Next::RetryAt(_) | Next::WaitUntil(_) => {}
    }
}

/// Counts a claimed message that ends before it leaves, and tells the log of one that could not be sent.
pub(crate) fn count_unsent(claimed: &Claimed, ended: &Ended) {
    count_message(&claimed.channel, Code::label(ended));
    tell_dead(claimed.message.id, &claimed.channel, ended);
}

/// Tells the log of a message that could not be sent and was not even tried: somebody waits for it.
fn tell_dead(message: Uuid, channel: &str, ended: &Ended) {
    match ended {
        Ended::Dead { code, detail } => {
            tracing::warn!(message = %message, channel, code, reason = detail, "a message ends unsent");
        }
        // On purpose, so it is no news.
        Ended::Suppressed { .. } => {}
    }
}

fn count_message(channel: &str, state: &'static str) {
    metrics::counter!("proofbell_messages_total", "channel" => channel.to_owned(), "state" => state)
        .increment(1);
}
