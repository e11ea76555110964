//! Fetching what waits to be told, such as bounced mails.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use proofbell_notify::{DynNotifier, Notice, ProbeError, Reason};
use tokio::sync::Notify;

use crate::ending::Ending;
use crate::report::take_in;
use crate::shared::{GoOn, Shared};

/// How long one fetch may take: 5 minutes; each notifier has shorter deadlines of its own.
const AT_MOST: Duration = Duration::from_secs(300);
/// After failures the rests grow, up to this.
const LONGEST_REST: Duration = Duration::from_secs(15 * 60);

/// Fetches a channel's notices until it ends. `every` is how long it rests when there are none.
pub(crate) async fn run(
    shared: Arc<Shared>,
    channel: String,
    notifier: Arc<dyn DynNotifier>,
    every: Duration,
    mut ending: Ending,
) {
    let (nobody_wakes, mut rest) = (Notify::new(), every);
    let mut last: Vec<String> = Vec::new();
    loop {
        // What is fetched and not put away comes again, so nothing is lost by leaving in the middle.
        let fetched = tokio::select! {
            fetched = round(&shared, &channel, &*notifier) => fetched,
            () = ending.comes() => return,
        };
        match fetched {
            Ok(ids) if ids.is_empty() => rest = every,
            Ok(ids) => {
                tracing::info!(channel, notices = ids.len(), "notices, such as bounced mails, were fetched");
                // There may be more, unless these are the same once more.
                rest = if ids == last { every } else { Duration::ZERO };
                last = ids;
            }
            Err(problem) => {
                rest = rest.max(every).saturating_mul(2).min(LONGEST_REST.max(every));
                let seconds = rest.as_secs();
                tracing::warn!(channel, %problem, again.seconds = seconds, "notices, such as bounced mails, cannot be fetched");
                metrics::counter!("proofbell_collects_failed_total", "channel" => channel.clone())
                    .increment(1);
            }
        }
        if ending.rest(&nobody_wakes, rest).await == GoOn::No {
            return;
        }
    }
}

/// Fetches once, and keeps what was fetched before it is put away; says which notices there were.
async fn round(shared: &Shared, channel: &str, notifier: &dyn DynNotifier) -> Result<Vec<String>, String> {
    let notices: Vec<Notice> = guarded(notifier.collect()).await.map_err(|error| error.to_string())?;
    if notices.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<String> = notices.iter().map(|notice| notice.id.clone()).collect();
    let reports = notices.into_iter().flat_map(|notice| notice.reports).collect();
    take_in(shared, &shared.runtime(), channel, reports).await.map_err(|error| error.to_string())?;
    guarded(notifier.put_away(&ids)).await.map_err(|error| format!("cannot be put away: {error}"))?;
    Ok(ids)
}

/// Whatever a notifier does costs this round alone.
async fn guarded<T>(work: impl Future<Output = Result<T, ProbeError>>) -> Result<T, ProbeError> {
    let unreachable = |code: &str, detail: &str| Err(ProbeError::Unreachable(Reason::new(code, detail)));
    match tokio::time::timeout(AT_MOST, AssertUnwindSafe(work).catch_unwind()).await {
        Ok(Ok(done)) => done,
        Ok(Err(_)) => unreachable("panic", "the notifier panicked"),
        Err(_) => unreachable("timeout", "the notifier did not come back"),
    }
}
