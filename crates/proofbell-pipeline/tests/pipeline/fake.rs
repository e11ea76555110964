//! Notifiers and directories that do as they are told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use proofbell_directory::{Directory, Lookup, LookupError};
use proofbell_notify::{
    AddressKind, Body, Callback, CallbackError, DynNotifier, Form, Measure, Message, Notice, Outcome,
    ProbeError, Proof, Reason, Receipt, Recipient, Report,
};
use tokio::sync::Semaphore;
use tokio::time::Instant;

/// What a notifier does with one message.
pub(crate) enum Answer {
    /// Says this.
    Is(Outcome),
    /// Waits until the test lets it go, and has then sent it.
    Waits,
    /// Waits likewise, and then says this.
    WaitsThen(Outcome),
    /// Never comes back.
    Never,
    /// Panics.
    Panics,
}

pub(crate) fn reason(code: &str) -> Reason {
    Reason::new(code, "")
}

/// A notifier that answers as scripted, and then always `Sent`.
pub(crate) struct Fake {
    form: Form,
    address: AddressKind,
    script: Mutex<VecDeque<Answer>>,
    probes: Mutex<VecDeque<Answer>>,
    seen: Mutex<Vec<(Instant, Message)>>,
    begun: Mutex<usize>,
    gate: Semaphore,
    told: Mutex<VecDeque<Report>>,
    notices: Mutex<Vec<Notice>>,
    put_away: Mutex<Vec<String>>,
    longest: Mutex<Option<usize>>,
}

impl Fake {
    pub(crate) fn new(form: Form, address: AddressKind) -> Arc<Fake> {
        Arc::new(Fake {
            form,
            address,
            script: Mutex::default(),
            probes: Mutex::default(),
            seen: Mutex::default(),
            begun: Mutex::default(),
            gate: Semaphore::new(0),
            told: Mutex::default(),
            notices: Mutex::default(),
            put_away: Mutex::default(),
            longest: Mutex::default(),
        })
    }

    /// What it does with the next messages.
    pub(crate) fn answers(&self, answers: impl IntoIterator<Item = Answer>) {
        self.script.lock().unwrap().extend(answers);
    }

    /// What it says to the next messages.
    pub(crate) fn says(&self, outcomes: impl IntoIterator<Item = Outcome>) {
        self.answers(outcomes.into_iter().map(Answer::Is));
    }

    /// What comes of the next probes; then they are well.
    pub(crate) fn probes(&self, answers: impl IntoIterator<Item = Answer>) {
        self.probes.lock().unwrap().extend(answers);
    }

    /// What the next call tells; a call whose body is `forged` is not believed.
    pub(crate) fn tells(&self, report: Report) {
        self.told.lock().unwrap().push_back(report);
    }

    /// A notice that waits to be fetched.
    pub(crate) fn notice(&self, id: &str, reports: Vec<Report>) {
        self.notices.lock().unwrap().push(Notice { id: id.to_owned(), reports });
    }

    /// The notices that were put away.
    pub(crate) fn put_away(&self) -> Vec<String> {
        self.put_away.lock().unwrap().clone()
    }

    /// Takes texts of at most so many characters: a longer one is cut; where none fits, refused.
    pub(crate) fn at_most(&self, characters: usize) {
        *self.longest.lock().unwrap() = Some(characters);
    }

    /// Lets so many go that wait.
    pub(crate) fn let_go(&self, many: usize) {
        self.gate.add_permits(many);
    }

    /// What it was handed, in order, whatever it answered.
    pub(crate) fn seen(&self) -> Vec<Message> {
        self.seen.lock().unwrap().iter().map(|(_, message)| message.clone()).collect()
    }

    /// When it was handed them.
    pub(crate) fn times(&self) -> Vec<Instant> {
        self.seen.lock().unwrap().iter().map(|(at, _)| *at).collect()
    }

    /// How many probes have begun.
    pub(crate) fn probed(&self) -> usize {
        *self.begun.lock().unwrap()
    }

    async fn wait(&self) {
        self.gate.acquire().await.unwrap().forget();
    }
}

fn sent() -> Outcome {
    Outcome::Sent(Receipt { provider_id: Some("provider-1".to_owned()) })
}

#[async_trait]
impl DynNotifier for Fake {
    fn kind(&self) -> &'static str {
        "fake"
    }

    fn form(&self) -> Form {
        self.form
    }

    fn address(&self) -> AddressKind {
        self.address
    }

    fn measure(&self, body: &Body) -> Option<Measure> {
        assert!(!format!("{body:?}").contains("uncountable"), "scripted");
        None
    }

    fn fit(&self, body: Body) -> Result<Body, Reason> {
        let (Some(longest), Body::Text(text)) = (*self.longest.lock().unwrap(), &body) else {
            return Ok(body);
        };
        match text.chars().count() > longest {
            true if longest == 0 => Err(Reason::new("too_long", "scripted")),
            true => Ok(Body::Text(text.chars().take(longest).collect())),
            false => Ok(body),
        }
    }

    fn callback(&self, callback: &Callback) -> Result<Vec<Report>, CallbackError> {
        match callback.body.as_slice() {
            b"forged" => Err(CallbackError::Forged("scripted".to_owned())),
            b"panic" => panic!("scripted"),
            _ => Ok(self.told.lock().unwrap().drain(..).collect()),
        }
    }

    fn collects_every(&self) -> Option<Duration> {
        Some(Duration::from_millis(20))
    }

    async fn collect(&self) -> Result<Vec<Notice>, ProbeError> {
        Ok(self.notices.lock().unwrap().clone())
    }

    async fn put_away(&self, notices: &[String]) -> Result<(), ProbeError> {
        self.notices.lock().unwrap().retain(|notice| !notices.contains(&notice.id));
        self.put_away.lock().unwrap().extend(notices.iter().cloned());
        Ok(())
    }

    async fn send(&self, message: &Message) -> Outcome {
        self.seen.lock().unwrap().push((Instant::now(), message.clone()));
        let answer = self.script.lock().unwrap().pop_front();
        match answer {
            None => sent(),
            Some(Answer::Is(outcome)) => outcome,
            Some(Answer::Waits) => {
                self.wait().await;
                sent()
            }
            Some(Answer::WaitsThen(outcome)) => {
                self.wait().await;
                outcome
            }
            Some(Answer::Never) => std::future::pending().await,
            Some(Answer::Panics) => panic!("scripted"),
        }
    }

    async fn probe(&self) -> Result<Proof, ProbeError> {
        *self.begun.lock().unwrap() += 1;
        let answer = self.probes.lock().unwrap().pop_front();
        match answer {
            None => Ok(Proof::of("it works")),
            Some(Answer::Is(outcome)) => Err(ProbeError::Refused(reason(outcome.as_str()))),
            Some(Answer::Waits) => {
                self.wait().await;
                Ok(Proof::of("it works"))
            }
            Some(Answer::WaitsThen(outcome)) => {
                self.wait().await;
                Err(ProbeError::Refused(reason(outcome.as_str())))
            }
            Some(Answer::Never) => std::future::pending().await,
            Some(Answer::Panics) => panic!("scripted"),
        }
    }
}

/// What a directory does with one question.
pub(crate) enum Found {
    /// These.
    People(Vec<Recipient>),
    /// It cannot be asked now.
    Down,
    /// It refuses us.
    Refused,
    /// It asks to be left alone for so many seconds.
    Busy(u64),
    /// It cannot be asked about this case.
    Unaskable,
    /// It never answers.
    Hangs,
    /// Its people, once the test lets it go.
    Waits,
    /// It panics.
    Panics,
}

/// A directory that answers as scripted for a reference id, and otherwise with its people.
pub(crate) struct FakeDirectory {
    people: Mutex<Vec<Recipient>>,
    script: Mutex<Vec<(String, Found)>>,
    always: Mutex<Option<fn() -> Found>>,
    probes: Mutex<VecDeque<Probed>>,
    asked: Mutex<Vec<String>>,
    probed: Mutex<usize>,
    gate: Semaphore,
}

/// What comes of one probe of a directory.
pub(crate) enum Probed {
    /// It is well.
    Well,
    /// It refuses us.
    Refused,
    /// It cannot be asked now.
    Down,
    /// It is well, once the test lets it go.
    Waits,
    /// It panics.
    Panics,
}

impl FakeDirectory {
    pub(crate) fn of(people: Vec<Recipient>) -> Arc<FakeDirectory> {
        Arc::new(FakeDirectory {
            people: Mutex::new(people),
            script: Mutex::default(),
            always: Mutex::default(),
            probes: Mutex::default(),
            asked: Mutex::default(),
            probed: Mutex::default(),
            gate: Semaphore::new(0),
        })
    }

    /// What it does with the next question about a reference id.
    pub(crate) fn once(&self, reference_id: &str, found: Found) {
        self.script.lock().unwrap().push((reference_id.to_owned(), found));
    }

    /// What it does with every question that no script is for; its people again with `None`.
    pub(crate) fn always(&self, found: Option<fn() -> Found>) {
        *self.always.lock().unwrap() = found;
    }

    /// What comes of the next probes; then it is well.
    pub(crate) fn probes(&self, probes: impl IntoIterator<Item = Probed>) {
        self.probes.lock().unwrap().extend(probes);
    }

    /// Lets a question or a probe go that waits.
    pub(crate) fn let_go(&self) {
        self.gate.add_permits(1);
    }

    /// The reference ids that it was asked about, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    /// How many probes have begun.
    pub(crate) fn probed(&self) -> usize {
        *self.probed.lock().unwrap()
    }
}

#[async_trait]
impl Directory for FakeDirectory {
    async fn lookup(&self, query: &Lookup) -> Result<Vec<Recipient>, LookupError> {
        self.asked.lock().unwrap().push(query.reference_id.clone().unwrap_or_default());
        let answer = {
            let mut script = self.script.lock().unwrap();
            let asked = script.iter().position(|(id, _)| Some(id) == query.reference_id.as_ref());
            asked.map(|position| script.remove(position).1)
        };
        let answer = answer.or_else(|| self.always.lock().unwrap().map(|found| found()));
        match answer {
            None => Ok(self.people.lock().unwrap().clone()),
            Some(Found::People(people)) => Ok(people),
            Some(Found::Down) => Err(LookupError::unavailable("down")),
            Some(Found::Refused) => Err(LookupError::Misconfigured("refused (401)".to_owned())),
            Some(Found::Busy(seconds)) => Err(LookupError::Unavailable {
                reason: "busy".to_owned(),
                after: Some(Duration::from_secs(seconds)),
            }),
            Some(Found::Unaskable) => Err(LookupError::Unaskable("no id".to_owned())),
            Some(Found::Hangs) => std::future::pending().await,
            Some(Found::Waits) => {
                self.gate.acquire().await.unwrap().forget();
                Ok(self.people.lock().unwrap().clone())
            }
            Some(Found::Panics) => panic!("scripted"),
        }
    }

    async fn probe(&self) -> Result<String, LookupError> {
        *self.probed.lock().unwrap() += 1;
        let probe = self.probes.lock().unwrap().pop_front();
        match probe.unwrap_or(Probed::Well) {
            Probed::Well => {}
            Probed::Refused => return Err(LookupError::Misconfigured("probe refused (401)".to_owned())),
            Probed::Down => return Err(LookupError::unavailable("down")),
            Probed::Waits => self.gate.acquire().await.unwrap().forget(),
            Probed::Panics => panic!("scripted"),
        }
        Ok("fake".to_owned())
    }

    fn kind(&self) -> &'static str {
        "fake"
    }
}
