//! What planning and addressing read and commit.

use jiff::Timestamp;
use proofbell_engine::{Case, Decision, Draft, EventId};
use proofbell_notify::Recipient;
use uuid::Uuid;

use crate::{Ended, MessageState, NewMessage, StoredEvent};

/// An event that waits to be planned, with its case as it is now (a new one when this is its first event).
#[derive(Clone, Debug)]
pub struct Unplanned {
    /// The event.
    pub event: StoredEvent,
    /// Its case.
    pub case: Case,
}

/// The result of one event's planning, to be committed as a whole.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The event.
    pub event: EventId,
    /// Its generation.
    pub generation: u32,
    /// The case's version that planning saw; another one in the store by now means [`PlanResult::Conflict`].
    pub expected_version: u64,
    /// The case with the event in it; `None` when the event belongs to none.
    pub case: Option<Case>,
    /// What decided.
    pub decision: Decision,
    /// What is to be told. One whose id is there already is left as it is.
    pub drafts: Vec<Draft>,
}

/// What became of a [`Plan`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanResult {
    /// Committed; the event is planned.
    Committed,
    /// Somebody else planned another event of the case meanwhile; the event is still unplanned.
    Conflict,
    /// It cannot be committed; the event is still unplanned.
    Failed(String),
}

/// A draft that waits to be addressed.
#[derive(Clone, Debug)]
pub struct DueDraft {
    /// The draft.
    pub draft: Draft,
    /// The event it came from.
    pub event: StoredEvent,
    /// How often addressing was put off.
    pub tries: u32,
}

/// What addressing made of a draft, to be committed as a whole; nothing when the draft has ended already.
#[derive(Clone, Debug)]
pub struct Addressed {
    /// The draft.
    pub draft: Uuid,
    /// How it ended, or when to try again.
    pub end: DraftEnd,
    /// The recipients found.
    pub reaches: Vec<Reach>,
    /// The messages made. One whose id is there already is left as it is.
    pub messages: Vec<NewMessage>,
    /// When to look at the draft again, besides when a message of it ends unsent: its `else_at`.
    pub look_at: Option<Timestamp>,
    /// A draft to tell that nobody was found.
    pub drafts: Vec<Draft>,
}

/// How a draft went on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DraftEnd {
    /// Recipients were found and messages made.
    Addressed,
    /// Ended without a message, with the reason.
    Suppressed(String),
    /// Ended by a failure, with the reason.
    Dead(String),
    /// The directory is not available: try again then.
    RetryAt {
        /// When.
        at: Timestamp,
        /// Why.
        reason: String,
    },
}

/// One recipient of an addressed draft, with what has been tried to reach it.
#[derive(Clone, Debug, PartialEq)]
pub struct Reach {
    /// [`Recipient::key`], unique within the draft.
    pub key: String,
    /// The recipient as the directory knew it.
    pub recipient: Recipient,
    /// How many of `else_via` have been used.
    pub next_else: usize,
}

/// An addressed draft to look at again: a message of it ended unsent, or `else_at` has come.
#[derive(Clone, Debug)]
pub struct DueFallback {
    /// The draft.
    pub draft: Draft,
    /// The event it came from.
    pub event: StoredEvent,
    /// Its recipients, in the order in which they were found.
    pub reaches: Vec<Reach>,
    /// Its messages so far, oldest first.
    pub messages: Vec<SentSoFar>,
}

/// A message of a draft, as the choice of a fallback sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentSoFar {
    /// Its id.
    pub id: Uuid,
    /// The recipient's key; [`crate::FOR_ALL`] when the channel is its own address.
    pub reach_key: String,
    /// The channel.
    pub channel: String,
    /// Where it is.
    pub state: MessageState,
}

/// What was decided about a [`DueFallback`], committed as a whole.
#[derive(Clone, Debug, Default)]
pub struct Fallback {
    /// The draft.
    pub draft: Uuid,
    /// Recipients whose `next_else` moved: key and new value.
    pub moved: Vec<(String, usize)>,
    /// When to look again, besides when a message of it ends unsent.
    pub look_at: Option<Timestamp>,
    /// New messages. One whose id is there already is left as it is.
    pub messages: Vec<NewMessage>,
    /// Waiting messages that end now (`else_after` has passed): each with how. One that is being sent is left alone.
    pub cancelled: Vec<(Uuid, Ended)>,
    /// A draft to tell that nobody was reached.
    pub drafts: Vec<Draft>,
}
