//! Another configuration for a running server: on SIGHUP, when a file has changed, or when an operator asks.
//!
//! What is new is read, checked and rendered beside the running one, and takes its place as a whole or not at all.

mod attempt;
mod fixed;
mod places;
mod told;
mod watcher;
mod witness;

use std::time::Duration;

use proofbell_config::{Diagnostic, NOT_NOW};
use proofbell_pipeline::Pipeline;
use proofbell_server::answer::{Problem, Reload, ReloadOutcome};
use proofbell_server::{Doors, Reloads, Wish};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use self::attempt::{Accepted, Judged, Unread, read_and_judge};
pub(crate) use self::attempt::{Invocation, NeedsRedirect};
pub(crate) use self::fixed::Fixed;
use self::places::Places;
use self::watcher::Watcher;
pub(crate) use self::witness::{Seen, Witness};

/// How often contents are compared though nothing woke us: network file systems tell of nothing, and wakes can be lost.
const POLL: Duration = Duration::from_secs(10);

/// Whether files are watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Watching {
    /// A changed file reloads.
    Files,
    /// Only SIGHUP and operators do.
    Nothing,
}

/// What a server began with.
pub(crate) struct Beginning {
    pub(crate) invocation: Invocation,
    pub(crate) watching: Watching,
    pub(crate) seen: Seen,
    pub(crate) fixed: Fixed,
}

/// Makes a running server take other configurations.
pub(crate) struct Reloader {
    invocation: Invocation,
    watching: Watching,
    watcher: Watcher,
    hangup: Signal,
    wishes: mpsc::Receiver<Wish>,
    reloads: Reloads,
    fixed: Fixed,
    /// What the running configuration was read from.
    running: Seen,
    /// What was read last, whatever came of it; nothing where that has to be done again.
    last: Option<Seen>,
}

/// Why there is a reload, or maybe one.
#[derive(Debug)]
enum Cause {
    Signal,
    Operator(Wish),
    /// Something may have changed.
    Hint,
}

impl Reloader {
    /// From now on SIGHUP does not end the process.
    pub(crate) fn new(
        beginning: Beginning,
        reloads: Reloads,
        wishes: mpsc::Receiver<Wish>,
    ) -> std::io::Result<Reloader> {
        told::begin();
        let Beginning { invocation, watching, seen, fixed } = beginning;
        Ok(Reloader {
            invocation,
            watching,
            watcher: Watcher::new(),
            hangup: signal(SignalKind::hangup())?,
            wishes,
            reloads,
            fixed,
            last: Some(seen.clone()),
            running: seen,
        })
    }

    /// Reloads for as long as the server runs.
    pub(crate) async fn run(mut self, pipeline: &Pipeline, doors: &Doors) -> std::convert::Infallible {
        self.follow().await;
        loop {
            match self.cause().await {
                Cause::Signal => {
                    tracing::info!("SIGHUP: the configuration is read again");
                    self.reload(pipeline, doors).await;
                }
                Cause::Operator(wish) => wish.answer(self.reload(pipeline, doors).await),
                Cause::Hint if self.has_changed().await => drop(self.reload(pipeline, doors).await),
                Cause::Hint => {}
            }
            self.follow().await;
        }
    }

    async fn cause(&mut self) -> Cause {
        let again = self.last.is_none();
        let hint = async {
            match self.watching {
                Watching::Files => tokio::select! {
                    () = self.watcher.woken() => {}
                    () = sleep(POLL) => {}
                },
                // What was asked for and could not be done then is not forgotten.
                Watching::Nothing if again => sleep(POLL).await,
                Watching::Nothing => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.hangup.recv() => Cause::Signal,
            Some(wish) = self.wishes.recv() => Cause::Operator(wish),
            () = hint => Cause::Hint,
        }
    }

    /// Watches where things lie now.
    async fn follow(&mut self) {
        let Some(last) = self.last.clone().filter(|_| self.watching == Watching::Files) else { return };
        if let Ok(places) = spawn_blocking(move || Places::of(&last)).await {
            self.watcher.follow(places);
        }
    }

    /// Whether the files say something else than when they were read last.
    async fn has_changed(&self) -> bool {
        match self.last.clone() {
            Some(last) => !spawn_blocking(move || last.still_holds()).await.unwrap_or(true),
            None => true,
        }
    }

    /// Reads, judges, and goes on with what is good.
    async fn reload(&mut self, pipeline: &Pipeline, doors: &Doors) -> Reload {
        let (invocation, fixed, running) =
            (self.invocation.clone(), self.fixed.clone(), self.running.clone());
        // Whatever goes wrong in there costs this reload alone.
        let judged = spawn_blocking(move || read_and_judge(&invocation, &fixed, &running));
        let (outcome, changes, problems) = match judged.await {
            Ok(Ok(judged)) => {
                self.last = Some(judged.seen().clone());
                match judged {
                    Judged::Refused { problems, .. } => (ReloadOutcome::Refused, None, problems),
                    Judged::Unchanged { warnings, .. } => (ReloadOutcome::Unchanged, None, warnings),
                    Judged::Accepted(accepted) => self.apply(*accepted, pipeline, doors).await,
                }
            }
            Ok(Err(unread @ Unread::Unsteady)) => self.again(&unread.to_string()),
            Ok(Err(unread @ Unread::Panicked(_))) => {
                let told = self.refuse(&unread.to_string());
                if let Unread::Panicked(seen) = unread {
                    self.last = Some(seen);
                }
                told
            }
            Err(error) => self.refuse(&format!("loading ended: {error}")),
        };
        let reload = Reload { at: jiff::Timestamp::now(), outcome, changes, problems };
        self.reloads.tell(reload.clone());
        told::tell(&reload);
        reload
    }

    async fn apply(&mut self, accepted: Accepted, pipeline: &Pipeline, doors: &Doors) -> Came {
        let Accepted { seen, runtime, sources, warnings } = accepted;
        match pipeline.reload(runtime).await {
            Ok(changes) => {
                // Nothing waits in between.
                doors.replace_sources(sources);
                let files = self.running.differing(&seen);
                told::differing(&files);
                self.running = seen;
                (ReloadOutcome::Applied, Some(changes), warnings)
            }
            Err(error) => self.again(&format!("the store cannot be read: {error}")),
        }
    }

    /// Refuses, and tries again by itself.
    fn again(&mut self, message: &str) -> Came {
        self.last = None;
        self.refuse(message)
    }

    fn refuse(&self, message: &str) -> Came {
        let problem = Problem {
            severity: "error".to_owned(),
            code: NOT_NOW.to_owned(),
            place: None,
            message: message.to_owned(),
            hint: None,
        };
        (ReloadOutcome::Refused, None, vec![problem])
    }
}

/// Tells the log of a problem, as a reload does.
pub(crate) fn tell(diagnostic: &Diagnostic) {
    told::tell_problem(&attempt::problem(diagnostic));
}

/// What came of a reload.
type Came = (ReloadOutcome, Option<proofbell_pipeline::Changes>, Vec<Problem>);
