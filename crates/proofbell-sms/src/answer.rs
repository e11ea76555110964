//! What Twilio's answers mean for a message.

use std::time::Duration;

use proofbell_notify::http::Answer;
use proofbell_notify::{Outcome, ProbeError, Reason, Receipt, Scope};
use serde_json::Value;

/// What happens next after one of Twilio's error codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    /// The channel has to wait.
    Slower,
    /// The person said stop.
    OptedOut,
    /// The number can never take an SMS.
    BadNumber,
    /// The number takes no SMS now; numbers are ported and given to others.
    BadNumberToday,
    /// Nothing gets through until somebody changes the account or the settings.
    Account,
    /// This message cannot be sent; others can.
    Refused,
}
use Meaning::{Account, BadNumber, BadNumberToday, OptedOut, Refused, Slower};

/// How long a number that takes no SMS today is remembered.
const REMEMBERED: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// The codes that creating a message can answer with (<https://www.twilio.com/docs/api/errors>), what happens next, and what to
/// say. Twilio's own messages repeat the number, so they are not used.
const CODES: [(u64, Meaning, &str); 33] = [
    (20429, Slower, "too many requests at a time"),
    (21611, Slower, "the sender's queue is full"),
    (21610, OptedOut, "the person answered STOP to this sender"),
    (21211, BadNumber, "not a valid number"),
    (21265, BadNumber, "the number is a short code"),
    (21268, BadNumber, "the number is a premium or information service"),
    (21614, BadNumberToday, "the number cannot take an SMS"),
    (21635, BadNumberToday, "the number is a landline"),
    (10001, Account, "the account is not active"),
    (20003, Account, "account_sid or auth_token is wrong, or the account is suspended"),
    (20005, Account, "the account is not active"),
    (20006, Account, "the account may not do this"),
    (20008, Account, "these are test credentials"),
    (20404, Account, "there is no such account here; check account_sid and base_url"),
    (21212, Account, "`from` is not a valid number or sender name"),
    (21267, Account, "a trial account cannot use a sender name"),
    (21408, Account, "the account may not text this country; allow it in Twilio's geographic permissions"),
    (21601, Account, "`from` is not a number of the account"),
    (21603, Account, "`from` is missing"),
    (21606, Account, "`from` cannot send an SMS to this destination or is not of this account"),
    (21607, Account, "a trial account sends from its own number only"),
    (21659, Account, "`from` is not a Twilio number"),
    (21660, Account, "`from` belongs to another account"),
    (21661, Account, "`from` cannot send an SMS"),
    (30002, Account, "the account is suspended"),
    (21266, Refused, "the recipient's number is the sender's own"),
    (21602, Refused, "the text is empty"),
    (21604, Refused, "the recipient's number is missing"),
    (21605, Refused, "the text is too long"),
    (21608, Refused, "a trial account texts verified numbers only"),
    (21612, Refused, "this sender cannot reach this number"),
    (21617, Refused, "the text is too long"),
    (21619, Refused, "the text is missing"),
];

/// What an answer to the creation of a message means.
pub(crate) fn outcome(answer: &Answer) -> Outcome {
    let body = answer.json().unwrap_or_default();
    match answer.status {
        200..=299 => accepted(answer.status, &body),
        300..=399 => Outcome::ChannelDown { reason: redirected(answer.status) },
        // A gateway gave up waiting: the message may have been accepted behind it.
        504 => Outcome::Unknown { reason: of_status(504, "a gateway's time-out") },
        500.. => Outcome::RetryLater { reason: of_status(answer.status, "Twilio's fault") },
        _ => refused(answer, &body),
    }
}

/// Success is 201 with the message's `sid`. Anything else of 2xx came from something in between, which may have passed it on.
fn accepted(status: u16, body: &Value) -> Outcome {
    let provider_id = body["sid"].as_str().map(str::to_owned);
    match (status, &provider_id) {
        (201, _) | (_, Some(_)) => Outcome::Sent(Receipt { provider_id }),
        (_, None) => Outcome::Unknown { reason: of_status(status, "a success without a message id") },
    }
}

fn refused(answer: &Answer, body: &Value) -> Outcome {
    let listed = body["code"].as_u64().map(|code| (code, CODES.iter().find(|(known, ..)| *known == code)));
    let (meaning, reason) = match listed {
        Some((code, Some((_, meaning, text)))) => (*meaning, Reason::new(code.to_string(), text)),
        Some((code, None)) => {
            let text = format!("see https://www.twilio.com/docs/api/errors/{code}");
            (by_status(answer.status), Reason::new(code.to_string(), text))
        }
        None => (by_status(answer.status), of_status(answer.status, "no error code in the answer")),
    };
    match meaning {
        Slower => Outcome::Throttled { after: answer.retry_after, scope: Scope::Channel },
        OptedOut => Outcome::OptedOut { reason },
        BadNumber => Outcome::BadAddress { reason, forget_after: None },
        BadNumberToday => Outcome::BadAddress { reason, forget_after: Some(REMEMBERED) },
        Account => Outcome::ChannelDown { reason },
        Refused => Outcome::Rejected { reason },
    }
}

/// A status alone says less than a code. 404 is of the account: nothing else is named in the URL.
fn by_status(status: u16) -> Meaning {
    match status {
        401 | 403 | 404 => Account,
        429 => Slower,
        _ => Refused,
    }
}

/// What an answer to the question for the account means.
///
/// # Errors
/// When the account cannot send, or Twilio cannot say so now.
pub(crate) fn probed(answer: &Answer) -> Result<(), ProbeError> {
    let body = answer.json().unwrap_or_default();
    match answer.status {
        200..=299 => match body["status"].as_str() {
            None | Some("active") => Ok(()),
            Some(_) => Err(ProbeError::Refused(Reason::new("account", "the account is suspended or closed"))),
        },
        300..=399 => Err(ProbeError::Refused(redirected(answer.status))),
        429 | 500.. => Err(ProbeError::Unreachable(of_status(answer.status, "Twilio cannot say now"))),
        401 | 403 => Err(ProbeError::Refused(of_status(answer.status, "account_sid or auth_token is wrong"))),
        404 => Err(ProbeError::Refused(of_status(
            404,
            "there is no such account; check account_sid and base_url",
        ))),
        status => Err(ProbeError::Refused(of_status(status, "not an answer of Twilio's; check base_url"))),
    }
}

fn redirected(status: u16) -> Reason {
    of_status(status, "redirects are not followed; set base_url to where it leads")
}

fn of_status(status: u16, text: &str) -> Reason {
    Reason::new(status.to_string(), text)
}

#[cfg(test)]
mod tests;
