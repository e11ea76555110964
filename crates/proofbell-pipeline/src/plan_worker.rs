//! Planning: unplanned events in, decisions and drafts out, in batches.

use std::collections::{BTreeSet, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use proofbell_engine::{Case, Decision, Engine, Stimulus, Verdict};
use proofbell_event::{Event, SrUuid};
use proofbell_store::{Plan, PlanResult, StoreError, StoredEvent, Unplanned};

use crate::shared::{GoOn, LOOK, STORE_REST, Shared};

/// Events planned in one transaction.
const BATCH: usize = 256;

/// Plans until the pipeline stops.
pub(crate) async fn run(shared: Arc<Shared>) {
    loop {
        let rest = match round(&shared).await {
            Ok(planned) if planned >= BATCH => continue,
            Ok(_) => LOOK,
            Err(error) => {
                tracing::warn!(%error, "planning waits for the store");
                STORE_REST
            }
        };
        if shared.rest(&shared.plan, rest).await == GoOn::No {
            return;
        }
    }
}

/// Plans one batch; says how many events there were.
async fn round(shared: &Shared) -> Result<usize, StoreError> {
    let batch = shared.store.unplanned(BATCH).await?;
    if batch.is_empty() || shared.stopping() {
        return Ok(0);
    }
    let count = batch.len();
    let (events, plans) = plan_all(&shared.runtime.engine, batch);
    let results = shared.store.commit_plans(plans.clone(), shared.clock.now()).await?;
    let mut failed = Vec::new();
    let mut audiences = BTreeSet::new();
    for ((event, plan), result) in events.iter().zip(plans).zip(results) {
        match result {
            PlanResult::Committed => {
                audiences.extend(plan.drafts.iter().map(|draft| draft.audience.clone()));
                report(shared, event, &plan);
            }
            PlanResult::Conflict => {
                tracing::debug!(event = %event.id, "planned again: its case moved on meanwhile")
            }
            PlanResult::Failed(problem) => failed.push(failure(&plan, &problem)),
        }
    }
    if !failed.is_empty() {
        shared.store.commit_plans(failed, shared.clock.now()).await?;
    }
    shared.wake_audiences(audiences.iter().map(String::as_str));
    Ok(count)
}

/// Plans a batch in memory. A case with several events in it goes from one to the next.
fn plan_all(engine: &Engine, batch: Vec<Unplanned>) -> (Vec<StoredEvent>, Vec<Plan>) {
    let mut cases: HashMap<SrUuid, Case> = HashMap::new();
    let mut events = Vec::with_capacity(batch.len());
    let mut plans = Vec::with_capacity(batch.len());
    for Unplanned { event, case } in batch {
        let case = case.sr_uuid.as_ref().and_then(|id| cases.get(id)).cloned().unwrap_or(case);
        let plan = plan(engine, &event, &case);
        if let Some(next) = &plan.case
            && let Some(id) = &next.sr_uuid
        {
            cases.insert(id.clone(), next.clone());
        }
        events.push(event);
        plans.push(plan);
    }
    (events, plans)
}

fn plan(engine: &Engine, stored: &StoredEvent, case: &Case) -> Plan {
    let step = Event::parse(&stored.body).map_err(|error| error.to_string()).and_then(|event| {
        let stimulus = Stimulus {
            id: stored.id,
            generation: stored.generation,
            received_at: stored.received_at,
            event: &event,
        };
        catch_unwind(AssertUnwindSafe(|| engine.step(case, &stimulus)))
            .map_err(|_| "deciding panicked".to_owned())
    });
    match step {
        Ok(step) => Plan {
            event: stored.id,
            generation: stored.generation,
            expected_version: case.version,
            case: step.case.sr_uuid.is_some().then_some(step.case),
            decision: step.decision,
            drafts: step.drafts,
        },
        Err(problem) => {
            tracing::error!(event = %stored.id, problem, "event cannot be planned");
            Plan {
                event: stored.id,
                generation: stored.generation,
                expected_version: case.version,
                case: None,
                decision: failed_decision(stored, problem),
                drafts: Vec::new(),
            }
        }
    }
}

fn failed_decision(stored: &StoredEvent, problem: String) -> Decision {
    Decision {
        event: stored.id,
        generation: stored.generation,
        names: Vec::new(),
        round: 0,
        stale: None,
        twin: None,
        rules: Vec::new(),
        failed: Some(problem),
    }
}

/// The same event, ended with the reason: it must not come back for ever.
fn failure(plan: &Plan, problem: &str) -> Plan {
    tracing::error!(event = %plan.event, problem, "plan cannot be committed");
    let mut decision = plan.decision.clone();
    decision.failed = Some(problem.to_owned());
    Plan { case: None, drafts: Vec::new(), decision, ..plan.clone() }
}

fn report(shared: &Shared, event: &StoredEvent, plan: &Plan) {
    for rule in &plan.decision.rules {
        let verdict = match &rule.verdict {
            Verdict::Matched { .. } => "matched",
            Verdict::OtherEvent => "other_event",
            Verdict::Where { .. } => "where",
            Verdict::Except { .. } => "except",
            Verdict::Stale { .. } => "stale",
            Verdict::Twin { .. } => "twin",
        };
        metrics::counter!("proofbell_decisions_total", "rule" => rule.rule.clone(), "verdict" => verdict)
            .increment(1);
    }
    if plan.decision.failed.is_some() {
        metrics::counter!("proofbell_plans_failed_total").increment(1);
    }
    shared.observer.decided(event, &plan.decision);
}
