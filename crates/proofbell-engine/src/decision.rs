//! The record of one event's planning.

use proofbell_event::EventName;
use serde::{Deserialize, Serialize};

use crate::EventId;

/// What one event led to: each rule whose `on` names it, and what decided for or against it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// The event.
    pub event: EventId,
    /// 0 at first, one more with each replay.
    pub generation: u32,
    /// The event's own name and those that planning added (`verdict_changed`).
    pub names: Vec<EventName>,
    /// The round it belongs to.
    pub round: u32,
    /// The newer event that has overtaken it, if one has.
    pub stale: Option<EventId>,
    /// The event whose twin it is, if that came first.
    pub twin: Option<EventId>,
    /// Rules, in the order of their names.
    pub rules: Vec<RuleDecision>,
    /// Why planning could not be done at all; the event made nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
}

/// What decided about one rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RuleDecision {
    /// The rule.
    pub rule: String,
    /// What decided.
    pub verdict: Verdict,
}

/// Why a rule spoke or kept silent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It made this many drafts.
    Matched {
        /// How many.
        drafts: u32,
    },
    /// `on` does not name the event. Only `explain` lists these.
    OtherEvent,
    /// A key of `where` did not hold.
    Where {
        /// The key as written in the rule.
        key: String,
        /// The value it saw, shortened; `None` when absent.
        saw: Option<String>,
    },
    /// `except` held; this is its first key.
    Except {
        /// The key as written in the rule.
        key: String,
        /// The value it saw, shortened.
        saw: Option<String>,
    },
    /// A newer event of the case has overtaken this one.
    Stale {
        /// The newer one.
        by: EventId,
    },
    /// The event's twin already made this rule speak.
    Twin {
        /// The twin.
        of: EventId,
    },
}
