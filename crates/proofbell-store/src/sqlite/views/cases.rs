//! Cases as people see them, and as they were.

use std::collections::HashMap;

use proofbell_engine::{Case, EventId};
use proofbell_event::{Detail, Event};
use rusqlite::{Connection, OptionalExtension, Row};

use super::{events, messages};
use crate::sqlite::codec::time;
use crate::sqlite::failure::Failure;
use crate::sqlite::planning::decode_case;
use crate::{CaseView, DecisionView, DraftView, StoreError};

const CASE: &str = "SELECT body FROM cases WHERE key = narrow(?1) AND sr_uuid = ?1";
const OF_EVENT: &str = "SELECT e.sr_uuid, c.body FROM events e \
    LEFT JOIN cases c ON c.key = e.case_key AND c.sr_uuid = e.sr_uuid WHERE e.id = ?1";
const BODIES: &str = "SELECT e.id, b.body FROM events_by_case c \
    JOIN events e ON e.seq = c.seq JOIN event_bodies b ON b.event = e.seq \
    WHERE c.case_key = narrow(?1) AND c.sr_uuid = ?1 ORDER BY e.seq";
const DECISIONS: &str = "SELECT d.body, d.at FROM events_by_case e JOIN decisions d ON d.event = e.seq \
    WHERE e.case_key = narrow(?1) AND e.sr_uuid = ?1 ORDER BY d.at, e.seq, d.generation";
const DRAFTS: &str = "SELECT d.id, e.id, d.rule, d.audience, d.state, d.reason, d.due_at \
    FROM events_by_case c JOIN events e ON e.seq = c.seq JOIN drafts d ON d.event = e.seq \
    WHERE c.case_key = narrow(?1) AND c.sr_uuid = ?1 ORDER BY d.seq";

/// Reads all about a case.
pub(in crate::sqlite) fn show(connection: &Connection, sr_uuid: &str) -> Result<CaseView, Failure> {
    let body: Option<Vec<u8>> =
        connection.prepare_cached(CASE)?.query_row([sr_uuid], |row| row.get(0)).optional()?;
    let events = events::of_case(connection, sr_uuid)?;
    if body.is_none() && events.is_empty() {
        return Err(StoreError::NotFound { what: "case", id: sr_uuid.to_owned() }.into());
    }
    Ok(CaseView {
        case: decode_case(Some(sr_uuid), body.as_deref())?,
        events,
        decisions: decisions(connection, sr_uuid)?,
        drafts: drafts(connection, sr_uuid)?,
        messages: messages::of_case(connection, sr_uuid)?,
    })
}

fn decisions(connection: &Connection, sr_uuid: &str) -> Result<Vec<DecisionView>, Failure> {
    let mut statement = connection.prepare_cached(DECISIONS)?;
    let rows = statement.query_map([sr_uuid], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.map(|row| events::decision(row?)).collect()
}

fn drafts(connection: &Connection, sr_uuid: &str) -> Result<Vec<DraftView>, Failure> {
    let mut statement = connection.prepare_cached(DRAFTS)?;
    let columns = |row: &Row<'_>| {
        let state: String = row.get(4)?;
        let waits = state == "waiting";
        Ok(DraftView {
            id: row.get(0)?,
            event: row.get(1)?,
            rule: row.get(2)?,
            audience: row.get(3)?,
            state,
            reason: row.get(5)?,
            due_at: row.get::<_, Option<i64>>(6)?.map(time).filter(|_| waits),
        })
    };
    let rows = statement.query_map([sr_uuid], columns)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Reads a case as it was before an event was planned: its history cut off there, and what the events before told of it.
pub(in crate::sqlite) fn before(connection: &Connection, id: EventId) -> Result<Case, Failure> {
    let found: Option<(Option<String>, Option<Vec<u8>>)> = connection
        .prepare_cached(OF_EVENT)?
        .query_row([id.0], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((sr_uuid, body)) = found else {
        return Err(StoreError::NotFound { what: "event", id: id.to_string() }.into());
    };
    let case = decode_case(sr_uuid.as_deref(), body.as_deref())?;
    let Some(position) = case.history.iter().position(|seen| seen.event == id) else { return Ok(case) };
    let events = parsed(connection, sr_uuid.as_deref().unwrap_or_default())?;
    Ok(cut(case, position, &events))
}

/// The case's events that can still be read.
fn parsed(connection: &Connection, sr_uuid: &str) -> Result<HashMap<EventId, Event>, Failure> {
    let mut statement = connection.prepare_cached(BODIES)?;
    let rows = statement.query_map([sr_uuid], |row| Ok((EventId(row.get(0)?), row.get::<_, Vec<u8>>(1)?)))?;
    let mut events = HashMap::new();
    for row in rows {
        let (id, body) = row?;
        if let Ok(event) = Event::parse(&body) {
            events.insert(id, event);
        }
    }
    Ok(events)
}

/// The case with the first `length` entries of its history alone.
fn cut(mut case: Case, length: usize, events: &HashMap<EventId, Event>) -> Case {
    let later = case.history.len().saturating_sub(length);
    case.history.truncate(length);
    case.version = case.version.saturating_sub(u64::try_from(later).unwrap_or(u64::MAX));
    (case.reference_id, case.reference_at) = (None, None);
    (case.state, case.state_at) = (None, None);
    for seen in &case.history {
        let Some(event) = events.get(&seen.event) else { continue };
        if event.reference_id.is_some() && case.reference_at.is_none_or(|known| known <= seen.at) {
            case.reference_id.clone_from(&event.reference_id);
            case.reference_at = Some(seen.at);
        }
        if let Detail::StateChange(state) = &event.detail
            && case.state_at.is_none_or(|known| known <= seen.at)
        {
            case.state = Some(state.clone());
            case.state_at = Some(seen.at);
        }
    }
    case
}
