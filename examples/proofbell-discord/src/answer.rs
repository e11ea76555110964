//! What Discord's answers mean: <https://discord.com/developers/docs/topics/opcodes-and-status-codes>.

use proofbell_notify::http::Answer;
use proofbell_notify::{Outcome, ProbeError, Proof, Reason, Receipt, Scope};

/// What becomes of a message.
pub(crate) fn outcome(answer: &Answer) -> Outcome {
    match answer.status {
        200..=299 => match message_id(answer) {
            Some(id) => Outcome::Sent(Receipt { provider_id: Some(id) }),
            // Something in between answered, and may have passed it on.
            None => Outcome::Unknown { reason: reason(answer, "a success without a message id") },
        },
        300..=399 | 401 | 403 | 404 => Outcome::ChannelDown { reason: gone(answer) },
        429 => Outcome::Throttled { after: answer.retry_after, scope: Scope::Channel },
        // Discord knows no repetition, so what may have been posted is not posted again without being asked.
        _ if answer.may_be_done() => {
            Outcome::Unknown { reason: reason(answer, "a fault; it may have been posted") }
        }
        408 | 500.. => Outcome::RetryLater { reason: reason(answer, "Discord has a fault") },
        _ => Outcome::Rejected { reason: reason(answer, "Discord does not take this message") },
    }
}

/// What a probe learns.
///
/// # Errors
/// When the webhook is gone, or Discord cannot say now.
pub(crate) fn probed(answer: &Answer) -> Result<Proof, ProbeError> {
    match answer.status {
        200..=299 => Ok(Proof::of("the webhook is there")),
        408 | 429 | 500.. => {
            Err(ProbeError::Unreachable(reason(answer, "Discord cannot say whether the webhook works")))
        }
        _ => Err(ProbeError::Refused(gone(answer))),
    }
}

fn gone(answer: &Answer) -> Reason {
    reason(answer, "the webhook is gone or was never there; set `webhook_url` to one that works")
}

/// Discord's own error number is the code, the status where it gives none. Its sentence is not repeated: it may quote the message.
fn reason(answer: &Answer, text: &str) -> Reason {
    let number = answer.json().and_then(|body| body["code"].as_u64()).filter(|number| *number > 0);
    Reason::new(number.unwrap_or(answer.status.into()).to_string(), text)
}

fn message_id(answer: &Answer) -> Option<String> {
    let body = answer.json()?;
    let id = body["id"].as_str()?;
    let is_id = (1..=20).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit());
    is_id.then(|| id.to_owned())
}
