//! Whether the account works, and has messages left this month: a channel that paused because they were used up is not to wake before.

use proofbell_notify::ProbeError;
use proofbell_notify::http::Answer;

use crate::answer::{of, redirected, used_up};

/// Reads the answer to the question who we are (`GET /v2/bot/info`), and says it for people.
///
/// # Errors
/// When the account cannot send, or LINE cannot say so now.
pub(crate) fn account(answer: &Answer) -> Result<String, ProbeError> {
    let status = answer.status;
    let body = answer.json().filter(|body| body.is_object());
    match status {
        200..=299 if body.is_some() => Ok(named(body.as_ref().and_then(|body| body["displayName"].as_str()))),
        300..=399 => Err(ProbeError::Refused(redirected(status))),
        401 | 403 => Err(ProbeError::Refused(of(status, "channel_access_token is wrong or has ended"))),
        408 | 429 | 500.. => Err(ProbeError::Unreachable(of(status, "LINE cannot say now"))),
        _ => Err(ProbeError::Refused(of(status, "not an answer of LINE's; check base_url"))),
    }
}

fn named(account: Option<&str>) -> String {
    match account {
        Some(name) => format!("the token is that of the account {name:?}"),
        None => "the token is an account's".to_owned(),
    }
}

/// Reads how many messages the account may send this month (`GET /v2/bot/message/quota`); `None` when nothing limits them, or
/// nobody says so.
///
/// # Errors
/// When LINE cannot say now.
pub(crate) fn quota(answer: &Answer) -> Result<Option<u64>, ProbeError> {
    number(answer, "value")
}

/// Reads how many have been sent (`GET /v2/bot/message/quota/consumption`), compares, and says it for people.
///
/// # Errors
/// When none is left, or LINE cannot say now.
pub(crate) fn room(quota: u64, answer: &Answer) -> Result<String, ProbeError> {
    match number(answer, "totalUsage")? {
        Some(used) if used >= quota => {
            let detail = format!(
                "{used} of this month's {quota} messages are used; buy more, or wait for the next month"
            );
            Err(ProbeError::Refused(used_up(&detail)))
        }
        Some(used) => Ok(format!("{used} of this month's {quota} messages are used")),
        None => Ok(format!("{quota} messages a month")),
    }
}

/// A number out of an answer. Who we are has been answered by now, so whatever else keeps LINE from counting does not keep us from
/// sending; a passing fault is waited out, for the month may be used up.
fn number(answer: &Answer, name: &str) -> Result<Option<u64>, ProbeError> {
    match answer.status {
        200..=299 => Ok(answer.json().and_then(|body| body[name].as_u64())),
        408 | 429 | 500.. => Err(ProbeError::Unreachable(of(answer.status, "LINE cannot count now"))),
        _ => Ok(None),
    }
}
