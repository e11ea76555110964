//! One delivery: checked, kept, acknowledged. Nothing slow happens before the answer but the commit.

use std::sync::Arc;
use std::time::Instant;

use http::header::{CONTENT_ENCODING, CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, Request, StatusCode};
use hyper::body::Incoming;
use jiff::Timestamp;
use proofbell_engine::EventId;
use proofbell_event::{EventName, VerifyError};
use proofbell_store::{Acceptance, NewEvent, Shape, StoreError};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::verify::verify;
use super::{Answer, Ingress, Source};
use crate::body;
use crate::refusal::{Refusal, json_response};
use crate::uncancelled::Uncancelled;

/// Answers a delivery to this source.
pub(super) async fn answer(ingress: Arc<Ingress>, source: Arc<Source>, request: Request<Incoming>) -> Answer {
    let started = Instant::now();
    let taken = take(&ingress, &source, request).await;
    let counts = &source.counts;
    counts.took(started.elapsed().as_secs_f64());
    match taken {
        Ok(acceptance) => acknowledge(acceptance),
        Err(refusal) => {
            tracing::debug!(source = source.settings.name, code = refusal.code(), "a delivery was refused");
            counts.refused(refusal.code());
            if matches!(refusal.code(), "signature_invalid" | "timestamp_out_of_tolerance") {
                source.complain(refusal.code());
            }
            refusal.response()
        }
    }
}

async fn take(
    ingress: &Arc<Ingress>,
    source: &Arc<Source>,
    request: Request<Incoming>,
) -> Result<Acceptance, Refusal> {
    let (head, body) = request.into_parts();
    refuse_encoded(&head.headers)?;
    let (body, bytes) = body::read(body, &ingress.limits, &ingress.load).await?;
    let place = ingress.load.request().map_err(|_| Refusal::overloaded())?;

    let settings = &source.settings;
    let now = ingress.handle.now();
    let message_id = verify(&settings.verify, &head.headers, &body, now).map_err(not_authentic)?;
    let shape = Shape::of(&body, now);
    let name = match &shape {
        Shape::Event { name, .. } => *name,
        Shape::Malformed(_) => EventName::Unknown,
    };
    let event = NewEvent {
        id: ingress.event_id(now),
        source: settings.name.clone(),
        message_id,
        body_hash: Sha256::digest(&body).into(),
        received_at: now,
        headers: worth_keeping(&head.headers),
        body: body.into(),
        shape,
    };
    let (ingress, source) = (ingress.clone(), source.clone());
    Uncancelled::new(async move {
        let _until_kept = (place, bytes);
        ingress.keep(&source, event, name).await
    })
    .await
    .map_err(not_kept)
}

impl Ingress {
    async fn keep(
        &self,
        source: &Source,
        event: NewEvent,
        name: EventName,
    ) -> Result<Acceptance, StoreError> {
        let id = event.id;
        let kept = self.handle.store().accept(event).await;
        self.health.note(&kept, Instant::now());
        let acceptance = kept?;
        if let Acceptance::Accepted(_) = acceptance {
            self.handle.event_accepted();
        }
        if acceptance == Acceptance::Quarantined(id) {
            tracing::warn!(event = %id, "event put aside: authentic, but not readable; `proofbell events show` says why");
        }
        source.counts.kept(acceptance, name);
        Ok(acceptance)
    }

    /// A UUIDv7, so that ids sort by arrival.
    fn event_id(&self, now: Timestamp) -> EventId {
        let seconds = u64::try_from(now.as_second()).unwrap_or_default();
        let nanoseconds = u32::try_from(now.subsec_nanosecond()).unwrap_or_default();
        EventId(Uuid::new_v7(uuid::Timestamp::from_unix(&self.ids, seconds, nanoseconds)))
    }
}

/// Legitmark does not compress, and nothing is inflated here that nobody has verified yet.
fn refuse_encoded(headers: &HeaderMap) -> Result<(), Refusal> {
    match headers.contains_key(CONTENT_ENCODING) {
        false => Ok(()),
        true => Err(Refusal::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "content_encoding",
            "send the body as it is, without a Content-Encoding",
        )),
    }
}

fn not_authentic(error: VerifyError) -> Refusal {
    Refusal::new(StatusCode::UNAUTHORIZED, error.code(), format!("failed to {error}"))
}

/// Whatever the store said, the sender has to come again; the details are for the log, not for the public.
fn not_kept(error: StoreError) -> Refusal {
    match error {
        StoreError::Busy(_) => Refusal::come_again("store_busy", "the event cannot be kept now"),
        StoreError::Fatal(_)
        | StoreError::Database(_)
        | StoreError::Refused(_)
        | StoreError::NotFound { .. } => Refusal::come_again("store_failed", "the event cannot be kept"),
    }
}

/// What tells a delivery from others, and what sent it. All else may hold what is not ours to keep: an authorization, a
/// cookie, the address of a caller.
fn worth_keeping(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .filter(|(name, _)| {
            let text = name.as_str();
            text.starts_with("svix-")
                || text.starts_with("webhook-")
                || *name == CONTENT_TYPE
                || *name == USER_AGENT
        })
        .map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect()
}

fn acknowledge(acceptance: Acceptance) -> Answer {
    let (status, EventId(id)) = match acceptance {
        Acceptance::Accepted(id) => ("accepted", id),
        Acceptance::Duplicate(id) => ("duplicate", id),
        Acceptance::Quarantined(id) => ("quarantined", id),
    };
    json_response(StatusCode::OK, format!(r#"{{"status":"{status}","id":"{id}"}}"#))
}
