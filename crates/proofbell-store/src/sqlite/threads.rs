//! Messages of one case that answer each other: the first one goes alone, the others name it.

use std::collections::HashSet;
use std::time::Duration;

use jiff::Timestamp;
use proofbell_notify::Message;
use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};

use super::claims::ClaimedRow;
use super::codec::nanos;
use super::failure::Failure;
use super::messages::address_key;
use crate::ClaimRequest;

const BEGIN: &str = "INSERT INTO threads (key, first, at) VALUES (?1, ?2, ?3) ON CONFLICT (key) DO NOTHING";
pub(super) const UNDER_WAY: &str = "SELECT thread_key FROM messages INDEXED BY messages_claimed \
    WHERE state = 'claimed' AND channel = ?1 AND thread_key IS NOT NULL";
const PUT_OFF: &str = "UPDATE messages SET due_at = ?2 WHERE seq = ?1";
/// How long a message waits for the one that begins its thread and is being sent: 1 second, then it looks again.
const WAIT: Duration = Duration::from_secs(1);

/// The key of a message's thread: a hash of channel, address and case. `None` for one that stands alone.
pub(super) fn key(channel: &str, message: &Message) -> Option<[u8; 32]> {
    let (_, case) = message.thread.as_ref().zip(message.case.as_ref())?;
    let mut hash = Sha256::new();
    hash.update(address_key(channel, &message.to));
    hash.update(case.as_bytes());
    Some(hash.finalize().into())
}

/// Keeps the message that begins a thread, unless there is one.
pub(super) fn begin(
    connection: &Connection,
    key: &[u8; 32],
    first: &str,
    at: Timestamp,
) -> Result<(), Failure> {
    connection.prepare_cached(BEGIN)?.execute(params![key, first, nanos(at)])?;
    Ok(())
}

/// Takes those out of a claim whose thread is just being begun, and puts them off: they could not name the first one yet.
pub(super) fn hold_back(
    connection: &Connection,
    rows: &mut Vec<ClaimedRow>,
    request: &ClaimRequest,
) -> Result<(), Failure> {
    if rows.iter().all(|row| row.begins().is_none()) {
        return Ok(());
    }
    let mut statement = connection.prepare_cached(UNDER_WAY)?;
    let under_way = statement.query_map([&request.channel], |row| row.get(0))?;
    let mut begun: HashSet<[u8; 32]> = under_way.collect::<Result<_, _>>()?;
    let later = nanos(request.now.checked_add(WAIT).unwrap_or(Timestamp::MAX));
    let mut put_off = Vec::new();
    rows.retain(|row| {
        let goes = row.begins().is_none_or(|key| begun.insert(*key));
        if !goes {
            put_off.push(row.seq());
        }
        goes
    });
    for seq in put_off {
        connection.prepare_cached(PUT_OFF)?.execute(params![seq, later])?;
    }
    Ok(())
}
