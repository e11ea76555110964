//! The signature of Standard Webhooks: HMAC-SHA256 over `{id}.{timestamp}.{body}`
//! (<https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use proofbell_notify::ConfigError;
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// How many secrets may be valid at once, so that they can be rotated.
const MOST: usize = 4;
/// The fewest bytes of a key that the specification allows.
const MIN_KEY: usize = 24;
const PREFIX: &str = "whsec_";

/// Signs with each of its secrets, so that a receiver that knows one of them is content.
pub(crate) struct Signer {
    /// One for each secret, with its key and no data yet.
    macs: Vec<Hmac<Sha256>>,
}

impl Signer {
    /// Reads the setting `secrets`; white space around a secret, such as the newline at the end of a file, is dropped.
    ///
    /// # Errors
    /// Which secret cannot be used, and why. It is not repeated.
    pub(crate) fn new(secrets: &[SecretString]) -> Result<Signer, ConfigError> {
        if secrets.is_empty() {
            let message = "empty, so no receiver could tell a message from a forged one; write one to four, like [\"whsec_…\"]";
            return Err(ConfigError::at("secrets", message));
        }
        if secrets.len() > MOST {
            let message = format!("more than {MOST}; write those alone that receivers still use");
            return Err(ConfigError::at("secrets", message));
        }
        let read = |(index, secret): (usize, &SecretString)| {
            mac(secret.expose_secret().trim())
                .map_err(|problem| ConfigError::at(format!("secrets[{index}]"), problem))
        };
        Ok(Signer { macs: secrets.iter().enumerate().map(read).collect::<Result<_, _>>()? })
    }

    /// The value of `webhook-signature`: a signature for each secret, newest first. `timestamp` is in seconds since 1970.
    pub(crate) fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let sign = |mac: &Hmac<Sha256>| {
            let mac = mac.clone().chain_update(format!("{id}.{timestamp}.")).chain_update(body);
            format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
        };
        self.macs.iter().map(sign).collect::<Vec<_>>().join(" ")
    }
}

fn mac(secret: &str) -> Result<Hmac<Sha256>, String> {
    let cure = "write whsec_ and then base64, as in whsec_ and what `openssl rand -base64 32` says";
    let encoded =
        secret.strip_prefix(PREFIX).ok_or_else(|| format!("does not begin with {PREFIX}; {cure}"))?;
    let key = STANDARD.decode(encoded).map_err(|_| format!("is not base64 behind {PREFIX}; {cure}"))?;
    if key.len() < MIN_KEY {
        return Err(format!("is a key of {} bytes, at least {MIN_KEY} are needed; {cure}", key.len()));
    }
    // HMAC takes keys of any length, so that this error does not happen; its type allows it.
    Hmac::new_from_slice(&key).map_err(|_| "is no key".to_owned())
}

#[cfg(test)]
mod tests;
