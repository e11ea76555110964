//! URLs in settings: where requests go, and how a path is built on them without being led elsewhere.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};
use url::{Host, Url};

/// Why a setting is no usable URL. It does not repeat the setting, which may be a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// Not a URL at all.
    #[error("not a URL ({0}); write it whole, as https://host/path")]
    Syntax(url::ParseError),
    /// Neither `http` nor `https`.
    #[error("not an http or https URL; write it as https://host/path")]
    Scheme,
    /// `http` to another machine would show the secret to everyone on the way.
    #[error("must begin with https:// (http:// is for this machine only: localhost, 127.0.0.1, [::1])")]
    Plain,
    /// `user:password@` in it.
    #[error("must not hold a user name or password; there are settings for them")]
    Credentials,
    /// A query or a fragment where paths are to be added.
    #[error("must not hold a `?` or `#` part: paths are added to it")]
    Query,
}

/// A URL that is itself the secret, as webhook URLs are: `https`, or `http` to this machine. Printed masked.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretUrl(Url);

impl SecretUrl {
    /// The URL itself. Never for a log, an error text or a metric.
    pub fn expose(&self) -> &Url {
        &self.0
    }
}

impl FromStr for SecretUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<SecretUrl, UrlError> {
        let url = parse(text)?;
        if url.scheme() != "https" && !is_loopback(&url) {
            return Err(UrlError::Plain);
        }
        Ok(SecretUrl(url))
    }
}

impl fmt::Display for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret URL)")
    }
}

impl fmt::Debug for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<'de> Deserialize<'de> for SecretUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<SecretUrl, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for SecretUrl {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "SecretUrl".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "uri", "writeOnly": true })
    }
}

/// Where a service's API is: the setting `base_url`. Any `http` or `https` URL without query, for gateways and doubles live next door.
#[derive(Clone, PartialEq, Eq)]
pub struct BaseUrl(Url);

impl BaseUrl {
    /// The URL as it was written.
    pub fn as_url(&self) -> &Url {
        &self.0
    }

    /// The URL of a path below this one, of whole segments; see [`push_segments`].
    ///
    /// # Errors
    /// When a segment could lead elsewhere.
    pub fn join<'a>(&self, segments: impl IntoIterator<Item = &'a str>) -> Result<Url, SegmentError> {
        push_segments(&self.0, segments)
    }
}

impl FromStr for BaseUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<BaseUrl, UrlError> {
        let url = parse(text)?;
        if url.query().is_some() || url.fragment().is_some() {
            return Err(UrlError::Query);
        }
        Ok(BaseUrl(url))
    }
}

/// The host alone: some gateways have a key in the path.
impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.origin().ascii_serialization())
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<'de> Deserialize<'de> for BaseUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<BaseUrl, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for BaseUrl {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "BaseUrl".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "uri" })
    }
}

/// Why a text cannot be a segment of a path. It does not repeat the text, which may be personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SegmentError {
    /// An empty segment asks for the collection instead of a member of it.
    #[error("put an empty value into a URL's path")]
    Empty,
    /// `.` and `..` are dropped by every URL library, which asks for something else.
    #[error("put `.` or `..` into a URL's path")]
    Dots,
    /// Tabs and line ends are dropped likewise.
    #[error("put a control character into a URL's path")]
    Control,
    /// The URL came out with another origin or another number of segments than was meant.
    #[error("build the URL's path: the URL has none")]
    Path,
}

/// `base` with `segments` behind its path, each percent-encoded as a whole: a `/` in one does not part it.
///
/// # Errors
/// When a segment is empty, `.`, `..` or holds a control character: libraries drop those, and the request would ask for something else.
pub fn push_segments<'a>(
    base: &Url,
    segments: impl IntoIterator<Item = &'a str>,
) -> Result<Url, SegmentError> {
    let mut url = base.clone();
    let mut wanted = segment_count(base);
    {
        let mut path = url.path_segments_mut().map_err(|()| SegmentError::Path)?;
        path.pop_if_empty();
        for segment in segments {
            check_segment(segment)?;
            path.push(segment);
            wanted += 1;
        }
    }
    // What was checked above leaves no way to get here with another URL; a request to the wrong place is worth asking twice.
    let same_place = url.origin() == base.origin() && segment_count(&url) == wanted;
    same_place.then_some(url).ok_or(SegmentError::Path)
}

fn check_segment(segment: &str) -> Result<(), SegmentError> {
    match segment {
        "" => Err(SegmentError::Empty),
        "." | ".." => Err(SegmentError::Dots),
        _ if segment.chars().any(char::is_control) => Err(SegmentError::Control),
        _ => Ok(()),
    }
}

/// Segments of a path, not counting the empty one behind a closing slash.
fn segment_count(url: &Url) -> usize {
    let path = url.path();
    let path = path.strip_suffix('/').unwrap_or(path);
    path.matches('/').count()
}

fn parse(text: &str) -> Result<Url, UrlError> {
    let url: Url = text.trim().parse().map_err(UrlError::Syntax)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(UrlError::Scheme);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(UrlError::Credentials);
    }
    Ok(url)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}
