//! Runs tests, several at a time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use proofbell_config::{ConfigTest, TestEvent, TestStep};
use proofbell_engine::Engine;
use proofbell_event::Sample;
use proofbell_notify::{Outcome, Receipt};
use proofbell_pipeline::{Rehearsal, RehearsalError, StepSeen};
use proofbell_store::Acceptance;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::judge::{Failure, Trial};
use super::named::Named;
use super::snapshot::{Shelf, Snapshots};
use crate::command::Stop;
use crate::raw_words;
use crate::wiring::Wired;

/// The configuration under test.
pub(super) struct Stage {
    pub(super) wired: Wired,
    /// The source whose events come in.
    source: String,
}

/// A test that was run.
pub(super) struct Ran {
    pub(super) test: ConfigTest,
    pub(super) steps: Vec<RanStep>,
    /// Why it could not be run to its end.
    pub(super) problem: Option<String>,
    pub(super) took: Duration,
    /// In which its times are told.
    pub(super) zone: TimeZone,
    /// Whose addresses may be told.
    pub(super) named: Named,
    /// What decided.
    pub(super) engine: Arc<Engine>,
}

impl Ran {
    pub(super) fn has_failed(&self) -> bool {
        self.problem.is_some() || self.steps.iter().any(|step| !step.failures.is_empty())
    }
}

/// A step that was run.
pub(super) struct RanStep {
    /// The time of its event, after it advanced.
    pub(super) at: Timestamp,
    /// What happened, for people.
    pub(super) title: String,
    pub(super) arrival: Arrival,
    pub(super) seen: StepSeen,
    pub(super) failures: Vec<Failure>,
}

/// What became of a step's event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Arrival {
    /// There was none.
    None,
    /// It was kept.
    Accepted,
    /// It was known already.
    Duplicate,
    /// It was put aside, with the reason.
    Quarantined(String),
}

/// A time as it is written in a test, in the time zone of `defaults.tz`.
pub(super) fn time(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

impl Stage {
    pub(super) fn of(wired: Wired) -> Stage {
        let source = wired.sources.first().map_or("legitmark", |source| &source.name).to_owned();
        Stage { wired, source }
    }

    /// The raw body of a test's event at this time.
    fn body(&self, event: &TestEvent, now: Timestamp) -> Result<Vec<u8>, String> {
        let payload = match event {
            TestEvent::Payload(payload) => payload.clone(),
            TestEvent::Sample { name, sides, reference_id, sr_uuid, timestamp } => {
                let glossary = self.wired.runtime.engine.glossary();
                let sides = sides.iter().map(|pair| raw_words::of_pair(glossary, pair.clone())).collect();
                let sample = Sample {
                    name: *name,
                    sr_uuid: sr_uuid.clone(),
                    reference_id: Some(reference_id.clone()),
                    at: timestamp.unwrap_or(now),
                    sides,
                };
                sample.payload().map_err(|error| format!("failed to {error}"))?
            }
        };
        Ok(payload.to_string().into_bytes())
    }
}

/// Runs the tests, as many at a time as there are processors; the results are in the tests' order.
pub(super) async fn all(
    stage: &Arc<Stage>,
    tests: Vec<ConfigTest>,
    snapshots: &Snapshots,
) -> Result<Vec<Ran>, Stop> {
    let at_once = std::thread::available_parallelism().map_or(1, usize::from);
    let turns = Arc::new(Semaphore::new(at_once.saturating_mul(2)));
    let mut running = JoinSet::new();
    for (index, test) in tests.into_iter().enumerate() {
        let (stage, turns, snapshots) = (stage.clone(), turns.clone(), snapshots.clone());
        running.spawn(async move {
            let _turn = turns.acquire().await;
            (index, one(&stage, test, snapshots).await)
        });
    }
    let mut ran = Vec::new();
    while let Some(done) = running.join_next().await {
        ran.push(done.map_err(|_| Stop::Failed("a test could not be run: it panicked".to_owned()))?);
    }
    ran.sort_by_key(|(index, _)| *index);
    Ok(ran.into_iter().map(|(_, ran)| ran).collect())
}

/// Runs one test.
pub(super) async fn one(stage: &Stage, test: ConfigTest, snapshots: Snapshots) -> Ran {
    let start = Instant::now();
    let mut steps = Vec::new();
    let named = Named::by(&test);
    let problem = steps_of(stage, &test, &named, snapshots, &mut steps).await.err();
    let zone = TimeZone::get(&stage.wired.runtime.engine.defaults().tz).unwrap_or(TimeZone::UTC);
    Ran {
        test,
        steps,
        problem,
        took: start.elapsed(),
        zone,
        named,
        engine: stage.wired.runtime.engine.clone(),
    }
}

async fn steps_of(
    stage: &Stage,
    test: &ConfigTest,
    named: &Named,
    snapshots: Snapshots,
    ran: &mut Vec<RanStep>,
) -> Result<(), String> {
    let failed = |error: RehearsalError| format!("failed to {error}");
    let shelf = Shelf { directory: test.directory.clone(), snapshots };
    let mut rehearsal = Rehearsal::start(&stage.wired.runtime, test.at).await.map_err(failed)?;
    for step in &test.steps {
        prepare(stage, test, step, &rehearsal);
        if let Some(time) = step.advance {
            rehearsal.advance(time).await.map_err(failed)?;
        }
        let at = rehearsal.now();
        let arrival = match &step.event {
            None => Arrival::None,
            Some(event) => arrive(stage, event, &mut rehearsal).await?,
        };
        let seen = rehearsal.look().await.map_err(failed)?;
        let engine = &stage.wired.runtime.engine;
        let trial = Trial { step, arrival: &arrival, seen: &seen, engine, shelf: &shelf, named };
        let unprepared = rehearsal
            .unprepared()
            .into_iter()
            .map(|audience| Failure::Unprepared { at: step.location.clone(), audience: audience.to_owned() });
        // First, because the others may come of it.
        let failures = unprepared.chain(trial.failures()).collect();
        ran.push(RanStep { at, title: title(step), arrival, seen, failures });
    }
    Ok(())
}

/// Tells channels and directories what they answer in this step: what the step says, else what the test says, else that all is well.
fn prepare(stage: &Stage, test: &ConfigTest, step: &TestStep, rehearsal: &Rehearsal) {
    for channel in stage.wired.runtime.channels.keys() {
        let answer = step.answers.get(channel).or_else(|| test.answers.get(channel)).cloned();
        rehearsal.answer(channel, answer.unwrap_or_else(|| Outcome::Sent(Receipt::default())));
    }
    for audience in stage.wired.runtime.audiences.keys() {
        let found = step.lookups.get(audience).or_else(|| test.lookups.get(audience));
        rehearsal.people(audience, found.cloned());
    }
}

async fn arrive(stage: &Stage, event: &TestEvent, rehearsal: &mut Rehearsal) -> Result<Arrival, String> {
    let body = stage.body(event, rehearsal.now())?;
    let readable = proofbell_event::Event::parse(&body);
    let accepted = rehearsal.accept(&stage.source, body).await;
    Ok(match accepted.map_err(|error| format!("failed to {error}"))? {
        Acceptance::Accepted(_) => Arrival::Accepted,
        Acceptance::Duplicate(_) => Arrival::Duplicate,
        Acceptance::Quarantined(_) => {
            Arrival::Quarantined(readable.err().map(|error| format!("failed to {error}")).unwrap_or_default())
        }
    })
}

/// What happens in a step, in a few words.
fn title(step: &TestStep) -> String {
    match &step.event {
        None => "time passes".to_owned(),
        Some(TestEvent::Payload(payload)) => {
            let kind = payload.get("event_type").and_then(serde_json::Value::as_str);
            format!("a payload of type {}", kind.unwrap_or("(none)"))
        }
        Some(TestEvent::Sample { name, sides, .. }) if sides.is_empty() => name.to_string(),
        Some(TestEvent::Sample { name, sides, .. }) => {
            let sides: Vec<String> = sides.iter().map(|(side, reason)| format!("{side}: {reason}")).collect();
            format!("{name} ({})", sides.join(", "))
        }
    }
}
