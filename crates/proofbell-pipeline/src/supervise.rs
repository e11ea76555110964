//! Workers that start again.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::Notify;

use crate::ending::Ending;
use crate::shared::GoOn;

/// How long a worker rests after a panic, so that one that panics at once does not fill the log.
const REST: Duration = Duration::from_secs(1);

/// Runs a worker until it ends by itself. A panic is a defect of ours; it must not silence the worker for ever.
pub(crate) async fn supervise<W, F>(mut ending: Ending, worker: &str, work: W)
where
    W: Fn() -> F,
    F: Future<Output = ()>,
{
    let never = Notify::new();
    while AssertUnwindSafe(async { work().await }).catch_unwind().await.is_err() {
        metrics::counter!("proofbell_worker_panics_total").increment(1);
        tracing::error!(worker, "a worker panicked; it starts again");
        if ending.rest(&never, REST).await == GoOn::No {
            return;
        }
    }
}
