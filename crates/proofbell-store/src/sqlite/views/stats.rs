//! How much waits.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension};

use crate::sqlite::codec::{count, time};
use crate::sqlite::failure::Failure;
use crate::{QueueDepth, Stats};

pub(in crate::sqlite) const UNPLANNED: &str =
    "SELECT count(*) FROM events INDEXED BY events_unplanned WHERE status = 'accepted'";
const OLDEST_UNPLANNED: &str = "SELECT received_at FROM events INDEXED BY events_unplanned \
    WHERE status = 'accepted' ORDER BY seq LIMIT 1";
pub(in crate::sqlite) const QUARANTINED: &str =
    "SELECT count(*) FROM events INDEXED BY events_quarantined WHERE status = 'quarantined'";
pub(in crate::sqlite) const DRAFTS: &str =
    "SELECT count(*) FROM drafts INDEXED BY drafts_due WHERE state = 'waiting'";
/// Out of indexes alone: a long queue is counted without reading its messages.
pub(in crate::sqlite) const QUEUED: &str = "SELECT channel, count(*), min(seq) \
    FROM messages INDEXED BY messages_due WHERE state = 'queued' GROUP BY channel";
pub(in crate::sqlite) const CLAIMED: &str = "SELECT channel, count(*), min(seq) \
    FROM messages INDEXED BY messages_claimed WHERE state = 'claimed' GROUP BY channel";
const MADE_AT: &str = "SELECT made_at FROM messages WHERE seq = ?1";

/// Counts what waits. The size of the log is not the database's to tell.
pub(in crate::sqlite) fn read(connection: &Connection, wal_bytes: u64) -> Result<Stats, Failure> {
    let number = |sql: &str| connection.prepare_cached(sql)?.query_row([], |row| row.get(0).map(count));
    let oldest: Option<i64> =
        connection.prepare_cached(OLDEST_UNPLANNED)?.query_row([], |row| row.get(0)).optional()?;
    Ok(Stats {
        unplanned: number(UNPLANNED)?,
        oldest_unplanned: oldest.map(time),
        quarantined: number(QUARANTINED)?,
        drafts_waiting: number(DRAFTS)?,
        queues: queues(connection)?,
        wal_bytes,
    })
}

fn queues(connection: &Connection) -> Result<Vec<QueueDepth>, Failure> {
    let mut channels: BTreeMap<String, (u64, i64)> = BTreeMap::new();
    for sql in [QUEUED, CLAIMED] {
        let mut statement = connection.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (depth, oldest) = channels.entry(row.get(0)?).or_insert((0, i64::MAX));
            *depth += count(row.get(1)?);
            *oldest = row.get::<_, i64>(2)?.min(*oldest);
        }
    }
    let mut made_at = connection.prepare_cached(MADE_AT)?;
    let mut queues = Vec::with_capacity(channels.len());
    for (channel, (depth, oldest)) in channels {
        let oldest: Option<i64> = made_at.query_row([oldest], |row| row.get(0)).optional()?;
        queues.push(QueueDepth { channel, depth, oldest: oldest.map(time) });
    }
    Ok(queues)
}
