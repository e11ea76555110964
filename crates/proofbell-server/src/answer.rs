//! What the admin API answers, for those who write and those who read it. `GET messages/{id}` and `GET cases/{sr_uuid}`
//! answer the store's own [`MessageView`] and [`proofbell_store::CaseView`]; what only does something answers `{}`.

use proofbell_pipeline::{AudienceStatus, ChannelStatus};
use proofbell_store::{DecisionView, EventView, MessageView};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// `GET events`: newest first.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Events {
    /// The events, without bodies.
    pub events: Vec<EventView>,
}

/// `GET events/{id}`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OneEvent {
    /// The event with its body.
    pub event: EventView,
    /// What was decided, one a generation.
    pub decisions: Vec<DecisionView>,
}

/// `GET messages`: newest first.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Messages {
    /// The messages, without bodies.
    pub messages: Vec<MessageView>,
}

/// `GET channels`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Channels {
    /// The configured channels, sorted by name.
    pub channels: Vec<ChannelStatus>,
}

/// `GET audiences`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Audiences {
    /// The configured audiences, sorted by name.
    pub audiences: Vec<AudienceStatus>,
}

/// `POST events/{id}/replay`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replayed {
    /// Which generation of the event's planning this is; 1 after the first replay.
    pub generation: u32,
}

/// `POST test-messages`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tested {
    /// The message's id, for `messages/{id}`.
    pub id: Uuid,
    /// What became of it, see [`proofbell_notify::Outcome::as_str`].
    pub outcome: String,
    /// The provider's reason, unless it was sent.
    pub reason: Option<String>,
}
