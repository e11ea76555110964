//! Changing something: by the running server, or on the store itself when none runs.

use std::sync::Arc;

use proofbell_engine::EventId;
use proofbell_pipeline::Handle;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::admin_client::{AdminClient, Asked};
use crate::cli::Globals;
use crate::command::Stop;
use crate::loading;
use crate::wiring::Wired;

/// Something to change.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    /// Plan an event again.
    Replay(EventId),
    /// Put a message on the queue again.
    Retry(Uuid),
    /// End a waiting message.
    Cancel(Uuid),
    /// Pause a channel, and why.
    Pause(String, String),
    /// Resume a channel.
    Resume(String),
}

/// Makes changes: asks the server, and once none answers does the rest itself under the store's lock.
pub(crate) struct Changer {
    client: AdminClient,
    /// What the rest is done on, once.
    own: Option<Result<Wired, Stop>>,
    local: Option<Handle>,
}

impl Changer {
    /// A server that runs can be asked though the configuration on the disk is refused meanwhile: that is when a channel must be paused.
    pub(crate) fn new(globals: &Globals) -> Result<Changer, Stop> {
        let (server, own) = loading::server_and_rest(globals)?;
        Ok(Changer { client: AdminClient::new(globals, &server)?, own: Some(own), local: None })
    }

    /// Makes one change; what the server, or the pipeline's handle, says of it.
    pub(crate) async fn make(&mut self, change: &Change) -> Result<Value, Stop> {
        if let Some(own) = self.own.take() {
            if let Asked::Done(answer) = self.ask(change).await? {
                self.own = Some(own);
                return Ok(answer);
            }
            let wired = own?;
            let store = loading::writing(&wired)?;
            self.local = Some(Handle::without_workers(store, Arc::new(wired.runtime)).await?);
        }
        match &self.local {
            Some(handle) => apply(handle, change).await,
            None => Err(Stop::Failed("an earlier change failed".to_owned())),
        }
    }

    async fn ask(&self, change: &Change) -> Result<Asked, Stop> {
        let nothing = json!({});
        match change {
            Change::Replay(id) => self.client.post(&["events", &id.to_string(), "replay"], &nothing).await,
            Change::Retry(id) => self.client.post(&["messages", &id.to_string(), "retry"], &nothing).await,
            Change::Cancel(id) => self.client.post(&["messages", &id.to_string(), "cancel"], &nothing).await,
            Change::Pause(name, reason) => {
                self.client.post(&["channels", name, "pause"], &json!({ "reason": reason })).await
            }
            Change::Resume(name) => self.client.post(&["channels", name, "resume"], &nothing).await,
        }
    }
}

async fn apply(handle: &Handle, change: &Change) -> Result<Value, Stop> {
    match change {
        Change::Replay(id) => return Ok(json!({ "generation": handle.replay(*id).await? })),
        Change::Retry(id) => handle.retry(*id).await?,
        Change::Cancel(id) => handle.cancel(*id).await?,
        Change::Pause(name, reason) => handle.pause(name, reason).await?,
        Change::Resume(name) => handle.resume(name).await?,
    }
    Ok(json!({}))
}
