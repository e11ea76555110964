//! The state of a service request, as Legitmark writes it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::EventName;

/// A state in Legitmark's two words, for example `QC` / `REJECTED`. Both are kept as sent, unknown ones too.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct State {
    /// The stage: `DRAFT`, `QC`, `QUEUE`, `UNDERWAY`, `COMPLETE`, `CANCELLED`, or one that is new.
    pub primary: String,
    /// What is the matter in that stage; `None` when it was null or missing.
    #[serde(default)]
    pub supplement: Option<String>,
}

impl State {
    /// The name of a state change into this state. An empty supplement counts as none.
    ///
    /// `QUEUE` and `CANCELLED` mean the same with any supplement: the first is documented so, the second is what
    /// Legitmark's own SDK tests for.
    pub fn name(&self) -> EventName {
        match (self.primary.as_str(), self.supplement.as_deref().unwrap_or_default()) {
            ("DRAFT", "") => EventName::Draft,
            ("QC", "" | "PENDING") => EventName::PhotosSubmitted,
            ("QC", "REJECTED") => EventName::PhotosRejected,
            ("QC", "APPROVED") => EventName::PhotosApproved,
            ("QC", "COMPLETE") => EventName::FastTracked,
            ("QUEUE", _) => EventName::Queued,
            ("UNDERWAY", "PENDING") => EventName::AwaitingAssignment,
            ("UNDERWAY", "ASSIGNED") => EventName::Assigned,
            ("UNDERWAY", "APPROVED") => EventName::Examined,
            ("COMPLETE", "APPROVED") => EventName::Authentic,
            ("COMPLETE", "REJECTED") => EventName::Counterfeit,
            ("COMPLETE", "COMPLETE") => EventName::Completed,
            ("CANCELLED", _) => EventName::Cancelled,
            _ => EventName::Unknown,
        }
    }
}

/// `QC/REJECTED`; without a supplement the slash stays: `CANCELLED/`.
impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.primary, self.supplement.as_deref().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_its_name() {
        let table = [
            ("DRAFT/", "draft"),
            ("DRAFT/PENDING", "unknown"),
            ("QC/", "photos_submitted"),
            ("QC/PENDING", "photos_submitted"),
            ("QC/REJECTED", "photos_rejected"),
            ("QC/APPROVED", "photos_approved"),
            ("QC/COMPLETE", "fast_tracked"),
            ("QC/ESCALATED", "unknown"),
            ("QUEUE/", "queued"),
            ("QUEUE/PENDING", "queued"),
            ("QUEUE/SOMETHING_NEW", "queued"),
            ("UNDERWAY/", "unknown"),
            ("UNDERWAY/PENDING", "awaiting_assignment"),
            ("UNDERWAY/ASSIGNED", "assigned"),
            ("UNDERWAY/APPROVED", "examined"),
            ("UNDERWAY/REJECTED", "unknown"),
            ("COMPLETE/", "unknown"),
            ("COMPLETE/APPROVED", "authentic"),
            ("COMPLETE/REJECTED", "counterfeit"),
            ("COMPLETE/COMPLETE", "completed"),
            ("COMPLETE/INCONCLUSIVE", "unknown"),
            ("CANCELLED/", "cancelled"),
            ("CANCELLED/BY_PARTNER", "cancelled"),
            ("ARCHIVED/", "unknown"),
            ("qc/rejected", "unknown"),
            ("/", "unknown"),
        ];
        for (text, name) in table {
            let (primary, supplement) = text.split_once('/').unwrap();
            let state = State {
                primary: primary.to_owned(),
                supplement: (!supplement.is_empty()).then(|| supplement.to_owned()),
            };
            assert_eq!(state.name().as_str(), name, "{text}");
            assert_eq!(state.to_string(), text);
        }
    }

    #[test]
    fn a_missing_supplement_is_the_same_as_null() {
        let missing: State = serde_json::from_str(r#"{"primary":"QC"}"#).unwrap();
        let null: State = serde_json::from_str(r#"{"primary":"QC","supplement":null}"#).unwrap();
        assert_eq!(missing, null);
        assert_eq!(serde_json::to_string(&missing).unwrap(), r#"{"primary":"QC","supplement":null}"#);
        assert_eq!(State { supplement: Some(String::new()), ..null }.name(), EventName::PhotosSubmitted);
    }
}
