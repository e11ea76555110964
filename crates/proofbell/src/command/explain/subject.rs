//! What is explained: an event out of a file, standard input or the store, and its case before it.

use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use proofbell_engine::{Case, EventId};
use proofbell_event::Event;
use proofbell_server::Limits;
use proofbell_store::{CaseView, SqliteStore, Store, StoreError};
use serde::Serialize;
use uuid::Uuid;

use crate::command::Stop;
use crate::loading;
use crate::wiring::Wired;

/// Where the event comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Origin {
    File,
    StandardInput,
    Store,
}

impl Origin {
    pub(crate) fn is_stored(self) -> bool {
        self == Origin::Store
    }
}

/// What is explained.
pub(crate) enum Subject {
    Known(Box<Known>),
    Unreadable(Unreadable),
}

/// An event, and its case before it.
pub(crate) struct Known {
    pub(crate) origin: Origin,
    pub(crate) id: EventId,
    pub(crate) received_at: Timestamp,
    pub(crate) event: Event,
    pub(crate) case: Case,
    /// What is to be said about the case.
    pub(crate) note: Option<String>,
}

/// A body that is no event.
pub(crate) struct Unreadable {
    pub(crate) origin: Origin,
    pub(crate) id: Option<EventId>,
    pub(crate) received_at: Timestamp,
    pub(crate) problem: String,
}

/// The store of the configuration, to read; `None` where there is none yet.
///
/// # Errors
/// When there is one that cannot be read.
pub(crate) fn store(wired: &Wired) -> Result<Option<Arc<SqliteStore>>, Stop> {
    match wired.store.path.exists() {
        true => loading::reading(wired).map(Some),
        false => Ok(None),
    }
}

/// Finds what is named: the id of a stored event, a file, or `-`.
pub(crate) async fn find(wired: &Wired, what: &str, at: Option<Timestamp>) -> Result<Subject, Stop> {
    if let Ok(id) = what.parse::<EventId>() {
        return stored(wired, loading::reading(wired)?.as_ref(), id, at).await;
    }
    let (origin, body) = match what {
        "-" => (Origin::StandardInput, standard_input()?),
        path => (Origin::File, file(Path::new(path))?),
    };
    let most = Limits::default().body_bytes;
    if body.len() > most {
        return Err(Stop::Failed(format!(
            "`{what}` has {} bytes: above {most} the door answers 413 and keeps nothing",
            body.len()
        )));
    }
    let received_at = at.unwrap_or_else(Timestamp::now);
    let event = match Event::parse(&body) {
        Ok(event) => event,
        Err(error) => {
            let problem = format!("failed to {error}");
            return Ok(Subject::Unreadable(Unreadable { origin, id: None, received_at, problem }));
        }
    };
    let fresh = Case { sr_uuid: event.sr_uuid.clone(), ..Case::default() };
    let (case, note) = match (&event.sr_uuid, store(wired)?) {
        (Some(sr_uuid), Some(store)) => match store.case(sr_uuid.as_str()).await {
            Ok(view) => match same(store.as_ref(), &view, &body).await? {
                Some(id) => return known_already(wired, store.as_ref(), id, at).await,
                None => (view.case, Some("the case as the store has it now".to_owned())),
            },
            Err(StoreError::NotFound { .. }) => (fresh, Some("a case that is new to the store".to_owned())),
            Err(error) => return Err(error.into()),
        },
        (None, _) => (fresh, None),
        (Some(_), None) => (fresh, Some("there is no store yet, so the case is taken as new".to_owned())),
    };
    let id = EventId(Uuid::now_v7());
    Ok(Subject::Known(Box::new(Known { origin, id, received_at, event, case, note })))
}

fn standard_input() -> Result<Vec<u8>, Stop> {
    let mut body = Vec::new();
    std::io::stdin()
        .read_to_end(&mut body)
        .map_err(|error| Stop::Usage(format!("failed to read standard input: {error}")))?;
    Ok(body)
}

fn file(path: &Path) -> Result<Vec<u8>, Stop> {
    std::fs::read(path).map_err(|error| {
        Stop::Usage(format!("`{}` is neither an event id nor a file to read: {error}", path.display()))
    })
}

async fn stored(
    wired: &Wired,
    store: &SqliteStore,
    id: EventId,
    at: Option<Timestamp>,
) -> Result<Subject, Stop> {
    let stored = store.stored_event(id).await.map_err(|error| match error {
        StoreError::NotFound { .. } => Stop::Failed(format!(
            "no event `{id}` in {}; `proofbell events list` shows those there are",
            wired.store.path.display()
        )),
        error => error.into(),
    })?;
    let (origin, received_at) = (Origin::Store, at.unwrap_or(stored.received_at));
    match Event::parse(&stored.body) {
        Ok(event) => {
            let case = store.case_before(id).await?;
            let known = Known { origin, id, received_at, event, case, note: None };
            Ok(Subject::Known(Box::new(known)))
        }
        Err(error) => {
            let problem = format!("failed to {error}");
            Ok(Subject::Unreadable(Unreadable { origin, id: Some(id), received_at, problem }))
        }
    }
}

/// A body that the store has already is explained as it was then: received again, it would be a duplicate and make nothing.
async fn known_already(
    wired: &Wired,
    store: &SqliteStore,
    id: EventId,
    at: Option<Timestamp>,
) -> Result<Subject, Stop> {
    let subject = stored(wired, store, id, at).await?;
    Ok(match subject {
        Subject::Known(mut known) => {
            known.note = Some(format!(
                "the store has this event already, as {id}: explained as it was then; sent again, it is a duplicate and makes nothing"
            ));
            Subject::Known(known)
        }
        unreadable @ Subject::Unreadable(_) => unreadable,
    })
}

/// The event of the case with the same body, byte for byte, as the door compares them.
async fn same(store: &SqliteStore, view: &CaseView, body: &[u8]) -> Result<Option<EventId>, Stop> {
    for event in &view.events {
        match store.stored_event(EventId(event.id)).await {
            Ok(stored) if stored.body == body => return Ok(Some(EventId(event.id))),
            // The store refuses to give a body that is past `store.keep`.
            Ok(_) | Err(StoreError::NotFound { .. } | StoreError::Refused(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(None)
}
