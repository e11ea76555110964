//! Who may use the API.
//!
//! Two kinds of caller are kept out: those without the token, where one is set, and web pages. A browser on the same
//! machine reaches a loopback address on behalf of any page it shows, so "only this machine" does not mean "only its
//! owner".

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HOST, HeaderName, ORIGIN, X_CONTENT_TYPE_OPTIONS,
};
use http::uri::Authority;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use super::Admin;
use crate::body;
use crate::refusal::Refusal;

/// Lets a request through to the API, with its body read, or refuses it.
pub(super) async fn guard(State(admin): State<Arc<Admin>>, request: Request, next: Next) -> Response {
    let mut response = match admit(&admin, request).await {
        Ok(request) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    };
    // Answers hold what was written to people: no cache is to keep them, no browser to read them as something else.
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

async fn admit(admin: &Admin, request: Request) -> Result<Request, Refusal> {
    let headers = request.headers();
    is_operator(admin, headers)?;
    if request.method() == Method::POST {
        needs_json(headers)?;
    }
    let (head, body) = request.into_parts();
    let (bytes, _place) = body::read(body, &admin.limits, &admin.load).await?;
    Ok(Request::from_parts(head, Body::from(bytes)))
}

/// Whether these are the headers of somebody who may know what an operator may.
pub(super) fn is_operator(admin: &Admin, headers: &HeaderMap) -> Result<(), Refusal> {
    match &admin.settings.token {
        Some(token) => needs_token(headers, token)?,
        None => needs_own_host(headers)?,
    }
    needs_own_origin(headers)
}

/// Hashes are compared, and all of each: the time it takes tells nothing about the token, its length included.
fn needs_token(headers: &HeaderMap, token: &SecretString) -> Result<(), Refusal> {
    let given = only(headers, AUTHORIZATION).and_then(|value| value.split_once(' '));
    let Some((scheme, given)) = given else { return Err(Refusal::token()) };
    let wanted = Sha256::digest(token.expose_secret());
    let differences =
        Sha256::digest(given).iter().zip(wanted).fold(0, |all, (given, wanted)| all | (given ^ wanted));
    match scheme.eq_ignore_ascii_case("bearer") && differences == 0 {
        true => Ok(()),
        false => Err(Refusal::token()),
    }
}

/// Without a token: a page at `evil.example` can make that name resolve to 127.0.0.1, and then is of the same origin as
/// this door. What it cannot do is to be asked for by an address or as `localhost`.
fn needs_own_host(headers: &HeaderMap) -> Result<(), Refusal> {
    let own = |value: &HeaderValue| {
        let authority = value.to_str().ok().and_then(|text| text.parse::<Authority>().ok());
        authority.is_some_and(|authority| {
            let host = authority.host().trim_start_matches('[').trim_end_matches(']');
            host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok()
        })
    };
    match headers.get_all(HOST).iter().all(own) {
        true => Ok(()),
        false => Err(Refusal::new(
            StatusCode::FORBIDDEN,
            "foreign_host",
            "ask for this door by its address, or set `server.admin_token`",
        )),
    }
}

/// A browser says which page a request comes from; tools do not.
fn needs_own_origin(headers: &HeaderMap) -> Result<(), Refusal> {
    if !headers.contains_key(ORIGIN) {
        return Ok(());
    }
    let host = only(headers, HOST);
    let origin = only(headers, ORIGIN)
        .and_then(|origin| origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://")));
    match (origin, host) {
        (Some(origin), Some(host)) if origin.eq_ignore_ascii_case(host) => Ok(()),
        (Some(_) | None, _) => Err(Refusal::new(
            StatusCode::FORBIDDEN,
            "foreign_origin",
            "requests from pages of another origin are refused",
        )),
    }
}

/// What a page may send to another origin unasked are forms, and those are not JSON.
fn needs_json(headers: &HeaderMap) -> Result<(), Refusal> {
    let kind = only(headers, CONTENT_TYPE).and_then(|kind| kind.split(';').next()).map(str::trim);
    match kind.is_some_and(|kind| kind.eq_ignore_ascii_case("application/json")) {
        true => Ok(()),
        false => Err(Refusal::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "content_type",
            "send `Content-Type: application/json`",
        )),
    }
}

/// The text of a header that is there once.
fn only(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    let mut lines = headers.get_all(name).iter();
    match (lines.next(), lines.next()) {
        (Some(line), None) => line.to_str().ok(),
        (None, _) | (Some(_), Some(_)) => None,
    }
}
