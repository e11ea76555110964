//! Sending one channel's messages: claim, gate, send, record.

mod attempt;
mod claims;
mod pause;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use proofbell_store::{ChannelPause, Claimed, Ended, Next};
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};
use tokio::time::Instant;

use self::attempt::Attempt;
pub(crate) use self::attempt::send_guarded;
use self::claims::Ahead;
pub(crate) use self::claims::{LEASE, not_sent};
use self::pause::Patience;
use crate::channel_state::ChannelState;
use crate::ending::Ending;
use crate::gate::{Gate, gate};
use crate::observe::count_unsent;
use crate::pace::Pace;
use crate::recorder::{self, Recorder};
use crate::runtime::Channel;
use crate::shared::Shared;
use crate::supervise::supervise;

/// A channel and the settings that its worker sends with.
#[derive(Clone)]
pub(crate) struct Post {
    pub(crate) name: String,
    pub(crate) channel: Channel,
    pub(crate) state: Arc<ChannelState>,
    pub(crate) since: Since,
}

/// Since when a channel has its settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Since {
    /// As long as it has been there.
    Start,
    /// Since they were changed: a pause that its provider began with those of before may be over.
    Change,
}

/// Sends one channel's messages until its end, then waits for what is under way and keeps how it ended.
pub(crate) async fn run(shared: Arc<Shared>, post: Post, ending: Ending) {
    let (recorder, finished) = recorder::channel();
    let sending = async {
        // Moved in here, so that the recorder ends after the last worker and its attempts.
        let recorder = recorder;
        let worker = || ChannelWorker::new(&shared, &post, &recorder, &ending).run();
        supervise(ending.clone(), &post.name, worker).await;
    };
    tokio::join!(sending, recorder::run(&shared, finished));
}

/// Sends everything that is due now, one message after the other, and says how many that was: for a rehearsal, whose clock stands still
/// meanwhile.
pub(crate) async fn send_what_is_due(shared: &Arc<Shared>, post: &Post) -> usize {
    let mut all = 0;
    loop {
        match send_once(shared, post).await {
            0 => return all,
            sent => all += sent,
        }
    }
}

async fn send_once(shared: &Arc<Shared>, post: &Post) -> usize {
    let (recorder, finished) = recorder::channel();
    let ending = Ending::with(&shared.stop);
    let sending = async {
        // Moved in here, so that the recorder ends with the worker.
        let recorder = recorder;
        ChannelWorker::new(shared, post, &recorder, &ending).run_once().await
    };
    tokio::join!(sending, recorder::run(shared, finished)).0
}

/// One channel's worker.
struct ChannelWorker {
    shared: Arc<Shared>,
    name: String,
    channel: Channel,
    state: Arc<ChannelState>,
    recorder: Recorder,
    ending: Ending,
    pace: Option<Pace>,
    ahead: Ahead,
    /// Whether the last claim brought as many as it asked for.
    last_full: bool,
    /// Claimed, not yet under way.
    ready: VecDeque<Claimed>,
    /// When `ready` was claimed.
    claimed_at: Instant,
    /// Under way; each says for how long nothing more may leave.
    under_way: JoinSet<Option<Duration>>,
    /// Nothing leaves before this: the provider asked for it.
    held_until: Instant,
    /// The store said that nothing is due before this.
    look_at: Instant,
    /// When to look again for what has expired while it waits.
    sweep_at: Instant,
    /// How long the next pause waits for its first probe.
    patience: Patience,
}

impl ChannelWorker {
    fn new(shared: &Arc<Shared>, post: &Post, recorder: &Recorder, ending: &Ending) -> ChannelWorker {
        let now = Instant::now();
        let Post { name, channel, state, since } = post;
        ChannelWorker {
            shared: shared.clone(),
            name: name.clone(),
            channel: channel.clone(),
            state: state.clone(),
            recorder: recorder.clone(),
            ending: ending.clone(),
            pace: channel.rate.map(|rate| Pace::new(rate, now)),
            ahead: Ahead::new(channel, now),
            last_full: false,
            ready: VecDeque::new(),
            claimed_at: now,
            under_way: JoinSet::new(),
            held_until: now,
            look_at: now,
            sweep_at: now,
            patience: match since {
                Since::Change if state.paused().is_some() => Patience::none_once(),
                Since::Change | Since::Start => Patience::default(),
            },
        }
    }

    /// Sends until its end, then waits for what is under way.
    async fn run(mut self) {
        let mut pause = self.state.watch();
        while !self.ending.has_come() {
            if pause.borrow_and_update().is_some() {
                self.give_back().await;
                pause::wait(&mut self, &mut pause).await;
                continue;
            }
            self.sweep("").await;
            self.refill().await;
            self.start_what_may().await;
            self.wait(&mut pause).await;
        }
        self.give_back().await;
        while self.under_way.join_next().await.is_some() {}
    }

    /// Sends what is due; what a pause or a provider's wish holds up goes back on the queue.
    async fn run_once(mut self) -> usize {
        let state = self.state.clone();
        let is_paused = || state.paused().is_some();
        if is_paused() {
            self.sweep(pause::WHY).await;
            return 0;
        }
        self.sweep("").await;
        self.refill().await;
        let mut sent = 0;
        while !self.ready.is_empty() && !is_paused() && self.may_start_at() <= Instant::now() {
            let waiting = self.ready.len();
            self.start_what_may().await;
            sent += waiting - self.ready.len();
            while let Some(done) = self.under_way.join_next().await {
                self.note(done);
            }
        }
        self.give_back().await;
        sent
    }

    /// Waits for whatever comes first: an end, a wake, a time, a pause or the worker's own end.
    async fn wait(&mut self, pause: &mut watch::Receiver<Option<ChannelPause>>) {
        let next = self.next_look();
        tokio::select! {
            Some(done) = self.under_way.join_next() => self.note(done),
            () = self.state.wake.notified() => self.look_at = Instant::now(),
            () = tokio::time::sleep_until(next) => {}
            _ = pause.changed() => {}
            () = self.ending.comes() => {}
        }
        while let Some(done) = self.under_way.try_join_next() {
            self.note(done);
        }
    }

    /// When there may be something to do though nothing ends and nobody wakes.
    fn next_look(&self) -> Instant {
        if self.free() == 0 {
            return self.sweep_at;
        }
        let claims = if self.ready.is_empty() { self.look_at } else { self.may_start_at() };
        claims.max(self.may_start_at()).min(self.sweep_at)
    }

    /// How many more may be under way.
    fn free(&self) -> usize {
        self.channel.concurrency.max(1).saturating_sub(self.under_way.len())
    }

    /// When the next message may leave.
    fn may_start_at(&self) -> Instant {
        self.pace.as_ref().map_or(self.held_until, |pace| pace.ready_at().max(self.held_until))
    }

    async fn start_what_may(&mut self) {
        while self.free() > 0 && self.may_start_at() <= Instant::now() {
            let (runtime, now) = (self.shared.runtime(), self.shared.clock.now());
            // Asked after that: a reload ends this worker before it brings another [redirect], which must not meet the settings of before.
            if self.ending.has_come() {
                return;
            }
            let Some(claimed) = self.ready.pop_front() else { return };
            match gate(&claimed, self.channel.notifier.address(), runtime.redirect.as_ref(), now) {
                Gate::End(ended) => self.end(&claimed, ended).await,
                Gate::Send => self.start(claimed, None),
                Gate::SendInstead(message) => self.start(claimed, Some(message)),
            }
        }
    }

    fn start(&mut self, claimed: Claimed, instead: Option<Box<proofbell_notify::Message>>) {
        if let Some(pace) = &mut self.pace {
            pace.take(Instant::now());
        }
        let attempt = Attempt {
            shared: self.shared.clone(),
            channel: self.channel.clone(),
            state: self.state.clone(),
            recorder: self.recorder.clone(),
            ending: self.ending.clone(),
        };
        self.under_way.spawn(attempt.run(claimed, instead));
    }

    fn note(&mut self, done: Result<Option<Duration>, JoinError>) {
        match done {
            Ok(None) => {}
            Ok(Some(wait)) => {
                let seconds = wait.as_secs();
                tracing::info!(channel = self.name, seconds, "the provider asked the channel to wait");
                self.held_until = self.held_until.max(Instant::now() + wait);
            }
            // The notifier's panics are caught inside; this would be a defect of ours, or the runtime's end.
            Err(error) => {
                tracing::error!(
                    channel = self.name,
                    panic = error.is_panic(),
                    "an attempt was lost; its lease brings it back"
                )
            }
        }
    }

    /// Ends a claimed message before it leaves.
    async fn end(&self, claimed: &Claimed, ended: Ended) {
        self.shared.observer.ended(claimed, &ended);
        count_unsent(claimed, &ended);
        let next = Next::End(ended);
        self.recorder.keep(not_sent(claimed, next, self.shared.clock.now())).await;
    }
}

#[cfg(test)]
mod tests;
