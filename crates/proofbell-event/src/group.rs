//! Names in groups, so that a rule can say "anything that closes the case".

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::EventName;

/// A word that stands for several [`EventName`]s.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventGroup {
    /// Every event, those of unknown type included.
    Any,
    /// The case needs nothing more from the seller: cancelled, invalidated, or a verdict.
    Closed,
    /// Authentic or counterfeit.
    Verdict,
    /// Photos were submitted, or the case is beyond that. Neither a rejection nor a cancellation: both leave
    /// the request without usable photos.
    PhotosIn,
}

impl EventGroup {
    /// All groups.
    pub const ALL: [EventGroup; 4] = [Self::Any, Self::Closed, Self::Verdict, Self::PhotosIn];

    /// The group as it is written in configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Closed => "closed",
            Self::Verdict => "verdict",
            Self::PhotosIn => "photos_in",
        }
    }

    /// Whether the group holds this name.
    pub const fn contains(self, name: EventName) -> bool {
        use EventName::*;
        match self {
            Self::Any => true,
            Self::Closed => matches!(name, Cancelled | Invalidated | Authentic | Counterfeit),
            Self::Verdict => matches!(name, Authentic | Counterfeit),
            Self::PhotosIn => matches!(
                name,
                PhotosSubmitted
                    | PhotosApproved
                    | FastTracked
                    | Queued
                    | AwaitingAssignment
                    | Assigned
                    | Examined
                    | Authentic
                    | Counterfeit
                    | Completed
            ),
        }
    }
}

/// A text that is no group of events. It does not repeat the text; [`EventGroup::ALL`] lists the known groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("find a group of events of that name")]
pub struct UnknownGroup;

impl FromStr for EventGroup {
    type Err = UnknownGroup;

    fn from_str(text: &str) -> Result<Self, UnknownGroup> {
        Self::ALL.into_iter().find(|group| group.as_str() == text).ok_or(UnknownGroup)
    }
}

impl fmt::Display for EventGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_group_holds_exactly_its_names() {
        check("closed", "authentic counterfeit cancelled invalidated");
        check("verdict", "authentic counterfeit");
        check(
            "photos_in",
            "photos_submitted photos_approved fast_tracked queued awaiting_assignment assigned examined \
             authentic counterfeit completed",
        );
        check(
            "any",
            "draft photos_submitted photos_rejected photos_approved fast_tracked queued awaiting_assignment \
             assigned examined authentic counterfeit completed cancelled reshoot_needed invalidated \
             verdict_changed unknown",
        );
        assert_eq!("opened".parse::<EventGroup>(), Err(UnknownGroup));
    }

    fn check(group: &str, expected: &str) {
        let group: EventGroup = group.parse().unwrap();
        let held: Vec<&str> =
            EventName::ALL.into_iter().filter(|name| group.contains(*name)).map(EventName::as_str).collect();
        assert_eq!(held.join(" "), expected, "{group}");
    }

    #[test]
    fn no_group_is_spelt_like_a_name() {
        for group in EventGroup::ALL {
            assert!(group.as_str().parse::<EventName>().is_err(), "{group} would be ambiguous in a rule");
        }
    }
}
