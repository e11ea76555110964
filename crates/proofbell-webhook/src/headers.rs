//! Headers of the operator's own, such as the key of a gateway before the receiver.

use std::collections::BTreeMap;

use proofbell_notify::ConfigError;
use secrecy::{ExposeSecret, SecretString};

/// Headers that are ours, or that HTTP itself needs right.
const RESERVED: [&str; 11] = [
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];
/// What reserved names begin with.
const RESERVED_STARTS: [&str; 2] = ["webhook-", "proxy-"];

/// Headers that were checked.
pub(crate) type Headers = Vec<(String, SecretString)>;

/// Reads the setting `headers`; white space around a value, such as the newline at the end of a file, is dropped.
///
/// # Errors
/// Which header cannot be sent, and why. Its value is not repeated.
pub(crate) fn check(setting: BTreeMap<String, SecretString>) -> Result<Headers, ConfigError> {
    let mut headers = Headers::new();
    for (name, value) in setting {
        let at = |problem: &str| ConfigError::at(format!("headers.{name}"), problem);
        check_name(&name).map_err(at)?;
        let value = value.expose_secret().trim();
        check_value(value).map_err(at)?;
        if headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(&name)) {
            return Err(at("is there twice, for upper and lower case are the same in a header's name"));
        }
        headers.push((name, SecretString::from(value)));
    }
    Ok(headers)
}

/// A token of RFC 9110, section 5.6.2.
fn check_name(name: &str) -> Result<(), &'static str> {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || !name.bytes().all(token) {
        return Err("is no name of a header; write letters, digits and hyphens");
    }
    let name = name.to_ascii_lowercase();
    if RESERVED.contains(&name.as_str()) || RESERVED_STARTS.iter().any(|start| name.starts_with(start)) {
        return Err("is set by Proofbell itself or by HTTP; leave it out");
    }
    Ok(())
}

/// RFC 9110, section 5.5, without the bytes beyond ASCII, which every server reads as it likes.
fn check_value(value: &str) -> Result<(), &'static str> {
    if value.is_empty() {
        return Err("is empty; write a value, or leave the header out");
    }
    let fits = value.bytes().all(|byte| byte == b'\t' || (b' '..=b'~').contains(&byte));
    fits.then_some(()).ok_or("has a character that no header can hold; write it in ASCII, on one line")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(headers: &[(&str, &str)]) -> Result<Vec<(String, String)>, String> {
        let setting = headers.iter().map(|(name, value)| ((*name).to_owned(), SecretString::from(*value)));
        let headers = check(setting.collect()).map_err(|error| error.to_string())?;
        Ok(headers.into_iter().map(|(name, value)| (name, value.expose_secret().to_owned())).collect())
    }

    #[test]
    fn headers_are_taken_as_they_are() {
        let check = |name: &str, value: &str, kept: &str| {
            assert_eq!(read(&[(name, value)]), Ok(vec![(name.to_owned(), kept.to_owned())]));
        };
        check("Authorization", "Bearer a b\tc", "Bearer a b\tc");
        check("X-Api-Key", " s3cret\n", "s3cret");
        check("x_y.z~", "~", "~");
    }

    #[test]
    fn what_would_break_the_request_is_refused() {
        let check = |name: &str, value: &str, problem: &str| {
            let refused = read(&[(name, value)]).unwrap_err();
            assert!(refused.starts_with(&format!("`headers.{name}`: {problem}")), "{name}: {refused}");
            assert!(value.trim().is_empty() || !refused.contains(value), "{refused}");
        };
        let reserved = "is set by Proofbell itself";
        for name in ["Host", "content-type", "Content-Length", "TE", "Transfer-Encoding", "Connection"] {
            check(name, "chunked!", reserved);
        }
        for name in ["webhook-id", "Webhook-Signature", "WEBHOOK-ANYTHING", "Proxy-Authorization"] {
            check(name, "chunked!", reserved);
        }
        for name in ["", "X Y", "X:Y", "X\r\nY", "鍵", "X-É", "X(1)"] {
            check(name, "s3cret", "is no name of a header");
        }
        for value in ["s3cret\r\nX-Other: 1", "s3cret\u{0}", "鍵", "s3cr\u{e9}t", "s3cret\u{7f}"] {
            check("X-Key", value, "has a character that no header can hold");
        }
        check("X-Key", " \n", "is empty");
        let twice = read(&[("X-Key", "a"), ("x-key", "b")]).unwrap_err();
        assert!(twice.contains("is there twice"), "{twice}");
    }
}
