//! What a webhook's answers mean. Slack's list: <https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors>.

use proofbell_notify::http::Answer;
use proofbell_notify::{Outcome, ProbeError, Proof, Reason, Receipt, Scope};

/// Error names that say the webhook, its Slack channel or its workspace is gone or closed to us, under whatever status they come.
const GONE: [&str; 11] = [
    "action_prohibited",
    "channel_is_archived",
    "channel_not_found",
    "invalid_token",
    "no_active_hooks",
    "no_service",
    "no_service_id",
    "no_team",
    "posting_to_general_channel_denied",
    "team_disabled",
    "user_not_found",
];

/// Longest error name taken from an answer.
const NAME_LIMIT: usize = 48;

/// What kind of answer it is, whatever was posted.
enum Verdict {
    Accepted,
    /// A 200 that is not the webhook's.
    Strange,
    /// A fault behind which the message may have been posted.
    Halfway,
    Throttled,
    Gone,
    Failing,
    Refused,
}

pub(crate) fn outcome(answer: &Answer) -> Outcome {
    match verdict(answer) {
        Verdict::Accepted => Outcome::Sent(Receipt::default()),
        Verdict::Strange => {
            Outcome::Unknown { reason: reason(answer, "the answer is not a Slack webhook's `ok`") }
        }
        Verdict::Halfway => Outcome::Unknown { reason: reason(answer, "a fault; it may have been posted") },
        Verdict::Throttled => Outcome::Throttled { after: answer.retry_after, scope: Scope::Channel },
        Verdict::Gone => Outcome::ChannelDown { reason: gone(answer) },
        Verdict::Failing => Outcome::RetryLater { reason: reason(answer, "Slack has a fault") },
        Verdict::Refused => Outcome::Rejected { reason: reason(answer, "Slack does not take this message") },
    }
}

/// To the empty message of a probe, a refusal of the message is the answer of a working webhook.
pub(crate) fn probe(answer: &Answer) -> Result<Proof, ProbeError> {
    match verdict(answer) {
        Verdict::Accepted | Verdict::Refused => {
            Ok(Proof::of("the webhook is there: it read an empty message, which posts nothing"))
        }
        Verdict::Gone => Err(ProbeError::Refused(gone(answer))),
        Verdict::Strange => Err(ProbeError::Refused(reason(answer, "the answer is not a Slack webhook's"))),
        Verdict::Throttled => Err(ProbeError::Unreachable(reason(answer, "Slack asks us to wait"))),
        Verdict::Failing | Verdict::Halfway => {
            Err(ProbeError::Unreachable(reason(answer, "Slack has a fault")))
        }
    }
}

fn verdict(answer: &Answer) -> Verdict {
    match answer.status {
        200 if answer.body.trim_ascii() == b"ok" => Verdict::Accepted,
        200..=299 => Verdict::Strange,
        429 => Verdict::Throttled,
        408 => Verdict::Failing,
        500.. => failing(answer),
        300..=399 | 401 | 403 | 404 | 410 => Verdict::Gone,
        _ if error_name(answer).is_some_and(|name| GONE.contains(&name)) => Verdict::Gone,
        _ => Verdict::Refused,
    }
}

/// A webhook that names its fault (`rollup_error`) has posted nothing, but for the two names of which Slack says that a part may have
/// been done. A page without a name is from something in between, or from a server that broke down behind its work.
fn failing(answer: &Answer) -> Verdict {
    match error_name(answer) {
        Some("internal_error" | "fatal_error") => Verdict::Halfway,
        Some(_) => Verdict::Failing,
        None if answer.may_be_done() => Verdict::Halfway,
        None => Verdict::Failing,
    }
}

fn gone(answer: &Answer) -> Reason {
    reason(answer, "the webhook or its Slack channel is gone; set `webhook_url` to a working one")
}

/// Slack's own error name is the code, the status where it gives none.
fn reason(answer: &Answer, detail: &str) -> Reason {
    let status = answer.status.to_string();
    let code = error_name(answer).unwrap_or(&status);
    Reason::new(code, format!("{detail} (status {status})"))
}

/// The body, if it is an error's name and nothing else: whatever else a server writes has no place in a reason.
fn error_name(answer: &Answer) -> Option<&str> {
    let name = std::str::from_utf8(answer.body.trim_ascii()).ok()?;
    is_error_name(name).then_some(name)
}

/// Whether a text is written as Slack writes the names of errors.
pub(crate) fn is_error_name(text: &str) -> bool {
    let fits = (3..=NAME_LIMIT).contains(&text.len());
    fits && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}
