//! `[link.NAME]`: URLs with the ids of a case filled in, which can lead nowhere else.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};
use thiserror::Error;
use url::{Host, Url};

use crate::CaseFacts;

/// All but the unreserved characters of RFC 3986: what is filled in can end neither a segment nor a query value.
const FILLED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A checked URL template. Constants are already filled in; `{reference_id}`, `{sr_uuid}` and `{micro_id}` are filled for each case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    parts: Vec<Part>,
    /// The template with a harmless word in each place: what every filled URL must agree with.
    model: Url,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(String),
    Id(LinkId),
}

/// An id of the case that a link can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkId {
    /// The marketplace's own item id.
    ReferenceId,
    /// Legitmark's id of the request.
    SrUuid,
    /// Legitmark's short display id.
    MicroId,
}

impl LinkId {
    const ALL: [LinkId; 3] = [LinkId::ReferenceId, LinkId::SrUuid, LinkId::MicroId];

    /// As written between braces.
    pub fn as_str(self) -> &'static str {
        match self {
            LinkId::ReferenceId => "reference_id",
            LinkId::SrUuid => "sr_uuid",
            LinkId::MicroId => "micro_id",
        }
    }

    fn of(self, case: &CaseFacts) -> Option<&str> {
        match self {
            LinkId::ReferenceId => case.reference_id.as_deref(),
            LinkId::SrUuid => case.sr_uuid.as_ref().map(|id| id.as_str()),
            LinkId::MicroId => case.micro_id.as_deref(),
        }
    }
}

impl fmt::Display for LinkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a link cannot be made for a case. It does not repeat the id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum LinkError {
    /// The case has no such id.
    #[error("the case has no {0}")]
    Missing(LinkId),
    /// The id is `.` or `..`, or holds a control character: a URL drops or rewrites such a segment.
    #[error("the case's {0} cannot stand in a URL")]
    Unusable(LinkId),
    /// There is no link of that name.
    #[error("no such link is configured")]
    Unknown,
    /// The filled URL is not the one that was configured.
    #[error("the ids of the case would change where it leads")]
    Elsewhere,
}

impl Link {
    /// Reads a URL template. `vars` are constants that may be filled in beside the three ids.
    ///
    /// # Errors
    /// What is wrong: no absolute URL, neither https nor http on loopback, a placeholder in the host, an unknown placeholder,
    /// or a constant that is no plain value.
    pub fn parse(url_template: &str, vars: &Map<String, Value>) -> Result<Link, String> {
        let parts = parts(url_template, vars)?;
        let sample: String = parts.iter().map(|part| part.sample()).collect();
        let model = Url::parse(&sample).map_err(|error| format!("not a URL: {error}"))?;
        if !is_allowed(&model) {
            return Err(
                "the scheme must be https (http only on loopback, such as http://localhost)".to_owned()
            );
        }
        let path_starts = authority_end(url_template);
        if url_template.get(..path_starts).is_some_and(|head| head.contains(['{', '}', '@'])) {
            return Err("the host must be written out: no placeholder and no user name in it".to_owned());
        }
        Ok(Link { parts, model })
    }

    /// The URL for a case.
    ///
    /// # Errors
    /// An id is missing or unusable, or the URL would lead elsewhere than configured.
    pub fn fill(&self, case: &CaseFacts) -> Result<String, LinkError> {
        let mut text = String::with_capacity(96);
        for part in &self.parts {
            match part {
                Part::Literal(literal) => text.push_str(literal),
                Part::Id(id) => text.extend(utf8_percent_encode(usable(*id, case)?, FILLED)),
            }
        }
        let url = Url::parse(&text).map_err(|_| LinkError::Elsewhere)?;
        if self.agrees(&url) { Ok(url.into()) } else { Err(LinkError::Elsewhere) }
    }

    fn agrees(&self, url: &Url) -> bool {
        let segments = |url: &Url| url.path_segments().map(Iterator::count);
        let pairs = |url: &Url| url.query_pairs().count();
        url.scheme() == self.model.scheme()
            && url.host() == self.model.host()
            && url.port() == self.model.port()
            && segments(url) == segments(&self.model)
            && pairs(url) == pairs(&self.model)
    }
}

impl Part {
    fn sample(&self) -> &str {
        match self {
            Part::Literal(text) => text,
            Part::Id(_) => "x",
        }
    }
}

fn usable(id: LinkId, case: &CaseFacts) -> Result<&str, LinkError> {
    let value = id.of(case).filter(|value| !value.is_empty()).ok_or(LinkError::Missing(id))?;
    if value == "." || value == ".." || value.chars().any(char::is_control) {
        return Err(LinkError::Unusable(id));
    }
    Ok(value)
}

/// Splits at `{name}`; constants are filled in at once.
fn parts(template: &str, vars: &Map<String, Value>) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        literal.push_str(before);
        let (name, after) = after.split_once('}').ok_or("a `{` is never closed")?;
        if let Some(id) = LinkId::ALL.into_iter().find(|id| id.as_str() == name) {
            parts.push(Part::Literal(std::mem::take(&mut literal)));
            parts.push(Part::Id(id));
        } else {
            literal.push_str(&encoded(&constant(name, vars)?));
        }
        rest = after;
    }
    literal.push_str(rest);
    parts.push(Part::Literal(literal));
    Ok(parts)
}

fn constant(name: &str, vars: &Map<String, Value>) -> Result<String, String> {
    let text = match vars.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        Some(_) => return Err(format!("`vars.{name}` is neither text nor a number")),
        None => return Err(unknown(name, vars)),
    };
    if matches!(text.as_str(), "" | "." | "..") || text.chars().any(char::is_control) {
        return Err(format!("`vars.{name}` cannot stand in a URL"));
    }
    Ok(text)
}

fn unknown(name: &str, vars: &Map<String, Value>) -> String {
    let ids = LinkId::ALL.into_iter().map(|id| format!("{{{id}}}"));
    let known: Vec<String> = ids.chain(vars.keys().map(|name| format!("{{{name}}}"))).collect();
    format!("unknown placeholder `{{{name}}}`; known are {}", known.join(", "))
}

/// Where the host and port end: at the first `/`, `?` or `#` behind `scheme://`.
fn authority_end(template: &str) -> usize {
    let start = template.find("://").map_or(0, |at| at + "://".len());
    template[start..].find(['/', '\\', '?', '#']).map_or(template.len(), |at| start + at)
}

/// Whether a URL may stand in a message: https, or http to this machine.
fn is_allowed(url: &Url) -> bool {
    match url.scheme() {
        "https" => url.host().is_some(),
        "http" => is_loopback(url),
        _ => false,
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// A value as it may stand in a segment or a query value of a URL.
pub(crate) fn encoded(value: &str) -> String {
    utf8_percent_encode(value, FILLED).to_string()
}

/// A URL that came from outside, when it may stand in a message.
pub(crate) fn checked_url(text: &str) -> Option<String> {
    let text = text.trim();
    if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return None;
    }
    let url = Url::parse(text).ok().filter(is_allowed)?;
    // Whoever reads `https://bank.example@evil.example` goes to the wrong place.
    (url.username().is_empty() && url.password().is_none()).then(|| url.into())
}

#[cfg(test)]
mod tests;
