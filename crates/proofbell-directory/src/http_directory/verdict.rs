//! What an API's answer says of the question. Pure.

use proofbell_notify::Recipient;
use proofbell_notify::http::{Answer, SendError};

use super::people::{Shape, people};
use crate::{FieldReader, LookupError};

/// Bytes read of an answer. Nothing is compressed on the way in: the client offers no encoding, and what comes encoded all the
/// same is no JSON.
pub(super) const ANSWER_LIMIT: usize = 256 * 1024;

/// The people that an answer holds, or why it is none.
///
/// 404, 410 and 204 are nobody, as is 200 with empty people. What only somebody can mend is [`LookupError::Misconfigured`]; anything
/// else may pass.
pub(super) fn verdict(
    answer: &Answer,
    shape: &Shape,
    reader: &FieldReader,
) -> Result<Vec<Recipient>, LookupError> {
    let status = answer.status;
    let unavailable =
        |what: String| LookupError::Unavailable { reason: asking(&what), after: answer.retry_after };
    match status {
        200 if answer.truncated => {
            Err(unavailable(format!("its answer is longer than {} KiB", ANSWER_LIMIT >> 10)))
        }
        200 => {
            let document = answer.json().ok_or_else(|| unavailable("its answer is no JSON".to_owned()))?;
            people(&document, shape, reader).map_err(|error| unavailable(error.to_string()))
        }
        204 | 404 | 410 => Ok(Vec::new()),
        300..=399 => Err(misconfigured(&format!(
            "it redirects ({status}), which is not followed; configure the URL that answers"
        ))),
        401 | 403 | 407 => Err(misconfigured(&format!("it refuses our credentials ({status})"))),
        405 => Err(misconfigured(&format!("it takes no GET at this URL ({status})"))),
        429 => Err(unavailable(format!("it asks us to wait ({status})"))),
        _ => Err(unavailable(format!("it answered {status}"))),
    }
}

/// Whether an answer refuses no more than the id in the question: it shows that the API is there.
pub(super) fn refuses_the_id(status: u16) -> bool {
    matches!(status, 400..=499) && !matches!(status, 401 | 403 | 404 | 405 | 407 | 408 | 410 | 425 | 429)
}

/// Why no answer came. A fault in our own set-up or settings does not pass by itself.
pub(super) fn no_answer(error: &SendError) -> LookupError {
    let reason = error.reason();
    match reason.code() {
        "client" | "request" => misconfigured(&reason.to_string()),
        _ => LookupError::unavailable(asking(&reason.to_string())),
    }
}

fn misconfigured(what: &str) -> LookupError {
    LookupError::Misconfigured(asking(what))
}

fn asking(what: &str) -> String {
    format!("ask the directory: {what}")
}
