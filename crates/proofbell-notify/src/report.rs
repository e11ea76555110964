//! What a provider tells later: of a message that it had accepted, or of a person.

use std::time::Duration;

use uuid::Uuid;

use crate::{Address, Reason};

/// Something that a provider tells after an attempt has ended: by calling us (a [`Callback`]) or by a [`Notice`] that we fetch.
/// It may come late, twice, and out of order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What it is about.
    pub about: About,
    /// What it says.
    pub news: News,
}

/// What a [`Report`] is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// The message with this [`crate::Message::id`].
    Message(Uuid),
    /// Whoever has this address on the channel.
    Address(Address),
}

/// What a [`Report`] says. Of an address alone only the last three mean something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// It has reached the person's device or mailbox.
    Delivered,
    /// It was accepted and will yet never arrive, through no fault of the address: fall back.
    Undelivered {
        /// Why not.
        reason: Reason,
    },
    /// The address can never be reached here: fall back, and remember it.
    BadAddress {
        /// Why not.
        reason: Reason,
        /// How long to remember it; `None` for ever.
        forget_after: Option<Duration>,
    },
    /// The person said stop: fall back, and remember it until they say start.
    OptedOut {
        /// How we know.
        reason: Reason,
    },
    /// The person said start: their stop is forgotten.
    OptedIn,
}

impl News {
    /// The word for it in metrics and lists.
    pub fn as_str(&self) -> &'static str {
        match self {
            News::Delivered => "delivered",
            News::Undelivered { .. } => "undelivered",
            News::BadAddress { .. } => "bad_address",
            News::OptedOut { .. } => "opted_out",
            News::OptedIn => "opted_in",
        }
    }

    /// Why, where there is a reason to give.
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            News::Delivered | News::OptedIn => None,
            News::Undelivered { reason } | News::BadAddress { reason, .. } | News::OptedOut { reason } => {
                Some(reason)
            }
        }
    }
}

/// A call that a provider made to `POST /hooks/KIND/CHANNEL`, as it came. Nobody has checked it: that is
/// [`crate::Notifier::callback`]'s first task.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Callback {
    /// What follows the `?` of the address, without it; empty when there is nothing.
    pub query: String,
    /// The headers, names in lower case, in the order in which they came. Those whose values are not text are left out.
    pub headers: Vec<(String, String)>,
    /// The body, at most 64 KiB.
    pub body: Vec<u8>,
}

impl Callback {
    /// The value of the header `name` (in lower case); `None` when it is missing or there more than once, so that nobody can slip in a
    /// second one.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(other, _)| other == name);
        let value = values.next()?;
        values.next().is_none().then_some(value.1.as_str())
    }
}

/// Why a [`Callback`] is not believed. The texts hold no personal data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallbackError {
    /// This channel takes no calls: it has none, or its settings do not switch them on. Answered with 404.
    #[error("this channel takes no calls: {0}")]
    NotOffered(String),
    /// The signature is missing or wrong. Answered with 403.
    #[error("the signature does not hold: {0}")]
    Forged(String),
    /// Signed, and yet not what the provider sends. Answered with 400.
    #[error("cannot be read: {0}")]
    Malformed(String),
}

/// Something fetched that holds reports, such as a bounced mail. It is fetched again until [`crate::Notifier::put_away`] was told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The notifier's own name for it.
    pub id: String,
    /// What it says; nothing when it is none of ours or cannot be read, which the notifier has logged.
    pub reports: Vec<Report>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_counts_only_when_it_is_there_once() {
        let headers = [("a", "1"), ("b", "2"), ("b", "3")];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let callback = Callback { headers, ..Callback::default() };
        assert_eq!(callback.header("a"), Some("1"));
        assert_eq!(callback.header("b"), None);
        assert_eq!(callback.header("c"), None);
    }
}
