//! The configuration that holds now.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use proofbell_store::{ChannelPause, Store, StoreError};
use tokio::time::Instant;

use crate::audience_state::AudienceState;
use crate::channel_state::ChannelState;
use crate::runtime::Runtime;

/// The configuration that holds now, and what is shared about each of its channels and audiences. It is replaced as a whole: who works
/// with one sees nothing of the next.
pub(crate) struct Live {
    pub(crate) runtime: Arc<Runtime>,
    pub(crate) audiences: States<AudienceState>,
    pub(crate) channels: States<ChannelState>,
    gone_audiences: GoneStates<AudienceState>,
    gone_channels: GoneStates<ChannelState>,
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

    /// The one that follows: what goes by the same name keeps its wake and its pause, also when it was gone for a while.
    pub(crate) fn after(before: &Live, runtime: Arc<Runtime>, pauses: Pauses) -> Live {
        Live::build(runtime, pauses, Some(before))
    }

    fn build(runtime: Arc<Runtime>, mut pauses: Pauses, before: Option<&Live>) -> Live {
        let mut channel = |name: &String| Arc::new(ChannelState::new(pauses.remove(name)));
        let audience = |_: &String| Arc::default();
        let known = before.map(|before| (&before.channels, &before.gone_channels));
        let (channels, gone_channels) = take_over(runtime.channels.keys(), known, &mut channel);
        let known = before.map(|before| (&before.audiences, &before.gone_audiences));
        let (audiences, gone_audiences) = take_over(runtime.audiences.keys(), known, audience);
        Live { runtime, audiences, channels, gone_audiences, gone_channels }
    }

    /// Whether a channel is not configured, and what waits for it ends.
    pub(crate) fn has_lost_channel(&self, name: &str, after: Duration) -> bool {
        !self.channels.contains_key(name) && is_over(self.gone_channels.get(name), after)
    }

    /// Whether an audience is not configured, and what waits for it ends.
    pub(crate) fn has_lost_audience(&self, name: &str, after: Duration) -> bool {
        !self.audiences.contains_key(name) && is_over(self.gone_audiences.get(name), after)
    }
}

/// What is shared about each channel, or each audience.
type States<S> = BTreeMap<String, Arc<S>>;
/// The same of those that a reload took away.
type GoneStates<S> = BTreeMap<String, Gone<S>>;

/// What a reload took away. Files may be copied one after the other, so it may come back with the next one.
pub(crate) struct Gone<S> {
    since: Instant,
    /// Its attempts may still be under way, so it comes back with the state that they share.
    state: Arc<S>,
}

impl<S> Clone for Gone<S> {
    fn clone(&self) -> Gone<S> {
        Gone { since: self.since, state: self.state.clone() }
    }
}

/// The states of what goes by these names, and what is gone.
fn take_over<'a, S>(
    names: impl Iterator<Item = &'a String>,
    known: Option<(&States<S>, &GoneStates<S>)>,
    mut make: impl FnMut(&String) -> Arc<S>,
) -> (States<S>, GoneStates<S>) {
    let mut gone: GoneStates<S> = BTreeMap::new();
    if let Some((before, gone_before)) = known {
        let since = Instant::now();
        let states = before.iter().map(|(name, state)| (name.clone(), Gone { since, state: state.clone() }));
        gone.extend(gone_before.clone());
        gone.extend(states);
    }
    let state = |name: &String| {
        let kept = gone.remove(name).map(|gone| gone.state);
        (name.clone(), kept.unwrap_or_else(|| make(name)))
    };
    (names.map(state).collect(), gone)
}

/// What no reload took away was not there at the start: nobody is just about to bring it back.
fn is_over<S>(gone: Option<&Gone<S>>, after: Duration) -> bool {
    gone.is_none_or(|gone| gone.since.elapsed() >= after)
}
