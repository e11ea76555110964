//! Wakes when something happens where files were read. Wakes are hints: whoever wakes compares contents.

use std::sync::Arc;
use std::time::Duration;

use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _, recommended_watcher};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::places::Places;

/// Nothing must happen for so long before files are read: an editor writes in several steps.
const QUIET: Duration = Duration::from_millis(300);
/// Files that are written all the time are read all the same after this.
const LONGEST: Duration = Duration::from_secs(2);

/// Wakes when something happens at its places.
pub(super) struct Watcher {
    woken: Arc<Notify>,
    watched: Option<(Arc<Places>, RecommendedWatcher)>,
    complained: bool,
}

impl Watcher {
    pub(super) fn new() -> Watcher {
        Watcher { woken: Arc::default(), watched: None, complained: false }
    }

    /// Watches these places from now on. Where they are others than before, it wakes: what happened in between was seen by nobody.
    pub(super) fn follow(&mut self, places: Places) {
        if self.watched.as_ref().is_some_and(|(watched, _)| **watched == places) {
            return;
        }
        let places = Arc::new(places);
        match watch(&places, &self.woken) {
            Ok(watcher) => {
                self.watched = Some((places, watcher));
                self.woken.notify_one();
            }
            Err(error) => {
                self.watched = None;
                self.complain(&error);
            }
        }
    }

    /// Comes back once something has happened and it has become quiet again.
    pub(super) async fn woken(&self) {
        self.woken.notified().await;
        let latest = Instant::now() + LONGEST;
        loop {
            let quiet = (Instant::now() + QUIET).min(latest);
            tokio::select! {
                () = self.woken.notified() => {}
                () = sleep_until(quiet) => return,
            }
        }
    }

    fn complain(&mut self, error: &notify::Error) {
        if !std::mem::replace(&mut self.complained, true) {
            let every = super::POLL.as_secs();
            tracing::warn!(%error, every, "files cannot be watched; changes are seen when they are compared, every so many seconds");
        }
    }
}

fn watch(places: &Arc<Places>, woken: &Arc<Notify>) -> notify::Result<RecommendedWatcher> {
    let (concerned, wake) = (places.clone(), woken.clone());
    let mut watcher = recommended_watcher(move |event: notify::Result<Event>| {
        if event.map_or(true, |event| matters(&event, &concerned)) {
            wake.notify_one();
        }
    })?;
    for directory in places.directories() {
        watcher.watch(directory, RecursiveMode::NonRecursive)?;
    }
    Ok(watcher)
}

/// Whether what happened may have changed what was read. That it was read is seen as well, for we do it ourselves.
fn matters(event: &Event, places: &Places) -> bool {
    let changes = match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        EventKind::Access(_) => false,
        EventKind::Any
        | EventKind::Create(_)
        | EventKind::Modify(_)
        | EventKind::Remove(_)
        | EventKind::Other => true,
    };
    // Without a path: the queue ran over, and anything may have happened.
    changes && (event.paths.is_empty() || event.paths.iter().any(|path| places.concerns(path)))
}

#[cfg(test)]
mod tests;
