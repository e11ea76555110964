//! Who watches a rehearsal.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use proofbell_engine::Decision;
use proofbell_notify::Outcome;
use proofbell_store::{Addressed, Claimed, DraftEnd, NewMessage, StoredEvent};
use uuid::Uuid;

use crate::{Clock, ManualClock, Observer};

/// What was watched since somebody last asked.
#[derive(Default)]
pub(super) struct Watched {
    pub(super) decisions: Vec<Decision>,
    pub(super) drafts: Vec<(Uuid, DraftEnd)>,
    pub(super) made: Vec<NewMessage>,
    pub(super) attempts: Vec<Attempt>,
}

/// A message that left.
pub(super) struct Attempt {
    pub(super) message: Uuid,
    pub(super) outcome: Outcome,
    pub(super) at: Timestamp,
}

/// Who watches a rehearsal.
pub(super) struct Witness {
    clock: Arc<ManualClock>,
    watched: Mutex<Watched>,
}

impl Witness {
    pub(super) fn new(clock: Arc<ManualClock>) -> Witness {
        Witness { clock, watched: Mutex::default() }
    }

    pub(super) fn take(&self) -> Watched {
        std::mem::take(&mut *self.watched.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn note(&self, note: impl FnOnce(&mut Watched)) {
        note(&mut self.watched.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Observer for Witness {
    fn decided(&self, _: &StoredEvent, decision: &Decision) {
        self.note(|watched| watched.decisions.push(decision.clone()));
    }

    fn addressed(&self, addressed: &Addressed) {
        self.note(|watched| watched.drafts.push((addressed.draft, addressed.end.clone())));
    }

    fn made(&self, message: &NewMessage) {
        self.note(|watched| watched.made.push(message.clone()));
    }

    fn attempted(&self, claimed: &Claimed, outcome: &Outcome) {
        let at = self.clock.now();
        self.note(|watched| {
            watched.attempts.push(Attempt { message: claimed.message.id, outcome: outcome.clone(), at })
        });
    }
}
