//! What a receiver's answers mean. Standard Webhooks says what most of them are to mean
//! (<https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#delivery-success-and-failure>).

use std::time::Duration;

use proofbell_notify::http::{Answer, SendError};
use proofbell_notify::{Outcome, ProbeError, Proof, Reason, Receipt, Scope};

/// The code of "gone for good".
pub(crate) const GONE: &str = "410";

/// How long a recipient's address is not tried again that may be mended without our hearing of it.
const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// How long one is not tried again whose receiver said that it is gone for good. Not for ever: another may be set up there.
const A_SEASON: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// Whose server answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Receiver {
    /// The one that the configuration names: what it refuses, it refuses to everybody.
    Fixed,
    /// A recipient's own: what it refuses concerns this recipient alone.
    Recipient,
}

/// What kind of answer it is, whoever gives it.
enum Verdict {
    Accepted,
    Slower,
    Failing,
    /// A gateway gave up waiting: the message may have been taken behind it.
    Lost,
    Gone,
    /// It does not believe us.
    Closed,
    /// Nobody takes a POST there.
    Nobody,
    Elsewhere,
    Refused,
}

fn verdict(answer: &Answer) -> Verdict {
    match answer.status {
        200..=299 => Verdict::Accepted,
        300..=399 => Verdict::Elsewhere,
        401 | 403 => Verdict::Closed,
        404 | 405 => Verdict::Nobody,
        410 => Verdict::Gone,
        429 => Verdict::Slower,
        // An overloaded server that says for how long: Retry-After is to be honoured there too.
        503 if answer.retry_after.is_some() => Verdict::Slower,
        504 => Verdict::Lost,
        408 | 425 | 500..=599 => Verdict::Failing,
        _ => Verdict::Refused,
    }
}

/// What an answer to a message means.
pub(crate) fn outcome(answer: &Answer, receiver: Receiver) -> Outcome {
    let reason = |text: &str| Reason::new(answer.status.to_string(), text);
    match verdict(answer) {
        Verdict::Accepted => Outcome::Sent(Receipt::default()),
        Verdict::Slower => Outcome::Throttled { after: answer.retry_after, scope: scope(receiver) },
        Verdict::Failing => Outcome::RetryLater { reason: reason("the receiver has a passing fault") },
        Verdict::Lost => Outcome::Unknown { reason: reason("a gateway's time-out") },
        Verdict::Gone => match receiver {
            Receiver::Fixed => Outcome::ChannelDown { reason: gone() },
            Receiver::Recipient => bad_address(gone(), A_SEASON),
        },
        Verdict::Closed => closed(
            receiver,
            reason("the receiver does not believe us; it may not have our `secrets`, or want a header"),
        ),
        Verdict::Nobody => {
            let reason = reason("nobody takes messages there; the address is wrong");
            match receiver {
                Receiver::Fixed => Outcome::ChannelDown { reason },
                Receiver::Recipient => bad_address(reason, A_DAY),
            }
        }
        Verdict::Elsewhere => closed(receiver, reason("redirects are refused; write where it leads")),
        Verdict::Refused => Outcome::Rejected { reason: reason("the receiver does not take this message") },
    }
}

/// A fixed receiver that answers so would answer every message so. Of a recipient's this message alone is given up: that we are not
/// believed says nothing of the address, and with a secret of ours that is wrong nobody's would be left.
fn closed(receiver: Receiver, reason: Reason) -> Outcome {
    match receiver {
        Receiver::Fixed => Outcome::ChannelDown { reason },
        Receiver::Recipient => Outcome::Rejected { reason },
    }
}

/// What it means that no answer came.
pub(crate) fn failure(error: SendError) -> Outcome {
    match error {
        SendError::Forbidden(reason) => bad_address(reason, A_DAY),
        error @ (SendError::NotSent(_) | SendError::Lost(_)) => error.outcome(),
    }
}

/// The text is no URL.
pub(crate) fn no_url() -> Outcome {
    bad_address(Reason::new("url", "the recipient's `webhook` address is no URL"), A_DAY)
}

fn bad_address(reason: Reason, forget_after: Duration) -> Outcome {
    Outcome::BadAddress { reason, forget_after: Some(forget_after) }
}

fn scope(receiver: Receiver) -> Scope {
    match receiver {
        Receiver::Fixed => Scope::Channel,
        Receiver::Recipient => Scope::Destination,
    }
}

/// What to say of a receiver that wants no more messages.
pub(crate) fn gone() -> Reason {
    Reason::new(GONE, "the receiver said that it is gone for good")
}

/// What an answer to a HEAD proves: somebody is there and speaks HTTP. What it says to a HEAD is not what it says to a POST, save that
/// what is gone is gone, and that a gateway without its receiver is one for all methods.
///
/// # Errors
/// When it is gone, or not there now.
pub(crate) fn probed(answer: &Answer) -> Result<Proof, ProbeError> {
    match answer.status {
        410 => Err(ProbeError::Refused(gone())),
        status @ (502..=504) => {
            Err(ProbeError::Unreachable(Reason::new(status.to_string(), "the receiver is not there now")))
        }
        status => Ok(Proof::of(format!(
            "a server answers {status} to HEAD; that it takes our messages is not proved"
        ))),
    }
}
