//! Events as they come in and as they are kept.

use jiff::Timestamp;
use proofbell_engine::EventId;
use proofbell_event::{Event, EventName, MessageId, SrUuid};

/// One webhook delivery that passed the door's checks, about to be kept.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// Its id: a UUIDv7, so that ids sort by arrival.
    pub id: EventId,
    /// Which source it came from: `legitmark`.
    pub source: String,
    /// The sender's id of the delivery, the same over its retries; absent only with `verify = "none"` or `"bearer"`.
    pub message_id: Option<MessageId>,
    /// SHA-256 of the raw body.
    pub body_hash: [u8; 32],
    /// When it was received.
    pub received_at: Timestamp,
    /// Header names and values worth keeping; never an authorization.
    pub headers: Vec<(String, String)>,
    /// The raw body, byte for byte.
    pub body: Vec<u8>,
    /// What it says, or why it cannot be read.
    pub shape: Shape,
}

/// What the door made of a body.
#[derive(Clone, Debug)]
pub enum Shape {
    /// An event, of a known type or not.
    Event {
        /// Its name.
        name: EventName,
        /// The `event_type` as sent.
        event_type: String,
        /// Its service request.
        sr_uuid: Option<SrUuid>,
        /// The marketplace's own item id.
        reference_id: Option<String>,
        /// Its effective time.
        at: Timestamp,
    },
    /// Authentic, but not readable as an event; kept aside with the reason.
    Malformed(String),
}

impl Shape {
    /// What a body received at this time says.
    pub fn of(body: &[u8], received_at: Timestamp) -> Shape {
        match Event::parse(body) {
            Ok(event) => {
                let at = event.effective_time(received_at);
                Shape::Event {
                    name: event.name,
                    event_type: event.event_type,
                    sr_uuid: event.sr_uuid,
                    reference_id: event.reference_id,
                    at,
                }
            }
            Err(error) => Shape::Malformed(format!("failed to {error}")),
        }
    }
}

/// What became of a new event; each carries the id under which it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acceptance {
    /// Committed.
    Accepted(EventId),
    /// Seen before: same message id with the same body, or the same body. The id is the first one's.
    Duplicate(EventId),
    /// Committed aside: malformed, or a known message id with another body.
    Quarantined(EventId),
}

/// A kept event, as planning and rendering need it.
#[derive(Clone, Debug)]
pub struct StoredEvent {
    /// Its id.
    pub id: EventId,
    /// Which source it came from.
    pub source: String,
    /// 0 at first, one more with each replay.
    pub generation: u32,
    /// When it was received.
    pub received_at: Timestamp,
    /// The raw body.
    pub body: Vec<u8>,
}
