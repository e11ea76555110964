//! What Vonage's answers mean. It answers 200 whatever became of the message; each part has a status of its own.

use proofbell_notify::http::Answer;
use proofbell_notify::{Outcome, ProbeError, Proof, Reason, Receipt};
use serde_json::Value;

use super::code;
use crate::status;

/// What an answer to a message means.
pub(super) fn outcome(answer: &Answer) -> Outcome {
    let body = answer.json().unwrap_or_default();
    match body["messages"].as_array() {
        Some(parts) if (200..=299).contains(&answer.status) && !parts.is_empty() => of_parts(parts, answer),
        Some(_) | None => status::outcome(answer),
    }
}

fn of_parts(parts: &[Value], answer: &Answer) -> Outcome {
    let Some(statuses) = parts.iter().map(|part| number(&part["status"])).collect::<Option<Vec<u64>>>()
    else {
        let reason = Reason::new("no_status", "a part without a status; it may have been accepted");
        return Outcome::Unknown { reason };
    };
    let accepted = statuses.iter().filter(|status| **status == 0).count();
    match statuses.into_iter().find(|status| *status != 0) {
        None => Outcome::Sent(Receipt { provider_id: text(&parts[0]["message-id"]) }),
        Some(failed) if accepted == 0 => {
            let (meaning, reason) = code::of_status(failed);
            meaning.outcome(reason, answer)
        }
        Some(failed) => Outcome::Rejected { reason: in_part(accepted, parts.len(), failed) },
    }
}

/// The accepted parts are on their way and billed, and a telephone shows none of a message of which it has not all. So the person
/// has nothing, which `Unknown` would leave open, and sending the whole again would bill the accepted parts twice: the next
/// channel is the better way.
fn in_part(accepted: usize, all: usize, failed: u64) -> Reason {
    let (_, why) = code::of_status(failed);
    let detail = format!("{accepted} of {all} parts were accepted and are billed; the first other: {why}");
    Reason::new("in_part", detail)
}

/// What an answer to the question for the balance means.
///
/// # Errors
/// When the account cannot send, or Vonage cannot say so now.
pub(super) fn probed(answer: &Answer) -> Result<Proof, ProbeError> {
    if let Some(error) = status::probe_error(answer) {
        return Err(error);
    }
    let body = answer.json().unwrap_or_default();
    let refused = |code: String, text: &str| Err(ProbeError::Refused(Reason::new(code, text)));
    match body["value"].as_f64() {
        Some(value) if value <= 0.0 && body["autoReload"] != true => {
            refused("balance".to_owned(), "the account has no credit left; top it up")
        }
        Some(_) => Ok(Proof::of("the account takes our credentials and has credit")),
        None => refused(answer.status.to_string(), "not an answer of Vonage's; check base_url"),
    }
}

/// Vonage writes its numbers as strings, and its XML and older answers as numbers.
fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests;
