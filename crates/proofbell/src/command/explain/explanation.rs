//! What is explained, as data: `--json` prints it as it is.

use jiff::Timestamp;
use proofbell_engine::{Decision, EventId, Stimulus};
use proofbell_event::{Event, EventName};
use proofbell_notify::Body;
use serde::Serialize;
use uuid::Uuid;

use super::subject::{Origin, Unreadable};

/// All that there is to say about an event.
#[derive(Debug, Serialize)]
pub(super) struct Explanation {
    pub(super) event: EventFacts,
    /// What was assumed.
    pub(super) notes: Vec<String>,
    /// Why it would be kept and nothing else, where it cannot be read.
    pub(super) quarantined: Option<String>,
    pub(super) rules: Vec<RuleRow>,
    pub(super) decision: Option<Decision>,
    pub(super) drafts: Vec<Outlook>,
}

/// The event itself.
#[derive(Debug, Serialize)]
pub(super) struct EventFacts {
    pub(super) origin: Origin,
    /// Its id, where it is a stored one.
    pub(super) id: Option<EventId>,
    pub(super) names: Vec<EventName>,
    pub(super) event_type: Option<String>,
    pub(super) sr_uuid: Option<String>,
    pub(super) reference_id: Option<String>,
    pub(super) timestamp: Option<String>,
    pub(super) received_at: Timestamp,
    pub(super) round: Option<u32>,
    /// The newer event of the case that has overtaken it.
    pub(super) stale: Option<EventId>,
    /// The event whose twin it is.
    pub(super) twin: Option<EventId>,
}

/// What decided about one rule.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct RuleRow {
    pub(super) rule: String,
    pub(super) matched: bool,
    pub(super) drafts: u32,
    /// What decided against it: `on`, `where.KEY`, `except.KEY`, `each`, `stale`, `twin`.
    pub(super) because: Option<String>,
    /// What the rule has there.
    pub(super) wants: Option<String>,
    /// What it saw there; absent where there was nothing.
    pub(super) saw: Option<String>,
}

/// What would become of a draft.
#[derive(Debug, Serialize)]
pub(super) struct Outlook {
    pub(super) id: Uuid,
    pub(super) rule: String,
    pub(super) audience: String,
    pub(super) template: String,
    /// The side it is about, with `each = "side"`.
    pub(super) side: Option<String>,
    pub(super) via: Vec<String>,
    pub(super) else_via: Vec<String>,
    /// Those of them that nobody has been passed on to at once.
    pub(super) else_left: Vec<String>,
    pub(super) else_at: Option<Timestamp>,
    pub(super) expires_at: Timestamp,
    /// `addressed`, `suppressed`, `dead` or `waiting`.
    pub(super) state: &'static str,
    pub(super) reason: Option<String>,
    pub(super) messages: Vec<MessageOutlook>,
    /// Who is told that nobody was found or reached.
    pub(super) nobody: Vec<Outlook>,
}

/// What would become of a message.
#[derive(Debug, Serialize)]
pub(super) struct MessageOutlook {
    pub(super) id: Uuid,
    pub(super) channel: String,
    /// The channel's kind.
    pub(super) kind: Option<&'static str>,
    /// The masked address.
    pub(super) to: Option<String>,
    /// Whether the channel is its own address.
    pub(super) to_own_address: bool,
    /// The masked address that it was for, where `[redirect]` leads it elsewhere.
    pub(super) redirected_from: Option<String>,
    pub(super) locale: Option<String>,
    pub(super) template: String,
    /// `sent`, `suppressed` or `dead`.
    pub(super) state: &'static str,
    pub(super) code: Option<String>,
    pub(super) reason: Option<String>,
    /// When it would leave; absent where that is not known.
    pub(super) leaves_at: Option<Timestamp>,
    /// Why it does not leave at once.
    pub(super) held: Option<String>,
    pub(super) segments: Option<u32>,
    pub(super) encoding: Option<String>,
    pub(super) body: Option<Body>,
}

impl EventFacts {
    pub(super) fn new(origin: Origin, stimulus: &Stimulus<'_>, decision: &Decision) -> EventFacts {
        let event: &Event = stimulus.event;
        EventFacts {
            id: origin.is_stored().then_some(stimulus.id),
            origin,
            names: decision.names.clone(),
            event_type: Some(event.event_type.clone()),
            sr_uuid: event.sr_uuid.as_ref().map(ToString::to_string),
            reference_id: event.reference_id.clone(),
            timestamp: event.timestamp.clone(),
            received_at: stimulus.received_at,
            round: Some(decision.round),
            stale: decision.stale,
            twin: decision.twin,
        }
    }
}

impl Explanation {
    /// What would become of a body that is no event.
    pub(super) fn of_unreadable(unreadable: Unreadable) -> Explanation {
        let Unreadable { origin, id, received_at, problem } = unreadable;
        Explanation {
            event: EventFacts {
                origin,
                id,
                names: Vec::new(),
                event_type: None,
                sr_uuid: None,
                reference_id: None,
                timestamp: None,
                received_at,
                round: None,
                stale: None,
                twin: None,
            },
            notes: Vec::new(),
            quarantined: Some(problem),
            rules: Vec::new(),
            decision: None,
            drafts: Vec::new(),
        }
    }
}
