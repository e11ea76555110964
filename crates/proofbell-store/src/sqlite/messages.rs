//! Messages: made, put back, called off.

use jiff::Timestamp;
use proofbell_notify::Address;
use rusqlite::{Connection, OptionalExtension, Row, params};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::codec::{encode, nanos};
use super::failure::Failure;
use super::fallbacks::wake;
use super::planning::event_seq;
use super::threads;
use crate::{Ended, FOR_ALL, MessageState, NewMessage, StoreError};

const INSERT: &str = "INSERT INTO messages (id, draft, reach, event, channel, event_name, event_at, sr_uuid, rule, \
    template, send_stale, made_at, due_at, expires_at, segments, encoding, address_key, thread_key, state, code, reason, \
    ended_at) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22) \
    ON CONFLICT (id) DO NOTHING";
const INSERT_BODY: &str = "INSERT INTO message_bodies (message, body) VALUES (?1, ?2)";
const REACH: &str = "SELECT seq FROM reaches WHERE draft = ?1 AND key = ?2";
const END_QUEUED: &str = "UPDATE messages SET state = ?2, code = ?3, reason = ?4, ended_at = ?5 \
    WHERE id = ?1 AND state = 'queued'";
const FOR_PERSON: &str = "SELECT m.seq, m.draft, m.state, b.message IS NOT NULL, m.address_key, s.kind \
    FROM messages m LEFT JOIN message_bodies b ON b.message = m.seq LEFT JOIN suppressions s ON s.key = m.address_key \
    WHERE m.id = ?1";
const RETRY: &str = "UPDATE messages SET state = 'queued', tries = 0, retried_after = attempts, due_at = ?2, expires_at = ?3, \
    code = NULL, reason = NULL, ended_at = NULL WHERE seq = ?1";

/// A message, encoded and ready to be written.
pub(super) struct MessageRow {
    new: NewMessage,
    body: Option<Vec<u8>>,
    address_key: Option<[u8; 32]>,
    thread_key: Option<[u8; 32]>,
}

impl MessageRow {
    pub(super) fn encode(new: NewMessage) -> Result<MessageRow, StoreError> {
        let unsendable = new.message.is_none() && !matches!(new.state, MessageState::Ended(_));
        if unsendable || new.state == MessageState::Claimed {
            let problem = format!("message `{}` is neither ready to be sent nor ended", new.id);
            return Err(StoreError::Refused(problem));
        }
        let body = new.message.as_ref().map(|message| encode("message", message)).transpose()?;
        let address_key = new.message.as_ref().map(|message| address_key(&new.channel, &message.to));
        let thread_key = new.message.as_ref().and_then(|message| threads::key(&new.channel, message));
        Ok(MessageRow { new, body, address_key, thread_key })
    }

    /// About how large it is.
    pub(super) fn bytes(&self) -> usize {
        self.body.as_ref().map_or(256, Vec::len)
    }
}

/// The key of an address on a channel: a hash, so that what is remembered of an address does not hold the address.
/// Mailboxes count as the same whatever their case.
pub(super) fn address_key(channel: &str, to: &Address) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(channel.as_bytes());
    hash.update([0]);
    match to {
        Address::Email(email) => hash.update(email.expose().to_lowercase().as_bytes()),
        Address::Phone(_) | Address::Named(_) | Address::Fixed => hash.update(to.expose().as_bytes()),
    }
    hash.finalize().into()
}

/// A state as its columns: state, code, reason.
pub(super) struct StateColumns<'a> {
    pub(super) state: &'static str,
    pub(super) code: Option<&'a str>,
    pub(super) reason: Option<&'a str>,
}

/// The columns of a state.
pub(super) fn state_columns(state: &MessageState) -> StateColumns<'_> {
    let plain = |state| StateColumns { state, code: None, reason: None };
    match state {
        MessageState::Queued => plain("queued"),
        MessageState::Claimed => plain("claimed"),
        MessageState::Sent => plain("sent"),
        MessageState::Delivered => plain("delivered"),
        MessageState::Ended(ended) => ended_columns(ended),
    }
}

/// The columns of an end.
pub(super) fn ended_columns(ended: &Ended) -> StateColumns<'_> {
    let (state, code, detail) = match ended {
        Ended::Suppressed { code, detail } => ("suppressed", code, detail),
        Ended::Dead { code, detail } => ("dead", code, detail),
    };
    StateColumns {
        state,
        code: Some(code),
        reason: Some(detail).filter(|text| !text.is_empty()).map(String::as_str),
    }
}

/// Keeps a message, unless its id is there already. `from` is the draft's seq and that of its event.
pub(super) fn insert_message(
    connection: &Connection,
    message: &MessageRow,
    from: Option<(i64, i64)>,
) -> Result<(), Failure> {
    let new = &message.new;
    let reach = match from {
        Some((draft, _)) => reach(connection, draft, new)?,
        None => None,
    };
    let event = match (from, new.event) {
        (Some((_, event)), _) => Some(event),
        (None, Some(id)) => event_seq(connection, id.0)?,
        (None, None) => None,
    };
    let columns = state_columns(&new.state);
    let ended = matches!(new.state, MessageState::Sent | MessageState::Delivered | MessageState::Ended(_));
    let ended_at = ended.then(|| nanos(new.made_at));
    let inserted = connection.prepare_cached(INSERT)?.execute(params![
        new.id,
        from.map(|(draft, _)| draft),
        reach,
        event,
        new.channel,
        new.event_name.as_str(),
        new.event_at.to_string(),
        new.sr_uuid,
        new.rule,
        new.template,
        new.send_stale,
        nanos(new.made_at),
        nanos(new.due_at),
        nanos(new.expires_at),
        new.measure.as_ref().map(|measure| measure.segments),
        new.measure.as_ref().map(|measure| measure.encoding.as_str()),
        message.address_key,
        message.thread_key,
        columns.state,
        columns.code,
        columns.reason,
        ended_at,
    ])?;
    if let Some(body) = message.body.as_ref().filter(|_| inserted > 0) {
        connection.prepare_cached(INSERT_BODY)?.execute(params![connection.last_insert_rowid(), body])?;
    }
    Ok(())
}

fn reach(connection: &Connection, draft: i64, new: &NewMessage) -> Result<Option<i64>, Failure> {
    let seq = connection
        .prepare_cached(REACH)?
        .query_row(params![draft, new.reach_key], |row| row.get(0))
        .optional()?;
    match seq {
        None if new.reach_key != FOR_ALL => {
            let problem = format!("message `{}` is for a recipient that its draft does not have", new.id);
            Err(StoreError::Refused(problem).into())
        }
        seq => Ok(seq),
    }
}

/// Ends a message that waits; one in any other state is left alone.
pub(super) fn end_message(
    connection: &Connection,
    id: Uuid,
    columns: &StateColumns<'_>,
    now: Timestamp,
) -> Result<bool, Failure> {
    let changed = connection.prepare_cached(END_QUEUED)?.execute(params![
        id,
        columns.state,
        columns.code,
        columns.reason,
        nanos(now)
    ])?;
    Ok(changed > 0)
}

/// A message that a person wants to do something with.
struct ForPerson {
    seq: i64,
    draft: Option<i64>,
    state: String,
    has_body: bool,
    address_key: Option<[u8; 32]>,
    remembered: Option<String>,
}

fn for_person(connection: &Connection, id: Uuid) -> Result<ForPerson, Failure> {
    let columns = |row: &Row<'_>| {
        Ok(ForPerson {
            seq: row.get(0)?,
            draft: row.get(1)?,
            state: row.get(2)?,
            has_body: row.get(3)?,
            address_key: row.get(4)?,
            remembered: row.get(5)?,
        })
    };
    let found = connection.prepare_cached(FOR_PERSON)?.query_row([id], columns).optional()?;
    found.ok_or_else(|| StoreError::NotFound { what: "message", id: id.to_string() }.into())
}

/// Puts a message that ended unsent on the queue again, with a fresh schedule.
pub(super) fn retry(
    connection: &Connection,
    id: Uuid,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<(), Failure> {
    let message = for_person(connection, id)?;
    let refused = |problem: &str| Err(StoreError::Refused(format!("message `{id}` {problem}")).into());
    match message.state.as_str() {
        "suppressed" | "dead" => {}
        "sent" | "delivered" => return refused("is sent; only one that ended unsent can be tried again"),
        _ => return refused("is still on its way"),
    }
    if !message.has_body {
        return refused("has no text: it was never rendered, or is past `keep`; replay its event instead");
    }
    match message.remembered.as_deref() {
        Some("opted_out") => return refused("is for somebody who said stop, and has to say start first"),
        // Whoever asks for another try says that the address is mended.
        Some(_) => forget(connection, message.address_key)?,
        None => {}
    }
    connection.prepare_cached(RETRY)?.execute(params![message.seq, nanos(now), nanos(expires_at)])?;
    Ok(())
}

fn forget(connection: &Connection, address_key: Option<[u8; 32]>) -> Result<(), Failure> {
    const FORGET: &str = "DELETE FROM suppressions WHERE key = ?1 AND kind = 'bad_address'";
    connection.prepare_cached(FORGET)?.execute([address_key])?;
    Ok(())
}

/// Ends a message that waits, because a person wants so.
pub(super) fn cancel(connection: &Connection, id: Uuid, now: Timestamp) -> Result<(), Failure> {
    let message = for_person(connection, id)?;
    let problem = match message.state.as_str() {
        "queued" => {
            let columns = StateColumns {
                state: "suppressed",
                code: Some("cancelled"),
                reason: Some("called off by a person"),
            };
            end_message(connection, id, &columns, now)?;
            return message.draft.map_or(Ok(()), |draft| wake(connection, draft, now));
        }
        "claimed" => "is being sent right now",
        _ => "has ended already",
    };
    Err(StoreError::Refused(format!("message `{id}` {problem}")).into())
}
