//! Events that wait for planning, and what planning made of them.

use jiff::Timestamp;
use proofbell_engine::{Case, EventId};
use proofbell_event::SrUuid;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use super::batch::Desk;
use super::codec::{decode, encode, limit, nanos, parse, time};
use super::drafts::{DraftRow, insert_draft};
use super::failure::Failure;
use super::key::case_key;
use crate::{Plan, PlanResult, StoreError, StoredEvent, Unplanned};

pub(super) const UNPLANNED: &str = "SELECT e.id, e.source, e.generation, e.received_at, coalesce(b.body, x''), e.sr_uuid, c.body \
    FROM events e INDEXED BY events_unplanned \
    LEFT JOIN event_bodies b ON b.event = e.seq LEFT JOIN cases c ON c.key = e.case_key AND c.sr_uuid = e.sr_uuid \
    WHERE e.status = 'accepted' ORDER BY e.seq LIMIT ?1";
pub(super) const STORED: &str = "SELECT e.id, e.source, e.generation, e.received_at, b.body \
    FROM events e LEFT JOIN event_bodies b ON b.event = e.seq WHERE e.id = ?1";
const TO_PLAN: &str = "SELECT seq, status, generation FROM events WHERE id = ?1";
const CASE: &str = "SELECT seq, version FROM cases WHERE key = ?1 AND sr_uuid = ?2";
const INSERT_CASE: &str =
    "INSERT INTO cases (version, updated_at, body, key, sr_uuid) VALUES (?1, ?2, ?3, ?4, ?5)";
const UPDATE_CASE: &str = "UPDATE cases SET version = ?1, updated_at = ?2, body = ?3 WHERE seq = ?4";
const INSERT_DECISION: &str = "INSERT INTO decisions (event, generation, at, body) VALUES (?1, ?2, ?3, ?4)";
const PLANNED: &str = "UPDATE events SET status = 'planned' WHERE seq = ?1";

/// An event that waits, before its case is decoded.
pub(super) struct UnplannedRow {
    event: StoredEvent,
    sr_uuid: Option<String>,
    case: Option<Vec<u8>>,
}

/// Reads events that wait, oldest first.
pub(super) fn unplanned(connection: &Connection, most: usize) -> Result<Vec<UnplannedRow>, Failure> {
    let mut statement = connection.prepare_cached(UNPLANNED)?;
    let rows = statement.query_map([limit(most)], |row| {
        Ok(UnplannedRow { event: stored_columns(row, 0)?, sr_uuid: row.get(5)?, case: row.get(6)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

impl UnplannedRow {
    /// The event with its case; or the event's id and why its case cannot be read.
    pub(super) fn decode(self) -> Result<Unplanned, (EventId, StoreError)> {
        match decode_case(self.sr_uuid.as_deref(), self.case.as_deref()) {
            Ok(case) => Ok(Unplanned { event: self.event, case }),
            Err(error) => Err((self.event.id, error)),
        }
    }
}

/// A case as it is stored, or a new one.
pub(super) fn decode_case(sr_uuid: Option<&str>, body: Option<&[u8]>) -> Result<Case, StoreError> {
    match body {
        Some(body) => decode("case", body),
        None => {
            let sr_uuid: Option<SrUuid> = sr_uuid.map(|id| parse("sr_uuid", id)).transpose()?;
            Ok(Case { sr_uuid, ..Case::default() })
        }
    }
}

/// An event out of five columns: id, source, generation, received_at, body.
pub(super) fn stored_columns(row: &Row<'_>, from: usize) -> rusqlite::Result<StoredEvent> {
    Ok(StoredEvent {
        id: EventId(row.get(from)?),
        source: row.get(from + 1)?,
        generation: row.get(from + 2)?,
        received_at: time(row.get(from + 3)?),
        body: row.get(from + 4)?,
    })
}

/// Reads one event as planning needs it.
pub(super) fn stored_event(connection: &Connection, id: EventId) -> Result<StoredEvent, Failure> {
    let columns = |row: &Row<'_>| match row.get_ref(4)? {
        ValueRef::Null => Ok(None),
        _ => stored_columns(row, 0).map(Some),
    };
    match connection.prepare_cached(STORED)?.query_row([id.0], columns).optional()? {
        Some(Some(event)) => Ok(event),
        Some(None) => {
            Err(StoreError::Refused(format!("event `{id}` is past `keep`: its body is gone")).into())
        }
        None => Err(StoreError::NotFound { what: "event", id: id.to_string() }.into()),
    }
}

/// A plan, encoded and ready to be written.
pub(super) struct PlanRow {
    event: EventId,
    generation: u32,
    expected_version: u64,
    case: Option<CaseRow>,
    decision: Vec<u8>,
    drafts: Vec<DraftRow>,
}

struct CaseRow {
    key: [u8; 8],
    sr_uuid: String,
    version: u64,
    body: Vec<u8>,
}

impl PlanRow {
    pub(super) fn encode(plan: &Plan) -> Result<PlanRow, StoreError> {
        let case = match plan.case.as_ref().and_then(|case| Some((case, case.sr_uuid.as_ref()?))) {
            Some((case, id)) => {
                let body = encode("case", case)?;
                Some(CaseRow {
                    key: case_key(id.as_ref()),
                    sr_uuid: id.to_string(),
                    version: case.version,
                    body,
                })
            }
            None => None,
        };
        Ok(PlanRow {
            event: plan.event,
            generation: plan.generation,
            expected_version: plan.expected_version,
            case,
            decision: encode("decision", &plan.decision)?,
            drafts: plan.drafts.iter().map(DraftRow::encode).collect::<Result<_, _>>()?,
        })
    }

    /// About how large it is.
    pub(super) fn bytes(&self) -> usize {
        let case = self.case.as_ref().map_or(0, |case| case.body.len());
        self.decision.len() + case + self.drafts.iter().map(DraftRow::bytes).sum::<usize>()
    }
}

/// Commits one plan, unless the case or the event has moved on.
pub(super) fn commit_plan(
    Desk { connection, young }: &mut Desk<'_>,
    plan: &PlanRow,
    now: Timestamp,
) -> Result<PlanResult, Failure> {
    let found: Option<(i64, String, u32)> = connection
        .prepare_cached(TO_PLAN)?
        .query_row([plan.event.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((seq, status, generation)) = found else {
        return Ok(PlanResult::Failed("there is no such event".to_owned()));
    };
    if status != "accepted" || generation != plan.generation {
        return Ok(PlanResult::Conflict);
    }
    if let Some(case) = &plan.case
        && put_case(connection, case, plan.expected_version, now)? == Put::MovedOn
    {
        return Ok(PlanResult::Conflict);
    }
    connection.prepare_cached(INSERT_DECISION)?.execute(params![
        seq,
        generation,
        nanos(now),
        plan.decision
    ])?;
    for draft in &plan.drafts {
        insert_draft(connection, draft, seq, now)?;
    }
    connection.prepare_cached(PLANNED)?.execute([seq])?;
    young.keep(connection, seq)?;
    Ok(PlanResult::Committed)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Put {
    Done,
    MovedOn,
}

/// Writes a case, unless its version is not the one that was planned with; a case that is not there has version 0.
fn put_case(
    connection: &Connection,
    case: &CaseRow,
    expected_version: u64,
    now: Timestamp,
) -> Result<Put, Failure> {
    let CaseRow { key, sr_uuid, version, body } = case;
    let found: Option<(i64, i64)> = connection
        .prepare_cached(CASE)?
        .query_row(params![key, sr_uuid], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    if found.and_then(|(_, version)| u64::try_from(version).ok()).unwrap_or(0) != expected_version {
        return Ok(Put::MovedOn);
    }
    let (version, now) = (i64::try_from(*version).unwrap_or(i64::MAX), nanos(now));
    match found {
        Some((seq, _)) => {
            connection.prepare_cached(UPDATE_CASE)?.execute(params![version, now, body, seq])?
        }
        None => connection.prepare_cached(INSERT_CASE)?.execute(params![version, now, body, key, sr_uuid])?,
    };
    Ok(Put::Done)
}

/// The seq of the event with this id.
pub(super) fn event_seq(connection: &Connection, id: Uuid) -> Result<Option<i64>, Failure> {
    const SEQ: &str = "SELECT seq FROM events WHERE id = ?1";
    Ok(connection.prepare_cached(SEQ)?.query_row([id], |row| row.get(0)).optional()?)
}
