//! What providers tell later: it moves a message on, or changes what is remembered of an address.

use jiff::Timestamp;
use proofbell_notify::About;
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use super::codec::nanos;
use super::failure::Failure;
use super::fallbacks::wake;
use super::messages::{StateColumns, address_key, ended_columns};
use super::records::remember;
use crate::{Ended, Memory, Remember, Reported, SuppressionKind, Then, Told};

pub(super) const FIND: &str = "SELECT seq, draft, state, code, attempts, attempts > retried_after, address_key FROM messages \
    WHERE id = ?1 AND channel = ?2";
const MOVE: &str = "UPDATE messages SET state = ?2, code = ?3, reason = ?4, ended_at = ?5, lease_until = NULL \
    WHERE seq = ?1";
/// The attempt under way has no other end: who makes it will find that the message is not theirs any more.
const END_ATTEMPT: &str = "UPDATE attempts SET ended_at = ?3, outcome = 'reported', reason = ?4 \
    WHERE message = ?1 AND number = ?2 AND ended_at IS NULL";
const LAST: &str = "SELECT number, news, reason FROM reports WHERE message = ?1 ORDER BY number DESC LIMIT 1";
const KEEP: &str =
    "INSERT INTO reports (message, number, at, news, reason, result) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
const FORGET: &str = "DELETE FROM suppressions WHERE key = ?1 AND kind = ?2";
/// Reports kept of one message: whoever repeats them differently for ever must not fill the disk.
const MOST: u32 = 32;

struct Found {
    seq: i64,
    draft: Option<i64>,
    state: String,
    code: Option<String>,
    attempts: u32,
    /// Whether it was tried since a person put it on the queue, or ever.
    tried: bool,
    address_key: Option<[u8; 32]>,
}

/// Takes in one report.
pub(super) fn report(connection: &Connection, told: &Told) -> Result<Reported, Failure> {
    match &told.about {
        About::Message(id) => of_message(connection, *id, told),
        About::Address(address) => of_address(connection, &address_key(&told.channel, address), told),
    }
}

fn of_message(connection: &Connection, id: Uuid, told: &Told) -> Result<Reported, Failure> {
    let found = connection.prepare_cached(FIND)?.query_row(params![id, told.channel], found).optional()?;
    let Some(message) = found else { return Ok(Reported::NoSuchMessage) };
    let mut result = judge(&message, &told.then);
    if result == Reported::Applied {
        go_on(connection, &message, told)?;
    }
    if let (Some(memory), Some(key)) = (&told.memory, &message.address_key)
        && holds(memory, result)
    {
        let changed = change_memory(connection, key, memory, told.at)?;
        if changed && result == Reported::TooLate {
            result = Reported::Applied;
        }
    }
    keep(connection, &message, told, result)?;
    Ok(result)
}

fn found(row: &Row<'_>) -> rusqlite::Result<Found> {
    Ok(Found {
        seq: row.get(0)?,
        draft: row.get(1)?,
        state: row.get(2)?,
        code: row.get(3)?,
        attempts: row.get(4)?,
        tried: row.get(5)?,
        address_key: row.get(6)?,
    })
}

/// Whether a report still says something of a message: one that left us, and of which nothing better is known.
fn judge(message: &Found, then: &Then) -> Reported {
    let left_us = match message.state.as_str() {
        "sent" => true,
        "claimed" | "queued" => message.tried,
        "dead" => message.code.as_deref() == Some("unknown"),
        _ => false,
    };
    match then {
        Then::Nothing => Reported::TooLate,
        Then::Delivered | Then::End(_) if left_us => Reported::Applied,
        Then::Delivered if message.state == "delivered" => Reported::Repeated,
        Then::End(Ended::Suppressed { code, .. } | Ended::Dead { code, .. })
            if message.code.as_ref() == Some(code) =>
        {
            Reported::Repeated
        }
        Then::Delivered | Then::End(_) => Reported::TooLate,
    }
}

/// Whether what is said of the address is to be remembered. A stop always; that it is bad only when it is news, for a provider that
/// repeats itself must not make it last for ever, nor undo that a person said it is mended.
fn holds(memory: &Memory, result: Reported) -> bool {
    match memory {
        Memory::Keep(Remember { kind: SuppressionKind::BadAddress, .. }) => result == Reported::Applied,
        Memory::Keep(Remember { kind: SuppressionKind::OptedOut, .. }) | Memory::Forget(_) => true,
    }
}

fn go_on(connection: &Connection, message: &Found, told: &Told) -> Result<(), Failure> {
    let columns = match &told.then {
        Then::End(ended) => ended_columns(ended),
        Then::Delivered => StateColumns { state: "delivered", code: None, reason: None },
        Then::Nothing => return Ok(()),
    };
    let at = nanos(told.at);
    if message.state == "claimed" {
        let reason = format!("told before the answer was kept: {}", told.news);
        connection.prepare_cached(END_ATTEMPT)?.execute(params![
            message.seq,
            message.attempts,
            at,
            reason
        ])?;
    }
    let values = params![message.seq, columns.state, columns.code, columns.reason, at];
    connection.prepare_cached(MOVE)?.execute(values)?;
    match (&told.then, message.draft) {
        (Then::End(_), Some(draft)) => wake(connection, draft, told.at),
        _ => Ok(()),
    }
}

/// Keeps what was told; what changed nothing only when it is not the same as the last time, nor one of a heap.
fn keep(connection: &Connection, message: &Found, told: &Told, result: Reported) -> Result<(), Failure> {
    let columns = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    let last: Option<(u32, String, Option<String>)> =
        connection.prepare_cached(LAST)?.query_row([message.seq], columns).optional()?;
    let number = match last {
        Some((number, news, reason)) => {
            let again = news == told.news && reason == told.reason;
            if result != Reported::Applied && (again || number >= MOST) {
                return Ok(());
            }
            number + 1
        }
        None => 1,
    };
    connection.prepare_cached(KEEP)?.execute(params![
        message.seq,
        number,
        nanos(told.at),
        told.news,
        told.reason,
        result.as_str()
    ])?;
    Ok(())
}

fn of_address(connection: &Connection, key: &[u8; 32], told: &Told) -> Result<Reported, Failure> {
    let Some(memory) = &told.memory else { return Ok(Reported::TooLate) };
    Ok(match change_memory(connection, key, memory, told.at)? {
        true => Reported::Applied,
        false => Reported::Repeated,
    })
}

/// Changes what is remembered of an address; says whether anything is different now.
fn change_memory(
    connection: &Connection,
    key: &[u8; 32],
    memory: &Memory,
    at: Timestamp,
) -> Result<bool, Failure> {
    match memory {
        Memory::Keep(what) => {
            let before = kind(connection, key)?;
            remember(connection, key, what, at)?;
            Ok(kind(connection, key)? != before)
        }
        Memory::Forget(kind) => {
            Ok(connection.prepare_cached(FORGET)?.execute(params![key, word(*kind)])? > 0)
        }
    }
}

fn kind(connection: &Connection, key: &[u8; 32]) -> Result<Option<String>, Failure> {
    const KIND: &str = "SELECT kind FROM suppressions WHERE key = ?1";
    Ok(connection.prepare_cached(KIND)?.query_row([key], |row| row.get(0)).optional()?)
}

/// The word for what is remembered.
pub(super) fn word(kind: SuppressionKind) -> &'static str {
    match kind {
        SuppressionKind::BadAddress => "bad_address",
        SuppressionKind::OptedOut => "opted_out",
    }
}
