//! What the API does. Once begun, it is done to its end, whether or not the client waits for it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use bytes::Bytes;
use proofbell_engine::EventId;
use proofbell_notify::Body;
use proofbell_pipeline::{Handle, HandleError, TestMessage};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::Admin;
use super::read::{Segment, id, text};
use crate::answer::{Replayed, Tested};
use crate::refusal::Refusal;
use crate::uncancelled::Uncancelled;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pause {
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Test {
    channel: String,
    to: Option<String>,
    region: Option<String>,
    body: Body,
    locale: String,
    template: Option<String>,
}

/// What is written where a template's name would be, when a test message came from none.
const NO_TEMPLATE: &str = "(test)";

pub(super) async fn replay(
    State(admin): State<Arc<Admin>>,
    segment: Segment,
) -> Result<Json<Replayed>, Refusal> {
    let id = EventId(id(segment)?);
    let generation = admin.carry_out(async move |handle| handle.replay(id).await).await?;
    tracing::info!(event = %id, generation, "an operator replayed an event");
    Ok(Json(Replayed { generation }))
}

pub(super) async fn retry(State(admin): State<Arc<Admin>>, segment: Segment) -> Result<Json<Value>, Refusal> {
    let id = id(segment)?;
    admin.carry_out(async move |handle| handle.retry(id).await).await?;
    tracing::info!(message = %id, "an operator retried a message");
    Ok(Json(json!({})))
}

pub(super) async fn cancel(
    State(admin): State<Arc<Admin>>,
    segment: Segment,
) -> Result<Json<Value>, Refusal> {
    let id = id(segment)?;
    admin.carry_out(async move |handle| handle.cancel(id).await).await?;
    tracing::info!(message = %id, "an operator cancelled a message");
    Ok(Json(json!({})))
}

pub(super) async fn pause(
    State(admin): State<Arc<Admin>>,
    segment: Segment,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    let (channel, Pause { reason }) = (text(segment)?, parse(&body)?);
    let name = channel.clone();
    admin.carry_out(async move |handle| handle.pause(&name, &reason).await).await?;
    tracing::warn!(channel, "an operator paused a channel");
    Ok(Json(json!({})))
}

pub(super) async fn resume(
    State(admin): State<Arc<Admin>>,
    segment: Segment,
) -> Result<Json<Value>, Refusal> {
    let channel = text(segment)?;
    let name = channel.clone();
    admin.carry_out(async move |handle| handle.resume(&name).await).await?;
    tracing::info!(channel, "an operator resumed a channel");
    Ok(Json(json!({})))
}

pub(super) async fn send_test(State(admin): State<Arc<Admin>>, body: Bytes) -> Result<Json<Tested>, Refusal> {
    let Test { channel, to, region, body, locale, template } = parse(&body)?;
    let template = template.unwrap_or_else(|| NO_TEMPLATE.to_owned());
    let test = TestMessage { channel, to, region, body, locale, template };
    let (id, outcome) = admin.carry_out(async move |handle| handle.send_test(test).await).await?;
    tracing::info!(message = %id, outcome = outcome.as_str(), "an operator sent a test message");
    let reason = outcome.reason().map(ToString::to_string);
    Ok(Json(Tested { id, outcome: outcome.as_str().to_owned(), reason }))
}

impl Admin {
    /// Does something to its end, even when the client goes away meanwhile.
    async fn carry_out<T, W, F>(&self, work: W) -> Result<T, Refusal>
    where
        T: Send + 'static,
        W: FnOnce(Handle) -> F,
        F: Future<Output = Result<T, HandleError>> + Send + 'static,
    {
        let place = self.load.request().map_err(|_| Refusal::overloaded())?;
        let work = work(self.handle.clone());
        Uncancelled::new(async move {
            let _until_done = place;
            work.await
        })
        .await
        .map_err(Refusal::from)
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| Refusal::invalid(format!("the request's body: {error}")))
}
