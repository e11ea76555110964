//! Keeps how attempts ended, many in one transaction.

use proofbell_store::{Finish, Next, StoreError};
use tokio::sync::mpsc;

use crate::shared::Shared;

/// Ends that may wait to be kept before further attempts of the channel wait too.
const MOST: usize = 512;

/// Where a channel's attempts hand in how they ended. An attempt is over once it has done so: that the disk is slow costs
/// the provider's connection nothing. Until an end is kept, the claim's lease guards its message.
#[derive(Clone)]
pub(crate) struct Recorder(mpsc::Sender<Finish>);

/// A recorder, and what it hands on.
pub(crate) fn channel() -> (Recorder, mpsc::Receiver<Finish>) {
    let (sender, receiver) = mpsc::channel(MOST);
    (Recorder(sender), receiver)
}

impl Recorder {
    /// Hands in the end of an attempt.
    pub(crate) async fn keep(&self, finish: Finish) {
        if self.0.send(finish).await.is_err() {
            tracing::error!("the end of an attempt is lost: nobody keeps it any more");
        }
    }
}

/// Keeps what attempts hand in, until the last of them is over.
pub(crate) async fn run(shared: &Shared, mut finished: mpsc::Receiver<Finish>) {
    let mut batch = Vec::new();
    while finished.recv_many(&mut batch, MOST).await > 0 {
        keep(shared, std::mem::take(&mut batch)).await;
    }
}

/// Keeps how attempts ended, however long the store refuses.
pub(crate) async fn keep(shared: &Shared, finished: Vec<Finish>) {
    let unsent = finished.iter().any(|finish| matches!(finish.next, Next::End(_)));
    if let Err(error) = persist(shared, &finished).await {
        tracing::warn!(%error, "ends of attempts are kept one by one");
        for finish in finished {
            let message = finish.message;
            if let Err(error) = persist(shared, &[finish]).await {
                tracing::error!(%error, %message, "the end of an attempt cannot be kept; its lease brings it back");
            }
        }
    }
    if unsent {
        shared.fallback.notify_one();
    }
}

/// Records, and waits as long as the store is busy; what is recorded already is not recorded twice.
async fn persist(shared: &Shared, finished: &[Finish]) -> Result<(), StoreError> {
    loop {
        match shared.store.record(finished.to_vec()).await {
            Err(StoreError::Busy(problem)) => {
                tracing::warn!(problem, count = finished.len(), "ends of attempts wait for the store");
                tokio::time::sleep(shared.timing.store_rest).await;
            }
            done => return done,
        }
    }
}
