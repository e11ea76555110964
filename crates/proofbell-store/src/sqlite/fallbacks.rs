//! Addressed drafts that are to be looked at again.

use std::time::Duration;

use jiff::Timestamp;
use proofbell_notify::Recipient;
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use super::codec::{decode, limit, nanos, time};
use super::drafts::{DraftRow, decode_draft, insert_draft};
use super::failure::Failure;
use super::messages::{MessageRow, end_message, insert_message, state_columns};
use super::planning::stored_columns;
use crate::{DueFallback, Ended, FOR_ALL, Fallback, MessageState, Reach, SentSoFar, StoreError, StoredEvent};

pub(super) const DUE: &str = "SELECT seq, woken FROM drafts INDEXED BY drafts_look \
    WHERE look_at IS NOT NULL AND look_at <= ?1 ORDER BY look_at LIMIT ?2";
pub(super) const NEXT: &str =
    "SELECT min(look_at) FROM drafts INDEXED BY drafts_look WHERE look_at IS NOT NULL";
const LOOKED: &str = "UPDATE drafts SET woken = 0 WHERE seq = ?1";
const DRAFT: &str = "SELECT d.id, d.body, e.id, e.source, e.generation, e.received_at, coalesce(b.body, x'') \
    FROM drafts d JOIN events e ON e.seq = d.event LEFT JOIN event_bodies b ON b.event = e.seq WHERE d.seq = ?1";
pub(super) const REACHES: &str =
    "SELECT key, next_else, recipient FROM reaches WHERE draft = ?1 ORDER BY seq";
pub(super) const MESSAGES: &str = "SELECT m.id, r.key, m.channel, m.state, m.code, m.reason \
    FROM messages m LEFT JOIN reaches r ON r.seq = m.reach WHERE m.draft = ?1 ORDER BY m.seq";
const ADDRESSED: &str = "SELECT seq, event FROM drafts WHERE id = ?1 AND state = 'addressed'";
const LOOK_AGAIN: &str =
    "UPDATE drafts SET look_at = CASE WHEN woken THEN look_at ELSE ?2 END WHERE seq = ?1";
const MOVE: &str = "UPDATE reaches SET next_else = ?3 WHERE draft = ?1 AND key = ?2";
const WAKE: &str = "UPDATE drafts SET look_at = min(coalesce(look_at, ?2), ?2), woken = 1 WHERE seq = ?1";

/// Drafts that are due for another look; and those of them that a message's end has woken.
pub(super) struct Due {
    pub(super) all: Vec<i64>,
    pub(super) woken: Vec<i64>,
}

/// Reads which drafts are due, oldest first.
pub(super) fn due(connection: &Connection, now: Timestamp, most: usize) -> Result<Due, Failure> {
    let mut due = Due { all: Vec::new(), woken: Vec::new() };
    let mut statement = connection.prepare_cached(DUE)?;
    let mut rows = statement.query(params![nanos(now), limit(most)])?;
    while let Some(row) = rows.next()? {
        let seq = row.get(0)?;
        due.all.push(seq);
        if row.get(1)? {
            due.woken.push(seq);
        }
    }
    Ok(due)
}

/// Notes that a draft is being looked at: an end after this makes it due again.
pub(super) fn looked(connection: &Connection, draft: &i64) -> Result<(), Failure> {
    connection.prepare_cached(LOOKED)?.execute([draft])?;
    Ok(())
}

/// Makes a draft due for another look, because a message of it ended unsent at `at`.
pub(super) fn wake(connection: &Connection, draft: i64, at: Timestamp) -> Result<(), Failure> {
    connection.prepare_cached(WAKE)?.execute(params![draft, nanos(at)])?;
    Ok(())
}

/// When the next look is due.
pub(super) fn next(connection: &Connection) -> Result<Option<Timestamp>, Failure> {
    let next: Option<i64> = connection.prepare_cached(NEXT)?.query_row([], |row| row.get(0))?;
    Ok(next.map(time))
}

/// A draft with what has become of it, before it is decoded.
pub(super) struct DueRow {
    id: Uuid,
    body: Option<Vec<u8>>,
    event: StoredEvent,
    reaches: Vec<(String, i64, Vec<u8>)>,
    messages: Vec<SentSoFar>,
}

/// Reads all that is known of each of these drafts.
pub(super) fn read(connection: &Connection, drafts: &[i64]) -> Result<Vec<DueRow>, Failure> {
    drafts.iter().map(|draft| read_one(connection, *draft)).collect()
}

fn read_one(connection: &Connection, draft: i64) -> Result<DueRow, Failure> {
    let mut statement = connection.prepare_cached(REACHES)?;
    let reaches = statement.query_map([draft], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let reaches = reaches.collect::<Result<_, _>>()?;
    let mut statement = connection.prepare_cached(MESSAGES)?;
    let messages = statement.query_map([draft], so_far)?.collect::<Result<_, _>>()?;
    let row = connection.prepare_cached(DRAFT)?.query_row([draft], |row| {
        Ok(DueRow { id: row.get(0)?, body: row.get(1)?, event: stored_columns(row, 2)?, reaches, messages })
    })?;
    Ok(row)
}

fn so_far(row: &Row<'_>) -> rusqlite::Result<SentSoFar> {
    Ok(SentSoFar {
        id: row.get(0)?,
        reach_key: row.get::<_, Option<String>>(1)?.unwrap_or_else(|| FOR_ALL.to_owned()),
        channel: row.get(2)?,
        state: state(row, 3)?,
    })
}

/// A message's state out of three columns: state, code, reason.
fn state(row: &Row<'_>, from: usize) -> rusqlite::Result<MessageState> {
    let ended = || {
        let code = row.get::<_, Option<String>>(from + 1)?.unwrap_or_default();
        let detail = row.get::<_, Option<String>>(from + 2)?.unwrap_or_default();
        Ok::<_, rusqlite::Error>((code, detail))
    };
    Ok(match row.get_ref(from)?.as_str()? {
        "queued" => MessageState::Queued,
        "claimed" => MessageState::Claimed,
        "sent" => MessageState::Sent,
        "delivered" => MessageState::Delivered,
        "suppressed" => {
            ended().map(|(code, detail)| MessageState::Ended(Ended::Suppressed { code, detail }))?
        }
        _ => ended().map(|(code, detail)| MessageState::Ended(Ended::Dead { code, detail }))?,
    })
}

impl DueRow {
    /// The draft; or its id and why it cannot be read.
    pub(super) fn decode(self) -> Result<DueFallback, (Uuid, StoreError)> {
        let id = self.id;
        self.decode_all().map_err(|error| (id, error))
    }

    fn decode_all(self) -> Result<DueFallback, StoreError> {
        let reach = |(key, next_else, recipient): (String, i64, Vec<u8>)| {
            let recipient: Recipient = decode("recipient", &recipient)?;
            Ok(Reach { key, recipient, next_else: usize::try_from(next_else).unwrap_or(0) })
        };
        Ok(DueFallback {
            draft: decode_draft(self.body.as_deref())?,
            event: self.event,
            reaches: self.reaches.into_iter().map(reach).collect::<Result<_, StoreError>>()?,
            messages: self.messages,
        })
    }
}

/// What was decided about a draft, encoded and ready to be written.
pub(super) struct FallbackRow {
    draft: Uuid,
    moved: Vec<(String, i64)>,
    look_at: Option<Timestamp>,
    messages: Vec<MessageRow>,
    cancelled: Vec<(Uuid, MessageState)>,
    drafts: Vec<DraftRow>,
}

impl FallbackRow {
    pub(super) fn encode(fallback: Fallback) -> Result<FallbackRow, StoreError> {
        Ok(FallbackRow {
            draft: fallback.draft,
            moved: fallback.moved.into_iter().map(|(key, next)| (key, limit(next))).collect(),
            look_at: fallback.look_at,
            messages: fallback.messages.into_iter().map(MessageRow::encode).collect::<Result<_, _>>()?,
            cancelled: fallback
                .cancelled
                .into_iter()
                .map(|(id, end)| (id, MessageState::Ended(end)))
                .collect(),
            drafts: fallback.drafts.iter().map(DraftRow::encode).collect::<Result<_, _>>()?,
        })
    }

    /// About how large it is.
    pub(super) fn bytes(&self) -> usize {
        let drafts: usize = self.drafts.iter().map(DraftRow::bytes).sum();
        drafts + self.messages.iter().map(MessageRow::bytes).sum::<usize>()
    }
}

/// Commits what was decided about a draft; nothing when it is no addressed one.
pub(super) fn commit(connection: &Connection, fallback: &FallbackRow, now: Timestamp) -> Result<(), Failure> {
    let addressed: Option<(i64, i64)> = connection
        .prepare_cached(ADDRESSED)?
        .query_row([fallback.draft], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((draft, event)) = addressed else { return Ok(()) };
    if !all_wait(connection, &fallback.cancelled)? {
        // One of them is being sent, or was sent, since the look: what stands in for it must not go out beside it.
        let soon = now.checked_add(LOOK_SOON).unwrap_or(Timestamp::MAX);
        connection.prepare_cached(LOOK_AGAIN)?.execute(params![draft, nanos(soon)])?;
        return Ok(());
    }
    connection.prepare_cached(LOOK_AGAIN)?.execute(params![draft, fallback.look_at.map(nanos)])?;
    for (key, next_else) in &fallback.moved {
        connection.prepare_cached(MOVE)?.execute(params![draft, key, next_else])?;
    }
    for (id, state) in &fallback.cancelled {
        end_message(connection, *id, &state_columns(state), now)?;
    }
    for message in &fallback.messages {
        insert_message(connection, message, Some((draft, event)))?;
    }
    for further in &fallback.drafts {
        insert_draft(connection, further, event, now)?;
    }
    Ok(())
}

/// How soon a draft is looked at again whose waiting messages have moved on meanwhile: 1 second.
const LOOK_SOON: Duration = Duration::from_secs(1);

/// Whether all of these messages still wait.
fn all_wait(connection: &Connection, messages: &[(Uuid, MessageState)]) -> Result<bool, Failure> {
    const WAITS: &str = "SELECT count(*) FROM messages WHERE id = ?1 AND state = 'queued'";
    for (id, _) in messages {
        let waits: i64 = connection.prepare_cached(WAITS)?.query_row([id], |row| row.get(0))?;
        if waits == 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Looks no more at a draft that cannot be read.
pub(super) fn give_up(connection: &Connection, draft: Uuid) -> Result<(), Failure> {
    const GIVE_UP: &str = "UPDATE drafts SET look_at = NULL, woken = 0 WHERE id = ?1";
    connection.prepare_cached(GIVE_UP)?.execute([draft])?;
    Ok(())
}
