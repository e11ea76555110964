//! What became of an attempt, and so what happens next.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What became of an attempt to deliver. Each variant says what happens next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The provider accepted it.
    Sent(Receipt),
    /// A passing fault before anything was accepted: tried again on the schedule.
    RetryLater {
        /// What happened.
        reason: Reason,
    },
    /// Too much at once: the scope waits; burns no attempt.
    Throttled {
        /// How long the provider asked us to wait, if it said.
        after: Option<Duration>,
        /// Who has to wait.
        scope: Scope,
    },
    /// This message can never be delivered.
    Rejected {
        /// What the provider did not like.
        reason: Reason,
    },
    /// This recipient can never be reached here: fall back, and remember it.
    BadAddress {
        /// Why not.
        reason: Reason,
        /// How long to remember it; `None` for ever.
        forget_after: Option<Duration>,
    },
    /// The person said stop: fall back, and remember it until they say start.
    OptedOut {
        /// How we know.
        reason: Reason,
    },
    /// Credentials wrong or account closed: the channel pauses; burns no attempt.
    ChannelDown {
        /// What the provider said.
        reason: Reason,
    },
    /// It left us and no answer came: it may have been delivered.
    Unknown {
        /// Where the answer was lost.
        reason: Reason,
    },
}

impl Outcome {
    /// The word for it in metrics, lists and attempt records.
    pub fn as_str(&self) -> &'static str {
        match self {
            Outcome::Sent(_) => "sent",
            Outcome::RetryLater { .. } => "retry_later",
            Outcome::Throttled { .. } => "throttled",
            Outcome::Rejected { .. } => "rejected",
            Outcome::BadAddress { .. } => "bad_address",
            Outcome::OptedOut { .. } => "opted_out",
            Outcome::ChannelDown { .. } => "channel_down",
            Outcome::Unknown { .. } => "unknown",
        }
    }
}

impl Outcome {
    /// Why, where there is a reason to give.
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Outcome::Sent(_) | Outcome::Throttled { .. } => None,
            Outcome::RetryLater { reason }
            | Outcome::Rejected { reason }
            | Outcome::BadAddress { reason, .. }
            | Outcome::OptedOut { reason }
            | Outcome::ChannelDown { reason }
            | Outcome::Unknown { reason } => Some(reason),
        }
    }
}

/// What the provider gave back for an accepted message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The provider's id for it, if it gave one.
    pub provider_id: Option<String>,
}

/// Who has to wait after [`Outcome::Throttled`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// This destination only.
    Destination,
    /// The whole channel.
    Channel,
}

/// Why, in the provider's own terms: a short code for lists and metrics, and a sentence for people.
/// Neither may hold a secret, an address or message text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    code: String,
    detail: String,
}

/// Longest detail kept, in characters; what providers answer can be long.
const DETAIL_LIMIT: usize = 300;

impl Reason {
    /// `code` is a status or an error name (`"550"`, `"21610"`, `"timeout"`); `detail` says it for people. Control characters become spaces.
    pub fn new(code: impl Into<String>, detail: impl AsRef<str>) -> Reason {
        let detail: String = detail
            .as_ref()
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .take(DETAIL_LIMIT)
            .collect();
        Reason { code: code.into(), detail: detail.trim().to_owned() }
    }

    /// The short code.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The sentence.
    pub fn detail(&self) -> &str {
        &self.detail
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.detail.is_empty() {
            true => f.write_str(&self.code),
            false => write!(f, "{}: {}", self.code, self.detail),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_one_short_line() {
        let check = |code: &str, detail: &str, expected: &str| {
            assert_eq!(Reason::new(code, detail).to_string(), expected, "{detail:?}");
        };
        check("550", "no such mailbox", "550: no such mailbox");
        check("550", "", "550");
        check("550", " \r\n", "550");
        check("550", "line one\r\nline two\u{1b}[31m", "550: line one  line two [31m");
        check("x", &"花".repeat(301), &format!("x: {}", "花".repeat(300)));
    }

    #[test]
    fn every_outcome_has_its_own_word() {
        let reason = || Reason::new("x", "");
        let outcomes = [
            Outcome::Sent(Receipt::default()),
            Outcome::RetryLater { reason: reason() },
            Outcome::Throttled { after: None, scope: Scope::Channel },
            Outcome::Rejected { reason: reason() },
            Outcome::BadAddress { reason: reason(), forget_after: None },
            Outcome::OptedOut { reason: reason() },
            Outcome::ChannelDown { reason: reason() },
            Outcome::Unknown { reason: reason() },
        ];
        let words: std::collections::BTreeSet<&str> = outcomes.iter().map(Outcome::as_str).collect();
        assert_eq!(words.len(), outcomes.len());
    }
}
