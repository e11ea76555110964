//! What the Web API's answers mean. A refusal is a 200 with `{"ok":false,"error":…}`; Slack's list of errors is on the method's page,
//! <https://docs.slack.dev/reference/methods/chat.postMessage#errors>.

use std::time::Duration;

use proofbell_notify::http::Answer;
use proofbell_notify::{Outcome, ProbeError, Proof, Reason, Receipt, Scope};

mod errors;

use self::errors::Meaning;
use crate::answer::is_error_name;

/// What kind of answer it is, whichever method was called.
enum Verdict {
    /// Done; the message's `ts` where there is one.
    Done(Option<String>),
    /// A success that is not Slack's.
    Unclear(Reason),
    /// A fault behind which it may have been done.
    Halfway(Reason),
    Slower,
    Again(Reason),
    /// The destination cannot be written to, for so long.
    Destination(Reason, Option<Duration>),
    /// The thread cannot be written to; without it the message can.
    Thread(Reason),
    /// Nothing gets through until somebody changes the app or the settings.
    Closed(Reason),
    Refused(Reason),
}

pub(super) fn outcome(answer: &Answer) -> Outcome {
    match verdict(answer) {
        Verdict::Done(provider_id) => Outcome::Sent(Receipt { provider_id }),
        Verdict::Unclear(reason) | Verdict::Halfway(reason) => Outcome::Unknown { reason },
        Verdict::Slower => Outcome::Throttled { after: answer.retry_after, scope: Scope::Channel },
        Verdict::Again(reason) => Outcome::RetryLater { reason },
        Verdict::Destination(reason, forget_after) => Outcome::BadAddress { reason, forget_after },
        Verdict::Closed(reason) => Outcome::ChannelDown { reason },
        Verdict::Thread(reason) | Verdict::Refused(reason) => Outcome::Rejected { reason },
    }
}

/// Whether it is the thread alone that stands in the way: then nothing was posted.
pub(super) fn is_of_the_thread(answer: &Answer) -> bool {
    matches!(verdict(answer), Verdict::Thread(_))
}

pub(super) fn probe(answer: &Answer) -> Result<Proof, ProbeError> {
    match verdict(answer) {
        Verdict::Done(_) => Ok(token_is_good(answer)),
        Verdict::Unclear(reason)
        | Verdict::Destination(reason, _)
        | Verdict::Thread(reason)
        | Verdict::Closed(reason)
        | Verdict::Refused(reason) => Err(ProbeError::Refused(reason)),
        Verdict::Again(reason) | Verdict::Halfway(reason) => Err(ProbeError::Unreachable(reason)),
        Verdict::Slower => Err(ProbeError::Unreachable(of_status(answer.status, "Slack asks us to wait"))),
    }
}

/// Whose user the token is, is not said: that may be a person.
fn token_is_good(answer: &Answer) -> Proof {
    let body = answer.json().unwrap_or_default();
    match body["team"].as_str() {
        Some(team) => Proof::of(format!(
            "the token is good for the workspace {team:?}; its scopes and channels are not asked"
        )),
        None => Proof::of("the token is good; its scopes and channels are not asked"),
    }
}

fn verdict(answer: &Answer) -> Verdict {
    let body = answer.json().unwrap_or_default();
    if answer.status == 429 {
        // Which of its limits was met Slack does not say: the destination's, one message a second, or the workspace's for the method. All
        // wait, for the wait is short, and to hold this message alone would send the others into the same limit.
        return Verdict::Slower;
    }
    match (body["ok"].as_bool(), body["error"].as_str()) {
        (Some(true), _) if answer.status == 200 => Verdict::Done(body["ts"].as_str().map(str::to_owned)),
        (Some(false), Some(name)) => by_name(answer, name),
        _ => by_status(answer),
    }
}

fn by_name(answer: &Answer, name: &str) -> Verdict {
    let Some((name, meaning, detail)) = errors::find(name) else {
        return match answer.status {
            // Slack says that errors beyond its list come when the service is down or something unexpected happened, which says
            // nothing of what was done by then.
            200..=299 => Verdict::Halfway(unlisted(name)),
            _ => by_status(answer),
        };
    };
    let reason = Reason::new(name, detail);
    match meaning {
        Meaning::Again => Verdict::Again(reason),
        Meaning::Slower => Verdict::Slower,
        Meaning::Halfway => Verdict::Halfway(reason),
        Meaning::NotToday => Verdict::Destination(reason, Some(errors::AN_HOUR)),
        Meaning::NotThere => Verdict::Destination(reason, Some(errors::A_DAY)),
        Meaning::Never => Verdict::Destination(reason, None),
        Meaning::Thread => Verdict::Thread(reason),
        Meaning::Closed => Verdict::Closed(reason),
        Meaning::Refused => Verdict::Refused(reason),
    }
}

fn unlisted(name: &str) -> Reason {
    let code = if is_error_name(name) { name } else { "other" };
    Reason::new(code, "an error that Slack's list does not have")
}

/// Something between us and Slack has answered, or Slack's own front door.
fn by_status(answer: &Answer) -> Verdict {
    let status = answer.status;
    match status {
        200..=299 => Verdict::Unclear(of_status(status, "the answer is not one of Slack's Web API")),
        300..=399 => Verdict::Closed(of_status(status, "redirects are not followed; check `base_url`")),
        401 | 403 | 404 | 410 => Verdict::Closed(of_status(status, "check `token` and `base_url`")),
        // Slack broke down, or what stands before it gave up waiting: the message may have been posted, and posting again shows it twice.
        _ if answer.may_be_done() => Verdict::Halfway(of_status(status, "a fault; it may have been posted")),
        408 | 500.. => Verdict::Again(of_status(status, "Slack has a fault")),
        _ => Verdict::Refused(of_status(status, "Slack does not take this request")),
    }
}

fn of_status(status: u16, detail: &str) -> Reason {
    Reason::new(status.to_string(), detail)
}
