//! What has to be looked after now and then: leases that ran out, queues of channels that are gone, data past its time, gauges.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use proofbell_store::{ClaimOnly, ClaimRequest, DraftEnd, Next, Orphans, Stats, StoreError};
use tokio::sync::Notify;

use crate::Code;
use crate::address::ended;
use crate::channel_worker::{LEASE, not_sent};
use crate::live::Live;
use crate::observe::count_unsent;
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
    let mut reloads = shared.live.subscribe();
    let mut before: Option<Arc<Live>> = None;
    for round in 0u64.. {
        let live = reloads.borrow_and_update().clone();
        if let Some(before) = before.filter(|before| !Arc::ptr_eq(before, &live)) {
            clear_gauges(&before, &live);
        }
        tell(look_after(&shared, &live, round).await);
        before = Some(live);
        tokio::select! {
            go_on = shared.rest(&never, shared.timing.gauges) => if go_on == GoOn::No {
                return;
            },
            _ = reloads.changed() => {}
        }
    }
}

fn tell(looked: Result<(), StoreError>) {
    if let Err(error) = looked {
        tracing::warn!(%error, "looking after the store failed");
    }
}

async fn look_after(shared: &Arc<Shared>, live: &Live, round: u64) -> Result<(), StoreError> {
    set_gauges(shared, live, &shared.store.stats().await?);
    if round.is_multiple_of(LOOK_ROUNDS) {
        settle_orphans(shared, Orphans::Expired).await?;
        end_of_removed(shared).await?;
    }
    if round % PURGE_ROUNDS == FIRST_PURGE {
        let now = shared.clock.now();
        let purged = shared.store.purge(before(now, live.runtime.keep), before(now, KEYS_KEPT)).await?;
        tracing::info!(rows = purged, "data past its time is gone");
    }
    Ok(())
}

fn set_gauges(shared: &Shared, live: &Live, stats: &Stats) {
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
    for (name, state) in &live.channels {
        let queue = stats.queues.iter().find(|queue| queue.channel == *name);
        let depth = queue.map_or(0, |queue| queue.depth);
        let oldest = queue.and_then(|queue| queue.oldest);
        metrics::gauge!("proofbell_queue_depth", "channel" => name.clone()).set(count(depth));
        metrics::gauge!("proofbell_queue_oldest_seconds", "channel" => name.clone()).set(age(oldest));
        let paused = if state.paused().is_some() { 1.0 } else { 0.0 };
        metrics::gauge!("proofbell_channel_paused", "channel" => name.clone()).set(paused);
    }
    for (name, state) in &live.audiences {
        let paused = if state.paused().is_some() { 1.0 } else { 0.0 };
        metrics::gauge!("proofbell_audience_paused", "audience" => name.clone()).set(paused);
    }
}

/// A series cannot be taken back; one of something that is gone says 0.
fn clear_gauges(before: &Live, live: &Live) {
    for name in before.channels.keys().filter(|name| !live.channels.contains_key(*name)) {
        for gauge in ["proofbell_queue_depth", "proofbell_queue_oldest_seconds", "proofbell_channel_paused"] {
            metrics::gauge!(gauge, "channel" => name.clone()).set(0.0);
        }
    }
    for name in before.audiences.keys().filter(|name| !live.audiences.contains_key(*name)) {
        metrics::gauge!("proofbell_audience_paused", "audience" => name.clone()).set(0.0);
    }
}

/// What waits for channels and audiences that are not configured any more ends: at once where they were not at the start either, and a
/// while after a reload that took them away.
async fn end_of_removed(shared: &Shared) -> Result<(), StoreError> {
    for queue in shared.store.stats().await?.queues {
        for only in [ClaimOnly::Due, ClaimOnly::Expired] {
            end_of_channel(shared, &queue.channel, only).await?;
        }
    }
    for (audience, _) in shared.store.waiting_audiences().await? {
        end_of_audience(shared, &audience).await?;
    }
    Ok(())
}

/// Messages of a channel that is not configured any more end, so that their recipients' other channels get their turn.
async fn end_of_channel(shared: &Shared, channel: &str, only: ClaimOnly) -> Result<(), StoreError> {
    let end = Code::NoChannel.end(format!("channel `{channel}` is not configured any more"));
    let next = Next::End(end.clone());
    // Asked each time: a reload may bring it back.
    while shared.live().has_lost_channel(channel, shared.timing.gone) {
        let now = shared.clock.now();
        let request = ClaimRequest { channel: channel.to_owned(), now, limit: BATCH, lease: LEASE, only };
        let claimed = shared.store.claim(request).await?.messages;
        if claimed.is_empty() {
            break;
        }
        claimed.iter().for_each(|claimed| count_unsent(claimed, &end));
        keep(shared, claimed.iter().map(|claimed| not_sent(claimed, next.clone(), now)).collect()).await;
    }
    Ok(())
}

/// Drafts for an audience that is not configured any more end.
async fn end_of_audience(shared: &Shared, audience: &str) -> Result<(), StoreError> {
    let reason = format!("no_audience: audience `{audience}` is not configured any more");
    while shared.live().has_lost_audience(audience, shared.timing.gone) {
        let now = shared.clock.now();
        let due = shared.store.due_drafts(audience, now, BATCH).await?;
        if due.is_empty() {
            break;
        }
        let end = DraftEnd::Dead(reason.clone());
        let addressed = due.iter().map(|due| ended(due.draft.id, end.clone())).collect();
        shared.store.commit_addressed(addressed, now).await?;
    }
    Ok(())
}

fn before(now: Timestamp, time: Duration) -> Timestamp {
    now.checked_sub(time).unwrap_or(Timestamp::MIN)
}
