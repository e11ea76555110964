//! Events come in, are told from those seen before, and are put back for another planning.

use jiff::Timestamp;
use proofbell_engine::EventId;
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::codec::nanos;
use super::failure::Failure;
use crate::{Acceptance, NewEvent, Shape, StoreError};

const KNOWN_KEY: &str = "SELECT e.id FROM delivery_keys k JOIN events e ON e.seq = k.event WHERE k.key = ?1";
const INSERT: &str = "INSERT INTO events (id, source, message_id, body_hash, received_at, status, name, \
    event_type, sr_uuid, reference_id, at, problem) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
const INSERT_BODY: &str = "INSERT INTO event_bodies (event, headers, body) VALUES (?1, ?2, ?3)";
const INSERT_KEY: &str = "INSERT INTO delivery_keys (key, event) VALUES (?1, ?2)";
const TO_REPLAY: &str = "SELECT e.seq, e.status, e.generation, b.event IS NOT NULL \
    FROM events e LEFT JOIN event_bodies b ON b.event = e.seq WHERE e.id = ?1";
const REPLAY: &str = "UPDATE events SET status = 'accepted', generation = ?2, name = ?3, event_type = ?4, \
    sr_uuid = ?5, reference_id = ?6, at = ?7, problem = NULL WHERE seq = ?1";

/// Keeps an event, unless it was seen before. `headers` are encoded already.
pub(super) fn accept(
    connection: &Connection,
    event: &NewEvent,
    headers: &[u8],
) -> Result<Acceptance, Failure> {
    let body_key = body_key(&event.source, &event.body_hash);
    if let Some(first) = known(connection, &body_key)? {
        return Ok(Acceptance::Duplicate(first));
    }
    let id_key = event.message_id.as_ref().map(|id| id_key(&event.source, id.as_str()));
    let id_known = match &id_key {
        Some(key) => known(connection, key)?.is_some(),
        None => false,
    };
    let problem = match &event.shape {
        Shape::Malformed(problem) => Some(problem.as_str()),
        Shape::Event { .. } if id_known => Some("message id was seen before with another body"),
        Shape::Event { .. } => None,
    };
    let seq = insert(connection, event, problem)?;
    connection.prepare_cached(INSERT_BODY)?.execute(params![seq, headers, event.body])?;
    connection.prepare_cached(INSERT_KEY)?.execute(params![body_key, seq])?;
    if let Some(key) = id_key.filter(|_| !id_known) {
        connection.prepare_cached(INSERT_KEY)?.execute(params![key, seq])?;
    }
    Ok(match problem {
        Some(_) => Acceptance::Quarantined(event.id),
        None => Acceptance::Accepted(event.id),
    })
}

fn insert(connection: &Connection, event: &NewEvent, problem: Option<&str>) -> Result<i64, Failure> {
    let columns = Columns::of(&event.shape);
    let status = if problem.is_some() { "quarantined" } else { "accepted" };
    let seq = connection.prepare_cached(INSERT)?.insert(params![
        event.id.0,
        event.source,
        event.message_id.as_ref().map(AsRef::<str>::as_ref),
        event.body_hash,
        nanos(event.received_at),
        status,
        columns.name,
        columns.event_type,
        columns.sr_uuid,
        columns.reference_id,
        columns.at.map(|at| at.to_string()),
        problem,
    ])?;
    Ok(seq)
}

fn known(connection: &Connection, key: &[u8]) -> Result<Option<EventId>, Failure> {
    let id: Option<Uuid> =
        connection.prepare_cached(KNOWN_KEY)?.query_row([key], |row| row.get(0)).optional()?;
    Ok(id.map(EventId))
}

/// The key under which a body is known: 32 bytes after the source, so no message id's key can look like it.
pub(super) fn body_key(source: &str, hash: &[u8]) -> Vec<u8> {
    key(b'b', source, hash)
}

/// The key under which a message id is known.
pub(super) fn id_key(source: &str, message_id: &str) -> Vec<u8> {
    key(b'i', source, message_id.as_bytes())
}

fn key(kind: u8, source: &str, rest: &[u8]) -> Vec<u8> {
    let mut key = Vec::with_capacity(source.len() + rest.len() + 2);
    key.push(kind);
    key.extend_from_slice(source.as_bytes());
    // A source's name comes from a TOML key and a message id is visible ASCII: neither holds a zero.
    key.push(0);
    key.extend_from_slice(rest);
    key
}

/// What a shape says, column by column.
#[derive(Default)]
struct Columns<'a> {
    name: Option<&'static str>,
    event_type: Option<&'a str>,
    sr_uuid: Option<&'a str>,
    reference_id: Option<&'a str>,
    at: Option<Timestamp>,
}

impl<'a> Columns<'a> {
    fn of(shape: &'a Shape) -> Columns<'a> {
        match shape {
            Shape::Malformed(_) => Columns::default(),
            Shape::Event { name, event_type, sr_uuid, reference_id, at } => Columns {
                name: Some(name.as_str()),
                event_type: Some(event_type),
                sr_uuid: sr_uuid.as_ref().map(AsRef::as_ref),
                reference_id: reference_id.as_deref(),
                at: Some(*at),
            },
        }
    }
}

/// Puts an event back for planning, one generation up; says which.
pub(super) fn replay(connection: &Connection, id: EventId, shape: &Shape) -> Result<u32, Failure> {
    let found = connection
        .prepare_cached(TO_REPLAY)?
        .query_row([id.0], |row| {
            Ok((
                row.get::<_, i64>(0)?,
                row.get::<_, String>(1)?,
                row.get::<_, u32>(2)?,
                row.get::<_, bool>(3)?,
            ))
        })
        .optional()?;
    let Some((seq, status, generation, has_body)) = found else {
        return Err(StoreError::NotFound { what: "event", id: id.to_string() }.into());
    };
    let refused = |problem: String| Err(StoreError::Refused(format!("event `{id}` {problem}")).into());
    if status == "accepted" {
        return refused("waits for planning already".to_owned());
    }
    if !has_body {
        return refused("is past `keep`: its body is gone".to_owned());
    }
    if let Shape::Malformed(problem) = shape {
        return refused(format!("still cannot be read: {problem}"));
    }
    let columns = Columns::of(shape);
    let next = generation.saturating_add(1);
    connection.prepare_cached(REPLAY)?.execute(params![
        seq,
        next,
        columns.name,
        columns.event_type,
        columns.sr_uuid,
        columns.reference_id,
        columns.at.map(|at| at.to_string()),
    ])?;
    Ok(next)
}

/// Puts an event aside that waits for planning but cannot be planned.
pub(super) fn set_aside(connection: &Connection, id: EventId, problem: &str) -> Result<(), Failure> {
    const SET_ASIDE: &str =
        "UPDATE events SET status = 'quarantined', problem = ?2 WHERE id = ?1 AND status = 'accepted'";
    connection.prepare_cached(SET_ASIDE)?.execute(params![id.0, problem])?;
    Ok(())
}
