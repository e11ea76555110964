//! Events and decisions as people see them.

use proofbell_engine::{Decision, EventId};
use rusqlite::{Connection, OptionalExtension, Row, params_from_iter};

use super::{Query, one_of};
use crate::sqlite::codec::{decode, parse, time};
use crate::sqlite::failure::Failure;
use crate::{DecisionView, EventFilter, EventView, StoreError};

const COLUMNS: &str = "SELECT e.id, e.source, e.message_id, e.name, e.event_type, e.sr_uuid, e.reference_id, \
    e.received_at, e.at, e.status, e.problem, e.generation FROM events e";
const ONE: &str = "SELECT e.id, e.source, e.message_id, e.name, e.event_type, e.sr_uuid, e.reference_id, \
    e.received_at, e.at, e.status, e.problem, e.generation, b.body \
    FROM events e LEFT JOIN event_bodies b ON b.event = e.seq WHERE e.id = ?1";
const OF_CASE: &str = "e.seq IN (SELECT c.seq FROM (SELECT ? AS id) AS wanted JOIN events_by_case c \
    ON c.case_key = narrow(wanted.id) AND c.sr_uuid = wanted.id)";
const DECISIONS: &str = "SELECT d.body, d.at FROM events e JOIN decisions d ON d.event = e.seq \
    WHERE e.id = ?1 ORDER BY d.generation";

/// An event's row, before its times are read.
pub(super) type EventRow = (EventView, Option<String>);

/// Lists events, newest first.
pub(in crate::sqlite) fn list(
    connection: &Connection,
    filter: EventFilter,
) -> Result<Vec<EventView>, Failure> {
    one_of("status", filter.status.as_deref(), &["accepted", "planned", "quarantined"])?;
    let (sql, values) = Query::new()
        .with(OF_CASE, filter.sr_uuid)
        .with("e.name = ?", filter.name)
        .with("e.status = ?", filter.status)
        .build(COLUMNS, "e.seq DESC", filter.limit);
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(values), columns)?;
    rows.map(|row| finish(row?)).collect()
}

/// Reads one event with its body and its decisions.
pub(in crate::sqlite) fn show(
    connection: &Connection,
    id: EventId,
) -> Result<(EventView, Vec<DecisionView>), Failure> {
    let with_body = |row: &Row<'_>| Ok((columns(row)?, row.get::<_, Option<Vec<u8>>>(12)?));
    let found = connection.prepare_cached(ONE)?.query_row([id.0], with_body).optional()?;
    let Some((row, body)) = found else {
        return Err(StoreError::NotFound { what: "event", id: id.to_string() }.into());
    };
    let body = body.map(|body| String::from_utf8_lossy(&body).into_owned());
    let event = EventView { body, ..finish(row)? };
    let mut statement = connection.prepare_cached(DECISIONS)?;
    let rows = statement.query_map([id.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let decisions = rows.map(|row| decision(row?)).collect::<Result<_, _>>()?;
    Ok((event, decisions))
}

/// A decision out of its row.
pub(super) fn decision((body, at): (Vec<u8>, i64)) -> Result<DecisionView, Failure> {
    let decision: Decision = decode("decision", &body)?;
    Ok(DecisionView { decision, at: time(at) })
}

/// An event out of the twelve columns above.
pub(super) fn columns(row: &Row<'_>) -> rusqlite::Result<EventRow> {
    let event = EventView {
        id: row.get(0)?,
        source: row.get(1)?,
        message_id: row.get(2)?,
        name: row.get(3)?,
        event_type: row.get(4)?,
        sr_uuid: row.get(5)?,
        reference_id: row.get(6)?,
        received_at: time(row.get(7)?),
        at: None,
        status: row.get(9)?,
        problem: row.get(10)?,
        generation: row.get(11)?,
        body: None,
    };
    Ok((event, row.get(8)?))
}

/// The event with its own time read.
pub(super) fn finish((event, at): EventRow) -> Result<EventView, Failure> {
    let at = at.map(|at| parse("event time", &at)).transpose()?;
    Ok(EventView { at, ..event })
}

/// Lists all events of a case, oldest first.
pub(super) fn of_case(connection: &Connection, sr_uuid: &str) -> Result<Vec<EventView>, Failure> {
    let sql = format!("{COLUMNS} WHERE {OF_CASE} ORDER BY e.seq");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([sr_uuid], columns)?;
    rows.map(|row| finish(row?)).collect()
}
