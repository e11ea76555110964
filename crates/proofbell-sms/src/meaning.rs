//! What a gateway's error means, whether it comes as an answer or in a later report.

use proofbell_notify::http::Answer;
use proofbell_notify::{News, Outcome, Reason, Scope};

use crate::number::{OUT_OF_REACH, TAKES_NONE};

/// What happens next after one of a gateway's errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// The gateway cannot now; nothing was accepted.
    Again,
    /// The channel has to wait.
    Slower,
    /// The person said stop.
    OptedOut,
    /// The number can never take an SMS.
    BadNumber,
    /// The number takes no SMS; that may change when it is ported or given to another.
    TakesNone,
    /// The telephone is off or away; it may be back tomorrow.
    OutOfReach,
    /// Nothing gets through until somebody changes the account or the settings.
    Account,
    /// This message cannot be sent; others can.
    Refused,
}

impl Meaning {
    /// What becomes of a message when an attempt was answered so.
    pub(crate) fn outcome(self, reason: Reason, answer: &Answer) -> Outcome {
        match self {
            Meaning::Again => Outcome::RetryLater { reason },
            Meaning::Slower => Outcome::Throttled { after: answer.retry_after, scope: Scope::Channel },
            Meaning::OptedOut => Outcome::OptedOut { reason },
            Meaning::BadNumber => Outcome::BadAddress { reason, forget_after: None },
            Meaning::TakesNone => Outcome::BadAddress { reason, forget_after: Some(TAKES_NONE) },
            Meaning::OutOfReach => Outcome::BadAddress { reason, forget_after: Some(OUT_OF_REACH) },
            Meaning::Account => Outcome::ChannelDown { reason },
            Meaning::Refused => Outcome::Rejected { reason },
        }
    }

    /// What a report of a message that had been accepted tells when it names this error.
    pub(crate) fn news(self, reason: Reason) -> News {
        match self {
            Meaning::OptedOut => News::OptedOut { reason },
            Meaning::BadNumber => News::BadAddress { reason, forget_after: None },
            Meaning::TakesNone => News::BadAddress { reason, forget_after: Some(TAKES_NONE) },
            Meaning::OutOfReach => News::BadAddress { reason, forget_after: Some(OUT_OF_REACH) },
            // The next attempt learns of the account by itself; this message is lost either way.
            Meaning::Again | Meaning::Slower | Meaning::Account | Meaning::Refused => {
                News::Undelivered { reason }
            }
        }
    }
}
