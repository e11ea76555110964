//! The Standard Webhooks signature, as Svix sends it.
//!
//! The HMAC is computed here rather than by the `standardwebhooks` crate: that one refuses a body that is not UTF-8
//! (an authentic one must be told from a forged one all the same), reads only `webhook-*` names, and takes the time
//! from the system. It is the oracle of the tests instead.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use jiff::{SignedDuration, Timestamp};
use sha2::Sha256;

use crate::headers::{self, Header};
use crate::secret::{Secrets, signing_key};
use crate::{MessageId, SecretError, VerifyError};

/// How far a message's timestamp may be from now, either way.
pub const TIMESTAMP_TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

/// The only version of signature that counts; others in the list are passed over.
const VERSION: &str = "v1";

/// Verifies the signatures of webhook requests with 1 to 4 secrets, any of which may have been used.
///
/// A message is signed with HMAC-SHA256 over `{id}.{timestamp}.{body}`. `Debug` shows no secret.
#[derive(Clone)]
pub struct Verifier {
    /// One for each secret, with its key and no data yet.
    macs: Vec<Hmac<Sha256>>,
    trimmed: bool,
}

impl Verifier {
    /// A verifier with these secrets, `whsec_…`, as Legitmark shows them. White space around one is dropped.
    ///
    /// # Errors
    /// No secret or more than [`crate::MAX_SECRETS`]; one that is empty, not base64, or shorter than 24 bytes.
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Result<Verifier, SecretError> {
        let Secrets { usable, trimmed } = Secrets::read(secrets, mac)?;
        Ok(Verifier { macs: usable, trimmed })
    }

    /// Whether a secret had white space around it, such as the newline at the end of a file. It was dropped; whoever
    /// keeps the secrets will want to know.
    pub fn was_trimmed(&self) -> bool {
        self.trimmed
    }

    /// Verifies a request: its headers, with names in any case, and the bytes of its body.
    ///
    /// The headers are `svix-id`, `svix-timestamp` and `svix-signature`, or the same under `webhook-*`; exactly one
    /// line each, and nothing of the other family. One matching signature is enough, comparisons are in constant time.
    ///
    /// # Errors
    /// What is wrong with the headers, in this order: a line or a value that is not as it must be, a timestamp more
    /// than [`TIMESTAMP_TOLERANCE`] from `now` in whole seconds, no signature that one of the secrets makes.
    pub fn verify<'h>(
        &self,
        headers: impl IntoIterator<Item = (&'h str, &'h [u8])>,
        body: &[u8],
        now: Timestamp,
    ) -> Result<MessageId, VerifyError> {
        let [id, timestamp, signature] = family(headers)?;
        let id = message_id(&id)?;
        let timestamp = unix_seconds(&timestamp)?;
        let signatures = signatures(&signature)?;
        if timestamp.abs_diff(now.as_second()) > TIMESTAMP_TOLERANCE.as_secs().unsigned_abs() {
            return Err(VerifyError::OutOfTolerance);
        }
        for mac in &self.macs {
            let mac = mac.clone().chain_update(signed_prefix(&id, timestamp)).chain_update(body);
            if signatures.iter().any(|signature| mac.clone().verify_slice(signature).is_ok()) {
                return Ok(id);
            }
        }
        Err(VerifyError::Invalid)
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier").field("secrets", &self.macs.len()).finish_non_exhaustive()
    }
}

/// The signature of a message, `v1,…`, as a sender puts it into `svix-signature`. For tests and samples.
///
/// # Errors
/// The secret is one that [`Verifier::new`] would refuse.
pub fn sign(secret: &str, id: &MessageId, timestamp: Timestamp, body: &[u8]) -> Result<String, SecretError> {
    let mac =
        mac(1, secret.trim())?.chain_update(signed_prefix(id, timestamp.as_second())).chain_update(body);
    Ok(format!("{VERSION},{}", STANDARD.encode(mac.finalize().into_bytes())))
}

fn mac(number: usize, secret: &str) -> Result<Hmac<Sha256>, SecretError> {
    let key = signing_key(number, secret)?;
    // HMAC takes keys of any length, so that this error does not happen; its type allows it.
    Hmac::new_from_slice(&key).map_err(|_| SecretError::NotBase64 { number })
}

fn signed_prefix(id: &MessageId, timestamp: i64) -> String {
    format!("{id}.{timestamp}.")
}

/// Id, timestamp and signature, of the one family of headers that the request uses.
fn family<'h>(
    headers: impl IntoIterator<Item = (&'h str, &'h [u8])>,
) -> Result<[Header<'h>; 3], VerifyError> {
    let [svix @ .., id, timestamp, signature] = headers::pick(
        [
            "svix-id",
            "svix-timestamp",
            "svix-signature",
            "webhook-id",
            "webhook-timestamp",
            "webhook-signature",
        ],
        headers,
    );
    let webhook = [id, timestamp, signature];
    let Some(first_webhook) = webhook.iter().find(|header| header.is_present()) else {
        return Ok(svix);
    };
    if svix.iter().any(Header::is_present) {
        return Err(first_webhook.malformed("there are `svix-` headers beside it"));
    }
    Ok(webhook)
}

fn message_id(header: &Header<'_>) -> Result<MessageId, VerifyError> {
    header
        .value()?
        .parse()
        .map_err(|_| header.malformed("it is not 1 to 128 visible ASCII characters without a dot"))
}

/// Digits as a sender writes them. A sign or leading zeros are refused: they would be signed text too, and there must
/// be one spelling of what was signed.
fn unix_seconds(header: &Header<'_>) -> Result<i64, VerifyError> {
    let text = header.value()?;
    let canonical = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse()
        .ok()
        .filter(|_| canonical)
        .ok_or_else(|| header.malformed("it is not a number of unix seconds"))
}

/// The `v1` signatures of a list like `v1,BASE64 v1,BASE64 v1a,…`. One of a wrong length stays in: it matches nothing.
fn signatures(header: &Header<'_>) -> Result<Vec<Vec<u8>>, VerifyError> {
    let mut signatures = Vec::new();
    for entry in header.value()?.split(' ') {
        match entry.split_once(',') {
            None | Some(("", _) | (_, "")) => {
                return Err(header.malformed("it is not a list of `version,signature` with single spaces"));
            }
            Some((VERSION, encoded)) => signatures.push(
                STANDARD.decode(encoded).map_err(|_| header.malformed("a signature in it is not base64"))?,
            ),
            Some(_) => {}
        }
    }
    Ok(signatures)
}

#[cfg(test)]
mod tests;
