//! The plugin contract: one small trait, erased once.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use crate::{
    AddressKind, Body, Callback, CallbackError, Form, Measure, Message, Notice, Outcome, Proof, Reason,
    Report,
};

/// A way to deliver messages. A plugin implements this trait and nothing else of ours.
pub trait Notifier: Send + Sync + Sized + 'static {
    /// The word for it in configuration: `kind = "slack"`.
    const KIND: &'static str;
    /// The plugin's own settings with their documentation. No serde `tag`, `flatten` or `untagged`: they ruin error positions. Always `deny_unknown_fields`.
    type Config: DeserializeOwned + JsonSchema;

    /// Checks the settings and builds the notifier. Pure: no file, network or clock.
    ///
    /// # Errors
    /// What is wrong, at which setting, and what to write instead.
    fn from_config(config: Self::Config, kit: &Toolkit) -> Result<Self, ConfigError>;

    /// Which template variant it takes.
    fn form(&self) -> Form;

    /// Which address it needs.
    fn address(&self) -> AddressKind;

    /// Whether it keeps the messages of a case in one thread, see [`Message::thread`].
    fn threads(&self) -> Threads {
        Threads::Ignored
    }

    /// Whom its messages come from, as their readers see it: `Maison Seconde <no-reply@market.example>`, `+815012345678`. For showing
    /// alone; `None` where the service has its own idea of that.
    fn sender(&self) -> Option<String> {
        None
    }

    /// What a body costs here; `None` where nobody counts.
    fn measure(&self, body: &Body) -> Option<Measure> {
        let _ = body;
        None
    }

    /// Makes a body fit this channel before it is stored, so that what is shown is what is sent: normalized, and cut visibly where the
    /// settings say so.
    ///
    /// # Errors
    /// Why it cannot be sent here at all; the message ends as `dead(too_long)` and the next channel is tried.
    fn fit(&self, body: Body) -> Result<Body, Reason> {
        Ok(body)
    }

    /// Tries once to deliver. May be cancelled at any point by dropping the future; nothing half-used may be left behind.
    fn send(&self, message: &Message) -> impl Future<Output = Outcome> + Send;

    /// Proves that the channel works without delivering anything, as far as the service lets us, and says what that has proved. What
    /// goes well wakes a paused channel, so it asks about sending alone.
    ///
    /// # Errors
    /// Why no message can be sent now.
    fn probe(&self) -> impl Future<Output = Result<Proof, ProbeError>> + Send;

    /// Reads what the provider tells by calling `POST /hooks/KIND/CHANNEL`, after checking that it is the provider. Pure. What is signed
    /// and means nothing to us (an interim state, say) is an empty list.
    ///
    /// # Errors
    /// Why it is not believed.
    fn callback(&self, callback: &Callback) -> Result<Vec<Report>, CallbackError> {
        let _ = callback;
        Err(CallbackError::NotOffered(format!("kind `{}` has none", Self::KIND)))
    }

    /// How often [`Notifier::collect`] is to be called; `None` where there is nothing to fetch.
    fn collects_every(&self) -> Option<Duration> {
        None
    }

    /// Proves that what [`Notifier::collect`] fetches from can be read, and changes nothing there; `None` where there is nothing to
    /// fetch. Messages can be sent without it, so it is no part of [`Notifier::probe`].
    ///
    /// # Errors
    /// Why it cannot be read now.
    fn probe_collecting(&self) -> impl Future<Output = Result<Option<Proof>, ProbeError>> + Send {
        async { Ok(None) }
    }

    /// What no other channel may use beside this one, such as a mailbox that it empties; `None` where there is nothing of the kind. Two
    /// channels with equal ones are refused with the configuration. Pure.
    fn exclusive(&self) -> Option<Exclusive> {
        None
    }

    /// What in the settings works and is seldom meant; people read it as warnings. Pure.
    fn advice(&self) -> Vec<Advice> {
        Vec::new()
    }

    /// Fetches what waits to be told, such as bounced mails; at most a few hundred at once. May be cancelled at any point.
    ///
    /// # Errors
    /// Why it cannot be fetched now.
    fn collect(&self) -> impl Future<Output = Result<Vec<Notice>, ProbeError>> + Send {
        async { Ok(Vec::new()) }
    }

    /// These notices are kept safe now: they need not be fetched again.
    ///
    /// # Errors
    /// Why that cannot be noted now; they will be fetched again, which harms nothing.
    fn put_away(&self, notices: &[String]) -> impl Future<Output = Result<(), ProbeError>> + Send {
        let _ = notices;
        async { Ok(()) }
    }
}

/// [`Notifier`] as a trait object: what the pipeline holds. Implemented here for every notifier, and nowhere else but for test doubles.
#[async_trait]
pub trait DynNotifier: Send + Sync {
    /// [`Notifier::KIND`].
    fn kind(&self) -> &'static str;
    /// [`Notifier::form`].
    fn form(&self) -> Form;
    /// [`Notifier::address`].
    fn address(&self) -> AddressKind;
    /// [`Notifier::threads`].
    fn threads(&self) -> Threads {
        Threads::Ignored
    }
    /// [`Notifier::sender`].
    fn sender(&self) -> Option<String> {
        None
    }
    /// [`Notifier::measure`].
    fn measure(&self, body: &Body) -> Option<Measure>;
    /// [`Notifier::send`].
    async fn send(&self, message: &Message) -> Outcome;
    /// [`Notifier::probe`].
    async fn probe(&self) -> Result<Proof, ProbeError>;
    /// [`Notifier::probe_collecting`].
    async fn probe_collecting(&self) -> Result<Option<Proof>, ProbeError> {
        Ok(None)
    }
    /// [`Notifier::fit`].
    fn fit(&self, body: Body) -> Result<Body, Reason> {
        Ok(body)
    }
    /// [`Notifier::callback`].
    ///
    /// # Errors
    /// Why it is not believed.
    fn callback(&self, callback: &Callback) -> Result<Vec<Report>, CallbackError> {
        let _ = callback;
        Err(CallbackError::NotOffered(format!("kind `{}` has none", self.kind())))
    }
    /// [`Notifier::collects_every`].
    fn collects_every(&self) -> Option<Duration> {
        None
    }
    /// [`Notifier::exclusive`].
    fn exclusive(&self) -> Option<Exclusive> {
        None
    }
    /// [`Notifier::advice`].
    fn advice(&self) -> Vec<Advice> {
        Vec::new()
    }
    /// [`Notifier::collect`].
    async fn collect(&self) -> Result<Vec<Notice>, ProbeError> {
        Ok(Vec::new())
    }
    /// [`Notifier::put_away`].
    async fn put_away(&self, notices: &[String]) -> Result<(), ProbeError> {
        let _ = notices;
        Ok(())
    }
}

#[async_trait]
impl<N: Notifier> DynNotifier for N {
    fn kind(&self) -> &'static str {
        N::KIND
    }

    fn form(&self) -> Form {
        Notifier::form(self)
    }

    fn address(&self) -> AddressKind {
        Notifier::address(self)
    }

    fn threads(&self) -> Threads {
        Notifier::threads(self)
    }

    fn sender(&self) -> Option<String> {
        Notifier::sender(self)
    }

    fn measure(&self, body: &Body) -> Option<Measure> {
        Notifier::measure(self, body)
    }

    async fn send(&self, message: &Message) -> Outcome {
        Notifier::send(self, message).await
    }

    async fn probe(&self) -> Result<Proof, ProbeError> {
        Notifier::probe(self).await
    }

    async fn probe_collecting(&self) -> Result<Option<Proof>, ProbeError> {
        Notifier::probe_collecting(self).await
    }

    fn fit(&self, body: Body) -> Result<Body, Reason> {
        Notifier::fit(self, body)
    }

    fn callback(&self, callback: &Callback) -> Result<Vec<Report>, CallbackError> {
        Notifier::callback(self, callback)
    }

    fn collects_every(&self) -> Option<Duration> {
        Notifier::collects_every(self)
    }

    fn exclusive(&self) -> Option<Exclusive> {
        Notifier::exclusive(self)
    }

    fn advice(&self) -> Vec<Advice> {
        Notifier::advice(self)
    }

    async fn collect(&self) -> Result<Vec<Notice>, ProbeError> {
        Notifier::collect(self).await
    }

    async fn put_away(&self, notices: &[String]) -> Result<(), ProbeError> {
        Notifier::put_away(self, notices).await
    }
}

/// What a notifier does with the thread that a message belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Threads {
    /// The service has none, or none that can be used this way: [`Message::thread`] is ignored.
    #[default]
    Ignored,
    /// A message with [`crate::Thread::first`] is sent as a reply to that one, whose receipt has a provider's id.
    Kept,
}

/// What no two channels can share.
#[derive(Clone, PartialEq, Eq)]
pub struct Exclusive {
    /// What it is, as a phrase for people that fits after "cannot share": `the bounces in INBOX at imap.example.com:993`. It holds no
    /// secret and nobody's name.
    pub what: String,
    /// All that tells it from others, written alike wherever it is the same. It may hold a user's name, and is compared, never shown.
    pub key: String,
}

impl fmt::Debug for Exclusive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exclusive").field("what", &self.what).finish_non_exhaustive()
    }
}

/// Something in the settings that works and is seldom meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// Dotted path of the setting, empty for the channel as a whole.
    pub path: String,
    /// What is the matter, as a fragment that fits behind the path: `is not the domain of from`. No secret.
    pub message: String,
    /// What to do about it.
    pub cure: String,
}

/// What the host shares with every notifier.
#[derive(Clone, Debug, Default)]
pub struct Toolkit {
    /// The one HTTP client of the process.
    #[cfg(feature = "http")]
    pub http: crate::http::Client,
}

/// Why settings cannot be used: the setting's path below the channel, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", if path.is_empty() { String::new() } else { format!("`{path}`: ") })]
pub struct ConfigError {
    /// Dotted path of the setting, empty for the channel as a whole.
    pub path: String,
    /// What is wrong and what is allowed.
    pub message: String,
}

impl ConfigError {
    /// An error at the setting `path`.
    pub fn at(path: impl Into<String>, message: impl Into<String>) -> ConfigError {
        ConfigError { path: path.into(), message: message.into() }
    }
}

/// Why a channel does not work now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProbeError {
    /// The provider refuses us: credentials wrong, account closed. Somebody must act.
    #[error("refused: {0}")]
    Refused(Reason),
    /// The provider cannot be reached or does not answer; that may pass.
    #[error("unreachable: {0}")]
    Unreachable(Reason),
}
