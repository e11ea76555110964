//! Identifiers that other people chose, held to a syntax that is safe in logs, headers, file names and keys.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The longest id that is accepted, in bytes.
const MAX_LEN: usize = 128;

/// Why a text is no [`SrUuid`] or [`MessageId`]. It never quotes the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum IdError {
    /// The text is empty.
    #[error("accept an empty id")]
    Empty,
    /// The text is longer than 128 bytes.
    #[error("accept an id of {length} bytes: at most {MAX_LEN} are allowed")]
    TooLong {
        /// How many bytes were given.
        length: usize,
    },
    /// A character is not visible ASCII (`!` to `~`), or is a dot in a [`MessageId`].
    #[error("accept an id with a character at byte {position} that is not allowed")]
    Character {
        /// Where the character begins, in bytes from 0.
        position: usize,
    },
}

fn check(text: &str, allowed: fn(u8) -> bool) -> Result<(), IdError> {
    if text.is_empty() {
        return Err(IdError::Empty);
    }
    if text.len() > MAX_LEN {
        return Err(IdError::TooLong { length: text.len() });
    }
    match text.bytes().position(|byte| !allowed(byte)) {
        Some(position) => Err(IdError::Character { position }),
        None => Ok(()),
    }
}

fn visible(byte: u8) -> bool {
    byte.is_ascii_graphic()
}

fn visible_but_dot(byte: u8) -> bool {
    byte.is_ascii_graphic() && byte != b'.'
}

/// The two ids differ in one rule; everything else about them is written once, here.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $allowed:path) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(String);

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                check(&text, $allowed)?;
                Ok(Self(text))
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::try_from(text.to_owned())
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

id! {
    /// The id of a service request at Legitmark: 1 to 128 visible ASCII characters.
    ///
    /// Legitmark sends UUIDs. The type asks for less, so that another spelling of an id does not lose an event.
    SrUuid, visible
}

id! {
    /// The id of one webhook message (`svix-id`): 1 to 128 visible ASCII characters without a dot.
    ///
    /// It stays the same over retries and manual resends. A dot is refused because the signature covers
    /// `{id}.{timestamp}.{body}`: with a dot in the id the same signed bytes could be cut in two ways.
    MessageId, visible_but_dot
}

#[cfg(test)]
mod tests {
    use super::*;

    type Checked = Result<(), IdError>;

    #[test]
    fn ids_are_short_visible_ascii() {
        let longest = "x".repeat(128);
        let too_long = "x".repeat(129);
        let table: [(&str, Checked, Checked); 9] = [
            ("b16c763b-1723-455d-ba29-164418044886", Ok(()), Ok(())),
            ("msg_27UH4WbU6Z5A5EzD8u03UvzRbpk", Ok(()), Ok(())),
            (&longest, Ok(()), Ok(())),
            ("", Err(IdError::Empty), Err(IdError::Empty)),
            (&too_long, Err(IdError::TooLong { length: 129 }), Err(IdError::TooLong { length: 129 })),
            ("a.b", Ok(()), Err(IdError::Character { position: 1 })),
            ("a b", Err(IdError::Character { position: 1 }), Err(IdError::Character { position: 1 })),
            ("ab\0", Err(IdError::Character { position: 2 }), Err(IdError::Character { position: 2 })),
            ("鑑定", Err(IdError::Character { position: 0 }), Err(IdError::Character { position: 0 })),
        ];
        for (text, sr_uuid, message_id) in table {
            assert_eq!(text.parse::<SrUuid>().map(|_| ()), sr_uuid, "SrUuid of {text:?}");
            assert_eq!(text.parse::<MessageId>().map(|_| ()), message_id, "MessageId of {text:?}");
        }
    }

    #[test]
    fn ids_travel_through_json_as_plain_strings() {
        let id: SrUuid = "b16c763b".parse().unwrap();
        assert_eq!(serde_json::to_string(&id).unwrap(), r#""b16c763b""#);
        assert_eq!(serde_json::from_str::<SrUuid>(r#""b16c763b""#).unwrap(), id);
        assert!(serde_json::from_str::<SrUuid>(r#""b16c 763b""#).is_err());
        assert!(serde_json::from_str::<MessageId>(r#""a.b""#).is_err());
        assert_eq!(format!("[{id:>10}]"), "[  b16c763b]");
    }
}
