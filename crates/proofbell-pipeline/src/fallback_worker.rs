//! Looking again at addressed drafts: a message ended unsent, or `else_after` has passed.

use std::sync::Arc;

use proofbell_event::Event;
use proofbell_store::{DueFallback, Fallback, NewMessage, StoreError};

use crate::address_worker::announce;
use crate::carry::carry;
use crate::reach::Situation;
use crate::shared::{GoOn, LOOK, STORE_REST, Shared};
use crate::{Code, settle};

/// Drafts looked at in one transaction.
const BATCH: usize = 256;

/// Looks at drafts again until the pipeline stops.
pub(crate) async fn run(shared: Arc<Shared>) {
    loop {
        let rest = match round(&shared).await {
            Ok(BATCH) => continue,
            Ok(_) => match shared.store.next_fallback().await {
                Ok(next) => shared.until(next, LOOK),
                Err(_) => STORE_REST,
            },
            Err(error) => {
                tracing::warn!(%error, "fallbacks wait for the store");
                STORE_REST
            }
        };
        if shared.rest(&shared.fallback, rest).await == GoOn::No {
            return;
        }
    }
}

async fn round(shared: &Shared) -> Result<usize, StoreError> {
    let due = shared.store.due_fallbacks(shared.clock.now(), BATCH).await?;
    if due.is_empty() || shared.stopping() {
        return Ok(0);
    }
    let count = due.len();
    let fallbacks: Vec<Fallback> = due.into_iter().map(|due| fall_back(shared, due)).collect();
    let messages: Vec<NewMessage> = fallbacks.iter().flat_map(|fallback| fallback.messages.clone()).collect();
    let audiences: Vec<String> =
        fallbacks.iter().flat_map(|fallback| &fallback.drafts).map(|draft| draft.audience.clone()).collect();
    shared.store.commit_fallbacks(fallbacks, shared.clock.now()).await?;
    announce(shared, &messages);
    shared.wake_audiences(audiences.iter().map(String::as_str));
    Ok(count)
}

fn fall_back(shared: &Shared, due: DueFallback) -> Fallback {
    let DueFallback { draft, event, mut reaches, messages } = due;
    let now = shared.clock.now();
    let Ok(event) = Event::parse(&event.body) else {
        // Its body is past `keep`: nothing can be rendered any more, and the messages' own ends stand.
        return Fallback { draft: draft.id, ..Fallback::default() };
    };
    let situation = Situation { engine: &shared.runtime.engine, draft: &draft, event: &event, now };
    let before: Vec<usize> = reaches.iter().map(|reach| reach.next_else).collect();
    let carried = carry(&situation, &shared.runtime, &mut reaches, messages, Vec::new());
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
        look_at: carried.look_at.map(|at| at.max(settle::later(now, std::time::Duration::from_millis(1)))),
        messages: carried.messages,
        cancelled: carried.cancelled.into_iter().map(|id| (id, cut.clone())).collect(),
        drafts: Vec::from_iter(carried.nobody),
    }
}
