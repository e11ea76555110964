//! Who answers in a rehearsal instead of providers and directories.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use proofbell_directory::{Directory, Lookup, LookupError};
use proofbell_notify::{
    AddressKind, Body, DynNotifier, Form, Measure, Message, Outcome, ProbeError, Proof, Reason, Receipt,
    Recipient, Threads,
};

/// A notifier in all that is pure; what it would send, it only answers.
pub(super) struct StandInNotifier {
    real: Arc<dyn DynNotifier>,
    answer: Mutex<Outcome>,
}

impl StandInNotifier {
    pub(super) fn of(real: &Arc<dyn DynNotifier>) -> StandInNotifier {
        StandInNotifier { real: real.clone(), answer: Mutex::new(Outcome::Sent(Receipt::default())) }
    }

    pub(super) fn answer(&self, outcome: Outcome) {
        *self.answer.lock().unwrap_or_else(PoisonError::into_inner) = outcome;
    }

    fn answers(&self) -> Outcome {
        self.answer.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl DynNotifier for StandInNotifier {
    fn kind(&self) -> &'static str {
        self.real.kind()
    }

    fn form(&self) -> Form {
        self.real.form()
    }

    fn address(&self) -> AddressKind {
        self.real.address()
    }

    fn threads(&self) -> Threads {
        self.real.threads()
    }

    fn measure(&self, body: &Body) -> Option<Measure> {
        self.real.measure(body)
    }

    fn fit(&self, body: Body) -> Result<Body, Reason> {
        self.real.fit(body)
    }

    async fn send(&self, message: &Message) -> Outcome {
        match self.answers() {
            // A provider that keeps threads gives its messages ids, by which later ones answer them.
            Outcome::Sent(_) => Outcome::Sent(Receipt { provider_id: Some(message.id.to_string()) }),
            other => other,
        }
    }

    async fn probe(&self) -> Result<Proof, ProbeError> {
        match self.answers() {
            Outcome::ChannelDown { reason } => Err(ProbeError::Refused(reason)),
            _ => Ok(Proof::of("stands in for the real one")),
        }
    }
}

/// A directory that finds whom it is told to find.
pub(super) struct StandInDirectory {
    real: Arc<dyn Directory>,
    found: Mutex<Option<Result<Vec<Recipient>, LookupError>>>,
    unprepared: AtomicBool,
}

impl StandInDirectory {
    pub(super) fn of(real: &Arc<dyn Directory>) -> StandInDirectory {
        StandInDirectory { real: real.clone(), found: Mutex::default(), unprepared: AtomicBool::new(false) }
    }

    pub(super) fn set(&self, found: Option<Result<Vec<Recipient>, LookupError>>) {
        *self.found.lock().unwrap_or_else(PoisonError::into_inner) = found;
    }

    /// Whether it was asked, since this was last called, though nobody said who is found.
    pub(super) fn take_unprepared(&self) -> bool {
        self.unprepared.swap(false, Ordering::Relaxed)
    }

    /// Whether its people are written in the configuration, so that asking it touches nothing.
    fn is_listed(&self) -> bool {
        self.real.kind() == "list"
    }
}

#[async_trait]
impl Directory for StandInDirectory {
    async fn lookup(&self, query: &Lookup) -> Result<Vec<Recipient>, LookupError> {
        let told = self.found.lock().unwrap_or_else(PoisonError::into_inner).clone();
        // Where the real one would not even have to look, it makes no difference what is told of it, or whether anything is.
        let foregone = if self.is_listed() { None } else { self.real.foregone(query) };
        match foregone.or(told) {
            Some(found) => found,
            None if self.is_listed() => self.real.lookup(query).await,
            None => {
                self.unprepared.store(true, Ordering::Relaxed);
                Err(LookupError::unavailable("nobody said who is found"))
            }
        }
    }

    async fn probe(&self) -> Result<String, LookupError> {
        Ok("stands in for the real one".to_owned())
    }

    fn kind(&self) -> &'static str {
        self.real.kind()
    }
}

#[cfg(test)]
mod tests {
    use proofbell_directory::{ClosedDirectory, UrlTemplate};

    use super::*;

    #[tokio::test]
    async fn nobody_need_say_who_is_found_where_nobody_would_be_asked() {
        let url = UrlTemplate::parse("https://market.example/items/{reference_id}", None).unwrap();
        let real: Arc<dyn Directory> = Arc::new(ClosedDirectory::new("http", "ask").asked_by(url));
        let stand_in = StandInDirectory::of(&real);
        let query = |id: Option<&str>| Lookup { reference_id: id.map(str::to_owned), sr_uuid: None };
        let nobody =
            |found: Result<Vec<Recipient>, LookupError>| matches!(found, Err(LookupError::Unaskable(_)));
        assert!(nobody(stand_in.lookup(&query(None)).await));
        assert!(!stand_in.take_unprepared());
        stand_in.set(Some(Ok(Vec::new())));
        assert!(nobody(stand_in.lookup(&query(None)).await));
        assert_eq!(stand_in.lookup(&query(Some("ITEM-1"))).await, Ok(Vec::new()));
        stand_in.set(None);
        assert!(stand_in.lookup(&query(Some("ITEM-1"))).await.is_err());
        assert!(stand_in.take_unprepared(), "it was asked");
        assert!(!stand_in.take_unprepared(), "and not again since");
    }
}
