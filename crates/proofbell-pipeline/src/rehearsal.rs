//! What `serve` would do, under a clock that is moved by hand: the workers' own rounds over a store in memory, and nothing leaves.

mod clockwork;
mod seen;
mod stand_in;
mod witness;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use proofbell_directory::LookupError;
use proofbell_engine::EventId;
use proofbell_notify::{Outcome, Recipient};
use proofbell_store::{Acceptance, NewEvent, OpenError, Shape, SqliteStore, StoreError};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use self::clockwork::Probing;
pub use self::seen::{DraftSeen, MessageSeen, StepSeen};
use self::stand_in::{StandInDirectory, StandInNotifier};
use self::witness::Witness;
use crate::pipeline::{PipelineSettings, share};
use crate::runtime::{Audience, Channel, Runtime};
use crate::shared::Shared;
use crate::{Clock, Jitter, ManualClock, Timing};

/// A pipeline on a configuration, with a store of its own in memory and a clock that is moved by hand. Channels and directories answer what
/// they are told to, so nothing leaves and nobody is asked; all else is what [`crate::Pipeline`] does, by the same functions.
///
/// Three things differ from a server: rates hold up nothing, attempts of a channel are made one after the other, and `[redirect]` is not
/// applied, so that messages are seen as they are meant.
pub struct Rehearsal {
    shared: Arc<Shared>,
    clock: Arc<ManualClock>,
    witness: Arc<Witness>,
    channels: BTreeMap<String, Arc<StandInNotifier>>,
    directories: BTreeMap<String, Arc<StandInDirectory>>,
    /// Paused channels, and when each is probed next.
    probing: BTreeMap<String, Probing>,
    /// The drafts that were made so far.
    drafts: HashMap<Uuid, DraftSeen>,
    /// Messages that wait.
    open: Vec<MessageSeen>,
    /// Events that came in so far.
    events: u16,
}

/// Why a rehearsal cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum RehearsalError {
    /// There is no store for it.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Its store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The clock cannot go so far.
    #[error("move the clock to a time that it cannot show")]
    EndOfTime,
    /// What is due leads to more that is due, over and over.
    #[error("come to a rest at {at}: what is due leads to more that is due")]
    Endless {
        /// The time at which it was given up.
        at: Timestamp,
    },
}

impl Rehearsal {
    /// A pipeline on what `runtime` says, at this time, with an empty store. Every channel delivers; listed people are those of the list,
    /// and nobody else is known until [`Rehearsal::people`] says who they are.
    ///
    /// # Errors
    /// When there is no memory for a store.
    pub async fn start(runtime: &Runtime, at: Timestamp) -> Result<Rehearsal, RehearsalError> {
        let clock = Arc::new(ManualClock::at(at));
        let witness = Arc::new(Witness::new(clock.clone()));
        let channels = stand_in_for(&runtime.channels, |channel| StandInNotifier::of(&channel.notifier));
        let directories =
            stand_in_for(&runtime.audiences, |audience| StandInDirectory::of(&audience.directory));
        let rehearsed = Runtime {
            engine: runtime.engine.clone(),
            channels: runtime
                .channels
                .iter()
                .filter_map(|(name, channel)| {
                    Some((name.clone(), rehearsed(channel, channels.get(name)?.clone())))
                })
                .collect(),
            audiences: runtime
                .audiences
                .iter()
                .filter_map(|(name, audience)| {
                    let directory = directories.get(name)?.clone();
                    Some((name.clone(), Audience { directory, ..audience.clone() }))
                })
                .collect(),
            redirect: None,
            keep: runtime.keep,
        };
        let settings = PipelineSettings {
            clock: clock.clone(),
            observer: witness.clone(),
            timing: Timing { jitter: Jitter::None, ..Timing::default() },
        };
        let shared = share(Arc::new(SqliteStore::in_memory()?), Arc::new(rehearsed), settings).await?;
        Ok(Rehearsal {
            shared,
            clock,
            witness,
            channels,
            directories,
            probing: BTreeMap::new(),
            drafts: HashMap::new(),
            open: Vec::new(),
            events: 0,
        })
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// What a channel answers to every attempt from now on. A name that no channel has changes nothing.
    pub fn answer(&self, channel: &str, outcome: Outcome) {
        if let Some(stand_in) = self.channels.get(channel) {
            stand_in.answer(outcome);
        }
    }

    /// Whom an audience's directory finds from now on; `None` for what it is without being told. A name that no audience has changes
    /// nothing.
    pub fn people(&self, audience: &str, found: Option<Result<Vec<Recipient>, LookupError>>) {
        if let Some(stand_in) = self.directories.get(audience) {
            stand_in.set(found);
        }
    }

    /// Audiences whose people were asked for, since this was last called, though nobody said who they are.
    pub fn unprepared(&self) -> Vec<&str> {
        let asked = self.directories.iter().filter(|(_, stand_in)| stand_in.take_unprepared());
        asked.map(|(name, _)| name.as_str()).collect()
    }

    /// Keeps an event as the door would, and does all that is due now.
    ///
    /// # Errors
    /// When the store refuses it.
    pub async fn accept(&mut self, source: &str, body: Vec<u8>) -> Result<Acceptance, RehearsalError> {
        let received_at = self.now();
        self.events = self.events.wrapping_add(1);
        let event = NewEvent {
            id: event_id(received_at, self.events),
            source: source.to_owned(),
            message_id: None,
            body_hash: Sha256::digest(&body).into(),
            received_at,
            headers: Vec::new(),
            shape: Shape::of(&body, received_at),
            body,
        };
        let acceptance = self.shared.store.accept(event).await?;
        self.settle().await?;
        Ok(acceptance)
    }

    /// Moves the clock. What becomes due on the way is done at its own time.
    ///
    /// # Errors
    /// When that is further than the clock goes, or the store fails.
    pub async fn advance(&mut self, by: Duration) -> Result<(), RehearsalError> {
        let until = self.now().checked_add(by).map_err(|_| RehearsalError::EndOfTime)?;
        while let Some(next) = self.next_due().await?.filter(|next| *next <= until) {
            self.clock.set(next);
            self.settle().await?;
        }
        self.clock.set(until);
        self.settle().await
    }
}

/// Derived, so that a rehearsal done again has the same ids: a UUIDv7 whose random part counts.
fn event_id(at: Timestamp, number: u16) -> EventId {
    let millis = u64::try_from(at.as_millisecond()).unwrap_or_default();
    let mut counted = [0; 10];
    counted[8..].copy_from_slice(&number.to_be_bytes());
    EventId(uuid::Builder::from_unix_timestamp_millis(millis, &counted).into_uuid())
}

fn stand_in_for<T, S>(of: &BTreeMap<String, T>, make: impl Fn(&T) -> S) -> BTreeMap<String, Arc<S>> {
    of.iter().map(|(name, real)| (name.clone(), Arc::new(make(real)))).collect()
}

/// The channel with somebody who only answers, and without limits, which are there for real providers.
fn rehearsed(channel: &Channel, notifier: Arc<StandInNotifier>) -> Channel {
    Channel { notifier, rate: None, concurrency: 1, ..channel.clone() }
}
