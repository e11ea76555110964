//! What the admin API answers, for those who write and those who read it. `GET messages/{id}` and `GET cases/{sr_uuid}`
//! answer the store's own [`MessageView`] and [`proofbell_store::CaseView`]; what only does something answers `{}`.

use std::fmt;

use jiff::Timestamp;
use proofbell_pipeline::{AudienceStatus, Changes, ChannelStatus};
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

/// `GET configuration`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigurationStatus {
    /// Since when the running configuration holds.
    pub loaded_at: Timestamp,
    /// What came of the last reload, of whoever asked for it.
    pub last_reload: Option<Reload>,
}

/// `POST reload`; 422 when it is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reload {
    /// When it ended.
    pub at: Timestamp,
    /// What came of it.
    pub outcome: ReloadOutcome,
    /// What was changed, when it was applied.
    pub changes: Option<Changes>,
    /// All that is wrong with what was read, or looks so.
    pub problems: Vec<Problem>,
}

impl Reload {
    /// How many of the problems are errors.
    pub fn errors(&self) -> usize {
        self.problems.iter().filter(|problem| problem.severity == "error").count()
    }
}

/// What came of a reload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReloadOutcome {
    /// What was read holds now.
    Applied,
    /// What was read is what holds already.
    Unchanged,
    /// What was read cannot be used; the configuration of before holds.
    Refused,
}

impl ReloadOutcome {
    /// Every one of them.
    pub const ALL: [ReloadOutcome; 3] =
        [ReloadOutcome::Applied, ReloadOutcome::Unchanged, ReloadOutcome::Refused];

    /// `applied`, `unchanged` or `refused`.
    pub fn as_str(self) -> &'static str {
        match self {
            ReloadOutcome::Applied => "applied",
            ReloadOutcome::Unchanged => "unchanged",
            ReloadOutcome::Refused => "refused",
        }
    }
}

/// Something that is wrong with a configuration. It holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// `error` or `warning`.
    pub severity: String,
    /// A stable word for this sort of problem.
    pub code: String,
    /// Where it is; absent where something is missing altogether.
    pub place: Option<ProblemPlace>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProblemPlace {
    /// The file.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
}

/// `config/rules.toml:12:8`
impl fmt::Display for ProblemPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}
