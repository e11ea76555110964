//! Addressing one audience's drafts: who is behind each, and which messages that makes.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

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

use crate::address::{self, ended};
use crate::announce::{announce, count_draft};
use crate::shared::{GoOn, Shared};

/// Drafts looked up at once, and addressed in one transaction.
const MOST: usize = 256;

/// Addresses drafts of `audience` until the pipeline stops. One worker an audience: a hanging directory delays no other.
pub(crate) async fn run(shared: Arc<Shared>, audience: String) {
    let Some(wake) = shared.audiences.get(&audience) else { return };
    let mut worker = AddressWorker {
        shared: shared.clone(),
        audience,
        lookups: FuturesUnordered::new(),
        busy: HashSet::new(),
        more: false,
        look_at: Instant::now(),
    };
    loop {
        let rest = worker.look_at.saturating_duration_since(Instant::now());
        let done = tokio::select! {
            Some(found) = worker.found() => worker.commit(found).await,
            go_on = shared.rest(wake, rest) => match go_on {
                GoOn::Yes => worker.refill().await,
                GoOn::No => return,
            },
        };
        if let Err(error) = done {
            tracing::warn!(%error, audience = worker.audience, "addressing waits for the store");
            worker.look_at = Instant::now() + shared.timing.store_rest;
        }
    }
}

/// One audience's worker.
struct AddressWorker {
    shared: Arc<Shared>,
    audience: String,
    /// Under way. A lookup that hangs delays no other draft.
    lookups: FuturesUnordered<BoxFuture<'static, Found>>,
    /// The drafts of `lookups`.
    busy: HashSet<Uuid>,
    /// More drafts wait than could be looked up at once.
    more: bool,
    /// When to look for drafts though nobody wakes us.
    look_at: Instant,
}

/// A draft and what its lookup brought.
struct Found {
    due: DueDraft,
    recipients: Result<Vec<Recipient>, LookupError>,
}

impl AddressWorker {
    /// Lookups that have ended, as many as there are; `None` when none is under way.
    async fn found(&mut self) -> Option<Vec<Found>> {
        (&mut self.lookups).ready_chunks(MOST).next().await
    }

    /// Begins to look up what waits.
    async fn refill(&mut self) -> Result<(), StoreError> {
        self.look_at = Instant::now() + self.shared.timing.look;
        let room = MOST.saturating_sub(self.lookups.len());
        if room == 0 {
            return Ok(());
        }
        // The store does not know which ones are under way, and shows them again.
        let limit = MOST + self.busy.len();
        let due = self.shared.store.due_drafts(&self.audience, self.shared.clock.now(), limit).await?;
        self.more = due.len() >= limit;
        let fresh = due.into_iter().filter(|due| !self.busy.contains(&due.draft.id)).take(room);
        for due in fresh.collect::<Vec<_>>() {
            let shared = self.shared.clone();
            self.busy.insert(due.draft.id);
            self.lookups.push(Box::pin(async move {
                let recipients = lookup(&shared, &due.draft).await;
                Found { due, recipients }
            }));
        }
        Ok(())
    }

    /// Composes and commits what the lookups found.
    async fn commit(&mut self, found: Vec<Found>) -> Result<(), StoreError> {
        let drafts: Vec<Uuid> = found.iter().map(|found| found.due.draft.id).collect();
        let compose = move |shared: &Shared| {
            found.into_iter().map(|found| address_one(shared, found)).collect::<Vec<_>>()
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
}

async fn lookup(shared: &Shared, draft: &Draft) -> Result<Vec<Recipient>, LookupError> {
    let Some(directory) = shared.runtime.directories.get(&draft.audience) else {
        return Err(LookupError::Misconfigured(format!("audience `{}` has no directory", draft.audience)));
    };
    let query = Lookup {
        reference_id: draft.case.reference_id.clone(),
        sr_uuid: draft.case.sr_uuid.as_ref().map(ToString::to_string),
    };
    let at_most = shared.timing.lookup;
    let asked = AssertUnwindSafe(async { directory.lookup(&query).await }).catch_unwind();
    let found = match tokio::time::timeout(at_most, asked).await {
        Ok(Ok(found)) => found,
        Ok(Err(_)) => Err(LookupError::Unavailable("the directory panicked".to_owned())),
        Err(_) => Err(LookupError::Unavailable(format!("no answer within {} s", at_most.as_secs()))),
    };
    if let Err(error) = &found {
        metrics::counter!("proofbell_lookups_failed_total", "audience" => draft.audience.clone())
            .increment(1);
        tracing::warn!(audience = draft.audience, draft = %draft.id, %error, "lookup failed, the draft waits");
    }
    found
}

/// What a lookup makes of its draft. Whatever is wrong with it costs this draft alone.
fn address_one(shared: &Shared, found: Found) -> Addressed {
    let Found { due, recipients } = found;
    let (id, now) = (due.draft.id, shared.clock.now());
    let dead = |reason: String| ended(id, DraftEnd::Dead(reason));
    let event = match Event::parse(&due.event.body) {
        Ok(event) => event,
        Err(error) => return dead(format!("unreadable: its event cannot be read: {error}")),
    };
    let address = || {
        let addressed = match recipients {
            _ if due.draft.expires_at <= now => dead("expired: nobody could be looked up in time".to_owned()),
            Ok(recipients) => address::address(&shared.runtime, &due.draft, &event, recipients, now),
            Err(error) => address::put_off(&due, &error.to_string(), now, rand::random()),
        };
        address::tell(&shared.runtime, &due.draft, &event, addressed, now)
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
    announce(shared, &addressed.messages, &addressed.drafts);
}
