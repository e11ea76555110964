//! Where a request comes from, and which delivery it is.

use http::{HeaderMap, HeaderName};
use jiff::Timestamp;
use proofbell_event::{MessageId, VerifyError};

use crate::Verify;

const SVIX_ID: HeaderName = HeaderName::from_static("svix-id");
const WEBHOOK_ID: HeaderName = HeaderName::from_static("webhook-id");

/// Proves a request; the id of the delivery, where there is one to be believed.
///
/// # Errors
/// The request is not what the source's way of proving asks for.
pub(super) fn verify(
    by: &Verify,
    headers: &HeaderMap,
    body: &[u8],
    now: Timestamp,
) -> Result<Option<MessageId>, VerifyError> {
    let pairs = headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    match by {
        Verify::Svix(verifier) => verifier.verify(pairs, body, now).map(Some),
        Verify::Bearer(verifier) => verifier.verify(pairs),
        Verify::None => Ok(claimed_id(headers)),
    }
}

/// The id that a request of an unproven source claims, as the proven ones have theirs: one line, of one family.
fn claimed_id(headers: &HeaderMap) -> Option<MessageId> {
    let mut lines = headers.get_all(SVIX_ID).iter().chain(headers.get_all(WEBHOOK_ID).iter());
    match (lines.next(), lines.next()) {
        (Some(id), None) => id.to_str().ok()?.parse().ok(),
        (None, _) | (Some(_), Some(_)) => None,
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn check(lines: &[(HeaderName, &'static str)], expected: Option<&str>) {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(name, HeaderValue::from_static(value));
        }
        let id = verify(&Verify::None, &headers, b"", Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(id.as_ref().map(MessageId::as_str), expected, "{lines:?}");
    }

    #[test]
    fn an_unproven_request_may_claim_one_id() {
        check(&[], None);
        check(&[(SVIX_ID, "msg_1")], Some("msg_1"));
        check(&[(WEBHOOK_ID, "msg_1")], Some("msg_1"));
        check(&[(SVIX_ID, "msg_1"), (WEBHOOK_ID, "msg_1")], None);
        check(&[(SVIX_ID, "msg_1"), (SVIX_ID, "msg_2")], None);
        check(&[(SVIX_ID, "msg.1")], None);
        check(&[(SVIX_ID, "")], None);
    }
}
