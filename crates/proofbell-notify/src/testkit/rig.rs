//! What a notifier's test says about it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::Dialogue;
use crate::{Address, Body, Message, Notifier, Outcome, ProbeError, Scope};

/// What the kit has to know of a notifier.
pub trait Rig {
    /// The notifier under test.
    type Notifier: Notifier;

    /// A notifier that talks, without TLS, to a double at `at` and waits no longer than `deadline` for an answer.
    fn notifier(&self, at: SocketAddr, deadline: Duration) -> Self::Notifier;

    /// A message for it; see [`message`]. Its text should hold neither the address nor the recipient's name.
    fn message(&self) -> Message;

    /// What the provider may say to a message, and what is to become of it. At least one row is `sent`, and one is not.
    /// Rows whose answers repeat the address, or a secret, show that neither gets into an outcome.
    fn table(&self) -> Vec<Row>;

    /// Whom a probe asks.
    fn probed(&self) -> Probed {
        Probed::Provider
    }

    /// What the provider may say to a probe; expected is `ok`, or as in [`describe_probe`].
    fn probes(&self) -> Vec<Row> {
        Vec::new()
    }

    /// Texts that no outcome may hold, beside the message's address and name: the settings' secrets, in each spelling in which they go out.
    fn secrets(&self) -> Vec<String>;

    /// What has to be the same in each attempt at a message, out of the unit that hands it over: all of it, unless the protocol puts
    /// the time into it.
    fn same_in_each_attempt(&self, unit: &[u8]) -> Vec<u8> {
        unit.to_vec()
    }
}

/// Whom a notifier's probe asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Probed {
    /// The provider, which is the same for all messages.
    Provider,
    /// Nobody, for each recipient has a server of their own: a probe is `ok` and asks none of them.
    Nobody,
}

/// A provider's answer and what becomes of it.
#[derive(Clone)]
pub struct Row {
    pub(super) name: &'static str,
    pub(super) dialogue: Arc<dyn Dialogue>,
    pub(super) expected: &'static str,
}

impl Row {
    /// When the provider talks like this, the outcome is as expected, written as [`describe`] does.
    pub fn new(name: &'static str, dialogue: impl Dialogue, expected: &'static str) -> Row {
        Row { name, dialogue: Arc::new(dialogue), expected }
    }
}

/// A message to this address with this body, and fixed values for the rest.
pub fn message(to: Address, body: Body) -> Message {
    Message {
        id: Uuid::from_u128(0x0193_a5b0_0000_7000_8000_0000_0000_0001),
        made_at: jiff::Timestamp::UNIX_EPOCH + Duration::from_secs(1_770_000_000),
        to,
        to_name: Some("Hanako Ginza".to_owned()),
        locale: "en".to_owned(),
        case: Some("sr-1".to_owned()),
        thread: None,
        optional: false,
        body,
    }
}

/// An outcome in a line: its kind, then its reason's code or what else it holds.
///
/// `sent`, `sent ID`, `retry_later CODE`, `throttled 7s channel`, `throttled - destination`, `rejected CODE`,
/// `bad_address CODE forever`, `bad_address CODE 86400s`, `opted_out CODE`, `channel_down CODE`, `unknown CODE`.
pub fn describe(outcome: &Outcome) -> String {
    let kind = outcome.as_str();
    match outcome {
        Outcome::Sent(receipt) => match &receipt.provider_id {
            Some(id) => format!("{kind} {id}"),
            None => kind.to_owned(),
        },
        Outcome::Throttled { after, scope } => {
            let after = after.map_or("-".to_owned(), |after| format!("{}s", after.as_secs()));
            let scope = match scope {
                Scope::Destination => "destination",
                Scope::Channel => "channel",
            };
            format!("{kind} {after} {scope}")
        }
        Outcome::BadAddress { reason, forget_after } => {
            let term = forget_after.map_or("forever".to_owned(), |term| format!("{}s", term.as_secs()));
            format!("{kind} {} {term}", reason.code())
        }
        Outcome::RetryLater { reason }
        | Outcome::Rejected { reason }
        | Outcome::OptedOut { reason }
        | Outcome::ChannelDown { reason }
        | Outcome::Unknown { reason } => format!("{kind} {}", reason.code()),
    }
}

/// The result of a probe, or of anything else that fails like one, in a line: `ok`, `refused CODE`, `unreachable CODE`.
pub fn describe_probe<T>(result: &Result<T, ProbeError>) -> String {
    match result {
        Ok(_) => "ok".to_owned(),
        Err(ProbeError::Refused(reason)) => format!("refused {}", reason.code()),
        Err(ProbeError::Unreachable(reason)) => format!("unreachable {}", reason.code()),
    }
}
