//! Claims that no process holds any more: their outcome is unknown.

use std::collections::BTreeSet;

use proofbell_notify::{Outcome, Reason};
use proofbell_store::{Claimed, Finish, Orphans, StoreError};

use crate::OnUnknown;
use crate::observe::{count_attempt, count_end};
use crate::recorder::keep;
use crate::runtime::Runtime;
use crate::settle::{Attempted, settle};
use crate::shared::Shared;

/// Settles claims that no process holds any more; says how many there were.
pub(crate) async fn settle_orphans(shared: &Shared, which: Orphans) -> Result<usize, StoreError> {
    let runtime = shared.runtime();
    let orphans = shared.store.orphans(shared.clock.now(), which).await?;
    let finished: Vec<Finish> = orphans.iter().map(|claimed| settle_one(shared, &runtime, claimed)).collect();
    let count = finished.len();
    if count > 0 {
        keep(shared, finished).await;
    }
    let channels: BTreeSet<&str> = orphans.iter().map(|claimed| claimed.channel.as_str()).collect();
    channels.into_iter().for_each(|channel| shared.wake_channel(channel));
    Ok(count)
}

/// It may have been delivered, so the channel's `on_unknown` decides; where the channel is gone, it is not tried again.
fn settle_one(shared: &Shared, runtime: &Runtime, claimed: &Claimed) -> Finish {
    let channel = runtime.channels.get(&claimed.channel);
    let attempted = Attempted {
        tries: claimed.tries,
        expires_at: claimed.expires_at,
        on_unknown: channel.map_or(OnUnknown::Dead, |channel| channel.on_unknown),
        now: shared.clock.now(),
        jitter: shared.timing.jitter.draw(),
    };
    let reason =
        Reason::new("orphaned", "the process ended while this was under way; it may have been delivered");
    let outcome = Outcome::Unknown { reason };
    let word = outcome.as_str();
    let settled = settle(outcome, &attempted);
    count_attempt(&claimed.channel, word);
    count_end(&claimed.channel, &settled.next);
    Finish {
        message: claimed.message.id,
        epoch: claimed.epoch,
        at: attempted.now,
        outcome: word.to_owned(),
        reason: settled.reason,
        next: settled.next,
        remember: None,
    }
}
