//! Calls that providers make: `POST /hooks/KIND/CHANNEL`. They carry no token; the channel itself checks who signed them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

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

/// How often refused calls of one channel stand in the log at most. All are counted; who forges for fun must not fill the log, and an
/// operator whose secret is wrong must find it there.
const COMPLAIN_EVERY: Duration = Duration::from_secs(300);

/// When refused calls were last logged, by channel: there are as many as are configured.
#[derive(Default)]
pub(super) struct Complaints(Mutex<HashMap<String, Instant>>);

impl Complaints {
    fn log(&self, channel: &str, problem: &str) {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let recent = last.get(channel).is_some_and(|last| last.elapsed() < COMPLAIN_EVERY);
        if !recent {
            last.insert(channel.to_owned(), Instant::now());
            tracing::warn!(channel, problem, "providers' calls are refused; the metric counts them all");
        }
    }
}

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
    Uncancelled::new(async move {
        let _until_done = place;
        match admin.handle.callback(&kind, &channel, &callback).await {
            Ok(_) => Ok(StatusCode::NO_CONTENT),
            Err(problem) => Err(refuse(&admin.complaints, &channel, problem)),
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

/// What is answered to a call that is not taken in.
fn refuse(complaints: &Complaints, channel: &str, problem: CallbackProblem) -> Refusal {
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
                    complaints.log(channel, &message);
                    ("not_offered", Refusal::new(StatusCode::NOT_FOUND, "not_offered", message))
                }
                CallbackError::Forged(_) => {
                    complaints.log(channel, &message);
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
