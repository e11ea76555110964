//! A rule: which events, to whom, by which channel, with which template.

use std::time::Duration;

use proofbell_event::{Event, EventGroup, EventName, State};

use crate::Condition;

/// One `[rule.NAME]`, checked.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The NAME.
    pub name: String,
    /// Which events concern it: any of these.
    pub on: Vec<On>,
    /// The audiences that it tells.
    pub to: Vec<String>,
    /// Channels, each of which is used; the audience's when absent.
    pub via: Option<Vec<String>>,
    /// Channels used in this order when none of `via` could; the audience's when absent.
    pub else_via: Option<Vec<String>>,
    /// How long `via` may take before `else_via` begins; for as long as it needs when absent.
    pub else_after: Option<Duration>,
    /// The template's name.
    pub template: String,
    /// One draft for the event or one for each matching side.
    pub each: Each,
    /// All of these must hold.
    pub conditions: Vec<Condition>,
    /// If all of these hold (and there is at least one), the rule keeps silent. With side keys among them, which must hold
    /// together on one side, that side is left out, and the rule keeps silent when none remains.
    pub exceptions: Vec<Condition>,
    /// Whether it passes quiet hours and limits per recipient.
    pub urgency: Urgency,
    /// Whether the person may do without what it says.
    pub need: Need,
    /// Whether its messages about one case answer each other.
    pub thread: Threading,
    /// What a stale event does.
    pub stale: StalePolicy,
    /// How long after planning a message of it may still go out.
    pub expire: Duration,
}

/// What a rule's `on` can name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum On {
    /// One event name.
    Name(EventName),
    /// A group of names: `any`, `closed`, `verdict`, `photos_in`.
    Group(EventGroup),
    /// `state:PRIMARY/SUPPLEMENT` of a state change, in Legitmark's own words.
    State {
        /// The primary state.
        primary: String,
        /// The supplement.
        supplement: Supplement,
    },
    /// `type:EVENT_TYPE`, for types that have no name yet.
    Type(String),
}

/// What a `state:` pattern wants of the supplement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Supplement {
    /// `*`: anything, null included.
    Any,
    /// Nothing after the slash: null, or empty, which means the same.
    Null,
    /// This word.
    Is(String),
}

impl On {
    /// Whether this names the event; `names` are the event's own name and those that planning added (`verdict_changed`).
    pub fn names(&self, event: &Event, names: &[EventName]) -> bool {
        match self {
            On::Name(name) => names.contains(name),
            On::Group(group) => names.iter().any(|name| group.contains(*name)),
            On::State { primary, supplement } => match &event.detail {
                proofbell_event::Detail::StateChange(state) => fits(state, primary, supplement),
                _ => false,
            },
            On::Type(event_type) => event.event_type == *event_type,
        }
    }
}

fn fits(state: &State, primary: &str, supplement: &Supplement) -> bool {
    state.primary == primary
        && match supplement {
            Supplement::Any => true,
            Supplement::Null => state.supplement.as_deref().unwrap_or_default().is_empty(),
            Supplement::Is(word) => state.supplement.as_deref() == Some(word),
        }
}

/// How many drafts a matching event makes for each audience.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Each {
    /// One.
    #[default]
    Event,
    /// One for each matching side.
    Side,
}

/// Whether a rule passes quiet hours, limits per recipient and digests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Urgency {
    /// It waits with the others.
    #[default]
    Normal,
    /// It goes at once.
    Urgent,
}

/// Whether a person may do without what a rule says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Need {
    /// Something hangs on it.
    #[default]
    Needed,
    /// It is said for convenience (`optional = true`): its e-mails say how to unsubscribe.
    Optional,
}

/// Whether a rule's messages about one case answer each other, where the channel can.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Threading {
    /// Each stands alone.
    #[default]
    Apart,
    /// Later messages about a case answer the first (`thread = "case"`).
    Case,
}

/// What a rule does with an event that a newer one of its case has overtaken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum StalePolicy {
    /// Keeps silent, and ends what has not left yet.
    #[default]
    Suppress,
    /// Speaks all the same (`stale = "send"`).
    Send,
}
