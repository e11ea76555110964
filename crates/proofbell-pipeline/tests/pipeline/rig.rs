//! A pipeline to play with: events go in, and what became of them is compared with short texts.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use proofbell_engine::{
    Audience, ChannelFacts, Each, Engine, EventId, FrontMatter, Need, Nobody, On, Rule, Setup, StalePolicy,
    TemplateSource, Templates, Threading, Urgency,
};
use proofbell_event::Event;
use proofbell_notify::{AddressKind, DynNotifier, Fingerprint, Form, PhoneNumber, Recipient};
use proofbell_pipeline::{
    Changes, Channel, Drained, Handle, ManualClock, Observer, OnUnknown, Pipeline, PipelineSettings, Rate,
    Redirect, Runtime, Silent, Timing,
};
use proofbell_store::{
    Acceptance, MessageFilter, MessageView, NewEvent, Shape, SqliteOptions, SqliteStore, Store,
};
use tempfile::TempDir;
use tokio::time::Instant;
use uuid::Uuid;

use crate::fake::{Fake, FakeDirectory};
use crate::grudging::{Grudges, Grudging};

/// When the tests begin.
pub(crate) const START: &str = "2026-02-10T12:00:00Z";

/// What a pipeline is made of.
pub(crate) struct Parts {
    pub(crate) rules: Vec<Rule>,
    pub(crate) audiences: BTreeMap<String, (Audience, Arc<FakeDirectory>)>,
    pub(crate) channels: BTreeMap<String, (Arc<Fake>, Channel)>,
    pub(crate) redirect: Option<Redirect>,
    /// The template `note`, in every form.
    pub(crate) note: &'static str,
    pub(crate) timing: Timing,
    pub(crate) grudges: Arc<Grudges>,
    pub(crate) observer: Arc<dyn Observer>,
}

impl Parts {
    /// `email`, `sms`, and the place `desk`; the seller Ann, who has all addresses, and `operations`, who have none.
    pub(crate) fn new(rules: Vec<Rule>) -> Parts {
        let mut parts = Parts {
            rules,
            audiences: BTreeMap::new(),
            channels: BTreeMap::new(),
            redirect: None,
            note: "About {{case.reference_id}}",
            timing: Timing {
                look: Duration::from_millis(20),
                store_rest: Duration::from_millis(20),
                sweep: Duration::from_millis(20),
                gauges: Duration::from_millis(20),
                gone: Duration::from_millis(20),
                ..Timing::default()
            },
            grudges: Arc::default(),
            observer: Arc::new(Silent),
        };
        parts.channel("email", Form::Email, AddressKind::Email, OnUnknown::Retry);
        parts.channel("sms", Form::Text, AddressKind::Phone, OnUnknown::Dead);
        parts.channel("desk", Form::Chat, AddressKind::Fixed, OnUnknown::Retry);
        parts.audience("seller", Audience::default(), vec![person("ann e p")]);
        let via = vec!["desk".to_owned()];
        parts.audience("operations", Audience { via, ..Audience::default() }, vec![person("ops")]);
        parts
    }

    pub(crate) fn channel(&mut self, name: &str, form: Form, address: AddressKind, on_unknown: OnUnknown) {
        let fake = Fake::new(form, address);
        let notifier: Arc<dyn DynNotifier> = fake.clone();
        let fingerprint = another_fingerprint();
        let channel = Channel { notifier, rate: None, concurrency: 4, on_unknown, fingerprint };
        self.channels.insert(name.to_owned(), (fake, channel));
    }

    pub(crate) fn audience(&mut self, name: &str, audience: Audience, people: Vec<Recipient>) {
        self.audiences.insert(name.to_owned(), (audience, FakeDirectory::of(people)));
    }

    /// `operations` hear of a seller whom nobody reached.
    pub(crate) fn telling_of_nobody(mut self) -> Parts {
        let nobody = Nobody { to: "operations".to_owned(), template: "nobody".to_owned() };
        self.audiences.get_mut("seller").unwrap().0.nobody = Some(nobody);
        self
    }

    pub(crate) fn fake(&self, channel: &str) -> Arc<Fake> {
        self.channels[channel].0.clone()
    }

    /// A channel's settings, to be changed.
    pub(crate) fn settings(&mut self, channel: &str) -> &mut Channel {
        let settings = &mut self.channels.get_mut(channel).unwrap().1;
        settings.fingerprint = another_fingerprint();
        settings
    }

    pub(crate) fn limit(&mut self, channel: &str, count: u32, per: Duration) {
        self.settings(channel).rate = Some(Rate { count, per });
    }

    pub(crate) fn runtime(&self) -> Runtime {
        let facts = |channel: &Channel| ChannelFacts {
            form: channel.notifier.form(),
            address: channel.notifier.address(),
            never_on: Vec::new(),
        };
        let audiences = self.audiences.iter().map(|(name, (audience, _))| (name.clone(), audience.clone()));
        let engine = Engine::new(Setup {
            rules: self.rules.clone(),
            audiences: audiences.collect(),
            channels: self.channels.iter().map(|(name, (_, it))| (name.clone(), facts(it))).collect(),
            templates: templates(self.note),
            ..Setup::default()
        });
        Runtime {
            engine: Arc::new(engine),
            channels: self.channels.iter().map(|(name, (_, it))| (name.clone(), it.clone())).collect(),
            audiences: self
                .audiences
                .iter()
                .map(|(name, (_, directory))| (name.clone(), asked(directory.clone())))
                .collect(),
            redirect: self.redirect.clone(),
            keep: Duration::from_secs(90 * 86_400),
        }
    }
}

/// `note` in every form, `mail-only` for e-mail, `uncountable`, which notifiers cannot measure, and `nobody` for chats.
fn templates(note: &str) -> Templates {
    let source = |name: &str, form: Form, body: &str| TemplateSource {
        name: name.to_owned(),
        form,
        locale: "en".to_owned(),
        path: format!("{name}/{form}.en.hbs"),
        front: FrontMatter {
            subject: (form == Form::Email).then(|| "{{event.name}}".to_owned()),
            ..FrontMatter::default()
        },
        body: body.to_owned(),
        markup: proofbell_engine::Markup::OfForm,
        body_line: 1,
        text_part: None,
    };
    let mut sources: Vec<TemplateSource> = Form::ALL.iter().map(|form| source("note", *form, note)).collect();
    sources.push(source("mail-only", Form::Email, "By mail"));
    sources.push(source("uncountable", Form::Email, "uncountable"));
    sources.push(source("nobody", Form::Chat, "Nobody was reached for {{case.reference_id}}"));
    Templates::compile(sources, Vec::new(), &BTreeMap::new(), "en").unwrap()
}

/// A directory's fingerprint is where it is: the same one has the same settings.
fn asked(directory: Arc<FakeDirectory>) -> proofbell_pipeline::Audience {
    let fingerprint = fingerprint(Arc::as_ptr(&directory).addr() as u64);
    proofbell_pipeline::Audience { directory, give_up: Duration::from_secs(24 * 3600), fingerprint }
}

fn fingerprint(number: u64) -> Fingerprint {
    let mut hash = [0; 32];
    hash[..8].copy_from_slice(&number.to_be_bytes());
    Fingerprint::new(hash)
}

/// One that no other settings have.
fn another_fingerprint() -> Fingerprint {
    static LAST: AtomicU64 = AtomicU64::new(0);
    fingerprint(LAST.fetch_add(1, Ordering::Relaxed))
}

/// A rule on one event name, `VIA > ELSE_VIA`.
pub(crate) fn rule(on: &str, to: &str, ways: &str) -> Rule {
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect();
    let (via, else_via) = ways.split_once('>').unwrap_or((ways, ""));
    Rule {
        name: format!("{on}-{to}"),
        on: vec![On::parse(on).unwrap()],
        to: vec![to.to_owned()],
        via: Some(words(via)),
        else_via: Some(words(else_via)),
        else_after: None,
        template: "note".to_owned(),
        each: Each::Event,
        conditions: Vec::new(),
        exceptions: Vec::new(),
        urgency: Urgency::Normal,
        need: Need::Needed,
        thread: Threading::Apart,
        stale: StalePolicy::Suppress,
        expire: Duration::from_secs(48 * 3600),
    }
}

/// A recipient of `NAME ADDRESS…`: `e` for e-mail, `p` for a phone.
pub(crate) fn person(text: &str) -> Recipient {
    let mut words = text.split(' ');
    let name = words.next().unwrap();
    let mut recipient = Recipient { name: Some(name.to_owned()), ..Recipient::default() };
    for address in words {
        match address {
            "e" => recipient.email = Some(format!("{name}@market.example").parse().unwrap()),
            _ => recipient.phone = PhoneNumber::parse("+819012345678", None).ok(),
        }
    }
    recipient
}

/// A pipeline that runs.
pub(crate) struct Rig {
    pub(crate) parts: Parts,
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) handle: Handle,
    pipeline: Pipeline,
    /// Dropped last, after the store is closed.
    home: TempDir,
    events: AtomicU64,
}

impl Rig {
    pub(crate) async fn start(parts: Parts) -> Rig {
        let home = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&home.path().join("test.db"), SqliteOptions::default()).unwrap();
        let clock = Arc::new(ManualClock::at(START.parse().unwrap()));
        Rig::over(parts, Arc::new(store), clock, home).await
    }

    pub(crate) async fn over(
        parts: Parts,
        store: Arc<SqliteStore>,
        clock: Arc<ManualClock>,
        home: TempDir,
    ) -> Rig {
        let settings =
            PipelineSettings { clock: clock.clone(), timing: parts.timing, observer: parts.observer.clone() };
        let grudging = Grudging { inner: store.clone(), grudges: parts.grudges.clone() };
        let pipeline =
            Pipeline::start(Arc::new(grudging), Arc::new(parts.runtime()), settings).await.unwrap();
        let handle = pipeline.handle();
        Rig { parts, store, clock, handle, pipeline, home, events: AtomicU64::new(0) }
    }

    /// Stops it, changes its parts, and starts it again on the same store.
    pub(crate) async fn again(self, change: impl FnOnce(&mut Parts)) -> Rig {
        let Rig { mut parts, store, clock, pipeline, home, events, .. } = self;
        assert_eq!(pipeline.stop(DEADLINE).await, Drained::All);
        change(&mut parts);
        Rig { events, ..Rig::over(parts, store, clock, home).await }
    }

    /// Changes its parts while it runs.
    pub(crate) async fn reload(&mut self, change: impl FnOnce(&mut Parts)) -> Changes {
        change(&mut self.parts);
        self.pipeline.reload(self.parts.runtime()).await.unwrap()
    }

    /// Stops it, and gives back what it ran on.
    pub(crate) async fn stop(self, at_most: Duration) -> (Drained, Arc<SqliteStore>, TempDir) {
        (self.pipeline.stop(at_most).await, self.store, self.home)
    }

    /// Moves the clock on.
    pub(crate) fn advance(&self, seconds: i64) {
        use proofbell_pipeline::Clock;
        self.clock.set(self.clock.now() + SignedDuration::from_secs(seconds));
    }

    /// A rejection or another event of a case: `NAME SR_UUID`; the reference id is the case's in capitals.
    pub(crate) async fn event(&self, text: &str) -> EventId {
        let id = self.accept(text).await;
        self.handle.event_accepted();
        id
    }

    /// The same, but nobody wakes the planner.
    pub(crate) async fn accept(&self, text: &str) -> EventId {
        let event = new_event(text, self.handle.now(), self.events.fetch_add(1, Ordering::Relaxed));
        let id = event.id;
        assert_eq!(self.store.accept(event).await.unwrap(), Acceptance::Accepted(id));
        id
    }

    /// All messages, oldest first, each with its attempts.
    pub(crate) async fn messages(&self) -> Vec<MessageView> {
        let filter = MessageFilter { limit: 10_000, ..MessageFilter::default() };
        let mut messages = Vec::new();
        for message in self.store.messages(filter).await.unwrap().into_iter().rev() {
            messages.push(self.store.message(message.id).await.unwrap());
        }
        messages
    }

    /// The only message on a channel.
    pub(crate) async fn only(&self, channel: &str) -> MessageView {
        let mut messages: Vec<MessageView> =
            self.messages().await.into_iter().filter(|message| message.channel == channel).collect();
        assert_eq!(messages.len(), 1, "{messages:#?}");
        messages.remove(0)
    }

    /// Waits until the messages are these, in any order: `CHANNEL STATE[ CODE]`.
    pub(crate) async fn messages_are(&self, expected: &[&str]) {
        let expected = sorted(expected.iter().map(|text| (*text).to_owned()).collect());
        let told = async || {
            let told = |message: &MessageView| {
                let code = message.code.as_ref().map_or_else(String::new, |code| format!(" {code}"));
                format!("{} {}{code}", message.channel, message.state)
            };
            sorted(self.messages().await.iter().map(told).collect())
        };
        until(told, |told| *told == expected).await;
    }

    /// Waits until the only message on a channel has had attempts that ended so.
    pub(crate) async fn attempts_are(&self, channel: &str, expected: &[&str]) {
        let attempts = async || {
            let messages = self.messages().await;
            let message = messages.iter().find(|message| message.channel == channel);
            let attempts = message.map(|message| message.attempts.clone()).unwrap_or_default();
            attempts.iter().map(|it| it.outcome.clone().unwrap_or_default()).collect::<Vec<_>>()
        };
        until(attempts, |attempts| attempts == expected).await;
    }

    /// Waits until a notifier was handed so many messages.
    pub(crate) async fn seen(&self, channel: &str, many: usize) {
        let fake = self.parts.fake(channel);
        until(async || fake.seen().len(), |seen| *seen >= many).await;
    }

    /// Makes `all` events, waits until four of their messages are under way, ends one, and waits until the worker has more
    /// than four claimed. It begins only when all are made: what is claimed at once depends on what there is.
    pub(crate) async fn claims_ahead(&self, channel: &str, all: usize) {
        self.handle.pause(channel, "until all are made").await.unwrap();
        for number in 0..all {
            self.event(&format!("reshoot_needed sr-{number}")).await;
        }
        until(async || self.messages().await.len(), |made| *made == all).await;
        self.handle.resume(channel).await.unwrap();
        self.seen(channel, 4).await;
        self.parts.fake(channel).let_go(1);
        let claimed = async || self.messages().await.iter().filter(|it| it.state == "claimed").count();
        until(claimed, |claimed| *claimed > 4).await;
    }

    /// Waits until the drafts of a case are these: `RULE STATE`, with the first word of the reason.
    pub(crate) async fn drafts_are(&self, sr_uuid: &str, expected: &[&str]) {
        let expected = sorted(expected.iter().map(|text| (*text).to_owned()).collect());
        let told = async || {
            let case = self.store.case(sr_uuid).await;
            let drafts = case.map(|case| case.drafts).unwrap_or_default();
            let told = drafts.into_iter().map(|draft| {
                let reason = draft.reason.unwrap_or_default();
                let word = reason.split(':').next().unwrap_or_default();
                format!("{} {} {word}", draft.audience, draft.state).trim().to_owned()
            });
            sorted(told.collect())
        };
        until(told, |told| *told == expected).await;
    }

    /// Waits until a channel is paused or not.
    pub(crate) async fn paused(&self, channel: &str, expected: bool) {
        let paused = async || {
            let channels = self.handle.channels();
            channels.iter().any(|status| status.name == channel && status.paused.is_some())
        };
        until(paused, |paused| *paused == expected).await;
    }
}

/// An event as the door would hand it on.
pub(crate) fn new_event(text: &str, now: Timestamp, number: u64) -> NewEvent {
    let (name, sr_uuid) = text.split_once(' ').unwrap();
    let (event_type, detail) = match name {
        "reshoot_needed" => {
            ("media_rejected", r#""sides": [{"side": "Label", "reason": "Image is Blurry"}]"#)
        }
        "photos_submitted" => ("state_change", r#""state": {"primary": "QC", "supplement": "PENDING"}"#),
        "counterfeit" => ("state_change", r#""state": {"primary": "COMPLETE", "supplement": "REJECTED"}"#),
        other => panic!("{other}"),
    };
    let reference = sr_uuid.to_uppercase();
    let body = format!(
        r#"{{"event_type": "{event_type}", "sr_uuid": "{sr_uuid}", "reference_id": "{reference}", "timestamp": "{now}", {detail}}}"#
    );
    let event = Event::parse(body.as_bytes()).unwrap();
    let id = EventId(Uuid::now_v7());
    let mut body_hash = [0; 32];
    body_hash[..16].copy_from_slice(id.0.as_bytes());
    NewEvent {
        id,
        source: "legitmark".to_owned(),
        message_id: format!("msg_{number}_{}", id.0.simple()).parse().ok(),
        body_hash,
        received_at: now,
        headers: Vec::new(),
        shape: Shape::Event {
            at: event.effective_time(now),
            name: event.name,
            event_type: event.event_type,
            sr_uuid: event.sr_uuid,
            reference_id: event.reference_id,
        },
        body: body.into_bytes(),
    }
}

/// How long a test waits for anything.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

/// Waits until a condition holds, and shows what was seen last when it never does.
pub(crate) async fn until<T: Debug>(
    mut look: impl AsyncFnMut() -> T,
    mut holds: impl FnMut(&T) -> bool,
) -> T {
    let deadline = Instant::now() + DEADLINE;
    loop {
        let seen = look().await;
        if holds(&seen) {
            return seen;
        }
        assert!(Instant::now() < deadline, "it stayed at {seen:#?}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

fn sorted(mut lines: Vec<String>) -> Vec<String> {
    lines.sort();
    lines
}
