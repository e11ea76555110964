//! What came back, no more of it than was allowed.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::SendError;

/// Longest wait taken from a `Retry-After`; a longer one is asked again after this.
pub const RETRY_AFTER_LIMIT: Duration = Duration::from_secs(60 * 60);

/// What came back. `Debug` leaves the body out, for providers repeat addresses in it.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status code; a redirect is one like any other.
    pub status: u16,
    /// `Retry-After` (RFC 9110, section 10.2.3) counted from when the answer came, at most [`RETRY_AFTER_LIMIT`]; `None` when absent or unreadable.
    pub retry_after: Option<Duration>,
    /// The body, as far as it was read.
    pub body: Vec<u8>,
    /// Whether the body was longer than the request's limit.
    pub truncated: bool,
}

impl Answer {
    /// The body as JSON; `None` when it is none, or was cut short.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok().filter(|_| !self.truncated)
    }

    /// Whether the status leaves open that the request was carried out: 500, for a server may break down behind its work; 502, 504, and
    /// 520 to 524 of some proxies, for what stood before the server had passed the request on. Of the other statuses from 500 on, 503
    /// and 501 are answers of who did not begin (RFC 9110, section 15.6).
    ///
    /// Where nothing keeps a repetition from arriving twice, that is [`crate::Outcome::Unknown`].
    pub fn may_be_done(&self) -> bool {
        matches!(self.status, 500 | 502 | 504 | 520..=524)
    }

    /// The body as text, with U+FFFD for what is not UTF-8.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("retry_after", &self.retry_after)
            .field("bytes", &self.body.len())
            .field("truncated", &self.truncated)
            .finish()
    }
}

pub(super) async fn read(
    mut response: reqwest::Response,
    limit: usize,
    now: Timestamp,
) -> Result<Answer, SendError> {
    let status = response.status().as_u16();
    let retry_after = response
        .headers()
        .get(reqwest::header::RETRY_AFTER)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| retry_after(value, now));
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(SendError::from_reqwest)? {
        let room = limit - body.len();
        if chunk.len() > room {
            body.extend_from_slice(&chunk[..room]);
            return Ok(Answer { status, retry_after, body, truncated: true });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status, retry_after, body, truncated: false })
}

/// Reads delta-seconds or an IMF-fixdate; a date gone by is a wait of nothing.
pub(super) fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    let wait = if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than fit are still a long wait.
        Duration::from_secs(value.parse().unwrap_or(u64::MAX))
    } else {
        let at = jiff::fmt::rfc2822::parse(value).ok()?.timestamp();
        Duration::try_from(at.duration_since(now)).unwrap_or_default()
    };
    Some(wait.min(RETRY_AFTER_LIMIT))
}
