//! All that is known of one service request.

use jiff::Timestamp;
use proofbell_event::{EventName, SrUuid, State};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::EventId;

/// All that is known of one service request: the sum of its events. Its history decides rounds, twins and what is stale.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// Legitmark's id of it; `None` for an event of an unknown type that names none, whose case is never stored.
    pub sr_uuid: Option<SrUuid>,
    /// Raised by one with each planning, replays included; the planning commit compares it.
    pub version: u64,
    /// The marketplace's own item id, of the newest event that has one.
    pub reference_id: Option<String>,
    /// When the event happened that `reference_id` is of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference_at: Option<Timestamp>,
    /// The state of the newest state change.
    pub state: Option<State>,
    /// When that state change happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state_at: Option<Timestamp>,
    /// The events planned so far, in the order of planning.
    pub history: Vec<Seen>,
    /// Rounds of events that `history` no longer holds, see [`Case::HISTORY_LIMIT`].
    pub forgotten_rounds: u32,
    /// How many events `history` no longer holds.
    #[serde(default)]
    pub forgotten: u32,
}

/// One planned event of a case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// The stored event.
    pub event: EventId,
    /// Its own name.
    pub name: EventName,
    /// When it happened: its effective time, see [`proofbell_event::Event::effective_time`].
    pub at: Timestamp,
    /// Rules that made a draft of it, for the twin that comes later.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spoke: Vec<String>,
}

/// The case as templates see it, kept with each draft: what was so when it was decided.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CaseFacts {
    /// Legitmark's id of the request.
    pub sr_uuid: Option<SrUuid>,
    /// The marketplace's own item id.
    pub reference_id: Option<String>,
    /// The round that the event belongs to; 0 before the first rejection.
    pub round: u32,
    /// The state of the newest state change.
    pub state: Option<State>,
    /// What the partner API knows of the item; `Value::Null` when unknown.
    #[serde(default)]
    pub item: Value,
    /// Legitmark's short display id.
    #[serde(default)]
    pub micro_id: Option<String>,
    /// The certificate as a PDF.
    #[serde(default)]
    pub certificate_url: Option<String>,
    /// A picture of the item.
    #[serde(default)]
    pub thumbnail: Option<String>,
}

impl CaseFacts {
    /// What is known of a case, as an event of this round sees it.
    pub fn of(case: &Case, round: u32) -> CaseFacts {
        CaseFacts {
            sr_uuid: case.sr_uuid.clone(),
            reference_id: case.reference_id.clone(),
            round,
            state: case.state.clone(),
            ..CaseFacts::default()
        }
    }
}

impl Case {
    /// How many events a case remembers; more than any real request has, so that a runaway sender cannot grow it without end.
    ///
    /// Beyond it the event that happened first is forgotten, a twin together with its other, so that rounds stay what they are. Of a
    /// verdict the newest of its name is kept, because it decides what is stale and what is a changed verdict.
    pub const HISTORY_LIMIT: usize = 256;
}
