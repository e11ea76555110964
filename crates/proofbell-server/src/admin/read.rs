//! What the API tells.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use proofbell_engine::EventId;
use proofbell_event::EventName;
use proofbell_store::{CaseView, EventFilter, MessageFilter, MessageView};
use serde::Deserialize;
use uuid::Uuid;

use super::Admin;
use crate::answer::{Audiences, Channels, Events, Messages, OneEvent};
use crate::refusal::Refusal;

/// How many rows a list has unless asked otherwise.
const USUAL_LIMIT: u32 = 100;
/// How many it has at most.
const MAX_LIMIT: u32 = 1000;

const EVENT_STATUSES: [&str; 3] = ["accepted", "planned", "quarantined"];
const MESSAGE_STATES: [&str; 6] = ["queued", "claimed", "sent", "delivered", "suppressed", "dead"];

/// One segment of the path, decoded.
pub(super) type Segment = Result<Path<String>, PathRejection>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EventQuery {
    sr_uuid: Option<String>,
    name: Option<String>,
    status: Option<String>,
    limit: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MessageQuery {
    sr_uuid: Option<String>,
    channel: Option<String>,
    state: Option<String>,
    limit: Option<u32>,
}

pub(super) async fn events(
    State(admin): State<Arc<Admin>>,
    query: Result<Query<EventQuery>, QueryRejection>,
) -> Result<Json<Events>, Refusal> {
    let Query(query) = query.map_err(|problem| Refusal::invalid(problem.body_text()))?;
    if let Some(name) = &query.name {
        name.parse::<EventName>().map_err(|error| Refusal::invalid(format!("`name`: failed to {error}")))?;
    }
    let filter = EventFilter {
        sr_uuid: query.sr_uuid,
        name: query.name,
        status: one_of("status", query.status, &EVENT_STATUSES)?,
        limit: limit(query.limit)?,
    };
    Ok(Json(Events { events: admin.handle.store().events(filter).await? }))
}

pub(super) async fn event(
    State(admin): State<Arc<Admin>>,
    segment: Segment,
) -> Result<Json<OneEvent>, Refusal> {
    let (event, decisions) = admin.handle.store().event(EventId(id(segment)?)).await?;
    Ok(Json(OneEvent { event, decisions }))
}

pub(super) async fn messages(
    State(admin): State<Arc<Admin>>,
    query: Result<Query<MessageQuery>, QueryRejection>,
) -> Result<Json<Messages>, Refusal> {
    let Query(query) = query.map_err(|problem| Refusal::invalid(problem.body_text()))?;
    let filter = MessageFilter {
        sr_uuid: query.sr_uuid,
        channel: query.channel,
        state: one_of("state", query.state, &MESSAGE_STATES)?,
        limit: limit(query.limit)?,
    };
    Ok(Json(Messages { messages: admin.handle.store().messages(filter).await? }))
}

pub(super) async fn message(
    State(admin): State<Arc<Admin>>,
    segment: Segment,
) -> Result<Json<MessageView>, Refusal> {
    Ok(Json(admin.handle.store().message(id(segment)?).await?))
}

pub(super) async fn case(
    State(admin): State<Arc<Admin>>,
    segment: Segment,
) -> Result<Json<CaseView>, Refusal> {
    Ok(Json(admin.handle.store().case(&text(segment)?).await?))
}

pub(super) async fn channels(State(admin): State<Arc<Admin>>) -> Json<Channels> {
    Json(Channels { channels: admin.handle.channels() })
}

pub(super) async fn audiences(State(admin): State<Arc<Admin>>) -> Json<Audiences> {
    Json(Audiences { audiences: admin.handle.audiences() })
}

pub(super) fn text(segment: Segment) -> Result<String, Refusal> {
    segment.map(|Path(text)| text).map_err(|problem| Refusal::invalid(problem.body_text()))
}

pub(super) fn id(segment: Segment) -> Result<Uuid, Refusal> {
    text(segment)?.parse().map_err(|_| Refusal::invalid("the id in the path is no UUID"))
}

fn limit(asked: Option<u32>) -> Result<u32, Refusal> {
    match asked.unwrap_or(USUAL_LIMIT) {
        limit @ 1..=MAX_LIMIT => Ok(limit),
        _ => Err(Refusal::invalid(format!("`limit` is from 1 to {MAX_LIMIT}"))),
    }
}

/// A word that is not known would otherwise find nothing, which looks like an answer.
fn one_of(key: &str, word: Option<String>, known: &[&str]) -> Result<Option<String>, Refusal> {
    match word {
        Some(word) if !known.contains(&word.as_str()) => {
            Err(Refusal::invalid(format!("`{key}` is one of: {}", known.join(", "))))
        }
        word => Ok(word),
    }
}
