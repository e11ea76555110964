//! What LINE's answers mean. Its list: <https://developers.line.biz/en/reference/messaging-api/#status-codes>.
//!
//! Reasons are in our own words, for LINE's repeat what was sent.

use std::time::Duration;

use proofbell_notify::http::Answer;
use proofbell_notify::{Outcome, Reason, Receipt, Scope};
use serde_json::Value;

/// How long somebody who may come back is taken for unreachable.
const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Longest id kept of an accepted message; LINE's are UUIDs and numbers of 18 digits.
const ID_LIMIT: usize = 128;

/// What an answer to a push means. `accepted` is the header `x-line-accepted-request-id`.
pub(crate) fn pushed(answer: &Answer, accepted: Option<&str>) -> Outcome {
    let body = answer.json().unwrap_or_default();
    let status = answer.status;
    match status {
        200..=299 if body.is_object() => sent(message_id(&body)),
        // Something in between answered, which may have passed it on.
        200..=299 => Outcome::Unknown { reason: of(status, "a success that is not LINE's") },
        // An earlier attempt with this retry key was accepted: the answer repeats its message's id.
        409 => sent(message_id(&body).or_else(|| accepted.and_then(id))),
        429 => too_much(answer, &body),
        401 => Outcome::ChannelDown { reason: of(status, "channel_access_token is wrong or has ended") },
        403 => Outcome::ChannelDown { reason: of(status, "the account or its plan may not push messages") },
        300..=399 => Outcome::ChannelDown { reason: redirected(status) },
        404 | 410 => {
            Outcome::ChannelDown { reason: of(status, "nobody takes messages here; check base_url") }
        }
        400 => refused(&body),
        408 => Outcome::RetryLater { reason: of(status, "LINE did not hear the whole request in time") },
        // A gateway gave up waiting: the message may have been accepted behind it.
        504 => Outcome::Unknown { reason: of(status, "a gateway's time-out") },
        // LINE says that a message may have arrived even so. While the retry key lives, the next attempt finds out and cannot double it;
        // and when a fault outlasts all attempts, the next channel is to take over, which it does not after an unknown outcome.
        500.. => Outcome::RetryLater { reason: of(status, "LINE has a fault") },
        _ => Outcome::Rejected { reason: of(status, "LINE does not take this message") },
    }
}

/// Whether an answer to the question for a person's profile says that there is none: the person blocks the account, never added it,
/// or is not. Another server's 404 is not JSON.
pub(crate) fn says_gone(answer: &Answer) -> bool {
    answer.status == 404 && answer.json().is_some_and(|body| body.is_object())
}

/// Somebody cannot be reached by the account today. It is not an opting out, which only a signed `unfollow` tells and only `follow`
/// ends: LINE answers so for friends too, who never send a `follow` again, when they have not agreed to share their profile, and for
/// everybody while the token is another provider's.
pub(crate) fn gone() -> Outcome {
    let reason = Reason::new("not_a_friend", "the person blocks the account or has not added it");
    Outcome::BadAddress { reason, forget_after: Some(A_DAY) }
}

fn sent(provider_id: Option<String>) -> Outcome {
    Outcome::Sent(Receipt { provider_id })
}

fn message_id(body: &Value) -> Option<String> {
    body["sentMessages"][0]["id"].as_str().and_then(id)
}

fn id(text: &str) -> Option<String> {
    let fits = (1..=ID_LIMIT).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then(|| text.to_owned())
}

/// One status for two things, told apart by LINE's words: <https://developers.line.biz/en/docs/messaging-api/handling-http-429-errors/>.
fn too_much(answer: &Answer, body: &Value) -> Outcome {
    let words = body["message"].as_str().unwrap_or_default().to_ascii_lowercase();
    match words.contains("monthly limit") {
        true => Outcome::ChannelDown { reason: used_up("the account's messages of this month are used up") },
        false => Outcome::Throttled { after: answer.retry_after, scope: Scope::Channel },
    }
}

/// The month's messages are used up.
pub(crate) fn used_up(detail: &str) -> Reason {
    Reason::new("monthly_limit", detail)
}

/// A 400 is about the address when LINE says so, else about the message.
fn refused(body: &Value) -> Outcome {
    let words = body["message"].as_str().unwrap_or_default();
    if words.starts_with("Failed to send messages") {
        // Also what everybody gets while the token is another provider's, so it is not remembered for ever.
        // https://developers.line.biz/en/faq/tags/message/
        let reason = Reason::new("unknown_id", "the id is not known to this account's provider");
        return Outcome::BadAddress { reason, forget_after: Some(A_DAY) };
    }
    let properties = properties(body);
    if properties.contains(&"to") || words.starts_with("The property, 'to'") {
        // The id is well formed, so LINE's reason may be one that ends.
        let reason = Reason::new("invalid_id", "LINE does not take the id");
        return Outcome::BadAddress { reason, forget_after: Some(A_DAY) };
    }
    let detail = match properties.is_empty() {
        true => "LINE does not take this message".to_owned(),
        false => format!("LINE does not take this message: {}", properties.join(", ")),
    };
    Outcome::Rejected { reason: of(400, &detail) }
}

/// The places in our request that LINE complains of, as far as they are surely names of ours.
fn properties(body: &Value) -> Vec<&str> {
    let details = body["details"].as_array().map(Vec::as_slice).unwrap_or_default();
    let names = details.iter().filter_map(|detail| detail["property"].as_str());
    names.filter(|name| *name == "to" || is_in_message(name)).take(3).collect()
}

/// A path like `messages[0].contents.body.contents[3].text` or `/body/contents/3/text`: short words and small numbers.
fn is_in_message(name: &str) -> bool {
    let words = || name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let ours = |word: &str| match word.bytes().all(|byte| byte.is_ascii_digit()) {
        true => word.len() <= 3,
        false => word.bytes().all(|byte| byte.is_ascii_alphabetic()) && word.len() <= 20,
    };
    let path = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"[]./".contains(&byte));
    path && name.len() <= 80 && words().count() > 0 && words().all(ours)
}

/// A redirect is an answer from elsewhere.
pub(crate) fn redirected(status: u16) -> Reason {
    of(status, "redirects are not followed; set base_url to where it leads")
}

/// A reason whose code is the status.
pub(crate) fn of(status: u16, detail: &str) -> Reason {
    Reason::new(status.to_string(), detail)
}

#[cfg(test)]
mod tests;
