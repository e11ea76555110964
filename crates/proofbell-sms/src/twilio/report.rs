//! What Twilio reports of a message, and what people answer.

use proofbell_notify::{About, CallbackError, News, Reason, Report};
use url::{Url, form_urlencoded};
use uuid::Uuid;

use super::code;
use super::signature::Fields;
use crate::keyword::Wish;
use crate::meaning::Meaning;

/// Names our message in the query of the address that its reports are sent to.
const MESSAGE: &str = "message";

/// Where the reports of one message go: so they name it, and nothing has to be looked up.
pub(super) fn address(status_callback: &Url, id: Uuid) -> String {
    let mut url = status_callback.clone();
    url.query_pairs_mut().append_pair(MESSAGE, &id.to_string());
    url.into()
}

/// What a signed call tells: of a message
/// (<https://www.twilio.com/docs/messaging/guides/track-outbound-message-status>), or by one that came in
/// (<https://www.twilio.com/docs/messaging/guides/webhook-request>).
///
/// # Errors
/// [`CallbackError::Malformed`] when it is neither.
pub(super) fn read(query: &str, fields: &Fields) -> Result<Vec<Report>, CallbackError> {
    let field = |name: &str| fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    match (field("MessageStatus"), field("From")) {
        (Some(status), _) => {
            let news = news(status, field("ErrorCode"));
            Ok(message(query)?
                .zip(news)
                .map(|(id, news)| Report { about: About::Message(id), news })
                .into_iter()
                .collect())
        }
        (None, Some(from)) => {
            let wish = wish(field("OptOutType"), field("Body").unwrap_or_default());
            Ok(wish.and_then(|wish| wish.report(from)).into_iter().collect())
        }
        (None, None) => {
            let text = "neither `MessageStatus` nor `From` is in it, so it is no report and no message";
            Err(CallbackError::Malformed(text.to_owned()))
        }
    }
}

/// Our message that the query names; `None` when it names none: the service's own status callback may lead here too.
fn message(query: &str) -> Result<Option<Uuid>, CallbackError> {
    let Some((_, id)) = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == MESSAGE) else {
        return Ok(None);
    };
    let malformed = |_| CallbackError::Malformed(format!("`{MESSAGE}` in the query is no message's id"));
    Uuid::parse_str(&id).map(Some).map_err(malformed)
}

/// `None` for the states on the way.
fn news(status: &str, error: Option<&str>) -> Option<News> {
    match status {
        "delivered" | "read" => Some(News::Delivered),
        "undelivered" | "failed" => Some(match error.and_then(|code| code.parse().ok()) {
            Some(code) => {
                let (meaning, reason) = code::read(code);
                meaning.unwrap_or(Meaning::Refused).news(reason)
            }
            None => News::Undelivered { reason: Reason::new(status, "Twilio does not say why") },
        }),
        "canceled" => {
            Some(News::Undelivered { reason: Reason::new(status, "called off in Twilio's console or API") })
        }
        // accepted, scheduled, queued, sending, sent, partially_delivered; and whatever may be added.
        _ => None,
    }
}

/// Advanced Opt-Out knows words that the service was taught, so what it says counts before the text itself.
fn wish(opt_out_type: Option<&str>, body: &str) -> Option<Wish> {
    match opt_out_type {
        Some("STOP") => Some(Wish::Stop),
        Some("START") => Some(Wish::Start),
        Some(_) => None,
        None => Wish::of(body),
    }
}

#[cfg(test)]
mod tests;
