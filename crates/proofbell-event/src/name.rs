//! The names of events: the words that rules, templates and consoles use.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

/// What an event means, in one word. [`EventName::as_str`] is the one table of the spellings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventName {
    /// The request is created; photos or payment are missing.
    Draft,
    /// Photos are submitted and under quality review.
    PhotosSubmitted,
    /// Photos failed the review; a [`EventName::ReshootNeeded`] with the details follows.
    PhotosRejected,
    /// Photos passed the review; authentication is starting.
    PhotosApproved,
    /// The request was completed on the fast track during the review.
    FastTracked,
    /// The request is queued for authentication.
    Queued,
    /// The request is ready to be assigned to an authenticator.
    AwaitingAssignment,
    /// An authenticator is working.
    Assigned,
    /// The authentication is done; the final result is to come.
    Examined,
    /// The verdict: authentic.
    Authentic,
    /// The verdict: counterfeit.
    Counterfeit,
    /// Fully processed; the documents are ready.
    Completed,
    /// The request was cancelled (a state change; compare [`EventName::Invalidated`]).
    Cancelled,
    /// Photos were rejected and must be taken again; the event lists the sides.
    ReshootNeeded,
    /// The request was made invalid (an `invalidate_sr`; compare [`EventName::Cancelled`]).
    Invalidated,
    /// A verdict that contradicts an earlier one. Whoever knows the case's history gives this name
    /// in addition; [`crate::Event::parse`] never does.
    VerdictChanged,
    /// An event type, or the state of a state change, that this version does not know.
    Unknown,
}

impl EventName {
    /// All names, in the order in which a request usually meets them.
    pub const ALL: [EventName; 17] = [
        Self::Draft,
        Self::PhotosSubmitted,
        Self::PhotosRejected,
        Self::PhotosApproved,
        Self::FastTracked,
        Self::Queued,
        Self::AwaitingAssignment,
        Self::Assigned,
        Self::Examined,
        Self::Authentic,
        Self::Counterfeit,
        Self::Completed,
        Self::Cancelled,
        Self::ReshootNeeded,
        Self::Invalidated,
        Self::VerdictChanged,
        Self::Unknown,
    ];

    /// The name as it is written in configuration and templates.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::PhotosSubmitted => "photos_submitted",
            Self::PhotosRejected => "photos_rejected",
            Self::PhotosApproved => "photos_approved",
            Self::FastTracked => "fast_tracked",
            Self::Queued => "queued",
            Self::AwaitingAssignment => "awaiting_assignment",
            Self::Assigned => "assigned",
            Self::Examined => "examined",
            Self::Authentic => "authentic",
            Self::Counterfeit => "counterfeit",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
            Self::ReshootNeeded => "reshoot_needed",
            Self::Invalidated => "invalidated",
            Self::VerdictChanged => "verdict_changed",
            Self::Unknown => "unknown",
        }
    }
}

/// A text that is no event name. It does not repeat the text; [`EventName::ALL`] lists the known names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("find an event of that name")]
pub struct UnknownName;

impl FromStr for EventName {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL.into_iter().find(|name| name.as_str() == text).ok_or(UnknownName)
    }
}

impl fmt::Display for EventName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

// Written by hand, because a derived form would be a second table of the spellings.
impl Serialize for EventName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for EventName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|UnknownName| de::Error::unknown_variant(&text, &SPELLINGS))
    }
}

/// All spellings, for the "expected one of" of a deserializer.
const SPELLINGS: [&str; EventName::ALL.len()] = {
    let mut spellings = [""; EventName::ALL.len()];
    let mut index = 0;
    while index < spellings.len() {
        spellings[index] = EventName::ALL[index].as_str();
        index += 1;
    }
    spellings
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_lists_every_name_once_and_in_order() {
        for (index, name) in EventName::ALL.into_iter().enumerate() {
            assert_eq!(name as usize, index, "{name}");
        }
        assert_eq!(EventName::Unknown as usize + 1, EventName::ALL.len());
    }

    #[test]
    fn every_name_is_read_back_from_its_spelling() {
        for name in EventName::ALL {
            let snake: String = format!("{name:?}")
                .char_indices()
                .flat_map(|(at, c)| {
                    let gap = (at > 0 && c.is_ascii_uppercase()).then_some('_');
                    gap.into_iter().chain([c.to_ascii_lowercase()])
                })
                .collect();
            assert_eq!(name.as_str(), snake);
            assert_eq!(name.to_string().parse(), Ok(name));
            let json = serde_json::to_string(&name).unwrap();
            assert_eq!(json, format!("{snake:?}"));
            assert_eq!(serde_json::from_str::<EventName>(&json).unwrap(), name);
        }
    }

    #[test]
    fn other_spellings_are_refused() {
        for text in ["", "Draft", "DRAFT", "reshoot-needed", " draft", "any"] {
            assert_eq!(text.parse::<EventName>(), Err(UnknownName), "{text:?}");
        }
        let error = serde_json::from_str::<EventName>(r#""reshot""#).unwrap_err().to_string();
        assert!(error.contains("`reshoot_needed`"), "{error}");
    }
}
