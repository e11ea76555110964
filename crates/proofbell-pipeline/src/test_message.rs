//! Test messages: one real message, past the queue but not past `[redirect]`.

use jiff::Timestamp;
use proofbell_event::EventName;
use proofbell_notify::{Address, AddressKind, Body, Message, Outcome, PhoneNumber};
use proofbell_store::{MessageState, NewMessage};
use uuid::Uuid;

use crate::channel_worker::send_guarded;
use crate::{Code, Handle, HandleError};

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
    /// Sends a test message once, at once, past the queue but not past `[redirect]`, and keeps what became of it.
    ///
    /// # Errors
    /// When channel, address or form do not fit, or the store refuses.
    pub async fn send_test(&self, test: TestMessage) -> Result<(Uuid, Outcome), HandleError> {
        let runtime = self.shared.runtime();
        let channel = runtime.channels.get(&test.channel).ok_or_else(|| self.no_channel(&test.channel))?;
        let (kind, form) = (channel.notifier.address(), channel.notifier.form());
        if form != test.body.form() {
            let problem = format!("channel `{}` takes {form}, not {}", test.channel, test.body.form());
            return Err(HandleError::Invalid(problem));
        }
        let to = parse_address(kind, test.to.as_deref(), test.region.as_deref())?;
        let fitted = channel.notifier.fit(test.body);
        let body = fitted.map_err(|reason| HandleError::Invalid(reason.to_string()))?;
        let (id, now) = (Uuid::now_v7(), self.now());
        let message = Message {
            id,
            made_at: now,
            to,
            to_name: None,
            locale: test.locale,
            case: None,
            thread: None,
            optional: false,
            body,
        };
        let leaves = match &runtime.redirect {
            None => Some(message.clone()),
            Some(redirect) => redirect.apply(message.clone(), kind),
        };
        let Some(leaves) = leaves else {
            return Err(HandleError::Invalid(format!("[redirect] drops `{}` addresses", kind.as_str())));
        };
        let outcome = send_guarded(&*channel.notifier, &leaves, self.shared.timing.send).await;
        let measure = channel.notifier.measure(&message.body);
        let made = NewMessage {
            measure,
            template: test.template,
            state: state(&outcome),
            ..kept(test.channel, message, now)
        };
        self.shared.store.enqueue(made).await?;
        Ok((id, outcome))
    }
}

fn kept(channel: String, message: Message, now: Timestamp) -> NewMessage {
    NewMessage {
        id: message.id,
        message: Some(message),
        draft: None,
        reach_key: String::new(),
        channel,
        event: None,
        event_name: EventName::Unknown,
        event_at: now,
        sr_uuid: None,
        rule: "(test)".to_owned(),
        template: String::new(),
        send_stale: true,
        made_at: now,
        due_at: now,
        expires_at: now,
        measure: None,
        state: MessageState::Queued,
    }
}

/// How a test message ended: it has one attempt only.
fn state(outcome: &Outcome) -> MessageState {
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
