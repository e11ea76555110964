//! How attempts ended, and what is remembered of their addresses.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::claims::epoch;
use super::codec::nanos;
use super::failure::Failure;
use super::fallbacks::wake;
use super::messages::ended_columns;
use super::reports::word;
use super::threads;
use crate::{Finish, Next, Remember};

const CLAIMED: &str = "SELECT seq, draft, attempts, address_key, thread_key FROM messages \
    WHERE id = ?1 AND state = 'claimed' AND epoch = ?2";
const ATTEMPT: &str =
    "UPDATE attempts SET ended_at = ?3, outcome = ?4, reason = ?5 WHERE message = ?1 AND number = ?2";
const SENT: &str = "UPDATE messages SET state = 'sent', ended_at = ?2, provider_id = ?3, lease_until = NULL \
    WHERE seq = ?1";
const AGAIN: &str = "UPDATE messages SET state = 'queued', due_at = ?2, tries = max(tries - ?3, 0), lease_until = NULL \
    WHERE seq = ?1";
const END: &str = "UPDATE messages SET state = ?2, code = ?3, reason = ?4, ended_at = ?5, lease_until = NULL \
    WHERE seq = ?1";
/// A stop by the person is not replaced by a complaint of the provider while it holds.
const REMEMBER: &str = "INSERT INTO suppressions (key, kind, reason, since, until) VALUES (?1, ?2, ?3, ?4, ?5) \
    ON CONFLICT (key) DO UPDATE SET kind = excluded.kind, reason = excluded.reason, since = excluded.since, \
        until = excluded.until \
    WHERE NOT (kind = 'opted_out' AND excluded.kind = 'bad_address' AND (until IS NULL OR until > excluded.since))";

struct Attempted {
    seq: i64,
    draft: Option<i64>,
    attempts: u32,
    address_key: Option<[u8; 32]>,
    thread_key: Option<[u8; 32]>,
}

/// Records the end of one attempt; nothing when the claim is not the finisher's any more.
pub(super) fn record(connection: &Connection, finish: &Finish) -> Result<(), Failure> {
    let columns = |row: &Row<'_>| {
        Ok(Attempted {
            seq: row.get(0)?,
            draft: row.get(1)?,
            attempts: row.get(2)?,
            address_key: row.get(3)?,
            thread_key: row.get(4)?,
        })
    };
    let found = connection
        .prepare_cached(CLAIMED)?
        .query_row(params![finish.message, epoch(finish.epoch)], columns)
        .optional()?;
    let Some(attempted) = found else { return after_report(connection, finish) };
    connection.prepare_cached(ATTEMPT)?.execute(params![
        attempted.seq,
        attempted.attempts,
        nanos(finish.at),
        finish.outcome,
        finish.reason
    ])?;
    go_on(connection, &attempted, finish)?;
    match (&finish.remember, attempted.address_key) {
        (Some(what), Some(key)) => remember(connection, &key, what, finish.at),
        _ => Ok(()),
    }
}

/// A claim that is gone because the provider told of the delivery before its answer was kept: the answer still says by which id.
fn after_report(connection: &Connection, finish: &Finish) -> Result<(), Failure> {
    const DELIVERED: &str = "UPDATE messages SET provider_id = coalesce(provider_id, ?3) \
        WHERE id = ?1 AND epoch = ?2 AND state = 'delivered' RETURNING thread_key";
    let Next::Sent { provider_id: Some(first) } = &finish.next else { return Ok(()) };
    let values = params![finish.message, epoch(finish.epoch), first];
    let thread: Option<Option<[u8; 32]>> =
        connection.prepare_cached(DELIVERED)?.query_row(values, |row| row.get(0)).optional()?;
    match thread.flatten() {
        Some(key) => threads::begin(connection, &key, first, finish.at),
        None => Ok(()),
    }
}

fn go_on(connection: &Connection, attempted: &Attempted, finish: &Finish) -> Result<(), Failure> {
    let seq = attempted.seq;
    match &finish.next {
        Next::Sent { provider_id } => {
            connection.prepare_cached(SENT)?.execute(params![seq, nanos(finish.at), provider_id])?;
            if let (Some(key), Some(first)) = (&attempted.thread_key, provider_id) {
                threads::begin(connection, key, first, finish.at)?;
            }
        }
        Next::RetryAt(at) => {
            connection.prepare_cached(AGAIN)?.execute(params![seq, nanos(*at), 0])?;
        }
        Next::WaitUntil(at) => {
            connection.prepare_cached(AGAIN)?.execute(params![seq, nanos(*at), 1])?;
        }
        Next::End(ended) => {
            let columns = ended_columns(ended);
            let at = nanos(finish.at);
            connection.prepare_cached(END)?.execute(params![
                seq,
                columns.state,
                columns.code,
                columns.reason,
                at
            ])?;
            if let Some(draft) = attempted.draft {
                wake(connection, draft, finish.at)?;
            }
        }
    }
    Ok(())
}

/// Remembers something of an address.
pub(super) fn remember(
    connection: &Connection,
    key: &[u8; 32],
    what: &Remember,
    at: Timestamp,
) -> Result<(), Failure> {
    connection.prepare_cached(REMEMBER)?.execute(params![
        key,
        word(what.kind),
        what.reason,
        nanos(at),
        what.until.map(nanos)
    ])?;
    Ok(())
}
