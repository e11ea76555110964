//! What one event's planning is committed as. Pure.

use std::panic::{AssertUnwindSafe, catch_unwind};

use jiff::Timestamp;
use proofbell_engine::{Case, Decision, Draft, Engine, Step, Stimulus};
use proofbell_event::Event;
use proofbell_store::{Plan, StoredEvent};

/// Plans one event. Whatever is wrong with it costs this event alone: it ends with the reason.
pub(crate) fn plan(engine: &Engine, stored: &StoredEvent, case: &Case, now: Timestamp) -> Plan {
    let step = catch_unwind(AssertUnwindSafe(|| decide(engine, stored, case)))
        .unwrap_or_else(|_| Err("deciding panicked".to_owned()));
    match step {
        Ok(Step { case: next, decision, drafts }) => Plan {
            event: stored.id,
            generation: stored.generation,
            expected_version: case.version,
            case: next.sr_uuid.is_some().then_some(next),
            decision,
            drafts: drafts.into_iter().map(|draft| renewed(draft, stored, now)).collect(),
        },
        Err(problem) => {
            tracing::error!(event = %stored.id, problem, "event cannot be planned");
            failure(stored, &problem)
        }
    }
}

fn decide(engine: &Engine, stored: &StoredEvent, case: &Case) -> Result<Step, String> {
    let event = Event::parse(&stored.body).map_err(|error| error.to_string())?;
    let stimulus = Stimulus {
        id: stored.id,
        generation: stored.generation,
        received_at: stored.received_at,
        event: &event,
    };
    Ok(engine.step(case, &stimulus))
}

/// A replay is asked for by a person now, so its times count from now: otherwise what was received two days ago would have
/// expired before it is made. What is decided stays a matter of when the event was received.
fn renewed(draft: Draft, stored: &StoredEvent, now: Timestamp) -> Draft {
    if stored.generation == 0 {
        return draft;
    }
    let since = now.duration_since(stored.received_at);
    let later = |at: Timestamp| at.checked_add(since).unwrap_or(Timestamp::MAX);
    Draft { expires_at: later(draft.expires_at), else_at: draft.else_at.map(later), ..draft }
}

/// An event that ends unplanned, with the reason. It leaves its case alone, so that it is committed whatever the case's
/// version is.
pub(crate) fn failure(stored: &StoredEvent, problem: &str) -> Plan {
    let decision = Decision {
        event: stored.id,
        generation: stored.generation,
        names: Vec::new(),
        round: 0,
        stale: None,
        twin: None,
        rules: Vec::new(),
        failed: Some(problem.to_owned()),
    };
    Plan {
        event: stored.id,
        generation: stored.generation,
        expected_version: 0,
        case: None,
        decision,
        drafts: Vec::new(),
    }
}

#[cfg(test)]
mod tests;
