//! What is shared about one channel: its wake and its pause.

use proofbell_store::{ChannelPause, PausedBy, Store, StoreError};
use tokio::sync::{Mutex, Notify, watch};

/// What is shared about one channel.
pub(crate) struct ChannelState {
    /// Messages were made for it, or something else makes a look worth while.
    pub(crate) wake: Notify,
    pause: watch::Sender<Option<ChannelPause>>,
    /// One change at a time, so that the pause that is kept and the one that holds never part.
    changing: Mutex<()>,
}

impl ChannelState {
    pub(crate) fn new(pause: Option<ChannelPause>) -> ChannelState {
        ChannelState { wake: Notify::new(), pause: watch::Sender::new(pause), changing: Mutex::new(()) }
    }

    /// The pause, while it is paused.
    pub(crate) fn paused(&self) -> Option<ChannelPause> {
        self.pause.borrow().clone()
    }

    /// Tells of each change.
    pub(crate) fn watch(&self) -> watch::Receiver<Option<ChannelPause>> {
        self.pause.subscribe()
    }

    /// A person pauses it, whatever held before.
    pub(crate) async fn pause(&self, store: &dyn Store, pause: ChannelPause) -> Result<(), StoreError> {
        let _one = self.changing.lock().await;
        store.pause(pause.clone()).await?;
        self.pause.send_replace(Some(pause));
        Ok(())
    }

    /// A person resumes it, whoever paused it.
    pub(crate) async fn resume(&self, store: &dyn Store, channel: &str) -> Result<(), StoreError> {
        let _one = self.changing.lock().await;
        store.resume(channel).await?;
        self.pause.send_replace(None);
        self.wake.notify_one();
        Ok(())
    }

    /// Its provider refused us. Holds at once, and also when the store cannot keep it.
    pub(crate) async fn pause_by_provider(&self, store: &dyn Store, pause: ChannelPause) {
        let _one = self.changing.lock().await;
        if self.pause.borrow().is_some() {
            return;
        }
        let (channel, reason) = (pause.channel.clone(), pause.reason.clone());
        tracing::error!(
            channel,
            reason,
            "channel paused: its provider refuses us; a probe that finds it well wakes it, or `channel resume`"
        );
        self.pause.send_replace(Some(pause.clone()));
        if let Err(error) = store.pause(pause).await {
            tracing::error!(channel, %error, "the pause holds until a restart only");
        }
    }

    /// A probe found it well: ends what its provider began. A person's pause, which may have come meanwhile, stays.
    pub(crate) async fn resume_after_probe(&self, store: &dyn Store, channel: &str) {
        let _one = self.changing.lock().await;
        if self.paused().is_none_or(|pause| pause.by == PausedBy::Operator) {
            return;
        }
        tracing::info!(channel, "channel resumed: a probe found it well");
        self.pause.send_replace(None);
        if let Err(error) = store.resume(channel).await {
            tracing::warn!(channel, %error, "the channel is resumed, but paused again after a restart");
        }
    }
}
