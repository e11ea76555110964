//! The plainest proof of all: a token that only the sender knows.

use std::fmt;

use hmac::digest::{CtOutput, Digest as _};
use sha2::Sha256;

use crate::headers;
use crate::secret::{Secrets, bearer_token};
use crate::{MessageId, SecretError, VerifyError};

/// Verifies `Authorization: Bearer TOKEN` against 1 to 4 tokens, for a relay that passes events on without their
/// signature.
///
/// Weaker than [`crate::Verifier`]: the token travels with each request, does not cover the body, and does not age.
/// `Debug` shows no token.
#[derive(Clone)]
pub struct BearerVerifier {
    /// Hashes compare in constant time whatever the length of what was sent.
    tokens: Vec<CtOutput<Sha256>>,
    trimmed: bool,
}

impl BearerVerifier {
    /// A verifier with these tokens. White space around one is dropped.
    ///
    /// # Errors
    /// No token or more than [`crate::MAX_SECRETS`]; one that is empty, shorter than 8 characters, or holds anything
    /// but visible ASCII.
    pub fn new<'a>(tokens: impl IntoIterator<Item = &'a str>) -> Result<BearerVerifier, SecretError> {
        let Secrets { usable, trimmed } =
            Secrets::read(tokens, |number, token| bearer_token(number, token).map(hash))?;
        Ok(BearerVerifier { tokens: usable, trimmed })
    }

    /// Whether a token had white space around it, such as the newline at the end of a file. It was dropped.
    pub fn was_trimmed(&self) -> bool {
        self.trimmed
    }

    /// Verifies the headers of a request, with names in any case.
    ///
    /// The message id is that of `svix-id` or `webhook-id`, when exactly one such line is there and it is well formed.
    /// The token does not vouch for it more than for the rest of the request.
    ///
    /// # Errors
    /// The header is missing, is there twice, is not `Bearer TOKEN`, or holds another token. The variants and codes
    /// are those of [`crate::Verifier::verify`].
    pub fn verify<'h>(
        &self,
        headers: impl IntoIterator<Item = (&'h str, &'h [u8])>,
    ) -> Result<Option<MessageId>, VerifyError> {
        let [authorization, svix_id, webhook_id] =
            headers::pick(["authorization", "svix-id", "webhook-id"], headers);
        let token = match authorization.value()?.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token,
            Some(_) | None => return Err(authorization.malformed("it is not `Bearer` and a token")),
        };
        if token.is_empty() || token.contains(' ') {
            return Err(authorization.malformed("it is not `Bearer` and a token"));
        }
        let given = hash(token);
        if !self.tokens.iter().fold(false, |known, token| known | (*token == given)) {
            return Err(VerifyError::Invalid);
        }
        let id = match (svix_id.is_present(), webhook_id.is_present()) {
            (true, false) => svix_id,
            (false, true) => webhook_id,
            (false, false) | (true, true) => return Ok(None),
        };
        Ok(id.value().ok().and_then(|text| text.parse().ok()))
    }
}

fn hash(token: &str) -> CtOutput<Sha256> {
    CtOutput::new(Sha256::digest(token))
}

impl fmt::Debug for BearerVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BearerVerifier").field("tokens", &self.tokens.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "old-token-0123456789";
    const NEW: &str = "new-token-0123456789";

    type Headers<'a> = &'a [(&'a str, &'a str)];

    fn verify(headers: Headers<'_>) -> Result<Option<String>, &'static str> {
        let verifier = BearerVerifier::new([OLD, NEW]).unwrap();
        verifier
            .verify(headers.iter().map(|(name, value)| (*name, value.as_bytes())))
            .map(|id| id.map(String::from))
            .map_err(|error| error.code())
    }

    #[test]
    fn the_token_decides() {
        let long = format!("Bearer {}", "x".repeat(5000));
        let table: [(Headers<'_>, Result<Option<&str>, &str>); 14] = [
            (&[("Authorization", "Bearer old-token-0123456789")], Ok(None)),
            (&[("authorization", "bearer new-token-0123456789")], Ok(None)),
            (&[], Err("signature_missing")),
            (&[("Authorization", "Bearer old-token-0123456780")], Err("signature_invalid")),
            (&[("Authorization", "Bearer old-token-012345678")], Err("signature_invalid")),
            (&[("Authorization", "Bearer old-token-01234567890")], Err("signature_invalid")),
            (&[("Authorization", "Bearer")], Err("signature_malformed")),
            (&[("Authorization", "Bearer ")], Err("signature_malformed")),
            (&[("Authorization", "Bearer  old-token-0123456789")], Err("signature_malformed")),
            (&[("Authorization", "Basic old-token-0123456789")], Err("signature_malformed")),
            (&[("Authorization", "old-token-0123456789")], Err("signature_malformed")),
            (&[("Authorization", "Bearer ключ")], Err("signature_malformed")),
            (&[("Authorization", &long)], Err("signature_malformed")),
            (
                &[("Authorization", "Bearer old-token-0123456789"), ("AUTHORIZATION", "Bearer x")],
                Err("signature_malformed"),
            ),
        ];
        for (headers, expected) in table {
            assert_eq!(verify(headers), expected.map(|id| id.map(str::to_owned)), "{headers:?}");
        }
    }

    #[test]
    fn the_message_id_is_taken_when_it_is_clear() {
        let table: [(Headers<'_>, Option<&str>); 7] = [
            (&[("svix-id", "msg_1")], Some("msg_1")),
            (&[("Webhook-Id", "msg_2")], Some("msg_2")),
            (&[("svix-id", "msg.1")], None),
            (&[("svix-id", "")], None),
            (&[("svix-id", "msg_1"), ("svix-id", "msg_1")], None),
            (&[("svix-id", "msg_1"), ("webhook-id", "msg_1")], None),
            (&[("x-id", "msg_1")], None),
        ];
        for (ids, expected) in table {
            let headers = [&[("authorization", "Bearer old-token-0123456789")], ids].concat();
            assert_eq!(verify(&headers), Ok(expected.map(str::to_owned)), "{ids:?}");
        }
    }

    #[test]
    fn weak_or_broken_tokens_are_refused() {
        let table: [(&[&str], SecretError); 6] = [
            (&[], SecretError::NoSecret),
            (&[OLD, OLD, OLD, OLD, OLD], SecretError::TooMany),
            (&[OLD, " \n"], SecretError::Empty { number: 2 }),
            (&["short"], SecretError::TooShort { number: 1, length: 5, least: 8 }),
            (&["with a space"], SecretError::NotVisible { number: 1 }),
            (&["schlüssel-schlüssel"], SecretError::NotVisible { number: 1 }),
        ];
        for (tokens, expected) in table {
            assert_eq!(BearerVerifier::new(tokens.iter().copied()).unwrap_err(), expected, "{tokens:?}");
        }
    }

    #[test]
    fn a_newline_is_dropped_and_debug_shows_nothing() {
        let verifier = BearerVerifier::new(["old-token-0123456789\n"]).unwrap();
        assert!(verifier.was_trimmed());
        assert!(!BearerVerifier::new([OLD]).unwrap().was_trimmed());
        let headers = [("authorization", b"Bearer old-token-0123456789".as_slice())];
        assert_eq!(verifier.verify(headers), Ok(None));
        assert_eq!(format!("{verifier:?}"), "BearerVerifier { tokens: 1, .. }");
    }
}
