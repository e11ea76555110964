//! Drafts: made, due, addressed.

use jiff::Timestamp;
use proofbell_engine::Draft;
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::codec::{decode, encode, limit, nanos, time};
use super::failure::Failure;
use super::messages::{MessageRow, insert_message};
use super::planning::stored_columns;
use crate::{Addressed, DraftEnd, DueDraft, Reach, StoreError, StoredEvent};

const INSERT: &str = "INSERT INTO drafts (id, event, rule, audience, state, due_at, body) \
    VALUES (?1, ?2, ?3, ?4, 'waiting', ?5, ?6) ON CONFLICT (id) DO NOTHING";
pub(super) const DUE: &str = "SELECT d.id, d.body, d.tries, e.id, e.source, e.generation, e.received_at, coalesce(b.body, x'') \
    FROM drafts d INDEXED BY drafts_due JOIN events e ON e.seq = d.event \
    LEFT JOIN event_bodies b ON b.event = e.seq \
    WHERE d.state = 'waiting' AND d.audience = ?1 AND d.due_at <= ?2 ORDER BY d.due_at LIMIT ?3";
/// Steps from one audience to the next, however many drafts wait for each.
pub(super) const AUDIENCES: &str = "WITH RECURSIVE audiences (name) AS ( \
    SELECT (SELECT min(audience) FROM drafts INDEXED BY drafts_due WHERE state = 'waiting') \
    UNION ALL \
    SELECT (SELECT min(d.audience) FROM drafts d INDEXED BY drafts_due \
        WHERE d.state = 'waiting' AND d.audience > audiences.name) \
    FROM audiences WHERE audiences.name IS NOT NULL) \
    SELECT name, (SELECT min(d.due_at) FROM drafts d INDEXED BY drafts_due \
        WHERE d.state = 'waiting' AND d.audience = audiences.name) \
    FROM audiences WHERE name IS NOT NULL";
const WAITING: &str = "SELECT seq, event, tries FROM drafts WHERE id = ?1 AND state = 'waiting'";
const PUT_OFF: &str = "UPDATE drafts SET due_at = ?2, reason = ?3, tries = tries + 1 WHERE seq = ?1";
const END: &str =
    "UPDATE drafts SET state = ?2, reason = ?3, look_at = ?4, ended_at = ?5, due_at = NULL WHERE seq = ?1";
const INSERT_REACH: &str = "INSERT INTO reaches (draft, key, next_else, recipient) VALUES (?1, ?2, ?3, ?4) \
    ON CONFLICT (draft, key) DO NOTHING";

/// A draft, encoded and ready to be written.
pub(super) struct DraftRow {
    id: Uuid,
    rule: String,
    audience: String,
    body: Vec<u8>,
}

impl DraftRow {
    pub(super) fn encode(draft: &Draft) -> Result<DraftRow, StoreError> {
        let body = encode("draft", draft)?;
        Ok(DraftRow { id: draft.id, rule: draft.rule.clone(), audience: draft.audience.clone(), body })
    }

    /// About how large it is.
    pub(super) fn bytes(&self) -> usize {
        self.body.len()
    }
}

/// Keeps a draft of the event with this seq, unless its id is there already.
pub(super) fn insert_draft(
    connection: &Connection,
    draft: &DraftRow,
    event: i64,
    now: Timestamp,
) -> Result<(), Failure> {
    connection.prepare_cached(INSERT)?.execute(params![
        draft.id,
        event,
        draft.rule,
        draft.audience,
        nanos(now),
        draft.body
    ])?;
    Ok(())
}

/// A due draft, before it is decoded.
pub(super) struct DueRow {
    id: Uuid,
    body: Option<Vec<u8>>,
    tries: u32,
    event: StoredEvent,
}

impl DueRow {
    /// The draft; or its id and why it cannot be read.
    pub(super) fn decode(self) -> Result<DueDraft, (Uuid, StoreError)> {
        match decode_draft(self.body.as_deref()) {
            Ok(draft) => Ok(DueDraft { draft, event: self.event, tries: self.tries }),
            Err(error) => Err((self.id, error)),
        }
    }
}

/// A stored draft.
pub(super) fn decode_draft(body: Option<&[u8]>) -> Result<Draft, StoreError> {
    match body {
        Some(body) => decode("draft", body),
        None => Err(StoreError::Database("a stored draft is past `keep`".to_owned())),
    }
}

/// Reads an audience's drafts that are due, oldest first.
pub(super) fn due(
    connection: &Connection,
    audience: &str,
    now: Timestamp,
    most: usize,
) -> Result<Vec<DueRow>, Failure> {
    let mut statement = connection.prepare_cached(DUE)?;
    let rows = statement.query_map(params![audience, nanos(now), limit(most)], |row| {
        Ok(DueRow { id: row.get(0)?, body: row.get(1)?, tries: row.get(2)?, event: stored_columns(row, 3)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Reads which audiences have waiting drafts, and since or until when.
pub(super) fn waiting_audiences(connection: &Connection) -> Result<Vec<(String, Timestamp)>, Failure> {
    let mut statement = connection.prepare_cached(AUDIENCES)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, time(row.get(1)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What addressing made of a draft, encoded and ready to be written.
pub(super) struct AddressedRow {
    draft: Uuid,
    end: DraftEnd,
    look_at: Option<Timestamp>,
    reaches: Vec<ReachRow>,
    messages: Vec<MessageRow>,
    drafts: Vec<DraftRow>,
}

struct ReachRow {
    key: String,
    next_else: i64,
    recipient: Vec<u8>,
}

impl AddressedRow {
    pub(super) fn encode(addressed: Addressed) -> Result<AddressedRow, StoreError> {
        let reach = |reach: &Reach| {
            let recipient = encode("recipient", &reach.recipient)?;
            Ok(ReachRow { key: reach.key.clone(), next_else: limit(reach.next_else), recipient })
        };
        Ok(AddressedRow {
            draft: addressed.draft,
            look_at: addressed.look_at,
            reaches: addressed.reaches.iter().map(reach).collect::<Result<_, StoreError>>()?,
            messages: addressed.messages.into_iter().map(MessageRow::encode).collect::<Result<_, _>>()?,
            drafts: addressed.drafts.iter().map(DraftRow::encode).collect::<Result<_, _>>()?,
            end: addressed.end,
        })
    }

    /// About how large it is.
    pub(super) fn bytes(&self) -> usize {
        let reaches: usize = self.reaches.iter().map(|reach| reach.recipient.len()).sum();
        let drafts: usize = self.drafts.iter().map(DraftRow::bytes).sum();
        reaches + drafts + self.messages.iter().map(MessageRow::bytes).sum::<usize>()
    }
}

/// Commits what addressing made of a draft; nothing when the draft has ended already.
pub(super) fn commit_addressed(
    connection: &Connection,
    addressed: &AddressedRow,
    now: Timestamp,
) -> Result<(), Failure> {
    let waiting: Option<(i64, i64)> = connection
        .prepare_cached(WAITING)?
        .query_row([addressed.draft], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((draft, event)) = waiting else { return Ok(()) };
    end_draft(connection, draft, addressed, now)?;
    for reach in &addressed.reaches {
        connection.prepare_cached(INSERT_REACH)?.execute(params![
            draft,
            reach.key,
            reach.next_else,
            reach.recipient
        ])?;
    }
    for message in &addressed.messages {
        insert_message(connection, message, Some((draft, event)))?;
    }
    for further in &addressed.drafts {
        insert_draft(connection, further, event, now)?;
    }
    Ok(())
}

fn end_draft(
    connection: &Connection,
    draft: i64,
    addressed: &AddressedRow,
    now: Timestamp,
) -> Result<(), Failure> {
    let (state, reason) = match &addressed.end {
        DraftEnd::RetryAt { at, reason } => {
            connection.prepare_cached(PUT_OFF)?.execute(params![draft, nanos(*at), reason])?;
            return Ok(());
        }
        DraftEnd::Addressed => ("addressed", None),
        DraftEnd::Suppressed(reason) => ("suppressed", Some(reason)),
        DraftEnd::Dead(reason) => ("dead", Some(reason)),
    };
    let look_at = addressed.look_at.map(nanos);
    connection.prepare_cached(END)?.execute(params![draft, state, reason, look_at, nanos(now)])?;
    Ok(())
}
