//! What Vonage reports of a message, and what people answer.

use proofbell_notify::{About, CallbackError, News, Reason, Report};
use uuid::Uuid;

use super::code;
use super::signature::Fields;
use crate::keyword::Wish;

/// What a signed call tells: a receipt (<https://developer.vonage.com/messaging/sms/guides/delivery-receipts>), or a message that
/// came in (<https://developer.vonage.com/messaging/sms/guides/inbound-sms>).
///
/// # Errors
/// [`CallbackError::Malformed`] when it is neither.
pub(super) fn read(fields: &Fields) -> Result<Vec<Report>, CallbackError> {
    let field = |name: &str| fields.get(name).map(String::as_str);
    match (field("status"), field("msisdn"), field("text")) {
        (Some(status), ..) => {
            let id = message(field("client-ref"))?;
            let report = id.zip(news(status, field("err-code")));
            Ok(report.map(|(id, news)| Report { about: About::Message(id), news }).into_iter().collect())
        }
        (None, Some(from), Some(text)) => {
            let report = Wish::of(text).and_then(|wish| wish.report(&format!("+{from}")));
            Ok(report.into_iter().collect())
        }
        (None, Some(_), None) if field("type").is_some() => Ok(Vec::new()),
        (None, ..) => Err(CallbackError::Malformed("neither a receipt nor a message is in it".to_owned())),
    }
}

/// Our message that the reference names; `None` when there is none: others may send over the account too.
fn message(reference: Option<&str>) -> Result<Option<Uuid>, CallbackError> {
    let malformed = |_| CallbackError::Malformed("`client-ref` is no message's id".to_owned());
    reference.map(Uuid::parse_str).transpose().map_err(malformed)
}

/// `None` for the states on the way.
fn news(status: &str, error: Option<&str>) -> Option<News> {
    match status {
        "delivered" => Some(News::Delivered),
        "failed" | "rejected" | "expired" => Some(match error.and_then(|code| code.parse().ok()) {
            Some(0) | None => News::Undelivered { reason: Reason::new(status, "Vonage does not say why") },
            Some(code) => {
                let (meaning, reason) = code::of_receipt(code);
                meaning.news(reason)
            }
        }),
        // accepted, buffered, unknown; and whatever may be added.
        _ => None,
    }
}

#[cfg(test)]
mod tests;
