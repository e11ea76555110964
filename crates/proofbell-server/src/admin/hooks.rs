//! Calls that providers make: `POST /hooks/KIND/CHANNEL`. They carry no token; the channel itself checks who signed them.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use http::StatusCode;
use http::request::Parts;
use proofbell_notify::{Callback, CallbackError};
use proofbell_pipeline::CallbackProblem;

use super::Admin;
use crate::Limits;
use crate::body;
use crate::refusal::Refusal;
use crate::uncancelled::Uncancelled;

/// Longest call taken, in bytes: 64 KiB. Providers send a few hundred.
const LONGEST: usize = 64 << 10;

/// Takes in a provider's call: 204 once all that it tells is kept, and for what tells nothing.
pub(super) async fn take(
    State(admin): State<Arc<Admin>>,
    path: Result<Path<(String, String)>, PathRejection>,
    request: Request,
) -> Result<StatusCode, Refusal> {
    let Path((kind, channel)) = path.map_err(|problem| Refusal::invalid(problem.body_text()))?;
    if !admin.handle.has_channel(&kind, &channel) {
        return Err(Refusal::nothing_here());
    }
    let (head, body) = request.into_parts();
    let callback = read(&admin, head, body).await?;
    // Only now: whoever sends slowly takes no place from operators.
    let place = admin.load.request().map_err(|_| Refusal::overloaded())?;
    let handle = admin.handle.clone();
    Uncancelled::new(async move {
        let _until_done = place;
        match handle.callback(&kind, &channel, &callback).await {
            Ok(_) => Ok(StatusCode::NO_CONTENT),
            Err(problem) => Err(refuse(&channel, problem)),
        }
    })
    .await
}

async fn read(admin: &Admin, head: Parts, body: Body) -> Result<Callback, Refusal> {
    let limits = Limits { body_bytes: LONGEST.min(admin.limits.body_bytes), ..admin.limits };
    let (bytes, _place) = body::read(body, &limits, &admin.load).await?;
    let header = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    };
    Ok(Callback {
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: head.headers.iter().filter_map(header).collect(),
        body: bytes.to_vec(),
    })
}

/// What is answered to a call that is not taken in. It is counted; who forges for fun must not fill the log, so only what is signed
/// and cannot be read stands there.
fn refuse(channel: &str, problem: CallbackProblem) -> Refusal {
    let (why, refusal) = match problem {
        CallbackProblem::NoChannel { .. } => return Refusal::nothing_here(),
        CallbackProblem::Store(error) => {
            // The API tells operators why; whoever calls here is told only to come again.
            tracing::warn!(channel, %error, "a provider's call waits for the store");
            return Refusal::come_again("store_busy", "it cannot be kept now");
        }
        CallbackProblem::Refused(error) => {
            let message = error.to_string();
            match error {
                CallbackError::NotOffered(_) => {
                    tracing::debug!(channel, problem = message, "a provider's call is refused");
                    ("not_offered", Refusal::new(StatusCode::NOT_FOUND, "not_offered", message))
                }
                CallbackError::Forged(_) => {
                    tracing::debug!(channel, problem = message, "a provider's call is refused");
                    ("forged", Refusal::new(StatusCode::FORBIDDEN, "signature_invalid", message))
                }
                CallbackError::Malformed(_) => {
                    tracing::warn!(channel, problem = message, "a provider's call cannot be read");
                    ("malformed", Refusal::invalid(message))
                }
            }
        }
    };
    metrics::counter!("proofbell_callbacks_refused_total", "channel" => channel.to_owned(), "why" => why)
        .increment(1);
    refusal
}
