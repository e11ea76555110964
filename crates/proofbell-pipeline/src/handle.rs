//! What the doors ask of the pipeline.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use proofbell_engine::EventId;
use proofbell_event::Event;
use proofbell_notify::Form;
use proofbell_store::{ChannelPause, PausedBy, Shape, Store, StoreError};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::audience_state::AudiencePause;
use crate::channel_state::ChannelState;
use crate::pipeline::{PipelineSettings, share};
use crate::runtime::{Channel, Runtime};
use crate::settle;
use crate::shared::Shared;

/// How long a message may take after a person put it back on the queue.
const RETRY_EXPIRES: Duration = Duration::from_secs(48 * 3600);

/// What the doors ask of the pipeline. Cheap to clone.
#[derive(Clone)]
pub struct Handle {
    pub(crate) shared: Arc<Shared>,
}

/// Why it could not be done.
#[derive(Debug, thiserror::Error)]
pub enum HandleError {
    /// The store said no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What was asked for makes no sense.
    #[error("{0}")]
    Invalid(String),
}

/// A channel as people see it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ChannelStatus {
    /// Its name.
    pub name: String,
    /// Its notifier.
    pub kind: String,
    /// Which template variant it takes.
    pub form: String,
    /// Which address it needs.
    pub address: String,
    /// Set while it is paused.
    pub paused: Option<ChannelPause>,
}

/// An audience as people see it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AudienceStatus {
    /// Its name.
    pub name: String,
    /// Its directory: `list`, `csv`, `http`.
    pub kind: String,
    /// Set while its drafts wait because the directory refuses us.
    pub paused: Option<AudiencePause>,
}

impl Handle {
    pub(crate) fn new(shared: Arc<Shared>) -> Handle {
        Handle { shared }
    }

    /// A handle to a store on which no pipeline runs: for the command line.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn without_workers(store: Arc<dyn Store>, runtime: Arc<Runtime>) -> Result<Handle, StoreError> {
        Ok(Handle { shared: share(store, runtime, PipelineSettings::default()).await? })
    }

    /// The store.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.shared.store
    }

    /// The configuration it runs on now.
    pub fn runtime(&self) -> Arc<Runtime> {
        self.shared.runtime()
    }

    /// The pipeline's clock.
    pub fn now(&self) -> Timestamp {
        self.shared.clock.now()
    }

    /// An event was committed: plan it soon.
    pub fn event_accepted(&self) {
        self.shared.plan.notify_one();
    }

    /// The channels with their pauses.
    pub fn channels(&self) -> Vec<ChannelStatus> {
        let live = self.shared.live();
        let paused = |name: &str| live.channels.get(name).and_then(|state| state.paused());
        let status = |(name, channel): (&String, &Channel)| ChannelStatus {
            name: name.clone(),
            kind: channel.notifier.kind().to_owned(),
            form: channel.notifier.form().to_string(),
            address: channel.notifier.address().as_str().to_owned(),
            paused: paused(name),
        };
        live.runtime.channels.iter().map(status).collect()
    }

    /// The audiences with their pauses, which only the process that looks people up knows.
    pub fn audiences(&self) -> Vec<AudienceStatus> {
        let live = self.shared.live();
        let paused = |name: &str| live.audiences.get(name).and_then(|state| state.paused());
        let audiences = live.runtime.audiences.iter();
        audiences
            .map(|(name, audience)| AudienceStatus {
                name: name.clone(),
                kind: audience.directory.kind().to_owned(),
                paused: paused(name),
            })
            .collect()
    }

    /// Pauses a channel until a person resumes it.
    ///
    /// # Errors
    /// When there is no such channel, or the store refuses.
    pub async fn pause(&self, channel: &str, reason: &str) -> Result<(), HandleError> {
        let state = self.state(channel)?;
        let pause = ChannelPause {
            channel: channel.to_owned(),
            since: self.now(),
            by: PausedBy::Operator,
            reason: reason.to_owned(),
        };
        Ok(state.pause(&*self.shared.store, pause).await?)
    }

    /// Resumes a channel, whoever paused it.
    ///
    /// # Errors
    /// When there is no such channel, or the store refuses.
    pub async fn resume(&self, channel: &str) -> Result<(), HandleError> {
        let state = self.state(channel)?;
        Ok(state.resume(&*self.shared.store, channel).await?)
    }

    /// Plans an event again, one generation up; says which.
    ///
    /// # Errors
    /// When there is no such event, or it still cannot be read.
    pub async fn replay(&self, id: EventId) -> Result<u32, HandleError> {
        let stored = self.shared.store.stored_event(id).await?;
        let event = Event::parse(&stored.body)
            .map_err(|error| StoreError::Refused(format!("event {id} cannot be read: {error}")))?;
        let at = event.effective_time(stored.received_at);
        let shape = Shape::Event {
            name: event.name,
            event_type: event.event_type,
            sr_uuid: event.sr_uuid,
            reference_id: event.reference_id,
            at,
        };
        let generation = self.shared.store.replay(id, shape).await?;
        self.event_accepted();
        Ok(generation)
    }

    /// Puts a message that ended unsent on the queue again.
    ///
    /// # Errors
    /// When there is no such message, or it has not ended or nothing was rendered.
    pub async fn retry(&self, message: Uuid) -> Result<(), HandleError> {
        let view = self.shared.store.message(message).await?;
        let now = self.now();
        self.shared.store.retry(message, now, settle::later(now, RETRY_EXPIRES)).await?;
        self.shared.wake_channel(&view.channel);
        Ok(())
    }

    /// Ends a waiting message.
    ///
    /// # Errors
    /// When there is no such message, or it does not wait any more.
    pub async fn cancel(&self, message: Uuid) -> Result<(), HandleError> {
        self.shared.store.cancel(message, self.now()).await?;
        self.shared.fallback.notify_one();
        Ok(())
    }

    /// The form of a channel.
    ///
    /// # Errors
    /// When there is no such channel.
    pub fn form_of(&self, channel: &str) -> Result<Form, HandleError> {
        Ok(self.channel(channel)?.notifier.form())
    }

    /// The channel of this name.
    pub(crate) fn channel(&self, name: &str) -> Result<Channel, HandleError> {
        self.shared.runtime().channels.get(name).cloned().ok_or_else(|| self.no_channel(name))
    }

    fn state(&self, channel: &str) -> Result<Arc<ChannelState>, HandleError> {
        self.shared.live().channels.get(channel).cloned().ok_or_else(|| self.no_channel(channel))
    }

    pub(crate) fn no_channel(&self, name: &str) -> HandleError {
        let runtime = self.shared.runtime();
        let known: Vec<&str> = runtime.channels.keys().map(String::as_str).collect();
        HandleError::Invalid(format!("no channel `{name}`; there are: {}", known.join(", ")))
    }
}
