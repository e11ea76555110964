//! The workers of each channel and audience: beginning them, ending them, and one that takes over from another.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::changes::Changes;
use crate::channel_worker::{Post, Since};
use crate::ending::Ending;
use crate::live::Live;
use crate::shared::Shared;
use crate::supervise::supervise;
use crate::{address_worker, channel_worker, collector, fallback_worker, janitor, plan_worker};

/// Every worker that runs.
#[derive(Default)]
pub(crate) struct Workers {
    all: JoinSet<()>,
    channels: Places,
    audiences: Places,
}

/// The places of channels, or of audiences, by name; also of those that are gone and have not ended yet.
type Places = BTreeMap<String, Place>;

/// The place of one channel's or audience's worker.
struct Place {
    end: watch::Sender<bool>,
    /// Closed once the worker has ended.
    ended: watch::Receiver<()>,
}

impl Workers {
    /// Begins all of them.
    pub(crate) fn begin(shared: &Arc<Shared>) -> Workers {
        let mut workers = Workers::default();
        let own = || shared.clone();
        let (planning, falling_back, caring) = (own(), own(), own());
        let ending = Ending::with(&shared.stop);
        let endings = (ending.clone(), ending.clone(), ending);
        workers.all.spawn(async move {
            supervise(endings.0, "planner", || plan_worker::run(planning.clone())).await;
        });
        workers.all.spawn(async move {
            supervise(endings.1, "fallback", || fallback_worker::run(falling_back.clone())).await;
        });
        workers.all.spawn(async move {
            supervise(endings.2, "janitor", || janitor::run(caring.clone())).await;
        });
        let live = shared.live();
        live.audiences.keys().for_each(|name| workers.begin_audience(shared, &live, name));
        live.channels.keys().for_each(|name| workers.begin_channel(shared, &live, name, Since::Start));
        workers
    }

    /// Tells those to end that work with settings which hold no more.
    pub(crate) fn end_outdated(&mut self, changes: &Changes) {
        for (places, difference) in
            [(&self.channels, &changes.channels), (&self.audiences, &changes.audiences)]
        {
            let outdated = difference.changed.iter().chain(&difference.removed);
            for place in outdated.filter_map(|name| places.get(name)) {
                place.end.send_replace(true);
            }
        }
    }

    /// Begins what is new, or has new settings.
    pub(crate) fn begin_new(&mut self, shared: &Arc<Shared>, live: &Live, changes: &Changes) {
        while self.all.try_join_next().is_some() {}
        for places in [&mut self.channels, &mut self.audiences] {
            places.retain(|_, place| place.ended.has_changed().is_ok());
        }
        let Changes { channels, audiences, rules: _ } = changes;
        for name in audiences.added.iter().chain(&audiences.changed) {
            self.begin_audience(shared, live, name);
        }
        channels.added.iter().for_each(|name| self.begin_channel(shared, live, name, Since::Start));
        channels.changed.iter().for_each(|name| self.begin_channel(shared, live, name, Since::Change));
    }

    /// Waits until all have ended.
    pub(crate) async fn end(&mut self) {
        while self.all.join_next().await.is_some() {}
    }

    /// How many have not ended.
    pub(crate) fn count(&self) -> usize {
        self.all.len()
    }

    fn begin_audience(&mut self, shared: &Arc<Shared>, live: &Live, name: &str) {
        let (Some(state), Some(audience)) = (live.audiences.get(name), live.runtime.audiences.get(name))
        else {
            return;
        };
        let (own, worker, state, audience) =
            (shared.clone(), name.to_owned(), state.clone(), audience.clone());
        let work = async move |ending: Ending| {
            let run = || {
                address_worker::run(
                    own.clone(),
                    worker.clone(),
                    audience.clone(),
                    state.clone(),
                    ending.clone(),
                )
            };
            supervise(ending.clone(), &worker, run).await;
        };
        take_place(&mut self.all, &mut self.audiences, shared, name, work);
    }

    fn begin_channel(&mut self, shared: &Arc<Shared>, live: &Live, name: &str, since: Since) {
        let (Some(state), Some(channel)) = (live.channels.get(name), live.runtime.channels.get(name)) else {
            return;
        };
        let post = Post { name: name.to_owned(), channel: channel.clone(), state: state.clone(), since };
        let own = shared.clone();
        let work = move |ending: Ending| serve_channel(own, post, ending);
        take_place(&mut self.all, &mut self.channels, shared, name, work);
    }
}

/// Begins a worker in the place of this name, once the one that had it has ended: no two of a channel send at once. Only one that hangs
/// is not waited for any longer than that, so that it holds up nobody; what it has claimed stays its own.
fn take_place<W, F>(all: &mut JoinSet<()>, places: &mut Places, shared: &Arc<Shared>, name: &str, work: W)
where
    W: FnOnce(Ending) -> F + Send + 'static,
    F: Future<Output = ()> + Send,
{
    let (end, own) = watch::channel(false);
    let (running, ended) = watch::channel(());
    let before = places.insert(name.to_owned(), Place { end, ended });
    let ending = Ending::new(shared.stop.subscribe(), own);
    let (at_most, name) = (shared.timing.handover, name.to_owned());
    all.spawn(async move {
        let _running = running;
        if let Some(before) = before {
            before.end.send_replace(true);
            handed_over(before, at_most, &name).await;
        }
        if !ending.has_come() {
            work(ending).await;
        }
    });
}

async fn handed_over(mut before: Place, at_most: Duration, name: &str) {
    // Nothing is ever sent there: what ends this is that the other side is gone.
    if tokio::time::timeout(at_most, before.ended.changed()).await.is_err() {
        let seconds = at_most.as_secs();
        tracing::warn!(name, seconds, "what hangs with the settings of before is not waited for any longer");
    }
}

/// A channel's sender, and what fetches its notices.
async fn serve_channel(shared: Arc<Shared>, post: Post, ending: Ending) {
    let mut parts = JoinSet::new();
    if let Some(every) = post.channel.notifier.collects_every() {
        let (shared, post, ending) = (shared.clone(), post.clone(), ending.clone());
        parts.spawn(async move {
            let collect = || {
                let notifier = post.channel.notifier.clone();
                collector::run(shared.clone(), post.name.clone(), notifier, every, ending.clone())
            };
            supervise(ending.clone(), &post.name, collect).await;
        });
    }
    parts.spawn(channel_worker::run(shared, post, ending));
    while parts.join_next().await.is_some() {}
}
