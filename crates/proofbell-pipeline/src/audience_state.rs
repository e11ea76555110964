//! What is shared about one audience: its wake and its pause.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::sync::{Notify, watch};

/// Why and since when nobody of an audience is looked up. It is not kept over a restart: the first lookup after it finds out anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AudiencePause {
    /// Since when.
    pub since: Timestamp,
    /// What its directory says; a fragment that fits after "failed to".
    pub reason: String,
}

/// What is shared about one audience.
pub(crate) struct AudienceState {
    /// Drafts were made for it.
    pub(crate) wake: Notify,
    pause: watch::Sender<Option<AudiencePause>>,
}

impl Default for AudienceState {
    fn default() -> AudienceState {
        AudienceState { wake: Notify::new(), pause: watch::Sender::new(None) }
    }
}

impl AudienceState {
    /// The pause, while it is paused.
    pub(crate) fn paused(&self) -> Option<AudiencePause> {
        self.pause.borrow().clone()
    }

    /// Its directory refuses us. Told once, at the beginning.
    pub(crate) fn pause(&self, audience: &str, pause: AudiencePause) {
        let reason = &pause.reason;
        tracing::error!(audience, reason, "audience paused: its directory refuses us; a probe wakes it");
        self.pause.send_replace(Some(pause));
    }

    /// A probe found its directory well.
    pub(crate) fn resume(&self, audience: &str) {
        tracing::info!(audience, "audience resumed: a probe found its directory well");
        self.pause.send_replace(None);
    }
}
