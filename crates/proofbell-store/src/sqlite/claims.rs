//! Claims: which messages are ours to send, and which no process holds any more.

use std::time::Duration;

use jiff::Timestamp;
use proofbell_engine::EventId;
use proofbell_notify::Message;
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};
use uuid::Uuid;

use super::codec::{decode, limit, nanos, parse, time};
use super::failure::Failure;
use super::threads;
use crate::{
    ClaimOnly, ClaimRequest, Claimed, Ended, Finish, Next, Orphans, StoreError, Suppression, SuppressionKind,
};

/// How long a claim that was taken over holds, until its outcome must be recorded: 5 minutes.
pub(super) const ORPHAN_LEASE: Duration = Duration::from_secs(300);

/// A query for messages with all that sending asks for; `?1` is the clock.
macro_rules! claimable {
    ($index:literal, $condition:literal) => {
        concat!(
            "SELECT m.seq, m.id, m.channel, m.epoch, m.tries, m.attempts, m.event_name, m.event_at, m.send_stale, ",
            "m.expires_at, e.id, b.body, c.body, s.kind, s.reason, s.since, m.thread_key, t.first FROM messages m INDEXED BY ",
            $index,
            " LEFT JOIN message_bodies b ON b.message = m.seq LEFT JOIN events e ON e.seq = m.event ",
            "LEFT JOIN cases c ON c.key = narrow(m.sr_uuid) AND c.sr_uuid = m.sr_uuid LEFT JOIN suppressions s ON s.key = m.address_key ",
            "AND (s.until IS NULL OR s.until > ?1) LEFT JOIN threads t ON t.key = m.thread_key WHERE ",
            $condition
        )
    };
}

pub(super) const DUE: &str = claimable!(
    "messages_due",
    "m.state = 'queued' AND m.channel = ?2 AND m.due_at <= ?1 ORDER BY m.due_at LIMIT ?3"
);
pub(super) const EXPIRED: &str = claimable!(
    "messages_expiring",
    "m.state = 'queued' AND m.channel = ?2 AND m.expires_at <= ?1 ORDER BY m.expires_at LIMIT ?3"
);
pub(super) const ORPHANS: &str =
    claimable!("messages_claimed", "m.state = 'claimed' AND m.lease_until <= ?2 ORDER BY m.seq");
pub(super) const NEXT_DUE: &str = "SELECT due_at FROM messages INDEXED BY messages_due \
    WHERE state = 'queued' AND channel = ?1 ORDER BY due_at LIMIT 1";
pub(super) const NEXT_EXPIRING: &str = "SELECT expires_at FROM messages INDEXED BY messages_expiring \
    WHERE state = 'queued' AND channel = ?1 ORDER BY expires_at LIMIT 1";
const CLAIM: &str = "UPDATE messages SET state = 'claimed', epoch = ?2, tries = ?3, attempts = ?4, lease_until = ?5 \
    WHERE seq = ?1";
const ATTEMPT: &str = "INSERT INTO attempts (message, number, at) VALUES (?1, ?2, ?3)";
const TAKE_OVER: &str = "UPDATE messages SET epoch = ?2, lease_until = ?3 WHERE seq = ?1";

/// A claimed message, before it is decoded.
pub(super) struct ClaimedRow {
    seq: i64,
    id: Uuid,
    channel: String,
    epoch: u64,
    tries: u32,
    attempts: u32,
    event_name: String,
    event_at: String,
    send_stale: bool,
    expires_at: i64,
    event: Option<Uuid>,
    message: Option<Vec<u8>>,
    case: Option<Vec<u8>>,
    suppression: Option<Suppression>,
    thread_key: Option<[u8; 32]>,
    first: Option<String>,
}

/// Claims messages of a channel, and says when the next one is due when it took all that are.
pub(super) fn claim(
    connection: &Connection,
    request: &ClaimRequest,
) -> Result<(Vec<ClaimedRow>, Option<Timestamp>), Failure> {
    let sql = match request.only {
        ClaimOnly::Due => DUE,
        ClaimOnly::Expired => EXPIRED,
    };
    let now = nanos(request.now);
    let mut rows = read(connection, sql, params![now, request.channel, limit(request.limit)])?;
    let lease_until = lease_end(request.now, request.lease);
    if request.only == ClaimOnly::Due {
        threads::hold_back(connection, &mut rows, request)?;
    }
    for row in &mut rows {
        row.epoch += 1;
        row.tries = row.tries.saturating_add(1);
        row.attempts = row.attempts.saturating_add(1);
        let values = params![row.seq, epoch(row.epoch), row.tries, row.attempts, lease_until];
        connection.prepare_cached(CLAIM)?.execute(values)?;
        connection.prepare_cached(ATTEMPT)?.execute(params![row.seq, row.attempts, now])?;
    }
    let next_due = match rows.len() < request.limit {
        true => next(connection, request)?,
        false => None,
    };
    Ok((rows, next_due))
}

/// Takes over claims that no process holds any more, under a new epoch and without counting an attempt.
pub(super) fn orphans(
    connection: &Connection,
    now: Timestamp,
    which: Orphans,
) -> Result<Vec<ClaimedRow>, Failure> {
    let until = match which {
        Orphans::Expired => nanos(now),
        Orphans::All => i64::MAX,
    };
    let mut rows = read(connection, ORPHANS, params![nanos(now), until])?;
    let lease_until = lease_end(now, ORPHAN_LEASE);
    for row in &mut rows {
        row.epoch += 1;
        connection.prepare_cached(TAKE_OVER)?.execute(params![row.seq, epoch(row.epoch), lease_until])?;
    }
    Ok(rows)
}

fn read(connection: &Connection, sql: &str, values: &[&dyn ToSql]) -> Result<Vec<ClaimedRow>, Failure> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(values, columns)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn columns(row: &Row<'_>) -> rusqlite::Result<ClaimedRow> {
    Ok(ClaimedRow {
        seq: row.get(0)?,
        id: row.get(1)?,
        channel: row.get(2)?,
        epoch: u64::try_from(row.get::<_, i64>(3)?).unwrap_or(0),
        tries: row.get(4)?,
        attempts: row.get(5)?,
        event_name: row.get(6)?,
        event_at: row.get(7)?,
        send_stale: row.get(8)?,
        expires_at: row.get(9)?,
        event: row.get(10)?,
        message: row.get(11)?,
        case: row.get(12)?,
        suppression: suppression(row, 13)?,
        thread_key: row.get(16)?,
        first: row.get(17)?,
    })
}

fn suppression(row: &Row<'_>, from: usize) -> rusqlite::Result<Option<Suppression>> {
    let Some(kind) = row.get::<_, Option<String>>(from)? else { return Ok(None) };
    let kind = match kind.as_str() {
        "opted_out" => SuppressionKind::OptedOut,
        _ => SuppressionKind::BadAddress,
    };
    Ok(Some(Suppression { kind, reason: row.get(from + 1)?, since: time(row.get(from + 2)?) }))
}

fn next(connection: &Connection, request: &ClaimRequest) -> Result<Option<Timestamp>, Failure> {
    let sql = match request.only {
        ClaimOnly::Due => NEXT_DUE,
        ClaimOnly::Expired => NEXT_EXPIRING,
    };
    let next: Option<i64> =
        connection.prepare_cached(sql)?.query_row([&request.channel], |row| row.get(0)).optional()?;
    Ok(next.map(time))
}

fn lease_end(now: Timestamp, lease: Duration) -> i64 {
    nanos(now.checked_add(lease).unwrap_or(Timestamp::MAX))
}

/// An epoch, as SQLite takes it.
pub(super) fn epoch(epoch: u64) -> i64 {
    i64::try_from(epoch).unwrap_or(i64::MAX)
}

impl ClaimedRow {
    /// Its row.
    pub(super) fn seq(&self) -> i64 {
        self.seq
    }

    /// The thread that it would begin; `None` when it answers another message, or stands alone.
    pub(super) fn begins(&self) -> Option<&[u8; 32]> {
        self.thread_key.as_ref().filter(|_| self.first.is_none())
    }

    /// The claimed message; or, when it cannot be read, the record that ends it.
    pub(super) fn decode(self, now: Timestamp) -> Result<Claimed, Box<Finish>> {
        let (id, epoch) = (self.id, self.epoch);
        self.decode_all().map_err(|error| {
            tracing::error!(message = %id, %error, "a stored message cannot be read");
            let end = Ended::Dead { code: "unreadable".to_owned(), detail: error.to_string() };
            Box::new(Finish {
                message: id,
                epoch,
                at: now,
                outcome: "not_sent".to_owned(),
                reason: Some(error.to_string()),
                next: Next::End(end),
                remember: None,
            })
        })
    }

    fn decode_all(self) -> Result<Claimed, StoreError> {
        let mut message: Message = match &self.message {
            Some(message) => decode("message", message)?,
            None => return Err(StoreError::Database("a stored message has no text".to_owned())),
        };
        if let Some(thread) = &mut message.thread {
            thread.first = self.first;
        }
        Ok(Claimed {
            message,
            channel: self.channel,
            epoch: self.epoch,
            tries: self.tries,
            event: self.event.map(EventId),
            event_name: parse("event name", &self.event_name)?,
            event_at: parse("event time", &self.event_at)?,
            send_stale: self.send_stale,
            expires_at: time(self.expires_at),
            case: self.case.map(|case| decode("case", &case)).transpose()?,
            suppression: self.suppression,
        })
    }
}
