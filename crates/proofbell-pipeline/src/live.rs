//! The configuration that holds now.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use proofbell_store::{ChannelPause, Store, StoreError};

use crate::audience_state::AudienceState;
use crate::channel_state::ChannelState;
use crate::runtime::Runtime;

/// The configuration that holds now, and what is shared about each of its channels and audiences. It is replaced as a whole: who works
/// with one sees nothing of the next.
pub(crate) struct Live {
    pub(crate) runtime: Arc<Runtime>,
    pub(crate) audiences: BTreeMap<String, Arc<AudienceState>>,
    pub(crate) channels: BTreeMap<String, Arc<ChannelState>>,
}

/// The stored pauses, by channel.
pub(crate) type Pauses = HashMap<String, ChannelPause>;

/// Reads them.
pub(crate) async fn pauses(store: &dyn Store) -> Result<Pauses, StoreError> {
    Ok(store.pauses().await?.into_iter().map(|pause| (pause.channel.clone(), pause)).collect())
}

impl Live {
    /// The first one.
    pub(crate) fn new(runtime: Arc<Runtime>, pauses: Pauses) -> Live {
        Live::build(runtime, pauses, None)
    }

    /// The one that follows: what goes by the same name keeps its wake and its pause.
    pub(crate) fn after(before: &Live, runtime: Arc<Runtime>, pauses: Pauses) -> Live {
        Live::build(runtime, pauses, Some(before))
    }

    fn build(runtime: Arc<Runtime>, mut pauses: Pauses, before: Option<&Live>) -> Live {
        let mut channel = |name: &String| {
            let kept = before.and_then(|before| before.channels.get(name).cloned());
            kept.unwrap_or_else(|| Arc::new(ChannelState::new(pauses.remove(name))))
        };
        let audience =
            |name: &String| before.and_then(|before| before.audiences.get(name).cloned()).unwrap_or_default();
        Live {
            audiences: runtime.audiences.keys().map(|name| (name.clone(), audience(name))).collect(),
            channels: runtime.channels.keys().map(|name| (name.clone(), channel(name))).collect(),
            runtime,
        }
    }
}
