//! What the doors ask of the pipeline.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use proofbell_engine::EventId;
use proofbell_event::{Event, EventName};
use proofbell_notify::{Address, AddressKind, Body, Form, Message, Outcome, PhoneNumber};
use proofbell_store::{ChannelPause, MessageState, NewMessage, PausedBy, Shape, Store, StoreError};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::pipeline::{PipelineSettings, share};
use crate::runtime::Runtime;
use crate::shared::Shared;
use crate::{Code, settle};

/// How long a message may take after a person put it back on the queue.
const RETRY_EXPIRES: Duration = Duration::from_secs(48 * 3600);

/// What the doors ask of the pipeline. Cheap to clone.
#[derive(Clone)]
pub struct Handle {
    shared: Arc<Shared>,
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

/// A test message, sent once and at once.
#[derive(Clone, Debug)]
pub struct TestMessage {
    /// The channel.
    pub channel: String,
    /// The address, as a person writes it; not needed where the channel is its own address.
    pub to: Option<String>,
    /// Region for phone numbers written without a country.
    pub region: Option<String>,
    /// What is sent, in the channel's form.
    pub body: Body,
    /// The language of the body.
    pub locale: String,
    /// The template it was rendered from, or a word for where it came from.
    pub template: String,
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

    /// The configuration it runs on.
    pub fn runtime(&self) -> &Arc<Runtime> {
        &self.shared.runtime
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
        let paused =
            |name: &str| self.shared.channels.get(name).and_then(|state| state.pause.borrow().clone());
        let status = |(name, channel): (&String, &crate::Channel)| ChannelStatus {
            name: name.clone(),
            kind: channel.notifier.kind().to_owned(),
            form: channel.notifier.form().to_string(),
            address: channel.notifier.address().as_str().to_owned(),
            paused: paused(name),
        };
        self.shared.runtime.channels.iter().map(status).collect()
    }

    /// Pauses a channel until a person resumes it.
    ///
    /// # Errors
    /// When there is no such channel, or the store refuses.
    pub async fn pause(&self, channel: &str, reason: &str) -> Result<(), HandleError> {
        let state = self.shared.channels.get(channel).ok_or_else(|| self.no_channel(channel))?;
        let pause = ChannelPause {
            channel: channel.to_owned(),
            since: self.now(),
            by: PausedBy::Operator,
            reason: reason.to_owned(),
        };
        self.shared.store.pause(pause.clone()).await?;
        state.pause.send_replace(Some(pause));
        Ok(())
    }

    /// Resumes a channel, whoever paused it.
    ///
    /// # Errors
    /// When there is no such channel, or the store refuses.
    pub async fn resume(&self, channel: &str) -> Result<(), HandleError> {
        let state = self.shared.channels.get(channel).ok_or_else(|| self.no_channel(channel))?;
        self.shared.store.resume(channel).await?;
        state.pause.send_replace(None);
        state.wake.notify_one();
        Ok(())
    }

    /// Plans an event again, one generation up; says which.
    ///
    /// # Errors
    /// When there is no such event, or it still cannot be read.
    pub async fn replay(&self, id: EventId) -> Result<u32, HandleError> {
        let stored = self.shared.store.stored_event(id).await?;
        let event = Event::parse(&stored.body)
            .map_err(|error| HandleError::Invalid(format!("event {id} cannot be read: {error}")))?;
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
        Ok(self.shared.store.cancel(message, self.now()).await?)
    }

    /// Sends a test message once, at once, past the queue but not past `[redirect]`, and keeps what became of it.
    ///
    /// # Errors
    /// When channel, address or form do not fit, or the store refuses.
    pub async fn send_test(&self, test: TestMessage) -> Result<(Uuid, Outcome), HandleError> {
        let channel =
            self.shared.runtime.channels.get(&test.channel).ok_or_else(|| self.no_channel(&test.channel))?;
        let kind = channel.notifier.address();
        if channel.notifier.form() != test.body.form() {
            return Err(HandleError::Invalid(format!(
                "channel `{}` takes {}, not {}",
                test.channel,
                channel.notifier.form(),
                test.body.form()
            )));
        }
        let to = parse_address(kind, test.to.as_deref(), test.region.as_deref())?;
        let (id, now) = (Uuid::now_v7(), self.now());
        let message =
            Message { id, made_at: now, to, to_name: None, locale: test.locale, case: None, body: test.body };
        let leaves = match &self.shared.runtime.redirect {
            None => Some(message.clone()),
            Some(redirect) => redirect.apply(message.clone(), kind),
        };
        let Some(leaves) = leaves else {
            return Err(HandleError::Invalid(format!("[redirect] drops `{}` addresses", kind.as_str())));
        };
        let outcome = channel.notifier.send(&leaves).await;
        let measure = channel.notifier.measure(&message.body);
        let state = test_state(&outcome);
        let kept = NewMessage {
            message: Some(message),
            id,
            draft: None,
            reach_key: String::new(),
            channel: test.channel,
            event: None,
            event_name: EventName::Unknown,
            event_at: now,
            sr_uuid: None,
            rule: "(test)".to_owned(),
            template: test.template,
            send_stale: true,
            made_at: now,
            due_at: now,
            expires_at: now,
            measure,
            state,
        };
        self.shared.store.enqueue(kept).await?;
        Ok((id, outcome))
    }

    fn no_channel(&self, name: &str) -> HandleError {
        let known: Vec<&str> = self.shared.runtime.channels.keys().map(String::as_str).collect();
        HandleError::Invalid(format!("no channel `{name}`; there are: {}", known.join(", ")))
    }
}

/// How a test message ended: it has one attempt only.
fn test_state(outcome: &Outcome) -> MessageState {
    let (code, reason) = match outcome {
        Outcome::Sent(_) => return MessageState::Sent,
        Outcome::Throttled { after, .. } => {
            let wait = after.map_or_else(String::new, |after| format!(" for {} s", after.as_secs()));
            (Code::Exhausted, format!("asked to wait{wait}"))
        }
        Outcome::RetryLater { reason } | Outcome::ChannelDown { reason } => {
            (Code::Exhausted, reason.to_string())
        }
        Outcome::Rejected { reason } => (Code::Rejected, reason.to_string()),
        Outcome::BadAddress { reason, .. } => (Code::BadAddress, reason.to_string()),
        Outcome::OptedOut { reason } => (Code::OptedOut, reason.to_string()),
        Outcome::Unknown { reason } => (Code::Unknown, reason.to_string()),
    };
    MessageState::Ended(code.end(reason))
}

fn parse_address(kind: AddressKind, to: Option<&str>, region: Option<&str>) -> Result<Address, HandleError> {
    let invalid = |problem: &dyn std::fmt::Display| HandleError::Invalid(format!("`--to`: {problem}"));
    match (kind, to) {
        (AddressKind::Fixed, None) => Ok(Address::Fixed),
        (AddressKind::Fixed, Some(_)) => Err(invalid(&"this channel is its own address; leave it out")),
        (_, None) => Err(invalid(&format!("this channel needs a `{}` address", kind.as_str()))),
        (AddressKind::Email, Some(to)) => to.parse().map(Address::Email).map_err(|error| invalid(&error)),
        (AddressKind::Phone, Some(to)) => {
            PhoneNumber::parse(to, region).map(Address::Phone).map_err(|error| invalid(&error))
        }
        (AddressKind::Named(_), Some(to)) => Ok(Address::Named(to.to_owned())),
    }
}

/// The form that a channel takes, if there is such a channel.
impl Handle {
    /// The form of a channel.
    ///
    /// # Errors
    /// When there is no such channel.
    pub fn form_of(&self, channel: &str) -> Result<Form, HandleError> {
        let channel_settings =
            self.shared.runtime.channels.get(channel).ok_or_else(|| self.no_channel(channel))?;
        Ok(channel_settings.notifier.form())
    }
}
