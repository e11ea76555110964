//! Planning: unplanned events in, decisions and drafts out, in batches.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use proofbell_engine::{Case, Decision, Engine, Verdict};
use proofbell_event::SrUuid;
use proofbell_store::{Plan, PlanResult, StoreError, StoredEvent, Unplanned};

use crate::plan::{failure, plan};
use crate::shared::{GoOn, Shared};

/// Events planned in one transaction.
const BATCH: usize = 384;

/// Whether the next batch is planned at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    AtOnce,
    /// A moment later: much comes in, and a larger batch costs the store, which the door needs too, hardly more than a small one.
    Gather,
    Rest,
}

/// From so many events in a batch on, the next one waits for company.
const GATHER_FROM: usize = 16;

/// Plans until the pipeline stops.
pub(crate) async fn run(shared: Arc<Shared>) {
    loop {
        let rest = match round(&shared).await {
            Ok(Then::AtOnce) => continue,
            Ok(Then::Gather) => {
                tokio::time::sleep(shared.timing.gather).await;
                continue;
            }
            Ok(Then::Rest) => shared.timing.look,
            Err(error) => {
                tracing::warn!(%error, "planning waits for the store");
                shared.timing.store_rest
            }
        };
        if shared.rest(&shared.plan, rest).await == GoOn::No {
            return;
        }
    }
}

/// Plans what waits: for a rehearsal, in which nothing comes in meanwhile.
pub(crate) async fn plan_what_waits(shared: &Arc<Shared>) -> Result<(), StoreError> {
    while round(shared).await? != Then::Rest {}
    Ok(())
}

/// What is known of a plan after it was handed to the store.
struct Planned {
    event: StoredEvent,
    decision: Decision,
    audiences: BTreeSet<String>,
}

/// Plans one batch.
async fn round(shared: &Arc<Shared>) -> Result<Then, StoreError> {
    let batch = shared.store.unplanned(BATCH).await?;
    if batch.is_empty() || shared.stopping() {
        return Ok(Then::Rest);
    }
    let count = batch.len();
    let now = shared.clock.now();
    let runtime = shared.runtime();
    let (planned, plans) = shared.apart(move |_| plan_all(&runtime.engine, batch, now)).await;
    let results = shared.store.commit_plans(plans, now).await?;
    let mut progress = false;
    let mut conflicts = false;
    let mut failed = Vec::new();
    for (planned, result) in planned.into_iter().zip(results) {
        match result {
            PlanResult::Committed => {
                progress = true;
                shared.wake_audiences(&planned.audiences);
                report(shared, &planned);
            }
            PlanResult::Conflict => {
                conflicts = true;
                tracing::debug!(event = %planned.event.id, "planned again: its case moved on meanwhile");
            }
            PlanResult::Failed(problem) => failed.push((planned, problem)),
        }
    }
    progress |= end_failed(shared, failed).await?;
    Ok(match progress {
        true if count >= BATCH || conflicts => Then::AtOnce,
        true if count >= GATHER_FROM => Then::Gather,
        _ => Then::Rest,
    })
}

/// Ends events whose plan cannot be committed, with the reason: they must not come back for ever. Says whether any ended.
async fn end_failed(shared: &Shared, failed: Vec<(Planned, String)>) -> Result<bool, StoreError> {
    if failed.is_empty() {
        return Ok(false);
    }
    let plans: Vec<Plan> = failed.iter().map(|(planned, problem)| failure(&planned.event, problem)).collect();
    let results = shared.store.commit_plans(plans, shared.clock.now()).await?;
    let mut progress = false;
    for ((planned, problem), result) in failed.into_iter().zip(results) {
        tracing::error!(event = %planned.event.id, problem, ?result, "plan cannot be committed");
        if result == PlanResult::Committed {
            progress = true;
            let decision = failure(&planned.event, &problem).decision;
            report(shared, &Planned { decision, ..planned });
        }
    }
    Ok(progress)
}

/// Plans a batch in memory. A case with several events in it goes from one to the next.
fn plan_all(engine: &Engine, batch: Vec<Unplanned>, now: jiff::Timestamp) -> (Vec<Planned>, Vec<Plan>) {
    let mut cases: HashMap<SrUuid, Case> = HashMap::new();
    let mut planned = Vec::with_capacity(batch.len());
    let mut plans = Vec::with_capacity(batch.len());
    for Unplanned { event, case } in batch {
        let case = case.sr_uuid.as_ref().and_then(|id| cases.get(id)).unwrap_or(&case);
        let plan = plan(engine, &event, case, now);
        if let Some(next) = &plan.case
            && let Some(id) = &next.sr_uuid
        {
            cases.insert(id.clone(), next.clone());
        }
        let audiences = plan.drafts.iter().map(|draft| draft.audience.clone()).collect();
        planned.push(Planned { event, decision: plan.decision.clone(), audiences });
        plans.push(plan);
    }
    (planned, plans)
}

fn report(shared: &Shared, planned: &Planned) {
    for rule in &planned.decision.rules {
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
    if planned.decision.failed.is_some() {
        metrics::counter!("proofbell_plans_failed_total").increment(1);
    }
    shared.observer.decided(&planned.event, &planned.decision);
}
