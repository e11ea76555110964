//! Messages on their way: made, claimed, recorded.

use std::time::Duration;

use jiff::Timestamp;
use proofbell_engine::{Case, EventId};
use proofbell_event::EventName;
use proofbell_notify::{Measure, Message};
use uuid::Uuid;

/// The `reach_key` of a message that is for all recipients of its draft, because the channel is its own address.
pub const FOR_ALL: &str = "*";

/// A message just made.
#[derive(Clone, Debug)]
pub struct NewMessage {
    /// What is sent; its id is derived, see [`proofbell_engine::message_id`]. `None` when it ended before anything was rendered.
    pub message: Option<Message>,
    /// Its id, the same as the message's.
    pub id: Uuid,
    /// The draft; `None` for a test message by `proofbell send`.
    pub draft: Option<Uuid>,
    /// The recipient within the draft; [`FOR_ALL`] when the channel is its own address.
    pub reach_key: String,
    /// The channel's name.
    pub channel: String,
    /// The event behind it.
    pub event: Option<EventId>,
    /// The event's own name, for the question whether it has been overtaken.
    pub event_name: EventName,
    /// The event's effective time, for the same question.
    pub event_at: Timestamp,
    /// The case's id, if it has one.
    pub sr_uuid: Option<String>,
    /// The rule behind it.
    pub rule: String,
    /// The template it was rendered from (`reshoot/email.ja`).
    pub template: String,
    /// Whether it goes out although its event has been overtaken.
    pub send_stale: bool,
    /// When it is made.
    pub made_at: Timestamp,
    /// When it may go out first.
    pub due_at: Timestamp,
    /// When it may go out no more.
    pub expires_at: Timestamp,
    /// What it costs.
    pub measure: Option<Measure>,
    /// Queued, or ended from the start (no address, muted), or already sent (a test message).
    pub state: MessageState,
}

/// Where a message is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MessageState {
    /// Waits for its time.
    Queued,
    /// An attempt is under way.
    Claimed,
    /// Accepted by the provider.
    Sent,
    /// Accepted, and the provider told that it arrived.
    Delivered,
    /// Ended otherwise.
    Ended(Ended),
}

/// How a message ended unsent. `code` is one of the words of docs/OPERATIONS.md (`no_address`, `muted`, `overtaken`, `expired`, …).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Deliberately not sent.
    Suppressed {
        /// The word for why.
        code: String,
        /// For people.
        detail: String,
    },
    /// Could not be sent.
    Dead {
        /// The word for why.
        code: String,
        /// For people.
        detail: String,
    },
}

/// Which messages to claim.
#[derive(Clone, Debug)]
pub struct ClaimRequest {
    /// The channel.
    pub channel: String,
    /// The clock.
    pub now: Timestamp,
    /// At most so many.
    pub limit: usize,
    /// How long the claim holds.
    pub lease: Duration,
    /// Which of the channel's messages.
    pub only: ClaimOnly,
}

/// Which of a channel's waiting messages a claim takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimOnly {
    /// Those that are due.
    Due,
    /// Those that have expired, due or not: what a paused channel still has to end.
    Expired,
}

/// What a claim brought.
#[derive(Clone, Debug, Default)]
pub struct Claim {
    /// Messages that are now ours to send, oldest due first.
    pub messages: Vec<Claimed>,
    /// When the channel's next message is due, if none is now; of [`ClaimOnly::Expired`], when the next one expires.
    pub next_due: Option<Timestamp>,
}

/// A claimed message: its attempt is counted and committed before it is handed out.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// What to send.
    pub message: Message,
    /// The channel.
    pub channel: String,
    /// The lease's epoch: a record with another epoch changes nothing.
    pub epoch: u64,
    /// Attempts that count on the schedule, this one included.
    pub tries: u32,
    /// The event behind it; `None` for a test message.
    pub event: Option<EventId>,
    /// The event's own name.
    pub event_name: EventName,
    /// The event's effective time.
    pub event_at: Timestamp,
    /// Whether it goes out although overtaken.
    pub send_stale: bool,
    /// When it may go out no more.
    pub expires_at: Timestamp,
    /// The case as it is now; `None` when it belongs to none.
    pub case: Option<Case>,
    /// What is remembered about this address on this channel.
    pub suppression: Option<Suppression>,
}

/// Something remembered about an address on a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// What.
    pub kind: SuppressionKind,
    /// The provider's reason.
    pub reason: String,
    /// Since when.
    pub since: Timestamp,
}

/// What is remembered about an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SuppressionKind {
    /// It cannot be reached.
    BadAddress,
    /// The person said stop.
    OptedOut,
}

/// The end of an attempt.
#[derive(Clone, Debug)]
pub struct Finish {
    /// The message.
    pub message: Uuid,
    /// The claim's epoch.
    pub epoch: u64,
    /// When it ended.
    pub at: Timestamp,
    /// [`proofbell_notify::Outcome::as_str`], or `not_sent` when it was ended before anything left.
    pub outcome: String,
    /// The provider's reason.
    pub reason: Option<String>,
    /// What happens next.
    pub next: Next,
    /// Something to remember about its address on its channel.
    pub remember: Option<Remember>,
}

/// What happens to a message after an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// It is sent.
    Sent {
        /// The provider's id for it.
        provider_id: Option<String>,
    },
    /// It goes on the queue again; its attempt counts on the schedule.
    RetryAt(Timestamp),
    /// It goes on the queue again; its attempt does not count.
    WaitUntil(Timestamp),
    /// It ends.
    End(Ended),
}

/// Something to remember about an address on a channel.
#[derive(Clone, Debug)]
pub struct Remember {
    /// What.
    pub kind: SuppressionKind,
    /// The provider's reason.
    pub reason: String,
    /// Until when; `None` for ever.
    pub until: Option<Timestamp>,
}
