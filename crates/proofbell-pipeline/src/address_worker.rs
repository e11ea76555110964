//! Addressing one audience's drafts: who is behind each, and which messages that makes.

mod doubt;

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use proofbell_directory::{Lookup, LookupError};
use proofbell_engine::Draft;
use proofbell_event::Event;
use proofbell_notify::Recipient;
use proofbell_store::{Addressed, DraftEnd, DueDraft, StoreError};
use tokio::time::Instant;
use uuid::Uuid;

use crate::address::{self, Again, Delay, ended};
use crate::announce::{announce, count_draft};
use crate::audience_state::{AudiencePause, AudienceState};
use crate::ending::Ending;
use crate::runtime::{Audience, Runtime};
use crate::shared::{GoOn, Shared};
use doubt::{Doubt, Trust};

/// Drafts looked up at once, and addressed in one transaction.
const MOST: usize = 256;

/// Addresses drafts of `audience` until its end. One worker an audience: a hanging directory delays no other.
pub(crate) async fn run(
    shared: Arc<Shared>,
    name: String,
    audience: Audience,
    state: Arc<AudienceState>,
    mut ending: Ending,
) {
    let mut worker = AddressWorker::new(shared.clone(), name, audience, state.clone());
    loop {
        let rest = worker.look_at.saturating_duration_since(Instant::now());
        let done = tokio::select! {
            Some(found) = next_found(&mut worker.lookups) => worker.commit(found).await,
            answer = doubt::answer(&mut worker.doubt) => {
                worker.probed(answer);
                Ok(())
            }
            go_on = ending.rest(&state.wake, rest) => match go_on {
                GoOn::Yes => worker.refill().await,
                GoOn::No => return,
            },
        };
        if let Err(error) = done {
            tracing::warn!(%error, audience = worker.name, "addressing waits for the store");
            worker.look_at = Instant::now() + shared.timing.store_rest;
        }
    }
}

/// Addresses what is due now, and says how many drafts that was: for a rehearsal, in which nothing comes in meanwhile.
pub(crate) async fn address_what_is_due(shared: &Arc<Shared>, name: &str) -> Result<usize, StoreError> {
    let live = shared.live();
    let (Some(state), Some(audience)) = (live.audiences.get(name), live.runtime.audiences.get(name)) else {
        return Ok(0);
    };
    let mut worker = AddressWorker::new(shared.clone(), name.to_owned(), audience.clone(), state.clone());
    worker.refill().await?;
    let mut count = 0;
    while let Some(found) = next_found(&mut worker.lookups).await {
        count += found.len();
        worker.commit(found).await?;
    }
    Ok(count)
}

/// One audience's worker.
struct AddressWorker {
    shared: Arc<Shared>,
    name: String,
    audience: Audience,
    state: Arc<AudienceState>,
    /// Under way. A lookup that hangs delays no other draft.
    lookups: FuturesUnordered<BoxFuture<'static, Found>>,
    /// The drafts of `lookups`.
    busy: HashSet<Uuid>,
    /// More drafts wait than could be looked up at once.
    more: bool,
    /// When to look for drafts though nobody wakes us.
    look_at: Instant,
    /// Set while it is not known that the directory can be asked at all; nobody is looked up meanwhile.
    doubt: Option<Doubt>,
    /// Set once the directory was found well after a lookup was refused.
    trust: Option<Trust>,
}

/// A draft and what its lookup brought.
struct Found {
    due: DueDraft,
    recipients: Result<Vec<Recipient>, Miss>,
}

/// Why a lookup brought nothing.
enum Miss {
    /// It failed.
    Failed(LookupError),
    /// There was none: the audience is paused.
    Held(Delay),
}

/// Lookups that have ended, as many as there are; `None` when none is under way.
async fn next_found(lookups: &mut FuturesUnordered<BoxFuture<'static, Found>>) -> Option<Vec<Found>> {
    lookups.ready_chunks(MOST).next().await
}

impl AddressWorker {
    fn new(
        shared: Arc<Shared>,
        name: String,
        audience: Audience,
        state: Arc<AudienceState>,
    ) -> AddressWorker {
        // A worker that panicked, or whose directory was changed, starts again where its audience was.
        let paused = state.paused();
        let doubt = paused.map(|_| Doubt::begin(&audience.directory, &shared.timing));
        AddressWorker {
            shared,
            name,
            audience,
            state,
            lookups: FuturesUnordered::new(),
            busy: HashSet::new(),
            more: false,
            look_at: Instant::now(),
            doubt,
            trust: None,
        }
    }

    /// Begins to look up what waits; while the directory is in doubt, what waits goes on waiting.
    async fn refill(&mut self) -> Result<(), StoreError> {
        self.look_at = Instant::now() + self.shared.timing.look;
        let room = MOST.saturating_sub(self.lookups.len());
        let until_probe = self.doubt.as_ref().map(Doubt::until_probe);
        if room == 0 || until_probe == Some(Duration::ZERO) {
            return Ok(());
        }
        // The store does not know which ones are under way, and shows them again.
        let limit = MOST + self.busy.len();
        let due = self.shared.store.due_drafts(&self.name, self.shared.clock.now(), limit).await?;
        self.more = due.len() >= limit;
        let fresh = due.into_iter().filter(|due| !self.busy.contains(&due.draft.id)).take(room);
        let fresh: Vec<DueDraft> = fresh.collect();
        match until_probe {
            None => fresh.into_iter().for_each(|due| self.begin(due)),
            Some(until_probe) => self.hold(fresh, until_probe).await?,
        }
        Ok(())
    }

    fn begin(&mut self, due: DueDraft) {
        let (shared, audience) = (self.shared.clone(), self.audience.clone());
        self.busy.insert(due.draft.id);
        self.lookups.push(Box::pin(async move {
            let recipients = lookup(&shared, &audience, &due.draft).await.map_err(Miss::Failed);
            Found { due, recipients }
        }));
    }

    /// Puts off what waits until the directory is probed again, so that each draft shows why.
    async fn hold(&mut self, due: Vec<DueDraft>, until_probe: Duration) -> Result<(), StoreError> {
        let pause = self.state.paused();
        let reason = pause.map(|pause| format!("paused: {}", pause.reason)).unwrap_or_default();
        let delay = Delay { reason, again: Again::In(until_probe) };
        let held = due.into_iter().map(|due| Found { due, recipients: Err(Miss::Held(delay.clone())) });
        self.commit(held.collect()).await
    }

    /// Composes and commits what the lookups found.
    async fn commit(&mut self, found: Vec<Found>) -> Result<(), StoreError> {
        let refused =
            |found: &Found| matches!(&found.recipients, Err(Miss::Failed(LookupError::Misconfigured(_))));
        let trusted = self.trust.is_some_and(|trust| trust.holds(Instant::now()));
        if self.doubt.is_none() && !trusted && found.iter().any(refused) {
            self.doubt = Some(Doubt::begin(&self.audience.directory, &self.shared.timing));
        }
        let drafts: Vec<Uuid> = found.iter().map(|found| found.due.draft.id).collect();
        let give_up = self.audience.give_up;
        let compose = move |shared: &Shared| {
            let runtime = shared.runtime();
            found.into_iter().map(|found| address_one(shared, &runtime, found, give_up)).collect::<Vec<_>>()
        };
        let addressed = self.shared.apart(compose).await;
        let kept = keep(&self.shared, addressed).await;
        for draft in drafts {
            self.busy.remove(&draft);
        }
        if self.more {
            self.look_at = Instant::now();
        }
        kept
    }

    /// What the probe of a directory in doubt says decides whether its audience is paused.
    fn probed(&mut self, answer: Result<String, LookupError>) {
        let Some(doubt) = self.doubt.take() else { return };
        let (state, audience, timing) = (&self.state, &self.name, &self.shared.timing);
        self.look_at = Instant::now();
        if answer.is_ok() {
            self.trust = Some(Trust::renew(self.trust, Instant::now(), timing));
        }
        match (answer, state.paused()) {
            (Ok(_), Some(_)) => state.resume(audience),
            (Ok(_), None) => tracing::info!(audience, "a lookup was refused, but its directory is well"),
            (Err(error), Some(_)) => {
                tracing::info!(audience, %error, "the audience stays paused");
                self.doubt = Some(doubt.again(&self.audience.directory, timing));
            }
            (Err(LookupError::Misconfigured(reason)), None) => {
                state.pause(audience, AudiencePause { since: self.shared.clock.now(), reason });
                self.doubt = Some(doubt.again(&self.audience.directory, timing));
            }
            // That may pass, and each lookup finds out by itself.
            (Err(LookupError::Unavailable { .. } | LookupError::Unaskable(_)), None) => {}
        }
    }
}

async fn lookup(shared: &Shared, audience: &Audience, draft: &Draft) -> Result<Vec<Recipient>, LookupError> {
    let query = Lookup {
        reference_id: draft.case.reference_id.clone(),
        sr_uuid: draft.case.sr_uuid.as_ref().map(ToString::to_string),
    };
    let at_most = shared.timing.lookup;
    let asked = AssertUnwindSafe(async { audience.directory.lookup(&query).await }).catch_unwind();
    let found = match tokio::time::timeout(at_most, asked).await {
        Ok(Ok(found)) => found,
        Ok(Err(_)) => Err(LookupError::unavailable("the directory panicked")),
        Err(_) => Err(LookupError::unavailable(format!("no answer within {} s", at_most.as_secs()))),
    };
    match &found {
        Ok(_) => {}
        Err(LookupError::Unaskable(reason)) => {
            tracing::info!(audience = draft.audience, draft = %draft.id, reason, "nobody can be looked up");
        }
        Err(error @ (LookupError::Unavailable { .. } | LookupError::Misconfigured(_))) => {
            metrics::counter!("proofbell_lookups_failed_total", "audience" => draft.audience.clone())
                .increment(1);
            tracing::warn!(audience = draft.audience, draft = %draft.id, %error, "lookup failed, the draft waits");
        }
    }
    found
}

/// What a lookup makes of its draft. Whatever is wrong with it costs this draft alone.
fn address_one(shared: &Shared, runtime: &Runtime, found: Found, give_up: Duration) -> Addressed {
    let Found { due, recipients } = found;
    let (id, now) = (due.draft.id, shared.clock.now());
    let dead = |reason: String| ended(id, DraftEnd::Dead(reason));
    let event = match Event::parse(&due.event.body) {
        Ok(event) => event,
        Err(error) => return dead(format!("unreadable: its event cannot be read: {error}")),
    };
    let address = || {
        let jitter = shared.timing.jitter.draw();
        let put_off = |delay: Delay| address::put_off(&due, &delay, give_up, now, jitter);
        let addressed = match recipients {
            _ if due.draft.expires_at <= now => dead("expired: nobody could be looked up in time".to_owned()),
            Ok(recipients) => address::address(runtime, &due.draft, &event, recipients, now),
            Err(Miss::Held(delay)) => put_off(delay),
            Err(Miss::Failed(error)) => match Delay::of(error) {
                Ok(delay) => put_off(delay),
                Err(reason) => address::unaskable(runtime, &due.draft, &event, &reason, now),
            },
        };
        address::tell(runtime, &due.draft, &event, addressed, now)
    };
    catch_unwind(AssertUnwindSafe(address)).unwrap_or_else(|_| dead("defect: addressing panicked".to_owned()))
}

/// Commits; what cannot be kept though the store is well ends, so that it does not come back for ever.
async fn keep(shared: &Shared, addressed: Vec<Addressed>) -> Result<(), StoreError> {
    match shared.store.commit_addressed(addressed.clone(), shared.clock.now()).await {
        Ok(()) => addressed.iter().for_each(|one| committed(shared, one)),
        Err(error @ (StoreError::Busy(_) | StoreError::Fatal(_))) => return Err(error),
        Err(_) => {
            for one in addressed {
                keep_one(shared, one).await?;
            }
        }
    }
    Ok(())
}

async fn keep_one(shared: &Shared, addressed: Addressed) -> Result<(), StoreError> {
    let now = shared.clock.now();
    let kept = match shared.store.commit_addressed(vec![addressed.clone()], now).await {
        Ok(()) => addressed,
        Err(error @ (StoreError::Busy(_) | StoreError::Fatal(_))) => return Err(error),
        Err(error) => {
            tracing::error!(draft = %addressed.draft, %error, "what was made of a draft cannot be kept");
            let dead = ended(addressed.draft, DraftEnd::Dead(format!("defect: {error}")));
            shared.store.commit_addressed(vec![dead.clone()], now).await?;
            dead
        }
    };
    committed(shared, &kept);
    Ok(())
}

fn committed(shared: &Shared, addressed: &Addressed) {
    count_draft(&addressed.end);
    shared.observer.addressed(addressed);
    announce(shared, &addressed.messages, &addressed.drafts);
}
