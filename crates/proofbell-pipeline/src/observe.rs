//! Watching the pipeline at work, without touching it.

use proofbell_engine::Decision;
use proofbell_notify::Outcome;
use proofbell_store::{Claimed, Ended, NewMessage, StoredEvent};

/// Somebody who watches the pipeline at work. Called after the commit, from the worker: it must not block.
pub trait Observer: Send + Sync + 'static {
    /// An event was planned.
    fn decided(&self, event: &StoredEvent, decision: &Decision) {
        let _ = (event, decision);
    }

    /// A message was made.
    fn made(&self, message: &NewMessage) {
        let _ = message;
    }

    /// An attempt ended.
    fn attempted(&self, claimed: &Claimed, outcome: &Outcome) {
        let _ = (claimed, outcome);
    }

    /// A claimed message was ended before it left.
    fn ended(&self, claimed: &Claimed, ended: &Ended) {
        let _ = (claimed, ended);
    }
}

/// Nobody watches.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Observer for Silent {}
