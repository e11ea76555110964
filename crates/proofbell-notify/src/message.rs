//! What a notifier is handed: one rendered message for one destination.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Address, Chat, Form};

/// One rendered message for one destination. Every attempt is handed the same value, byte for byte.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The idempotency id: the same over all attempts.
    pub id: Uuid,
    /// When the message was made; the `Date` of an e-mail, so fixed over attempts.
    pub made_at: Timestamp,
    /// Where it goes.
    pub to: Address,
    /// The recipient's name as it may stand beside the address.
    pub to_name: Option<String>,
    /// BCP 47 tag of the language it was rendered in.
    pub locale: String,
    /// The service request it is about, to keep a case's messages in one thread.
    pub case: Option<String>,
    /// Set when it belongs into its case's thread (`thread = "case"` on the rule). Channels without threads ignore it.
    #[serde(default)]
    pub thread: Option<Thread>,
    /// Whether the person may do without it (`optional = true` on the rule): e-mail then says how to unsubscribe.
    #[serde(default)]
    pub optional: bool,
    /// The rendered text.
    pub body: Body,
}

/// The thread that a message belongs to: one for each case, channel and address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thread {
    /// The provider's id of the message that began it, out of its [`crate::Receipt`]; `None` when this one begins it.
    pub first: Option<String>,
}

/// The rendered text of a message, one variant a [`Form`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Body {
    /// For [`Form::Email`].
    Email(Email),
    /// For [`Form::Chat`].
    Chat(Chat),
    /// For [`Form::Text`].
    Text(String),
}

impl Body {
    /// The form this body was made for.
    pub fn form(&self) -> Form {
        match self {
            Body::Email(_) => Form::Email,
            Body::Chat(_) => Form::Chat,
            Body::Text(_) => Form::Text,
        }
    }
}

/// An e-mail's text: one line of subject, HTML and plain text saying the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Email {
    /// One line of plain text.
    pub subject: String,
    /// The HTML part, complete; the preheader is already in it.
    pub html: String,
    /// The plain text part.
    pub text: String,
}

/// What a body costs on its channel, kept with the message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measure {
    /// How many parts it is billed as.
    pub segments: u32,
    /// How it is encoded: `GSM-7` or `UCS-2`.
    pub encoding: String,
}
