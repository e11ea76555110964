//! A decision to tell an audience something, not yet addressed.

use jiff::Timestamp;
use proofbell_event::EventName;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{CaseFacts, EventId};

/// A decision to tell an audience something, not yet addressed. It holds all that it needs of the rule, so that a
/// reload or a renamed rule does not touch it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// Derived, see [`crate::draft_id`].
    pub id: Uuid,
    /// The event it came from.
    pub event: EventId,
    /// The event's generation.
    pub generation: u32,
    /// The event's own name.
    pub event_name: EventName,
    /// The event's names, `verdict_changed` included.
    pub names: Vec<EventName>,
    /// The event's effective time: what newer events are compared with.
    pub event_at: Timestamp,
    /// The rule that made it.
    pub rule: String,
    /// Whom it tells.
    pub audience: String,
    /// The template's name.
    pub template: String,
    /// The side's index in the event, with `each = "side"`.
    pub side: Option<usize>,
    /// Indices of the event's sides that matched.
    pub sides: Vec<usize>,
    /// Channels, each of which is used.
    pub via: Vec<String>,
    /// Channels used in this order when none of `via` could.
    pub else_via: Vec<String>,
    /// When `else_via` begins at the latest.
    pub else_at: Option<Timestamp>,
    /// Whether it passes quiet hours and limits per recipient.
    pub urgent: bool,
    /// Whether it goes out although a newer event has overtaken its event.
    pub send_stale: bool,
    /// Whether its person may do without it.
    #[serde(default)]
    pub optional: bool,
    /// Whether its messages answer the first one about the case.
    #[serde(default)]
    pub thread_by_case: bool,
    /// When nothing of it may go out any more.
    pub expires_at: Timestamp,
    /// The case as it was when this was decided.
    pub case: CaseFacts,
    /// Set on a draft that tells of another one that reached nobody; such a draft never makes a further one.
    #[serde(default)]
    pub nobody_for: Option<Uuid>,
}
