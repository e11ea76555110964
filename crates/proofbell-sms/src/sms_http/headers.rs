//! Headers that the settings add, and what may not be added.

use std::collections::BTreeMap;

use proofbell_notify::ConfigError;
use secrecy::{ExposeSecret, SecretString};

/// What the HTTP client writes itself.
const OURS: [&str; 7] =
    ["connection", "content-encoding", "content-length", "content-type", "host", "te", "transfer-encoding"];

/// Checks the settings `bearer` and `headers`.
///
/// # Errors
/// The first name or value that no header can have. Values are not repeated.
pub(super) fn check(
    bearer: Option<&SecretString>,
    headers: &BTreeMap<String, SecretString>,
) -> Result<(), ConfigError> {
    if let Some(token) = bearer {
        check_value(token).map_err(|problem| ConfigError::at("bearer", problem))?;
    }
    for (name, value) in headers {
        let at = |problem: &str| ConfigError::at(format!("headers.{name}"), problem);
        let lower = name.to_ascii_lowercase();
        if !is_name(name) {
            return Err(at("not the name of a header; write letters, digits and `-`"));
        }
        if OURS.contains(&lower.as_str()) {
            return Err(at("a header that Proofbell writes itself; leave it out"));
        }
        if lower == "authorization" && bearer.is_some() {
            return Err(at("stands beside `bearer`, which is the same header; write one of the two"));
        }
        check_value(value).map_err(at)?;
    }
    Ok(())
}

/// A token (RFC 9110, section 5.6.2).
fn is_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(allowed)
}

fn check_value(value: &SecretString) -> Result<(), &'static str> {
    let value = value.expose_secret();
    let allowed = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
    match () {
        () if value.trim().is_empty() => Err("empty"),
        () if !value.bytes().all(allowed) => {
            Err("has a character that no header can have; only ASCII will do")
        }
        () => Ok(()),
    }
}
