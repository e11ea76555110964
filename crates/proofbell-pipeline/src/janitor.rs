//! What has to be looked after now and then: leases that ran out, queues of channels that are gone, data past its time, gauges.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use proofbell_store::{ClaimOnly, ClaimRequest, DraftEnd, Next, Orphans, Stats, StoreError};
use tokio::sync::Notify;

use crate::Code;
use crate::address::ended;
use crate::channel_worker::{LEASE, not_sent};
use crate::observe::count_end;
use crate::orphans::settle_orphans;
use crate::recorder::keep;
use crate::shared::{GoOn, Shared};

/// Rounds between looks for lost leases and for what is not configured any more.
const LOOK_ROUNDS: u64 = 6;
/// Rounds between purges: an hour.
const PURGE_ROUNDS: u64 = 720;
/// The first purge comes soon after the start, so that a server that is often restarted purges too.
const FIRST_PURGE: u64 = 1;
/// How long ids are kept for deduplication.
const KEYS_KEPT: Duration = Duration::from_secs(100 * 24 * 3600);
/// Rows ended at once.
const BATCH: usize = 256;

/// Looks after things until the pipeline stops.
pub(crate) async fn run(shared: Arc<Shared>) {
    let never = Notify::new();
    for round in 0u64.. {
        if let Err(error) = look_after(&shared, round).await {
            tracing::warn!(%error, "looking after the store failed");
        }
        if shared.rest(&never, shared.timing.gauges).await == GoOn::No {
            return;
        }
    }
}

async fn look_after(shared: &Arc<Shared>, round: u64) -> Result<(), StoreError> {
    let stats = shared.store.stats().await?;
    set_gauges(shared, &stats);
    if round.is_multiple_of(LOOK_ROUNDS) {
        settle_orphans(shared, Orphans::Expired).await?;
        end_of_removed_channels(shared, &stats).await?;
        end_of_removed_audiences(shared).await?;
    }
    if round % PURGE_ROUNDS == FIRST_PURGE {
        let now = shared.clock.now();
        let purged = shared.store.purge(before(now, shared.runtime.keep), before(now, KEYS_KEPT)).await?;
        tracing::info!(rows = purged, "data past its time is gone");
    }
    Ok(())
}

fn set_gauges(shared: &Shared, stats: &Stats) {
    let now = shared.clock.now();
    let age = |at: Option<Timestamp>| at.map_or(0.0, |at| now.duration_since(at).as_secs_f64().max(0.0));
    // Counts stay far below 2^52, where f64 is exact.
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let count = |number: u64| number as f64;
    metrics::gauge!("proofbell_events_unplanned").set(count(stats.unplanned));
    metrics::gauge!("proofbell_events_unplanned_oldest_seconds").set(age(stats.oldest_unplanned));
    metrics::gauge!("proofbell_events_quarantined").set(count(stats.quarantined));
    metrics::gauge!("proofbell_drafts_waiting").set(count(stats.drafts_waiting));
    metrics::gauge!("proofbell_store_wal_bytes").set(count(stats.wal_bytes));
    for (name, state) in &shared.channels {
        let queue = stats.queues.iter().find(|queue| queue.channel == *name);
        let depth = queue.map_or(0, |queue| queue.depth);
        let oldest = queue.and_then(|queue| queue.oldest);
        metrics::gauge!("proofbell_queue_depth", "channel" => name.clone()).set(count(depth));
        metrics::gauge!("proofbell_queue_oldest_seconds", "channel" => name.clone()).set(age(oldest));
        let paused = if state.paused().is_some() { 1.0 } else { 0.0 };
        metrics::gauge!("proofbell_channel_paused", "channel" => name.clone()).set(paused);
    }
    for (name, state) in &shared.audiences {
        let paused = if state.paused().is_some() { 1.0 } else { 0.0 };
        metrics::gauge!("proofbell_audience_paused", "audience" => name.clone()).set(paused);
    }
}

/// Messages of a channel that is not configured any more end, so that their recipients' other channels get their turn.
async fn end_of_removed_channels(shared: &Shared, stats: &Stats) -> Result<(), StoreError> {
    let gone = stats.queues.iter().filter(|queue| !shared.channels.contains_key(&queue.channel));
    for (queue, only) in gone.flat_map(|queue| [(queue, ClaimOnly::Due), (queue, ClaimOnly::Expired)]) {
        let now = shared.clock.now();
        let request = ClaimRequest { channel: queue.channel.clone(), now, limit: BATCH, lease: LEASE, only };
        let end = Code::NoChannel.end(format!("channel `{}` is not configured any more", queue.channel));
        let next = Next::End(end);
        while let claimed = shared.store.claim(request.clone()).await?.messages
            && !claimed.is_empty()
        {
            claimed.iter().for_each(|claimed| count_end(&claimed.channel, &next));
            keep(shared, claimed.iter().map(|claimed| not_sent(claimed, next.clone(), now)).collect()).await;
        }
    }
    Ok(())
}

/// Drafts for an audience that is not configured any more end.
async fn end_of_removed_audiences(shared: &Shared) -> Result<(), StoreError> {
    let waiting = shared.store.waiting_audiences().await?;
    for (audience, _) in waiting.into_iter().filter(|(name, _)| !shared.audiences.contains_key(name)) {
        let reason = format!("no_audience: audience `{audience}` is not configured any more");
        let now = shared.clock.now();
        while let due = shared.store.due_drafts(&audience, now, BATCH).await?
            && !due.is_empty()
        {
            let end = DraftEnd::Dead(reason.clone());
            let addressed = due.iter().map(|due| ended(due.draft.id, end.clone())).collect();
            shared.store.commit_addressed(addressed, now).await?;
        }
    }
    Ok(())
}

fn before(now: Timestamp, time: Duration) -> Timestamp {
    now.checked_sub(time).unwrap_or(Timestamp::MIN)
}
