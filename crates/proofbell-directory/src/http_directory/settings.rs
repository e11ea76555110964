//! What an HTTP directory is made of.

use std::fmt;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::{Keep, Shape, UrlTemplate};
use crate::FieldReader;

/// Headers that belong to the connection or to the client.
const NOT_OURS: [&str; 8] = [
    "host",
    "connection",
    "content-length",
    "transfer-encoding",
    "te",
    "trailer",
    "upgrade",
    "accept-encoding",
];

/// What an [`super::HttpDirectory`] is made of.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// Where to ask.
    pub url: UrlTemplate,
    /// Sent with each question; credentials above all.
    pub headers: Vec<Header>,
    /// Where in an answer the people and their fields stand.
    pub shape: Shape,
    /// How fields are read.
    pub reader: FieldReader,
    /// How long a question may take, from connecting to the last byte of the answer.
    pub timeout: Duration,
    /// How long answers are used again.
    pub keep: Keep,
    /// The id that a probe asks about, in each place of the URL.
    pub probe: String,
}

/// A header whose value is a secret.
#[derive(Clone)]
pub struct Header {
    name: String,
    value: SecretString,
}

/// Why a header cannot be sent. It does not repeat the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// No name of RFC 9110, section 5.1.
    #[error("not a header's name: letters, digits and hyphens")]
    Name,
    /// One that the client sets by itself.
    #[error("a header that is set by itself; leave it out")]
    NotOurs,
    /// Control characters, other than ASCII, or nothing at all.
    #[error("its value must be visible ASCII characters")]
    Value,
}

impl Header {
    /// A header of this name and value.
    ///
    /// # Errors
    /// When it cannot be sent.
    pub fn new(name: &str, value: SecretString) -> Result<Header, HeaderError> {
        let of_a_name = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        if name.is_empty() || !name.bytes().all(of_a_name) {
            return Err(HeaderError::Name);
        }
        if NOT_OURS.iter().any(|other| name.eq_ignore_ascii_case(other)) {
            return Err(HeaderError::NotOurs);
        }
        let text = value.expose_secret();
        match !text.trim().is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
            true => Ok(Header { name: name.to_owned(), value }),
            false => Err(HeaderError::Value),
        }
    }

    /// `Authorization: Bearer`, with this token (RFC 6750).
    ///
    /// # Errors
    /// When the token cannot be sent.
    pub fn bearer(token: &SecretString) -> Result<Header, HeaderError> {
        match token.expose_secret().trim().is_empty() {
            true => Err(HeaderError::Value),
            false => Header::new("authorization", format!("Bearer {}", token.expose_secret()).into()),
        }
    }

    /// Its name, as it was written.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn value(&self) -> &SecretString {
        &self.value
    }
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Header({}: …)", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_one_that_can_be_sent() {
        let table = [
            ("X-Api-Key", "k", Ok(())),
            ("Authorization", "Basic dXNlcjpwdw==", Ok(())),
            ("", "k", Err(HeaderError::Name)),
            ("X Key", "k", Err(HeaderError::Name)),
            ("X-Key:", "k", Err(HeaderError::Name)),
            ("X-Key\r\nX", "k", Err(HeaderError::Name)),
            ("鍵", "k", Err(HeaderError::Name)),
            ("HOST", "k", Err(HeaderError::NotOurs)),
            ("Accept-Encoding", "gzip", Err(HeaderError::NotOurs)),
            ("X-Key", "", Err(HeaderError::Value)),
            ("X-Key", "  ", Err(HeaderError::Value)),
            ("X-Key", "a\r\nX-Other: b", Err(HeaderError::Value)),
            ("X-Key", "鍵", Err(HeaderError::Value)),
        ];
        for (name, value, expected) in table {
            assert_eq!(Header::new(name, value.into()).map(|_| ()), expected, "{name:?}: {value:?}");
        }
        assert_eq!(Header::bearer(&" ".into()).map(|_| ()), Err(HeaderError::Value));
    }

    #[test]
    fn debug_shows_no_value() {
        let header = Header::bearer(&"hunter2".into()).unwrap();
        assert_eq!(format!("{header:?}"), "Header(authorization: …)");
    }
}
