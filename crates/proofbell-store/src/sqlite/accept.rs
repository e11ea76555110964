//! Events come in, are told from those seen before, and are put back for another planning.

use jiff::Timestamp;
use proofbell_engine::EventId;
use proofbell_event::MessageId;
use rusqlite::{Connection, OptionalExtension, params};

use super::batch::Desk;
use super::codec::{encode, nanos};
use super::failure::Failure;
use super::key::{Key, case_key};
use super::young::Keys;
use crate::{Acceptance, NewEvent, Shape, StoreError};

/// The event that has this body, and the one that has this message id.
pub(super) const KNOWN: &str = "SELECT true, e.id FROM delivery_keys k JOIN events e ON e.seq = k.event \
    WHERE k.key = ?1 AND e.source = ?3 AND e.body_hash = ?4 \
    UNION ALL SELECT false, e.id FROM delivery_keys k JOIN events e ON e.seq = k.event \
    WHERE k.key = ?2 AND e.source = ?3 AND e.message_id = ?5";
const INSERT: &str = "INSERT INTO events (id, source, message_id, body_hash, received_at, status, name, \
    event_type, sr_uuid, reference_id, at, problem, case_key) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
const INSERT_BODY: &str = "INSERT INTO event_bodies (event, headers, body) VALUES (?1, ?2, ?3)";
const TAKE_BACK: [&str; 2] =
    ["DELETE FROM event_bodies WHERE event = ?1", "DELETE FROM events WHERE seq = ?1"];
pub(super) const DROP_KEY: &str = "DELETE FROM delivery_keys WHERE key = ?1 AND event = ?2";
const TO_REPLAY: &str = "SELECT e.seq, e.status, e.generation, b.event IS NOT NULL \
    FROM events e LEFT JOIN event_bodies b ON b.event = e.seq WHERE e.id = ?1";
const REPLAY: &str = "UPDATE events SET status = 'accepted', generation = ?2, name = ?3, event_type = ?4, \
    sr_uuid = ?5, reference_id = ?6, at = ?7, problem = NULL, case_key = ?8 WHERE seq = ?1";

/// An event as it is to be written. Made before the writing thread sees it: whatever can be done elsewhere is.
pub(super) struct Arrival {
    event: NewEvent,
    headers: Vec<u8>,
    body_key: Key,
    id_key: Option<Key>,
    case_key: Option<[u8; 8]>,
    at: Option<String>,
}

impl Arrival {
    pub(super) fn new(event: NewEvent) -> Result<Arrival, StoreError> {
        let columns = Columns::of(&event.shape);
        let id_key = |id: &MessageId| Key::of_message_id(&event.source, id.as_str());
        Ok(Arrival {
            headers: encode("header", &event.headers)?,
            body_key: Key::of_body(&event.source, &event.body_hash),
            id_key: event.message_id.as_ref().map(id_key),
            case_key: columns.sr_uuid.map(case_key),
            at: columns.at.map(|at| at.to_string()),
            event,
        })
    }

    /// About how large its texts are.
    pub(super) fn bytes(&self) -> usize {
        self.event.body.len() + self.headers.len()
    }

    fn message_id(&self) -> Option<&str> {
        self.event.message_id.as_ref().map(AsRef::as_ref)
    }
}

/// Keeps an event, unless it was seen before; leaves nothing behind when it fails.
pub(super) fn accept(desk: &mut Desk<'_>, arrival: &Arrival) -> Result<Acceptance, Failure> {
    let Arrival { event, body_key, id_key, .. } = arrival;
    let known = known(desk, arrival)?;
    if let Some(first) = known.body {
        return Ok(Acceptance::Duplicate(first));
    }
    let id_known = known.by_id;
    let problem = match &event.shape {
        Shape::Malformed(problem) => Some(problem.as_str()),
        Shape::Event { .. } if id_known => Some("message id was seen before with another body"),
        Shape::Event { .. } => None,
    };
    if problem.is_none() && desk.young.is_full() {
        return Err(StoreError::Busy("too many events wait for planning".to_owned()).into());
    }
    let keys = [Some(*body_key), id_key.filter(|_| !id_known)];
    let mark = desk.young.mark();
    let seq = insert(desk.connection, arrival, problem)?;
    let mut complete = || {
        desk.connection.prepare_cached(INSERT_BODY)?.execute(params![seq, arrival.headers, event.body])?;
        desk.young.add(seq, event.id, keys);
        match problem {
            Some(_) => desk.young.keep(desk.connection, seq).map(|()| Acceptance::Quarantined(event.id)),
            None => Ok(Acceptance::Accepted(event.id)),
        }
    };
    complete().map_err(|failure| {
        desk.young.undo_to(mark);
        take_back(desk.connection, seq, keys, failure)
    })
}

/// Undoes by hand what was written of an event; the failure, or a larger one when that fails too.
fn take_back(connection: &Connection, seq: i64, keys: Keys, failure: Failure) -> Failure {
    let undo = || -> Result<(), Failure> {
        for key in keys.iter().flatten() {
            connection.prepare_cached(DROP_KEY)?.execute(params![key.narrow(), seq])?;
        }
        for sql in TAKE_BACK {
            connection.prepare_cached(sql)?.execute([seq])?;
        }
        Ok(())
    };
    match failure {
        lost @ Failure::Transaction(_) => lost,
        // SQLite has rolled back by itself.
        Failure::Item(error) if connection.is_autocommit() => Failure::Transaction(error),
        failure @ Failure::Item(_) => {
            undo().err().map_or(failure, |error| Failure::Transaction(error.into_error()))
        }
    }
}

fn insert(connection: &Connection, arrival: &Arrival, problem: Option<&str>) -> Result<i64, Failure> {
    let event = &arrival.event;
    let columns = Columns::of(&event.shape);
    let status = if problem.is_some() { "quarantined" } else { "accepted" };
    let seq = connection.prepare_cached(INSERT)?.insert(params![
        event.id.0,
        event.source,
        arrival.message_id(),
        event.body_hash,
        nanos(event.received_at),
        status,
        columns.name,
        columns.event_type,
        columns.sr_uuid,
        columns.reference_id,
        arrival.at,
        problem,
        arrival.case_key,
    ])?;
    Ok(seq)
}

/// Which event has the same body, and whether one has the same message id.
#[derive(Default)]
struct Known {
    body: Option<EventId>,
    by_id: bool,
}

fn known(desk: &Desk<'_>, arrival: &Arrival) -> Result<Known, Failure> {
    let Arrival { event, body_key, id_key, .. } = arrival;
    let young = |key: &Key| desk.young.event(key);
    let mut known = Known { body: young(body_key), by_id: id_key.as_ref().and_then(young).is_some() };
    if known.body.is_some() {
        return Ok(known);
    }
    let mut statement = desk.connection.prepare_cached(KNOWN)?;
    let id = id_key.as_ref().map(Key::narrow);
    let values =
        params![body_key.narrow(), id, event.source, event.body_hash.as_slice(), arrival.message_id()];
    let mut rows = statement.query(values)?;
    while let Some(row) = rows.next()? {
        match row.get(0)? {
            true => known.body = Some(EventId(row.get(1)?)),
            false => known.by_id = true,
        }
    }
    Ok(known)
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
        columns.sr_uuid.map(case_key),
    ])?;
    Ok(next)
}

/// Puts an event aside that waits for planning but cannot be planned.
pub(super) fn set_aside(desk: &mut Desk<'_>, id: EventId, problem: &str) -> Result<(), Failure> {
    const SET_ASIDE: &str = "UPDATE events SET status = 'quarantined', problem = ?2 \
        WHERE id = ?1 AND status = 'accepted' RETURNING seq";
    let seq: Option<i64> = desk
        .connection
        .prepare_cached(SET_ASIDE)?
        .query_row(params![id.0, problem], |row| row.get(0))
        .optional()?;
    seq.map_or(Ok(()), |seq| desk.young.keep(desk.connection, seq))
}
