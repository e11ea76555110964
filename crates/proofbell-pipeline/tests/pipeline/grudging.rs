//! A store that refuses when it is told to.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use jiff::Timestamp;
use proofbell_engine::{Case, EventId};
use proofbell_store::*;
use uuid::Uuid;

/// What a store refuses: by method, with which error and how often.
#[derive(Default)]
pub(crate) struct Grudges {
    refusals: Mutex<Vec<(&'static str, StoreError, usize)>>,
    spoilt: Mutex<Option<String>>,
    calls: Mutex<BTreeMap<String, usize>>,
}

impl Grudges {
    /// The next so many calls of a method fail.
    pub(crate) fn against(&self, method: &'static str, error: StoreError, times: usize) {
        self.refusals.lock().unwrap().push((method, error, times));
    }

    /// How often a method was called so far.
    pub(crate) fn calls(&self, method: &str) -> usize {
        self.calls.lock().unwrap().get(method).copied().unwrap_or_default()
    }

    /// Plans that change this case cannot be committed.
    pub(crate) fn spoil(&self, sr_uuid: &str) {
        *self.spoilt.lock().unwrap() = Some(sr_uuid.to_owned());
    }

    fn ask(&self, method: &str) -> Result<(), StoreError> {
        *self.calls.lock().unwrap().entry(method.to_owned()).or_default() += 1;
        let mut refusals = self.refusals.lock().unwrap();
        let refusal = refusals.iter_mut().find(|(name, _, times)| *name == method && *times > 0);
        match refusal {
            Some((_, error, times)) => {
                *times -= 1;
                Err(error.clone())
            }
            None => Ok(()),
        }
    }

    fn is_spoilt(&self, plan: &Plan) -> bool {
        let case = plan.case.as_ref().and_then(|case| case.sr_uuid.as_ref()).map(ToString::to_string);
        case.is_some() && case == *self.spoilt.lock().unwrap()
    }
}

/// A store on disk, with its grudges.
pub(crate) struct Grudging {
    pub(crate) inner: Arc<SqliteStore>,
    pub(crate) grudges: Arc<Grudges>,
}

macro_rules! grudging {
    ($($method:ident($($name:ident: $type:ty),*) -> $result:ty;)*) => {
        #[async_trait]
        impl Store for Grudging {
            $(async fn $method(&self, $($name: $type),*) -> Result<$result, StoreError> {
                self.grudges.ask(stringify!($method))?;
                self.inner.$method($($name),*).await
            })*

            async fn commit_plans(&self, plans: Vec<Plan>, now: Timestamp) -> Result<Vec<PlanResult>, StoreError> {
                self.grudges.ask("commit_plans")?;
                let spoilt: Vec<bool> = plans.iter().map(|plan| self.grudges.is_spoilt(plan)).collect();
                let good = plans.into_iter().zip(&spoilt).filter(|(_, spoilt)| !**spoilt).map(|(plan, _)| plan);
                let mut results = self.inner.commit_plans(good.collect(), now).await?.into_iter();
                let failed = || PlanResult::Failed("spoilt".to_owned());
                Ok(spoilt.iter().map(|spoilt| if *spoilt { failed() } else { results.next().unwrap() }).collect())
            }
        }
    };
}

grudging! {
    accept(event: NewEvent) -> Acceptance;
    report(told: Vec<Told>) -> Vec<Reported>;
    unplanned(limit: usize) -> Vec<Unplanned>;
    due_drafts(audience: &str, now: Timestamp, limit: usize) -> Vec<DueDraft>;
    commit_addressed(addressed: Vec<Addressed>, now: Timestamp) -> ();
    due_fallbacks(now: Timestamp, limit: usize) -> Vec<DueFallback>;
    commit_fallbacks(fallbacks: Vec<Fallback>, now: Timestamp) -> ();
    waiting_audiences() -> Vec<(String, Timestamp)>;
    next_fallback() -> Option<Timestamp>;
    claim(request: ClaimRequest) -> Claim;
    record(finished: Vec<Finish>) -> ();
    orphans(now: Timestamp, all: Orphans) -> Vec<Claimed>;
    enqueue(message: NewMessage) -> ();
    pause(pause: ChannelPause) -> ();
    resume(channel: &str) -> ();
    pauses() -> Vec<ChannelPause>;
    replay(id: EventId, shape: Shape) -> u32;
    retry(message: Uuid, now: Timestamp, expires_at: Timestamp) -> ();
    cancel(message: Uuid, now: Timestamp) -> ();
    purge(bodies: Timestamp, keys: Timestamp) -> u64;
    events(filter: EventFilter) -> Vec<EventView>;
    event(id: EventId) -> (EventView, Vec<DecisionView>);
    stored_event(id: EventId) -> StoredEvent;
    case_before(id: EventId) -> Case;
    messages(filter: MessageFilter) -> Vec<MessageView>;
    message(id: Uuid) -> MessageView;
    case(sr_uuid: &str) -> CaseView;
    stats() -> Stats;
}
