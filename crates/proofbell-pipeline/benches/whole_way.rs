//! How many events a second go the whole way: accepted, planned, addressed and sent over a store on disk, to a notifier
//! that does nothing. `cargo bench -p proofbell-pipeline --bench whole_way [-- EVENTS]`

#![expect(clippy::print_stdout, reason = "a benchmark's report")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use proofbell_directory::{Directory, Lookup, LookupError};
use proofbell_engine::{
    Audience, ChannelFacts, Decision, Each, Engine, EventId, FrontMatter, Need, On, Rule, Setup, StalePolicy,
    TemplateSource, Templates, Threading, Urgency,
};
use proofbell_event::Event;
use proofbell_notify::{
    AddressKind, Body, DynNotifier, Fingerprint, Form, Measure, Message, Outcome, ProbeError, Proof, Receipt,
    Recipient,
};
use proofbell_pipeline::{Channel, Observer, OnUnknown, Pipeline, PipelineSettings, Runtime};
use proofbell_store::{Claimed, NewEvent, NewMessage, Shape, SqliteOptions, SqliteStore, Store, StoredEvent};
use uuid::Uuid;

/// Requests in flight at the door.
const IN_FLIGHT: usize = 64;

struct Nothing;

#[async_trait]
impl DynNotifier for Nothing {
    fn kind(&self) -> &'static str {
        "nothing"
    }
    fn form(&self) -> Form {
        Form::Email
    }
    fn address(&self) -> AddressKind {
        AddressKind::Email
    }
    fn measure(&self, _: &Body) -> Option<Measure> {
        None
    }
    async fn send(&self, _: &Message) -> Outcome {
        Outcome::Sent(Receipt::default())
    }
    async fn probe(&self) -> Result<Proof, ProbeError> {
        Ok(Proof::of("it works"))
    }
}

struct Sellers;

#[async_trait]
impl Directory for Sellers {
    async fn lookup(&self, query: &Lookup) -> Result<Vec<Recipient>, LookupError> {
        let reference = query.reference_id.as_deref().unwrap_or_default();
        let email = format!("{reference}@market.example").parse().ok();
        Ok(vec![Recipient { name: Some("Hanako".to_owned()), email, ..Recipient::default() }])
    }
    async fn probe(&self) -> Result<String, LookupError> {
        Ok("everybody".to_owned())
    }
    fn kind(&self) -> &'static str {
        "sellers"
    }
}

/// Counts, and says when each stage was done with all.
struct Counter {
    start: Instant,
    all: u64,
    counts: [AtomicU64; 3],
    done_at: [AtomicU64; 3],
}

impl Counter {
    fn count(&self, stage: usize) {
        if self.counts[stage].fetch_add(1, Ordering::Relaxed) + 1 == self.all {
            self.done_at[stage].store(self.start.elapsed().as_micros() as u64, Ordering::Release);
        }
    }
}

impl Observer for Counter {
    fn decided(&self, _: &StoredEvent, _: &Decision) {
        self.count(0);
    }
    fn made(&self, _: &NewMessage) {
        self.count(1);
    }
    fn attempted(&self, _: &Claimed, _: &Outcome) {
        self.count(2);
    }
}

fn engine() -> Engine {
    let body = "<h1>Please photograph again</h1><p>Dear {{recipient.name}}, for item <b>{{case.reference_id}}</b> we need:</p>\
        <ul>{{#each sides}}<li>{{this.name}}: {{this.reason.name}}</li>{{/each}}</ul><p>Thank you.</p>";
    let source = TemplateSource {
        name: "reshoot".to_owned(),
        form: Form::Email,
        locale: "en".to_owned(),
        path: "reshoot/email.en.hbs".to_owned(),
        front: FrontMatter {
            subject: Some("New photos of {{case.reference_id}}, please".to_owned()),
            ..FrontMatter::default()
        },
        body: body.to_owned(),
        markup: proofbell_engine::Markup::OfForm,
        body_line: 1,
        text_part: None,
    };
    let rule = Rule {
        name: "reshoot".to_owned(),
        on: vec![On::parse("reshoot_needed").expect("a name")],
        to: vec!["seller".to_owned()],
        via: None,
        else_via: None,
        else_after: None,
        template: "reshoot".to_owned(),
        each: Each::Event,
        conditions: Vec::new(),
        exceptions: Vec::new(),
        urgency: Urgency::Normal,
        need: Need::Needed,
        thread: Threading::Apart,
        stale: StalePolicy::Suppress,
        expire: Duration::from_secs(48 * 3600),
    };
    let facts = ChannelFacts { form: Form::Email, address: AddressKind::Email, never_on: Vec::new() };
    Engine::new(Setup {
        rules: vec![rule],
        audiences: BTreeMap::from([("seller".to_owned(), Audience::default())]),
        channels: BTreeMap::from([("email".to_owned(), facts)]),
        templates: Templates::compile(vec![source], Vec::new(), &BTreeMap::new(), "en")
            .expect("a good template"),
        ..Setup::default()
    })
}

fn runtime() -> Runtime {
    let email = Channel {
        notifier: Arc::new(Nothing),
        rate: None,
        concurrency: 4,
        on_unknown: OnUnknown::Retry,
        fingerprint: Fingerprint::new([0; 32]),
    };
    Runtime {
        engine: Arc::new(engine()),
        channels: BTreeMap::from([("email".to_owned(), email)]),
        audiences: BTreeMap::from([(
            "seller".to_owned(),
            proofbell_pipeline::Audience {
                directory: Arc::new(Sellers),
                give_up: Duration::from_secs(86_400),
                fingerprint: Fingerprint::new([0; 32]),
            },
        )]),
        redirect: None,
        keep: Duration::from_secs(90 * 86_400),
    }
}

fn event(number: u64) -> NewEvent {
    let now = Timestamp::now();
    let body = format!(
        r#"{{"event_type": "media_rejected", "sr_uuid": "sr-{number}", "reference_id": "MS-{number}", "timestamp": "{now}",
        "sides": [{{"side": "Front", "reason": "Poor Lighting"}}, {{"side": "Label", "reason": "Image is Blurry"}}]}}"#
    );
    let event = Event::parse(body.as_bytes()).expect("an event");
    let id = EventId(Uuid::now_v7());
    let mut body_hash = [0; 32];
    body_hash[..16].copy_from_slice(id.0.as_bytes());
    NewEvent {
        id,
        source: "legitmark".to_owned(),
        message_id: format!("msg_{}", id.0.simple()).parse().ok(),
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

/// Accepts all events and sends their messages, the pipeline started before or after; says how fast each stage was.
async fn run(home: &Path, all: u64, together: bool) {
    let path = home.join(format!("{together}.db"));
    let store = Arc::new(SqliteStore::open(&path, SqliteOptions::default()).expect("a store"));
    let accept = async |woken: &dyn Fn()| {
        let start = Instant::now();
        stream::iter(0..all)
            .for_each_concurrent(IN_FLIGHT, async |number| {
                store.accept(event(number)).await.expect("accepted");
                woken();
            })
            .await;
        start.elapsed()
    };
    if !together {
        told("accepted alone", all, accept(&|| {}).await);
    }
    let counter = Arc::new(Counter {
        start: Instant::now(),
        all,
        counts: Default::default(),
        done_at: Default::default(),
    });
    let settings = PipelineSettings { observer: counter.clone(), ..PipelineSettings::default() };
    let pipeline = Pipeline::start(store.clone(), Arc::new(runtime()), settings).await.expect("started");
    let handle = pipeline.handle();
    if together {
        told("accepted beside the pipeline", all, accept(&|| handle.event_accepted()).await);
    }
    while counter.done_at[2].load(Ordering::Acquire) == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    for (stage, what) in ["planned", "addressed", "sent"].into_iter().enumerate() {
        told(what, all, Duration::from_micros(counter.done_at[stage].load(Ordering::Acquire)));
    }
    pipeline.stop(Duration::from_secs(10)).await;
    told("sent and recorded", all, counter.start.elapsed());
    let counts = store.write_counts();
    println!("  {} writes in {} commits", counts.writes, counts.commits);
}

fn told(what: &str, all: u64, took: Duration) {
    println!("  {what}: {:.0}/s ({took:.2?} for all)", all as f64 / took.as_secs_f64());
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let all = std::env::args().filter_map(|word| word.parse().ok()).next().unwrap_or(20_000);
    let home = tempfile::tempdir().expect("a directory");
    println!("{all} events that wait already:");
    run(home.path(), all, false).await;
    println!("{all} events while they come in:");
    run(home.path(), all, true).await;
}
