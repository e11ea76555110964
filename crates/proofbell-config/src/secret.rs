//! `{ env }`, `{ file }` and `{ text }`: strings that come from elsewhere.

mod refuse;
pub(crate) mod url;

use std::path::Path;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::SecretString;

use crate::Secrets;
use crate::context::Context;
use crate::files::tidy;
use crate::report::{Finding, code};
use crate::tree::{Entry, Node, Reference, Value};

pub(crate) use refuse::refuse;

/// All but the unreserved characters of RFC 3986.
const FILLED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What stands in for a secret that is assumed to be there.
const ASSUMED: &str = "assumed-secret-0123456789";

/// A string with where it came from. It has no `Debug`, because it may be a secret.
#[derive(Clone)]
pub(crate) struct Text {
    pub(crate) value: String,
    pub(crate) origin: Origin,
}

/// Where a string came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// It is written in the configuration.
    Written,
    /// The environment or a file: a secret.
    Elsewhere,
    /// Nowhere: with [`Secrets::Assume`] any word stands in for a secret that is not there.
    Assumed,
}

impl Text {
    pub(crate) fn is_written(&self) -> bool {
        self.origin == Origin::Written
    }

    pub(crate) fn is_assumed(&self) -> bool {
        self.origin == Origin::Assumed
    }

    pub(crate) fn into_secret(self) -> SecretString {
        SecretString::from(self.value)
    }
}

/// Whether a secret that is assumed to be there is in this text.
pub(crate) fn has_assumed(text: &str) -> bool {
    text.contains(ASSUMED)
}

/// Whether a key of this name holds a secret, wherever it stands.
pub(crate) fn is_secret_key(key: &str) -> bool {
    const WORDS: [&str; 9] = [
        "password",
        "secret",
        "secrets",
        "token",
        "api_key",
        "authorization",
        "bearer",
        "webhook_url",
        "credentials",
    ];
    const ENDS: [&str; 4] = ["_password", "_secret", "_token", "_api_key"];
    // The names of headers are keys too: `X-Api-Key`.
    let key = key.to_ascii_lowercase().replace('-', "_");
    WORDS.contains(&key.as_str()) || ENDS.iter().any(|end| key.ends_with(end))
}

/// What a table is, as far as it decides which of its keys hold secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Within {
    /// A file: its tables are sections.
    Root,
    /// A section: its tables have names that somebody gave them.
    Section,
    /// Headers of HTTP requests.
    Headers,
    /// What stands for a header's value, or should not be there.
    Header,
    /// The settings of a DKIM signature, whose `key` is a private one.
    Dkim,
    /// Any other.
    Other,
}

impl Within {
    /// What the table behind `key` of this one is.
    pub(crate) fn table(self, key: &str) -> Within {
        match (self, key) {
            (Within::Root, _) => Within::Section,
            (Within::Section, _) => Within::Other,
            (Within::Headers | Within::Header, _) => Within::Header,
            (Within::Dkim | Within::Other, "headers") => Within::Headers,
            (Within::Dkim | Within::Other, "dkim") => Within::Dkim,
            (Within::Dkim | Within::Other, _) => Within::Other,
        }
    }

    /// Whether this key holds a secret here.
    pub(crate) fn holds_secret(self, key: &str) -> bool {
        is_secret_key(key)
            || match self {
                Within::Headers => !is_plain_header(key),
                // A reference tells where a secret is, not what it is.
                Within::Header => !matches!(key, "env" | "file" | "text"),
                Within::Dkim => key == "key",
                Within::Root | Within::Section | Within::Other => false,
            }
    }
}

/// Whether a header only ever says what is sent or wanted. Any other may be the receiver's own way to know us.
fn is_plain_header(name: &str) -> bool {
    const PLAIN: [&str; 8] = [
        "accept",
        "accept-charset",
        "accept-encoding",
        "accept-language",
        "cache-control",
        "content-language",
        "content-type",
        "user-agent",
    ];
    PLAIN.iter().any(|plain| name.eq_ignore_ascii_case(plain))
}

/// The string that a node stands for. `what` is the node's path, for messages.
pub(crate) fn resolve(cx: &Context<'_>, node: &Node, what: &str) -> Option<Text> {
    match (&node.value, node.reference()) {
        (Value::String(text), _) => Some(Text { value: text.clone(), origin: Origin::Written }),
        (_, Some(reference)) => resolve_reference(cx, &reference, what),
        _ => {
            refuse(cx, node, what);
            None
        }
    }
}

fn resolve_reference(cx: &Context<'_>, reference: &Reference<'_>, what: &str) -> Option<Text> {
    match reference {
        Reference::Env(name) => env(cx, name, what),
        Reference::File(path) => file(cx, path, what),
        Reference::Text { text, parts } => fill(cx, text, parts, what),
    }
}

fn env(cx: &Context<'_>, node: &Node, what: &str) -> Option<Text> {
    let name = node.as_str()?;
    match (cx.environment)(name) {
        Some(value) if value.trim().is_empty() => {
            let message = format!("the environment variable `{name}` for `{what}` is empty");
            missing(cx, node, message, "give it a value")
        }
        Some(value) => {
            let kept = without_newline(&value);
            if kept.trim() != kept || kept.len() != value.len() {
                let message =
                    format!("the environment variable `{name}` for `{what}` has white space around it");
                let hint = "a newline at its end is dropped, anything else is kept; set it without";
                cx.report.push(Finding::warning(code::SECRET, node.at, message).hint(hint));
            }
            Some(Text { value: kept.to_owned(), origin: Origin::Elsewhere })
        }
        None => {
            let message = format!("the environment variable `{name}` for `{what}` is not set");
            missing(cx, node, message, "set it, or read the value from a file: { file = \"PATH\" }")
        }
    }
}

fn file(cx: &Context<'_>, node: &Node, what: &str) -> Option<Text> {
    let path = cx.sources.directory(node.at.file()).join(node.as_str()?);
    cx.note_read(&path);
    let shown = tidy(&path).display().to_string();
    match cx.files.read(&path) {
        Ok(value) if value.trim().is_empty() => {
            missing(cx, node, format!("the file {shown} for `{what}` is empty"), "write the value into it")
        }
        Ok(value) => {
            if cx.files.is_readable_by_all(&path) && !is_mounted(&path) {
                let message = format!("every user of this machine can read the file {shown} for `{what}`");
                let hint = format!("take the right to read it from the others: chmod o-r {shown}");
                cx.report.push(Finding::warning(code::SECRET, node.at, message).hint(hint));
            }
            let kept = without_newline(&value);
            if kept.trim() != kept {
                let message = format!("the file {shown} for `{what}` has white space around the value");
                let hint = "one newline at the end is dropped, anything else is kept; write it without";
                cx.report.push(Finding::warning(code::SECRET, node.at, message).hint(hint));
            }
            Some(Text { value: kept.to_owned(), origin: Origin::Elsewhere })
        }
        Err(error) => {
            let message = format!("the file {shown} for `{what}` cannot be read: {error}");
            missing(cx, node, message, "relative paths count from the file that names them")
        }
    }
}

/// Container engines put secrets there, readable by all who are in the container, which is nobody else.
fn is_mounted(path: &Path) -> bool {
    ["/run/secrets", "/var/run/secrets"].iter().any(|mount| path.starts_with(mount))
}

fn missing(cx: &Context<'_>, node: &Node, message: String, hint: &str) -> Option<Text> {
    match cx.secrets {
        Secrets::Assume => {
            cx.note_assumed();
            Some(Text { value: ASSUMED.to_owned(), origin: Origin::Assumed })
        }
        Secrets::Require => {
            cx.report.push(Finding::error(code::SECRET, node.at, message).hint(hint));
            None
        }
    }
}

/// Fills `{key}` places. Beyond a scheme the parts are percent-encoded, so that a secret cannot change where a URL leads.
fn fill(cx: &Context<'_>, text: &Node, parts: &[&Entry], what: &str) -> Option<Text> {
    let template = text.as_str()?;
    let is_url = template.split_once("://").is_some_and(|(scheme, _)| !scheme.contains('{'));
    let mut values = Vec::new();
    let mut complete = true;
    for part in parts {
        let name = format!("{what}.{}", part.key);
        if !template.contains(&format!("{{{}}}", part.key)) {
            let message = format!("the text of `{what}` has no place `{{{}}}`", part.key);
            cx.report.push(
                Finding::error(code::BAD_VALUE, part.key_at, message)
                    .hint("remove the key, or name it in the text"),
            );
        }
        match resolve(cx, &part.node, &name) {
            Some(value) => values.push((part.key.as_str(), value)),
            None => complete = false,
        }
    }
    let mut filled = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            let message = format!("a `{{` in the text of `{what}` is never closed");
            cx.report.push(Finding::error(code::BAD_VALUE, text.at, message));
            return None;
        };
        match values.iter().find(|(key, _)| *key == name) {
            Some((_, part)) if is_url => filled.extend(utf8_percent_encode(&part.value, FILLED)),
            Some((_, part)) => filled.push_str(&part.value),
            None if parts.iter().any(|part| part.key == name) => {}
            None => {
                let message =
                    format!("the text of `{what}` has a place `{{{name}}}`, but no key of that name");
                let hint = format!("add it: {{ text = \"…\", {name} = {{ env = \"NAME\" }} }}");
                cx.report.push(Finding::error(code::BAD_VALUE, text.at, message).hint(hint));
                complete = false;
            }
        }
        rest = after;
    }
    filled.push_str(rest);
    let assumed = values.iter().any(|(_, part)| part.is_assumed());
    let origin = if assumed { Origin::Assumed } else { Origin::Elsewhere };
    complete.then_some(Text { value: filled, origin })
}

fn without_newline(text: &str) -> &str {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
}

#[cfg(test)]
mod tests;
