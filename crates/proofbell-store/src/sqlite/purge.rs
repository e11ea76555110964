//! Forgets what is past its time, a few events in a transaction so that nothing waits for it.

use std::collections::HashSet;

use jiff::Timestamp;
use rusqlite::{Connection, Params, params};

use super::accept::DROP_KEY;
use super::codec::nanos;
use super::failure::Failure;
use super::key::{Key, case_key};

/// Events looked at in one transaction.
const CHUNK: i64 = 200;

/// Events that still have a body, in their order: whether they were received before `?2`, and if so, whether all of
/// them ended before it.
pub(super) const WITH_BODY: &str = "SELECT e.seq, e.sr_uuid, e.received_at < ?2, \
    CASE WHEN e.received_at < ?2 THEN e.status <> 'accepted' \
        AND NOT EXISTS (SELECT 1 FROM drafts d WHERE d.event = e.seq \
            AND (d.state = 'waiting' OR d.look_at IS NOT NULL OR d.ended_at >= ?2)) \
        AND NOT EXISTS (SELECT 1 FROM drafts d JOIN messages m ON m.draft = d.seq WHERE d.event = e.seq \
            AND (m.ended_at IS NULL OR m.ended_at >= ?2)) \
    END \
    FROM event_bodies b JOIN events e ON e.seq = b.event WHERE b.event > ?1 ORDER BY b.event LIMIT ?3";
/// Events in their order: whether they were received before `?2`, and whether their body is gone.
pub(super) const ALL: &str = "SELECT e.seq, e.source, e.message_id, e.body_hash, e.received_at < ?2, \
    NOT EXISTS (SELECT 1 FROM event_bodies b WHERE b.event = e.seq) \
    FROM events e WHERE e.seq > ?1 ORDER BY e.seq LIMIT ?3";

/// What is personal about an event that ended: bodies, decisions (they quote payloads), recipients, addresses.
const FORGET: [&str; 6] = [
    "DELETE FROM event_bodies WHERE event = ?1",
    "DELETE FROM decisions WHERE event = ?1",
    "DELETE FROM message_bodies WHERE message IN \
        (SELECT m.seq FROM drafts d JOIN messages m ON m.draft = d.seq WHERE d.event = ?1)",
    "UPDATE messages SET reach = NULL, address_key = NULL, thread_key = NULL WHERE draft IN (SELECT seq FROM drafts WHERE event = ?1)",
    "DELETE FROM reaches WHERE draft IN (SELECT seq FROM drafts WHERE event = ?1)",
    "UPDATE drafts SET body = NULL WHERE event = ?1",
];
const FORGET_CASE: &str = "DELETE FROM cases WHERE key = narrow(?1) AND sr_uuid = ?1 AND updated_at < ?2 AND NOT EXISTS \
    (SELECT 1 FROM events e INDEXED BY events_of_case JOIN event_bodies b ON b.event = e.seq \
    WHERE e.case_key = narrow(?1) AND e.sr_uuid = ?1 AND e.status <> 'accepted')";
/// The cases of events that wait, which stay. They are asked for once and not for each case: there may be many.
pub(super) const WAITING_CASES: &str = "SELECT case_key FROM events INDEXED BY events_unplanned \
    WHERE status = 'accepted' AND case_key IS NOT NULL";
/// What is left of an event afterwards.
const DROP: [&str; 5] = [
    "DELETE FROM reports WHERE message IN \
        (SELECT m.seq FROM drafts d JOIN messages m ON m.draft = d.seq WHERE d.event = ?1)",
    "DELETE FROM attempts WHERE message IN \
        (SELECT m.seq FROM drafts d JOIN messages m ON m.draft = d.seq WHERE d.event = ?1)",
    "DELETE FROM messages WHERE draft IN (SELECT seq FROM drafts WHERE event = ?1)",
    "DELETE FROM drafts WHERE event = ?1",
    "DELETE FROM events WHERE seq = ?1",
];
/// Messages of no draft, by `?1`; there are few.
const FORGET_LOOSE: [&str; 2] = [
    "DELETE FROM message_bodies WHERE message IN (SELECT seq FROM messages INDEXED BY messages_of_no_draft \
        WHERE draft IS NULL AND ended_at < ?1)",
    "UPDATE messages INDEXED BY messages_of_no_draft SET address_key = NULL \
        WHERE draft IS NULL AND ended_at < ?1 AND address_key IS NOT NULL",
];
const DROP_LOOSE: [&str; 3] = [
    "DELETE FROM reports WHERE message IN (SELECT m.seq FROM messages m INDEXED BY messages_of_no_draft \
        WHERE m.draft IS NULL AND m.ended_at < ?1 \
        AND NOT EXISTS (SELECT 1 FROM message_bodies b WHERE b.message = m.seq))",
    "DELETE FROM attempts WHERE message IN (SELECT m.seq FROM messages m INDEXED BY messages_of_no_draft \
        WHERE m.draft IS NULL AND m.ended_at < ?1 \
        AND NOT EXISTS (SELECT 1 FROM message_bodies b WHERE b.message = m.seq))",
    "DELETE FROM messages INDEXED BY messages_of_no_draft WHERE draft IS NULL AND ended_at < ?1 \
        AND NOT EXISTS (SELECT 1 FROM message_bodies b WHERE b.message = messages.seq)",
];
const DROP_SUPPRESSIONS: &str = "DELETE FROM suppressions WHERE until < ?1";
const DROP_THREADS: &str = "DELETE FROM threads WHERE at < ?1";

/// What is forgotten.
#[derive(Clone, Copy, Debug)]
pub(super) enum Pass {
    /// Bodies, addresses and whatever else is personal, of what ended before then.
    Contents(Timestamp),
    /// All that is left, deduplication keys included, of what was received before then.
    Rest(Timestamp),
}

/// What one transaction forgot.
pub(super) struct Chunk {
    /// Events forgotten.
    pub(super) gone: u64,
    /// Where the next transaction goes on; `None` when all is done.
    pub(super) next: Option<i64>,
}

/// Forgets among the next events after `after`.
pub(super) fn chunk(connection: &Connection, pass: Pass, after: i64) -> Result<Chunk, Failure> {
    match pass {
        Pass::Contents(before) => contents(connection, nanos(before), after),
        Pass::Rest(before) => rest(connection, nanos(before), after),
    }
}

fn contents(connection: &Connection, before: i64, after: i64) -> Result<Chunk, Failure> {
    let mut statement = connection.prepare_cached(WITH_BODY)?;
    let rows = statement.query_map(params![after, before, CHUNK], |row| {
        Ok((row.get(0)?, row.get::<_, Option<String>>(1)?, row.get(2)?, row.get::<_, Option<bool>>(3)?))
    })?;
    let rows: Vec<(i64, Option<String>, bool, Option<bool>)> = rows.collect::<Result<_, _>>()?;
    let old = rows.iter().take_while(|(_, _, old, _)| *old).count();
    let mut chunk = Chunk { gone: 0, next: next(&rows, old, |row| row.0) };
    let waiting = match old {
        0 => HashSet::new(),
        _ => waiting_cases(connection)?,
    };
    for (event, sr_uuid, _, ended) in rows.into_iter().take(old) {
        if ended == Some(true) {
            run_all(connection, &FORGET, [event])?;
            if sr_uuid.as_deref().is_some_and(|id| !waiting.contains(&case_key(id))) {
                connection.prepare_cached(FORGET_CASE)?.execute(params![sr_uuid, before])?;
            }
            chunk.gone += 1;
        }
    }
    Ok(chunk)
}

fn waiting_cases(connection: &Connection) -> Result<HashSet<[u8; 8]>, Failure> {
    let mut statement = connection.prepare_cached(WAITING_CASES)?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn rest(connection: &Connection, before: i64, after: i64) -> Result<Chunk, Failure> {
    let mut statement = connection.prepare_cached(ALL)?;
    let rows = statement.query_map(params![after, before, CHUNK], |row| {
        let keys = Keys { source: row.get(1)?, message_id: row.get(2)?, body_hash: row.get(3)? };
        Ok((row.get(0)?, keys, row.get(4)?, row.get(5)?))
    })?;
    let rows: Vec<(i64, Keys, bool, bool)> = rows.collect::<Result<_, _>>()?;
    let old = rows.iter().take_while(|(_, _, old, _)| *old).count();
    let mut chunk = Chunk { gone: 0, next: next(&rows, old, |row| row.0) };
    for (event, keys, _, forgotten) in rows.into_iter().take(old) {
        if forgotten {
            keys.drop(connection, event)?;
            run_all(connection, &DROP, [event])?;
            chunk.gone += 1;
        }
    }
    Ok(chunk)
}

/// Where to go on: behind the last row, unless rows are too young from here on, or there are no more.
fn next<R>(rows: &[R], old: usize, seq: impl Fn(&R) -> i64) -> Option<i64> {
    let full = i64::try_from(rows.len()).is_ok_and(|read| read == CHUNK);
    rows.last().filter(|_| full && old == rows.len()).map(seq)
}

/// What an event's deduplication keys are made of.
struct Keys {
    source: String,
    message_id: Option<String>,
    body_hash: Vec<u8>,
}

impl Keys {
    /// Drops those that are this event's: another one may own the message id.
    fn drop(&self, connection: &Connection, event: i64) -> Result<(), Failure> {
        let mut statement = connection.prepare_cached(DROP_KEY)?;
        statement.execute(params![Key::of_body(&self.source, &self.body_hash).narrow(), event])?;
        if let Some(id) = &self.message_id {
            statement.execute(params![Key::of_message_id(&self.source, id).narrow(), event])?;
        }
        Ok(())
    }
}

/// Forgets messages of no draft, and what is remembered of addresses for no longer than that.
pub(super) fn loose(connection: &Connection, bodies: Timestamp, keys: Timestamp) -> Result<u64, Failure> {
    let gone = run_all(connection, &FORGET_LOOSE[..1], [nanos(bodies)])?;
    run_all(connection, &FORGET_LOOSE[1..], [nanos(bodies)])?;
    run_all(connection, &DROP_LOOSE, [nanos(keys)])?;
    connection.prepare_cached(DROP_SUPPRESSIONS)?.execute([nanos(bodies)])?;
    connection.prepare_cached(DROP_THREADS)?.execute([nanos(bodies)])?;
    Ok(gone)
}

/// Runs each statement with the same values; says how many rows changed in all.
fn run_all(connection: &Connection, statements: &[&str], values: impl Params + Copy) -> Result<u64, Failure> {
    let mut changed = 0;
    for sql in statements {
        changed += connection.prepare_cached(sql)?.execute(values)?;
    }
    Ok(u64::try_from(changed).unwrap_or(u64::MAX))
}
