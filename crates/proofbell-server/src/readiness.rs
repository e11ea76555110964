//! `/healthz` and `/readyz`, on both doors.

use std::time::Instant;

use bytes::Bytes;
use http::{Response, StatusCode};

use crate::health::Health;
use crate::refusal::text_response;
use crate::reloads::Reloads;

/// Who asks how we are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// Anybody: files and lines are nobody's business.
    Public,
    /// Operators.
    Operators,
}

/// `/healthz`: the process lives.
pub(crate) fn alive<B: From<Bytes>>() -> Response<B> {
    text_response(StatusCode::OK, "ok")
}

/// `/readyz`: events are welcome here, or why not. With `?verbose` also how the configuration is: one that was refused leaves the one
/// of before, so it makes nobody unready.
pub(crate) fn ready<B: From<Bytes>>(
    health: &Health,
    reloads: &Reloads,
    query: Option<&str>,
    audience: Audience,
) -> Response<B> {
    let (status, word) = match health.ready(Instant::now()) {
        Ok(()) => (StatusCode::OK, "ready"),
        Err(reason) => (StatusCode::SERVICE_UNAVAILABLE, reason),
    };
    if !is_verbose(query) {
        return text_response(status, word);
    }
    let words = match audience {
        Audience::Public => reloads.public_words(),
        Audience::Operators => reloads.private_words(),
    };
    text_response(status, format!("{word}\n{words}\n"))
}

fn is_verbose(query: Option<&str>) -> bool {
    let mut keys = query.unwrap_or_default().split('&').filter_map(|pair| pair.split('=').next());
    keys.any(|key| key == "verbose")
}
