//! A test out of a stored event and those of its case before it: what is made of them now is what is expected.

mod people;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use proofbell_config::{ConfigTest, Expectation, Location, Silence, TestEvent, TestStep};
use proofbell_engine::EventId;
use proofbell_event::{Event, Sample};
use proofbell_pipeline::MessageSeen;
use proofbell_store::{CaseView, Store, StoreError, StoredEvent};

use super::run::{self, RanStep, Stage};
use super::snapshot::Snapshots;
use super::{content, reason};
use crate::command::Stop;
use crate::{loading, output};

/// So many events of the case go before it, at most.
const MOST_BEFORE: usize = 20;

/// An event of the case with what it says.
struct Known {
    stored: StoredEvent,
    event: Event,
}

pub(super) async fn run(stage: &Stage, id: &str, out: Option<&Path>) -> Result<(), Stop> {
    let id: EventId = id.parse().map_err(|_| Stop::Usage(format!("`{id}` is no event's id")))?;
    let store = loading::reading(&stage.wired)?;
    let stored = store.stored_event(id).await?;
    let event = Event::parse(&stored.body)
        .map_err(|error| Stop::Failed(format!("event {id} cannot be read: {error}")))?;
    let case = match &event.sr_uuid {
        Some(sr_uuid) => match store.case(sr_uuid.as_str()).await {
            Ok(case) => Some(case),
            Err(StoreError::NotFound { .. }) => None,
            Err(error) => return Err(error.into()),
        },
        None => None,
    };
    let mut events = before(&*store, case.as_ref(), &stored).await?;
    events.push(Known { stored, event });
    let test = expecting_what_is_made(stage, draft(stage, &events, case.as_ref())).await?;
    let zone = TimeZone::get(&stage.wired.runtime.engine.defaults().tz).unwrap_or(TimeZone::UTC);
    let text = format!(
        "# From a stored event; its people are made up. What is expected is what was made when this was written: check that it is what should be.\n\n{}",
        test.to_toml(&zone)
    );
    match out {
        None => output::line(text.trim_end()),
        Some(path) if path.exists() => {
            return Err(Stop::Usage(format!("{} is there already: name another file", path.display())));
        }
        Some(path) => {
            super::write(path, &text)?;
            output::line(&format!("{} has the test {:?}", path.display(), test.name));
        }
    }
    Ok(())
}

/// The events of the case that came before this one and can still be read, oldest first.
async fn before(
    store: &dyn Store,
    case: Option<&CaseView>,
    last: &StoredEvent,
) -> Result<Vec<Known>, StoreError> {
    let mut ids: Vec<EventId> = case
        .into_iter()
        .flat_map(|case| &case.events)
        .filter(|event| event.status != "quarantined")
        .map(|event| EventId(event.id))
        .filter(|id| *id < last.id)
        .collect();
    ids.sort();
    let skip = ids.len().saturating_sub(MOST_BEFORE);
    let mut events = Vec::new();
    for id in ids.into_iter().skip(skip) {
        let stored = match store.stored_event(id).await {
            Ok(stored) => stored,
            // The store refuses to give a body that is past `store.keep`.
            Err(StoreError::NotFound { .. } | StoreError::Refused(_)) => continue,
            Err(error) => return Err(error),
        };
        if let Ok(event) = Event::parse(&stored.body) {
            events.push(Known { stored, event });
        }
    }
    Ok(events)
}

/// The test without what it expects.
fn draft(stage: &Stage, events: &[Known], case: Option<&CaseView>) -> ConfigTest {
    // To the millisecond, as Legitmark writes its own times.
    let first = events.first().map(|known| known.stored.received_at.as_millisecond()).unwrap_or_default();
    let first = Timestamp::from_millisecond(first).unwrap_or_default();
    let last = events.last();
    let name =
        last.map_or_else(String::new, |last| format!("{} as in event {}", last.event.name, last.stored.id));
    let mut clock = first;
    let steps = events.iter().map(|known| {
        // Steps are whole seconds apart; the clock stays as near to what happened as that allows.
        let seconds = known.stored.received_at.duration_since(clock).as_secs();
        let advance = u64::try_from(seconds).ok().filter(|seconds| *seconds > 0).map(Duration::from_secs);
        clock = advance.and_then(|advance| clock.checked_add(advance).ok()).unwrap_or(clock);
        TestStep {
            location: nowhere(),
            advance,
            event: Some(test_event(known)),
            lookups: BTreeMap::new(),
            answers: BTreeMap::new(),
            expect: Vec::new(),
            silent: Vec::new(),
        }
    });
    ConfigTest {
        name,
        location: nowhere(),
        directory: PathBuf::new(),
        at: first,
        lookups: people::made_up(&stage.wired, case),
        answers: BTreeMap::new(),
        steps: steps.collect(),
    }
}

/// The event by its name, where that says all; the whole payload otherwise.
fn test_event(known: &Known) -> TestEvent {
    let event = &known.event;
    let whole = || TestEvent::Payload(event.payload.clone());
    let (Some(sr_uuid), Some(reference_id), Some(at)) =
        (&event.sr_uuid, &event.reference_id, event.occurred_at)
    else {
        return whole();
    };
    let sides: Vec<(String, String)> =
        event.sides().iter().map(|side| (side.side.clone(), side.reason.clone())).collect();
    let sample = Sample {
        name: event.name,
        sr_uuid: sr_uuid.to_string(),
        reference_id: Some(reference_id.clone()),
        at,
        sides: sides.clone(),
    };
    match sample.payload() {
        Ok(payload) if payload == event.payload => TestEvent::Sample {
            name: event.name,
            sides,
            reference_id: reference_id.clone(),
            sr_uuid: sr_uuid.to_string(),
            timestamp: Some(at),
        },
        Ok(_) | Err(_) => whole(),
    }
}

/// Runs the test, and expects all that came of it.
async fn expecting_what_is_made(stage: &Stage, test: ConfigTest) -> Result<ConfigTest, Stop> {
    let ran = run::one(stage, test, Snapshots::Compare).await;
    if let Some(problem) = ran.problem {
        return Err(Stop::Failed(format!("the event cannot be rehearsed: {problem}")));
    }
    let mut test = ran.test;
    for (step, seen) in test.steps.iter_mut().zip(&ran.steps) {
        let on_its_way = seen.seen.made.iter().filter(|made| made.is_on_its_way());
        step.expect = on_its_way.map(|made| expected(stage, made)).collect();
        step.silent = silences(stage, seen);
    }
    Ok(test)
}

fn expected(stage: &Stage, made: &MessageSeen) -> Expectation {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let template = content::template(made);
    Expectation {
        location: nowhere(),
        rule: Some(made.made.rule.clone()),
        via: Some(made.made.channel.clone()),
        audience: Some(made.audience.clone()),
        address: owned(content::address(made).filter(|_| people::is_made_up(&stage.wired, &made.audience))),
        template: Some(template.to_owned()),
        locale: owned(content::locale(made)),
        subject: owned(content::subject(made)),
        subject_contains: Vec::new(),
        text_contains: Vec::new(),
        text_lacks: Vec::new(),
        html_contains: Vec::new(),
        not_before: None,
        segments_at_most: made.made.measure.as_ref().map(|measure| measure.segments),
        count: 1,
        snapshot: None,
    }
}

/// Rules that the event concerns and that kept silent, each with the plainest reason.
fn silences(stage: &Stage, step: &RanStep) -> Vec<Silence> {
    let spoke = |rule: &str| step.seen.made.iter().any(|made| made.made.rule == rule && made.is_on_its_way());
    let concerned = step.seen.decisions.iter().flat_map(|decision| &decision.rules);
    let silent = concerned.filter(|rule| !spoke(&rule.rule));
    silent
        .map(|rule| {
            let engine = &stage.wired.runtime.engine;
            let reasons = reason::reasons(&rule.rule, engine, &step.arrival, &step.seen);
            Silence {
                location: nowhere(),
                rule: rule.rule.clone(),
                via: None,
                audience: None,
                because: reasons.first().and_then(|reason| reason.words.last().cloned()),
            }
        })
        .collect()
}

/// What was not written by anybody has no place.
fn nowhere() -> Location {
    Location { file: PathBuf::new(), line: 0, column: 0, length: 1, source_line: String::new() }
}
