//! Wakes when something happens where files were read. Wakes are hints: whoever wakes compares contents.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
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
    /// The directories that cannot be watched, and were told of.
    complained: BTreeSet<PathBuf>,
}

impl Watcher {
    pub(super) fn new() -> Watcher {
        Watcher { woken: Arc::default(), watched: None, complained: BTreeSet::new() }
    }

    /// Watches these places from now on. Where they are others than before, it wakes: what happened in between was seen by nobody.
    pub(super) fn follow(&mut self, places: Places) {
        if self.watched.as_ref().is_some_and(|(watched, _)| **watched == places) {
            return;
        }
        let places = Arc::new(places);
        self.watched = None;
        match watcher(&places, &self.woken) {
            Ok(mut watcher) => {
                self.watch_all(&mut watcher, &places);
                self.watched = Some((places, watcher));
                self.woken.notify_one();
            }
            Err(error) => self.complain(Path::new(""), &error),
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

    /// Watches each directory that can be. To watch one takes leave to list it, which reading a file in it does not.
    fn watch_all(&mut self, watcher: &mut RecommendedWatcher, places: &Places) {
        for directory in places.directories() {
            match watcher.watch(directory, RecursiveMode::NonRecursive) {
                Ok(()) => drop(self.complained.remove(directory)),
                Err(error) => self.complain(directory, &error),
            }
        }
    }

    fn complain(&mut self, directory: &Path, error: &notify::Error) {
        if self.complained.insert(directory.to_owned()) {
            let (directory, every) = (directory.display(), super::POLL.as_secs());
            tracing::warn!(%directory, %error, every, "files cannot be watched; changes are seen when they are compared, every so many seconds");
        }
    }
}

fn watcher(places: &Arc<Places>, woken: &Arc<Notify>) -> notify::Result<RecommendedWatcher> {
    let (concerned, wake) = (places.clone(), woken.clone());
    recommended_watcher(move |event: notify::Result<Event>| {
        if event.map_or(true, |event| matters(&event, &concerned)) {
            wake.notify_one();
        }
    })
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
