//! What an answer's HTTP status alone means, where the gateway says nothing more.

use proofbell_notify::http::Answer;
use proofbell_notify::{Outcome, ProbeError, Reason};

use crate::meaning::Meaning;

/// What becomes of a message.
pub(crate) fn outcome(answer: &Answer) -> Outcome {
    let say = |text: &str| reason(answer.status, text);
    match answer.status {
        // From something in between, perhaps, which may have passed the message on.
        200..=299 => Outcome::Unknown { reason: say("a success that does not say what it is a success of") },
        // The gateway may have accepted the message before it broke down, or what stands before it gave up waiting: a repetition is billed.
        _ if answer.may_be_done() => Outcome::Unknown { reason: say("a fault; it may have been accepted") },
        300..=399 => Meaning::Account.outcome(redirected(answer.status), answer),
        401..=403 | 407 => {
            Meaning::Account.outcome(say("the credentials or the account are refused"), answer)
        }
        404 | 405 | 410 => {
            Meaning::Account.outcome(say("there is nothing at this URL that takes messages"), answer)
        }
        408 => Meaning::Again.outcome(say("the request did not arrive in time"), answer),
        429 => Meaning::Slower.outcome(say("too many requests at a time"), answer),
        500.. => Meaning::Again.outcome(say("the gateway is not there now"), answer),
        _ => Meaning::Refused.outcome(say("refused, without a reason that is known"), answer),
    }
}

/// What is wrong when a probe was answered with another status than 2xx; `None` when the status says nothing of the channel.
pub(crate) fn probe_error(answer: &Answer) -> Option<ProbeError> {
    let say = |text: &str| reason(answer.status, text);
    match answer.status {
        200..=299 => None,
        300..=399 => Some(ProbeError::Refused(redirected(answer.status))),
        401..=403 | 407 => Some(ProbeError::Refused(say("the credentials or the account are refused"))),
        408 | 429 | 500.. => Some(ProbeError::Unreachable(say("the gateway cannot say now"))),
        _ => None,
    }
}

/// A redirect is not followed.
pub(crate) fn redirected(status: u16) -> Reason {
    reason(status, "redirects are not followed; set the URL to where it leads")
}

/// The status as the code, and what to say of it.
pub(crate) fn reason(status: u16, text: &str) -> Reason {
    Reason::new(status.to_string(), text)
}
