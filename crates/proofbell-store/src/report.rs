//! What providers tell after an attempt has ended.

use jiff::Timestamp;
use proofbell_notify::About;

use crate::{Ended, Remember, SuppressionKind};

/// Something that a provider told of a message or of an address, and what follows from it.
#[derive(Clone, Debug)]
pub struct Told {
    /// The channel through which it was told. Of messages of other channels it can say nothing.
    pub channel: String,
    /// When it was told.
    pub at: Timestamp,
    /// What it is about.
    pub about: About,
    /// [`proofbell_notify::News::as_str`].
    pub news: String,
    /// The provider's reason.
    pub reason: Option<String>,
    /// What it means for the message, when it is about one.
    pub then: Then,
    /// What it means for the address.
    pub memory: Option<Memory>,
}

/// What a report means for the message that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Then {
    /// It is delivered.
    Delivered,
    /// It ended unsent after all; its draft is looked at again.
    End(Ended),
    /// Nothing.
    Nothing,
}

/// What a report means for what is remembered of an address.
#[derive(Clone, Debug)]
pub enum Memory {
    /// Something to remember.
    Keep(Remember),
    /// Something to forget.
    Forget(SuppressionKind),
}

/// What became of a [`Told`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reported {
    /// It changed the message or what is remembered of the address.
    Applied,
    /// It said again what is known.
    Repeated,
    /// The message had ended otherwise, or never left: nothing was changed.
    TooLate,
    /// There is no such message on this channel.
    NoSuchMessage,
}

impl Reported {
    /// The word for it in metrics, lists and the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Reported::Applied => "applied",
            Reported::Repeated => "repeated",
            Reported::TooLate => "too_late",
            Reported::NoSuchMessage => "no_such_message",
        }
    }
}
