//! One event: what was sent, and what it means.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::parse::{self, ParseError};
use crate::{EventName, SrUuid, State};

/// How far after its reception an event may claim to have happened before its own clock is no longer believed.
pub const FUTURE_TOLERANCE: SignedDuration = SignedDuration::from_mins(10);

/// One rejected photo of a `media_rejected` event.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Side {
    /// The human name of the photo slot, for example `Label`.
    pub side: String,
    /// The slot's id, which an older shape of the payload carries.
    pub side_uuid: Option<String>,
    /// Why the photo was rejected, in words that grow and are localised (`Image is Blurry`,
    /// `画像がぼやけている`); upper-case codes (`BLURRY`) in an older shape.
    pub reason: String,
    /// Guidance for the person who takes the photo, when there is any.
    pub message: Option<String>,
}

/// What an event carries besides the fields that all events have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Detail {
    /// `state_change`: the request went into this state.
    StateChange(State),
    /// `media_rejected`: these photos must be taken again.
    MediaRejected {
        /// One entry for each rejected photo, as ordered by Legitmark.
        sides: Vec<Side>,
        /// The state of the request, which an older shape of the payload carries.
        state: Option<State>,
    },
    /// `invalidate_sr`: the request will not be processed.
    InvalidateSr {
        /// Why, as a code: `CANCELLED` today, more may come.
        code: String,
        /// Why, in words.
        message: String,
    },
    /// An event type that this version does not know.
    Unknown,
}

/// One webhook event of Legitmark, read by [`Event::parse`].
///
/// `Debug` leaves out the payload, the reference id and the detail: an event may speak of people, and debug output
/// ends in logs.
#[derive(Clone, PartialEq)]
pub struct Event {
    /// What the event means.
    pub name: EventName,
    /// The type as sent: `state_change`, `media_rejected`, `invalidate_sr`, or one that is new.
    pub event_type: String,
    /// The service request it is about. `None` only for an unknown event type.
    pub sr_uuid: Option<SrUuid>,
    /// The marketplace's own id of the item, when it set one. A whole number becomes its decimal text.
    pub reference_id: Option<String>,
    /// When it happened, as sent. `None` only for an unknown event type.
    pub timestamp: Option<String>,
    /// When it happened, when [`Event::timestamp`] can be read. Prefer [`Event::effective_time`].
    pub occurred_at: Option<Timestamp>,
    /// What this type of event carries.
    pub detail: Detail,
    /// The whole payload, with all fields that this version does not know.
    ///
    /// The bytes are the truth, so keep them: of a key that occurs twice only the last value is here, as in
    /// JavaScript, and a number with more digits than a float holds is rounded.
    pub payload: Value,
}

impl Event {
    /// Reads the body of a webhook request. Verify it first: see [`crate::Verifier`].
    ///
    /// Unknown event types, states and fields are accepted, as are all the shapes that Legitmark is known to have
    /// sent. What cannot be acted upon is an error.
    ///
    /// # Errors
    /// The body is no JSON object, or lacks a field without which its event type means nothing. The error names the
    /// field and quotes nothing. An authentic request that fails here should be answered 2xx and kept for a human:
    /// sending it again would not mend it.
    pub fn parse(body: &[u8]) -> Result<Event, ParseError> {
        parse::event(body)
    }

    /// The rejected photos; empty for all events but `media_rejected`.
    pub fn sides(&self) -> &[Side] {
        match &self.detail {
            Detail::MediaRejected { sides, .. } => sides,
            Detail::StateChange(_) | Detail::InvalidateSr { .. } | Detail::Unknown => &[],
        }
    }

    /// When the event happened, for putting the events of a request in order: its own timestamp, or `received_at`
    /// when that cannot be read or lies more than [`FUTURE_TOLERANCE`] after it.
    pub fn effective_time(&self, received_at: Timestamp) -> Timestamp {
        self.occurred_at
            .filter(|occurred_at| occurred_at.duration_since(received_at) <= FUTURE_TOLERANCE)
            .unwrap_or(received_at)
    }

    /// Whether the item was found authentic.
    pub fn is_authentic(&self) -> bool {
        self.name == EventName::Authentic
    }

    /// Whether the item was found counterfeit.
    pub fn is_counterfeit(&self) -> bool {
        self.name == EventName::Counterfeit
    }

    /// Whether this is the state change into cancelled. The `invalidate_sr` beside it is not.
    pub fn is_cancelled(&self) -> bool {
        self.name == EventName::Cancelled
    }

    /// Whether photos must be taken again ([`Event::sides`] says which).
    pub fn needs_resubmission(&self) -> bool {
        self.name == EventName::ReshootNeeded
    }

    /// Whether the photos passed the quality review.
    pub fn is_qc_approved(&self) -> bool {
        self.name == EventName::PhotosApproved
    }

    /// Whether an authenticator has begun to work.
    pub fn is_authentication_in_progress(&self) -> bool {
        self.name == EventName::Assigned
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("name", &self.name)
            .field("sr_uuid", &self.sr_uuid)
            .field("occurred_at", &self.occurred_at)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn event(timestamp: &str) -> Event {
        let body = serde_json::json!({
            "event_type": "state_change", "sr_uuid": "sr", "timestamp": timestamp,
            "reference_id": "SECRET-ITEM", "state": { "primary": "QC" }, "seller": "Hanako",
        });
        Event::parse(body.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn effective_time_believes_the_payload_within_reason() {
        let received = "2026-02-10T12:00:00Z";
        let table = [
            ("2026-02-10T11:59:58.123Z", "2026-02-10T11:59:58.123Z"),
            ("2026-02-10T20:59:00+09:00", "2026-02-10T11:59:00Z"),
            ("2025-01-01T00:00:00Z", "2025-01-01T00:00:00Z"),
            ("2026-02-10T12:10:00.000Z", "2026-02-10T12:10:00Z"),
            ("2026-02-10T12:10:00.001Z", received),
            ("9999-12-30T00:00:00Z", received),
            ("yesterday", received),
            ("2026-02-10T12:00:00", received),
            ("", received),
        ];
        for (sent, expected) in table {
            assert_eq!(event(sent).effective_time(at(received)), at(expected), "{sent:?}");
        }
    }

    #[test]
    fn debug_shows_no_payload() {
        let shown = format!("{:?}", event("2026-02-10T12:00:00Z"));
        assert!(shown.contains("PhotosSubmitted"), "{shown}");
        assert!(!shown.contains("SECRET-ITEM") && !shown.contains("Hanako"), "{shown}");
    }
}
