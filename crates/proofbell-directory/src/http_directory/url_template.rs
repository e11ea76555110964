//! The URL of a lookup, with places for the ids of a case, which can lead nowhere else.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use proofbell_notify::http::{BaseUrl, UrlError};
use url::Url;

use super::network::is_next_door;
use crate::{Lookup, LookupError};

/// All but the unreserved characters of RFC 3986: what is filled in can end neither a segment nor a query value.
const FILLED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Longest id that is asked about, in bytes. Encoded it is three times as long at most, within the 8,000 bytes that RFC 9110
/// (section 4.1) asks every server to take.
const LONGEST_ID: usize = 1024;

/// A checked URL with places for ids: `https://market.example/internal/items/{reference_id}/seller`.
///
/// Places are `{reference_id}` and `{sr_uuid}`, in segments of the path and in values of the query. `Debug` shows the host alone, for
/// the rest may hold a key.
#[derive(Clone, PartialEq, Eq)]
pub struct UrlTemplate {
    parts: Vec<Part>,
    /// The template with a harmless word in each place: what every filled URL must agree with.
    model: Url,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(String),
    Id(CaseId),
}

/// An id of the case that a URL can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CaseId {
    ReferenceId,
    SrUuid,
}

/// Why a setting is no URL of a directory. It does not repeat the URL, save for the name of a placeholder.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlTemplateError {
    /// No `http` or `https` URL, or one with a user name in it.
    #[error(transparent)]
    Url(#[from] UrlError),
    /// Plain `http` to a host that anybody may stand in front of.
    #[error(
        "must begin with https:// (http:// is for this machine and for private networks: localhost, 10.0.0.1, a name without a dot, or one that ends in .internal, .local or .home.arpa)"
    )]
    Plain,
    /// A placeholder that is none.
    #[error("unknown placeholder `{{{0}}}`; known are {{reference_id}}, {{sr_uuid}}")]
    Placeholder(String),
    /// Braces that do not belong together.
    #[error("a brace stands alone; a placeholder is written {{reference_id}}, and a brace as %7B or %7D")]
    Brace,
    /// A placeholder before the path.
    #[error(
        "the scheme and the host must be written out; placeholders stand in the path or in values of the query"
    )]
    Host,
    /// A placeholder that would choose a parameter's name.
    #[error("in the query a placeholder must be a value, as in ?item={{reference_id}}")]
    QueryName,
    /// A `#` part.
    #[error("must not hold a `#` part: it is never sent")]
    Fragment,
    /// What URL libraries drop or rewrite without a word.
    #[error("must not hold spaces, backslashes or control characters; write them percent-encoded")]
    Characters,
}

impl UrlTemplate {
    /// Reads a URL with its places. With `base`, requests go there instead: its scheme, host and path come before the URL's path.
    ///
    /// # Errors
    /// What is wrong with the URL.
    pub fn parse(text: &str, base: Option<&BaseUrl>) -> Result<UrlTemplate, UrlTemplateError> {
        let text = text.trim();
        if text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\') {
            return Err(UrlTemplateError::Characters);
        }
        let (origin, rest) = text.split_at(authority_end(text));
        if origin.contains(['{', '}']) {
            return Err(UrlTemplateError::Host);
        }
        if rest.contains('#') {
            return Err(UrlTemplateError::Fragment);
        }
        // Checked also where `base` stands in for it.
        checked(origin)?;
        let origin = base.map_or(origin, |base| base.as_url().as_str().trim_end_matches('/'));
        let mut parts = vec![Part::Literal(origin.to_owned())];
        read_places(rest, &mut parts)?;
        let model = checked(&parts.iter().map(Part::sample).collect::<String>())?;
        if model.scheme() == "http" && !is_next_door(&model) {
            return Err(UrlTemplateError::Plain);
        }
        Ok(UrlTemplate { parts, model })
    }

    /// The URL for a case.
    ///
    /// # Errors
    /// [`LookupError::Unaskable`] when the case has no such id, or one that cannot stand in a URL: an empty one, `.`, `..`, one with
    /// control characters, one of more than 1,024 bytes. The id is not repeated.
    pub fn fill(&self, query: &Lookup) -> Result<Url, LookupError> {
        let mut text = String::with_capacity(128);
        for part in &self.parts {
            match part {
                Part::Literal(literal) => text.push_str(literal),
                Part::Id(id) => text.extend(utf8_percent_encode(id.usable(query)?, FILLED)),
            }
        }
        let url = Url::parse(&text).ok().filter(|url| self.agrees(url));
        url.ok_or_else(|| unaskable("its ids would change where the directory's URL leads"))
    }

    /// Whether the answer can depend on the case at all.
    pub fn has_places(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Id(_)))
    }

    /// Whether everybody on the way can read along: plain `http` that leaves this machine.
    pub fn is_readable_on_the_way(&self) -> bool {
        self.model.scheme() == "http" && !super::network::is_this_machine(&self.model)
    }

    /// Same scheme, host, port, number of segments and of parameters; and no segment has vanished or come.
    fn agrees(&self, url: &Url) -> bool {
        let filled =
            |url: &Url| url.path().split('/').map(|segment| !segment.is_empty()).collect::<Vec<bool>>();
        url.scheme() == self.model.scheme()
            && url.host() == self.model.host()
            && url.port() == self.model.port()
            && url.username().is_empty()
            && url.password().is_none()
            && url.fragment().is_none()
            && filled(url) == filled(&self.model)
            && url.query_pairs().count() == self.model.query_pairs().count()
    }
}

impl fmt::Debug for UrlTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UrlTemplate({}/…)", self.model.origin().ascii_serialization())
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

impl CaseId {
    const ALL: [CaseId; 2] = [CaseId::ReferenceId, CaseId::SrUuid];

    fn as_str(self) -> &'static str {
        match self {
            CaseId::ReferenceId => "reference_id",
            CaseId::SrUuid => "sr_uuid",
        }
    }

    /// URL libraries drop `.` and `..` as segments, and tabs and line ends anywhere; an empty segment asks for the collection.
    fn usable(self, query: &Lookup) -> Result<&str, LookupError> {
        let name = self.as_str();
        let id = match self {
            CaseId::ReferenceId => query.reference_id.as_deref(),
            CaseId::SrUuid => query.sr_uuid.as_deref(),
        };
        match id {
            None => Err(unaskable(&format!("it has no {name}"))),
            Some("") => Err(unaskable(&format!("its {name} is empty"))),
            Some("." | "..") => Err(unaskable(&format!("its {name} is `.` or `..`"))),
            Some(id) if id.chars().any(char::is_control) => {
                Err(unaskable(&format!("its {name} holds a control character")))
            }
            Some(id) if id.len() > LONGEST_ID => {
                Err(unaskable(&format!("its {name} is longer than {LONGEST_ID} bytes")))
            }
            Some(id) => Ok(id),
        }
    }
}

fn unaskable(why: &str) -> LookupError {
    LookupError::Unaskable(format!("the directory cannot be asked about this case: {why}"))
}

/// Where scheme, host and port end.
fn authority_end(text: &str) -> usize {
    let start = text.find("://").map_or(0, |at| at + "://".len());
    text[start..].find(['/', '?', '#']).map_or(text.len(), |at| start + at)
}

fn checked(text: &str) -> Result<Url, UrlTemplateError> {
    let url: Url = text.parse().map_err(UrlError::Syntax)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(UrlError::Scheme.into());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(UrlError::Credentials.into());
    }
    Ok(url)
}

/// Splits path and query at their places.
fn read_places(text: &str, parts: &mut Vec<Part>) -> Result<(), UrlTemplateError> {
    let mut rest = text;
    let mut before = 0;
    while let Some(at) = rest.find(['{', '}']) {
        let (literal, place) = rest.split_at(at);
        let (name, after) = place
            .strip_prefix('{')
            .and_then(|place| place.split_once('}'))
            .filter(|(name, _)| !name.contains('{'))
            .ok_or(UrlTemplateError::Brace)?;
        let known = CaseId::ALL.into_iter().find(|id| id.as_str() == name);
        let id = known.ok_or_else(|| UrlTemplateError::Placeholder(name.to_owned()))?;
        before += at;
        if in_query_name(&text[..before]) {
            return Err(UrlTemplateError::QueryName);
        }
        before += name.len() + "{}".len();
        parts.extend([Part::Literal(literal.to_owned()), Part::Id(id)]);
        rest = after;
    }
    parts.push(Part::Literal(rest.to_owned()));
    Ok(())
}

/// Whether what follows belongs to the name of a parameter.
fn in_query_name(before: &str) -> bool {
    let Some((_, query)) = before.split_once('?') else { return false };
    !query.rsplit('&').next().unwrap_or_default().contains('=')
}

#[cfg(test)]
mod tests;
