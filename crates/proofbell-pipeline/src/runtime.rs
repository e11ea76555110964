//! What a checked configuration gives the pipeline.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use proofbell_directory::Directory;
use proofbell_engine::Engine;
use proofbell_notify::{DynNotifier, Fingerprint};

use crate::Redirect;

/// What a checked configuration gives the pipeline. Channels and audiences have the same names as in the engine.
pub struct Runtime {
    /// What decides; shared, so that many rehearsals can run on it at once.
    pub engine: Arc<Engine>,
    /// The channels by name.
    pub channels: BTreeMap<String, Channel>,
    /// Where people are found, by audience.
    pub audiences: BTreeMap<String, Audience>,
    /// Staging's belt.
    pub redirect: Option<Redirect>,
    /// How long bodies and addresses are kept.
    pub keep: Duration,
}

/// Where the people of an audience are found, with the host's own settings.
#[derive(Clone)]
pub struct Audience {
    /// Whom to ask.
    pub directory: Arc<dyn Directory>,
    /// How long after its event a draft is given up for which there was no answer; the draft's own expiry may come first. A replay is
    /// given up only when it expires.
    pub give_up: Duration,
    /// Of all settings that make the above: an audience whose fingerprint a reload does not change keeps its directory.
    pub fingerprint: Fingerprint,
}

/// A configured notifier with the host's own settings.
#[derive(Clone)]
pub struct Channel {
    /// The notifier.
    pub notifier: Arc<dyn DynNotifier>,
    /// At most so many messages in a time; no limit when absent.
    pub rate: Option<Rate>,
    /// At most so many attempts at once; at least 1.
    pub concurrency: usize,
    /// What happens after an attempt whose outcome is unknown.
    pub on_unknown: OnUnknown,
    /// Of all settings that make the above: a channel whose fingerprint a reload does not change keeps its connections, rate and pause.
    pub fingerprint: Fingerprint,
}

/// A number of messages in a stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many; at least 1.
    pub count: u32,
    /// In which time.
    pub per: Duration,
}

/// What happens after an attempt whose outcome is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnUnknown {
    /// It is tried again: the person may get it twice.
    Retry,
    /// It ends: the person may not get it.
    Dead,
}
