//! What Twilio's answers mean for a message.

use proofbell_notify::http::Answer;
use proofbell_notify::{Outcome, ProbeError, Proof, Reason, Receipt};
use serde_json::Value;

use super::code;
use crate::meaning::Meaning;
use crate::status;

/// What an answer to the creation of a message means.
pub(crate) fn outcome(answer: &Answer) -> Outcome {
    let body = answer.json().unwrap_or_default();
    match answer.status {
        200..=299 => accepted(answer.status, &body),
        300..=399 => Outcome::ChannelDown { reason: status::redirected(answer.status) },
        500.. => broken(answer, &body),
        _ => refused(answer, &body),
    }
}

/// Success is 201 with the message's `sid`. Anything else of 2xx came from something in between, which may have passed it on.
fn accepted(status: u16, body: &Value) -> Outcome {
    let provider_id = body["sid"].as_str().map(str::to_owned);
    match (status, &provider_id) {
        (201, _) | (_, Some(_)) => Outcome::Sent(Receipt { provider_id }),
        (_, None) => Outcome::Unknown { reason: status::reason(status, "a success without a message id") },
    }
}

fn refused(answer: &Answer, body: &Value) -> Outcome {
    let (meaning, reason) = match body["code"].as_u64() {
        Some(code) => {
            let (meaning, reason) = code::read(code);
            (meaning.unwrap_or_else(|| by_status(answer.status)), reason)
        }
        None => (by_status(answer.status), status::reason(answer.status, "no error code in the answer")),
    };
    meaning.outcome(reason, answer)
}

/// A code that is listed says what Twilio did not do. Any other fault may have come behind the acceptance, 20500 above all, of which
/// Twilio says that a repetition may reach people twice: <https://www.twilio.com/docs/api/errors/20500>.
fn broken(answer: &Answer, body: &Value) -> Outcome {
    match body["code"].as_u64().map(code::read) {
        Some((Some(meaning), reason)) => meaning.outcome(reason, answer),
        Some((None, _)) | None => status::outcome(answer),
    }
}

/// A status alone says less than a code. 404 is of the account: nothing else is named in the URL.
fn by_status(status: u16) -> Meaning {
    match status {
        401 | 403 | 404 => Meaning::Account,
        429 => Meaning::Slower,
        _ => Meaning::Refused,
    }
}

/// <https://www.twilio.com/docs/usage/api/account#account-properties>, and what a trial account cannot do:
/// <https://www.twilio.com/docs/usage/tutorials/how-to-use-your-free-trial-account>.
fn active(account: &Value) -> Proof {
    match account["type"].as_str() {
        Some("Trial") => {
            Proof::of("the account is active, on trial: it sends to numbers that Twilio has verified alone")
        }
        _ => Proof::of("the account is active; its sender and the countries it may send to are not asked"),
    }
}

/// What an answer to the question for the account means.
///
/// # Errors
/// When the account cannot send, or Twilio cannot say so now.
pub(crate) fn probed(answer: &Answer) -> Result<Proof, ProbeError> {
    let body = answer.json().unwrap_or_default();
    match answer.status {
        200..=299 => match body["status"].as_str() {
            None | Some("active") => Ok(active(&body)),
            Some(_) => Err(ProbeError::Refused(Reason::new("account", "the account is suspended or closed"))),
        },
        300..=399 => Err(ProbeError::Refused(status::redirected(answer.status))),
        429 | 500.. => Err(ProbeError::Unreachable(status::reason(answer.status, "Twilio cannot say now"))),
        401 | 403 => {
            Err(ProbeError::Refused(status::reason(answer.status, "account_sid or auth_token is wrong")))
        }
        404 => Err(ProbeError::Refused(status::reason(
            404,
            "there is no such account; check account_sid and base_url",
        ))),
        status => {
            Err(ProbeError::Refused(status::reason(status, "not an answer of Twilio's; check base_url")))
        }
    }
}

#[cfg(test)]
mod tests;
