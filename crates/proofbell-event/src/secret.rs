//! Secrets, as an operator hands them in.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use thiserror::Error;

/// How many secrets may be valid at once, so that they can be rotated.
pub const MAX_SECRETS: usize = 4;

const PREFIX: &str = "whsec_";

/// The fewest bytes of a signing key. Standard Webhooks asks for 24 to 64; Svix makes 24. A longer key is no weaker.
const MIN_KEY: usize = 24;

/// The fewest characters of a bearer token.
const MIN_TOKEN: usize = 8;

/// Why a list of secrets cannot be used. It never quotes a secret; `number` counts from 1, as in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SecretError {
    /// The list is empty. Without a secret nothing would be verified, so there is no such verifier.
    #[error("find a webhook secret: give at least one")]
    NoSecret,
    /// The list is too long.
    #[error("use more than {MAX_SECRETS} webhook secrets: remove those that are no longer valid")]
    TooMany,
    /// A secret is empty, or nothing but the prefix `whsec_`.
    #[error("use webhook secret {number}: it is empty")]
    Empty {
        /// Which secret.
        number: usize,
    },
    /// A signing secret is not in base64.
    #[error("use webhook secret {number}: copy it whole, it must be `whsec_` and then base64")]
    NotBase64 {
        /// Which secret.
        number: usize,
    },
    /// A bearer token holds a character that cannot stand in a header.
    #[error("use bearer token {number}: it may only hold visible ASCII characters")]
    NotVisible {
        /// Which token.
        number: usize,
    },
    /// A secret is so short that it could be guessed.
    #[error("use webhook secret {number}: it has {length} bytes, at least {least} are needed")]
    TooShort {
        /// Which secret.
        number: usize,
        /// How many bytes it has, once decoded.
        length: usize,
        /// How many it needs.
        least: usize,
    },
}

/// The usable secrets of a list.
pub(crate) struct Secrets<T> {
    pub(crate) usable: Vec<T>,
    /// Whether any had white space around it, such as the newline at the end of a file.
    pub(crate) trimmed: bool,
}

impl<T> Secrets<T> {
    /// Reads 1 to [`MAX_SECRETS`] secrets with `read`, which gets the number of each and its trimmed text.
    pub(crate) fn read<'a>(
        secrets: impl IntoIterator<Item = &'a str>,
        read: impl Fn(usize, &'a str) -> Result<T, SecretError>,
    ) -> Result<Self, SecretError> {
        let mut usable = Vec::new();
        let mut trimmed = false;
        for (index, secret) in secrets.into_iter().enumerate() {
            if index == MAX_SECRETS {
                return Err(SecretError::TooMany);
            }
            trimmed |= secret.trim() != secret;
            usable.push(read(index + 1, secret.trim())?);
        }
        if usable.is_empty() { Err(SecretError::NoSecret) } else { Ok(Self { usable, trimmed }) }
    }
}

/// The key of a signing secret: what follows `whsec_`, decoded. The prefix may be missing, as the reference
/// implementations of Standard Webhooks allow.
pub(crate) fn signing_key(number: usize, secret: &str) -> Result<Vec<u8>, SecretError> {
    let encoded = secret.strip_prefix(PREFIX).unwrap_or(secret);
    if encoded.is_empty() {
        return Err(SecretError::Empty { number });
    }
    let key = STANDARD.decode(encoded).map_err(|_| SecretError::NotBase64 { number })?;
    if key.len() < MIN_KEY {
        return Err(SecretError::TooShort { number, length: key.len(), least: MIN_KEY });
    }
    Ok(key)
}

/// A bearer token that can stand in a header.
pub(crate) fn bearer_token(number: usize, token: &str) -> Result<&str, SecretError> {
    if token.is_empty() {
        return Err(SecretError::Empty { number });
    }
    if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(SecretError::NotVisible { number });
    }
    if token.len() < MIN_TOKEN {
        return Err(SecretError::TooShort { number, length: token.len(), least: MIN_TOKEN });
    }
    Ok(token)
}
