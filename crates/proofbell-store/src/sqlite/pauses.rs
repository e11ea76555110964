//! Paused channels.

use rusqlite::{Connection, params};

use super::codec::{nanos, time};
use super::failure::Failure;
use crate::{ChannelPause, PausedBy};

/// A person's pause is not replaced by a provider's: a probe must not end it.
const PAUSE: &str = "INSERT INTO pauses (channel, since, paused_by, reason) VALUES (?1, ?2, ?3, ?4) \
    ON CONFLICT (channel) DO UPDATE SET since = excluded.since, paused_by = excluded.paused_by, reason = excluded.reason \
    WHERE NOT (paused_by = 'operator' AND excluded.paused_by = 'provider')";
const RESUME: &str = "DELETE FROM pauses WHERE channel = ?1";
const PAUSES: &str = "SELECT channel, since, paused_by, reason FROM pauses ORDER BY channel";

/// Pauses a channel.
pub(super) fn pause(connection: &Connection, pause: &ChannelPause) -> Result<(), Failure> {
    let by = match pause.by {
        PausedBy::Operator => "operator",
        PausedBy::Provider => "provider",
    };
    let values = params![pause.channel, nanos(pause.since), by, pause.reason];
    connection.prepare_cached(PAUSE)?.execute(values)?;
    Ok(())
}

/// Resumes a channel.
pub(super) fn resume(connection: &Connection, channel: &str) -> Result<(), Failure> {
    connection.prepare_cached(RESUME)?.execute([channel])?;
    Ok(())
}

/// Reads the paused channels.
pub(super) fn pauses(connection: &Connection) -> Result<Vec<ChannelPause>, Failure> {
    let mut statement = connection.prepare_cached(PAUSES)?;
    let rows = statement.query_map([], |row| {
        let by = match row.get_ref(2)?.as_str()? {
            "operator" => PausedBy::Operator,
            _ => PausedBy::Provider,
        };
        Ok(ChannelPause { channel: row.get(0)?, since: time(row.get(1)?), by, reason: row.get(3)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
