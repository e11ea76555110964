//! Looking again at addressed drafts: a message ended unsent, or `else_after` has passed.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use proofbell_event::Event;
use proofbell_store::{DueFallback, Fallback, StoreError};
use uuid::Uuid;

use crate::announce::announce;
use crate::carry::carry;
use crate::reach::Situation;
use crate::runtime::Runtime;
use crate::shared::{GoOn, Shared};
use crate::{Code, settle};

/// Drafts looked at in one transaction.
const BATCH: usize = 256;
/// The shortest rest: a draft that is due and yet is not shown must not keep us running.
const SHORTEST: Duration = Duration::from_millis(10);

/// Looks at drafts again until the pipeline stops.
pub(crate) async fn run(shared: Arc<Shared>) {
    loop {
        let rest = match round(&shared).await {
            Ok(BATCH) => continue,
            Ok(_) => match shared.store.next_fallback().await {
                Ok(next) => shared.until(next).max(SHORTEST),
                Err(_) => shared.timing.store_rest,
            },
            Err(error) => {
                tracing::warn!(%error, "fallbacks wait for the store");
                shared.timing.store_rest
            }
        };
        if shared.rest(&shared.fallback, rest).await == GoOn::No {
            return;
        }
    }
}

/// Looks at what is due, and says how many drafts that was.
pub(crate) async fn round(shared: &Arc<Shared>) -> Result<usize, StoreError> {
    let due = shared.store.due_fallbacks(shared.clock.now(), BATCH).await?;
    if due.is_empty() || shared.stopping() {
        return Ok(0);
    }
    let count = due.len();
    let look = move |shared: &Shared| {
        let runtime = shared.runtime();
        due.into_iter().map(|due| fall_back(shared, &runtime, due)).collect::<Vec<Fallback>>()
    };
    let fallbacks = shared.apart(look).await;
    keep(shared, fallbacks).await?;
    Ok(count)
}

/// Looks at one draft. Whatever is wrong with it costs this draft alone.
fn fall_back(shared: &Shared, runtime: &Runtime, due: DueFallback) -> Fallback {
    let id = due.draft.id;
    catch_unwind(AssertUnwindSafe(|| look_again(shared, runtime, due))).unwrap_or_else(|_| {
        tracing::error!(draft = %id, "looking at a draft again panicked");
        nothing(id)
    })
}

fn look_again(shared: &Shared, runtime: &Runtime, due: DueFallback) -> Fallback {
    let DueFallback { draft, event, mut reaches, messages } = due;
    let now = shared.clock.now();
    let Ok(event) = Event::parse(&event.body) else {
        // Its body is past `keep`: nothing can be rendered any more, and the messages' own ends stand.
        return nothing(draft.id);
    };
    let situation = Situation { engine: &runtime.engine, draft: &draft, event: &event, now };
    let before: Vec<usize> = reaches.iter().map(|reach| reach.next_else).collect();
    let carried = carry(&situation, runtime, &mut reaches, messages, Vec::new());
    let moved = reaches
        .iter()
        .zip(before)
        .filter(|(reach, before)| reach.next_else != *before)
        .map(|(reach, _)| (reach.key.clone(), reach.next_else))
        .collect();
    let cut = Code::ElseAfter.end("not sent before `else_after` passed");
    Fallback {
        draft: draft.id,
        moved,
        look_at: carried.look_at.map(|at| at.max(settle::later(now, Duration::from_millis(1)))),
        messages: carried.messages,
        cancelled: carried.cancelled.into_iter().map(|id| (id, cut.clone())).collect(),
        drafts: Vec::from_iter(carried.nobody),
    }
}

/// The draft is left as it is, and not looked at again for now.
fn nothing(draft: Uuid) -> Fallback {
    Fallback { draft, ..Fallback::default() }
}

/// Commits; what cannot be kept though the store is well is left as it is, so that it does not come back for ever.
async fn keep(shared: &Shared, fallbacks: Vec<Fallback>) -> Result<(), StoreError> {
    let now = shared.clock.now();
    match shared.store.commit_fallbacks(fallbacks.clone(), now).await {
        Ok(()) => {}
        Err(error @ (StoreError::Busy(_) | StoreError::Fatal(_))) => return Err(error),
        Err(_) => {
            for fallback in &fallbacks {
                if let Err(error) = shared.store.commit_fallbacks(vec![fallback.clone()], now).await {
                    tracing::error!(draft = %fallback.draft, %error, "a fallback cannot be kept");
                    shared.store.commit_fallbacks(vec![nothing(fallback.draft)], now).await?;
                }
            }
        }
    }
    for fallback in &fallbacks {
        announce(shared, &fallback.messages, &fallback.drafts);
    }
    Ok(())
}
