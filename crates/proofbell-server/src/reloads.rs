//! The running configuration, as far as the doors know of it: what they tell, and where an operator's wish for a reload goes.

use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot, watch};

use crate::answer::{ConfigurationStatus, Problem, Reload, ReloadOutcome};

/// Operators who may wait for a reload at once.
const WISHES: usize = 16;

/// What the doors tell of the running configuration. Cheap to clone; whoever reloads tells it what came of that.
#[derive(Clone, Debug)]
pub struct Reloads {
    status: Arc<watch::Sender<ConfigurationStatus>>,
    /// None where nobody reloads.
    wishes: Option<mpsc::Sender<Wish>>,
}

/// An operator who waits for a reload.
#[derive(Debug)]
pub struct Wish(oneshot::Sender<Reload>);

impl Wish {
    /// Tells what came of it.
    pub fn answer(self, reload: Reload) {
        // Whoever went away meanwhile finds it in the status.
        let _ = self.0.send(reload);
    }
}

/// Why a wish is not granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ungranted {
    /// This server does not reload.
    NotOffered,
    /// Too many wait, or the server stops.
    NotNow,
}

impl Reloads {
    /// Of a configuration that was loaded then, and the operators' wishes for another.
    pub fn new(loaded_at: Timestamp) -> (Reloads, mpsc::Receiver<Wish>) {
        let (sender, receiver) = mpsc::channel(WISHES);
        (Reloads { wishes: Some(sender), ..Reloads::never(loaded_at) }, receiver)
    }

    /// Of a configuration that stays.
    pub fn never(loaded_at: Timestamp) -> Reloads {
        let status = ConfigurationStatus { loaded_at, last_reload: None };
        Reloads { status: Arc::new(watch::Sender::new(status)), wishes: None }
    }

    /// Tells the doors what came of a reload.
    pub fn tell(&self, reload: Reload) {
        self.status.send_modify(|status| {
            if reload.outcome == ReloadOutcome::Applied {
                status.loaded_at = reload.at;
            }
            status.last_reload = Some(reload);
        });
    }

    /// What is known now.
    pub fn status(&self) -> ConfigurationStatus {
        self.status.borrow().clone()
    }

    /// Asks for a reload, and waits for what comes of it.
    pub(crate) async fn wish(&self) -> Result<Reload, Ungranted> {
        let wishes = self.wishes.as_ref().ok_or(Ungranted::NotOffered)?;
        let (sender, receiver) = oneshot::channel();
        wishes.try_send(Wish(sender)).map_err(|_| Ungranted::NotNow)?;
        receiver.await.map_err(|_| Ungranted::NotNow)
    }

    /// For anybody: how many problems there are and since when, and nothing of what they are.
    pub(crate) fn public_words(&self) -> String {
        let status = self.status.borrow();
        let loaded = format!("configuration: loaded at {:.0}", status.loaded_at);
        match &status.last_reload {
            None => format!("{loaded}, not reloaded since"),
            Some(reload) => {
                let (at, outcome) = (reload.at, reload.outcome.as_str());
                let told = format!("{loaded}; last reload at {at:.0}: {outcome}");
                match reload.errors() {
                    0 => told,
                    1 => format!("{told}, 1 error; the one loaded before stays"),
                    errors => format!("{told}, {errors} errors; the one loaded before stays"),
                }
            }
        }
    }

    /// For operators: the same, and each problem in a line of its own.
    pub(crate) fn private_words(&self) -> String {
        let mut words = self.public_words();
        let status = self.status.borrow();
        for problem in status.last_reload.iter().flat_map(|reload| &reload.problems) {
            words.push('\n');
            words.push_str(&line(problem));
        }
        words
    }
}

/// `error config/rules.toml:12:8: unknown key … (did you mean …)`
fn line(problem: &Problem) -> String {
    let Problem { severity, place, message, hint, .. } = problem;
    let place = place.as_ref().map_or_else(String::new, |place| format!("{place}: "));
    let hint = hint.as_ref().map_or_else(String::new, |hint| format!(" ({hint})"));
    format!("{severity} {place}{message}{hint}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::ProblemPlace;

    fn problem(severity: &str) -> Problem {
        Problem {
            severity: severity.to_owned(),
            code: "unknown-key".to_owned(),
            place: Some(ProblemPlace { file: "config/rules.toml".to_owned(), line: 12, column: 8 }),
            message: "there is no key `x`".to_owned(),
            hint: Some("remove it".to_owned()),
        }
    }

    #[test]
    fn the_public_is_told_how_many_and_operators_which() {
        let at = |second: i64| Timestamp::from_second(1_770_724_800 + second).unwrap();
        let (reloads, _wishes) = Reloads::new(at(0));
        let table = [
            (None, "configuration: loaded at 2026-02-10T12:00:00Z, not reloaded since", 0),
            (
                Some((ReloadOutcome::Refused, vec![problem("error"), problem("error"), problem("warning")])),
                "configuration: loaded at 2026-02-10T12:00:00Z; last reload at 2026-02-10T12:00:05Z: refused, 2 errors; the one loaded before stays",
                3,
            ),
            (
                Some((ReloadOutcome::Refused, vec![problem("error")])),
                "configuration: loaded at 2026-02-10T12:00:00Z; last reload at 2026-02-10T12:00:05Z: refused, 1 error; the one loaded before stays",
                1,
            ),
            (
                Some((ReloadOutcome::Unchanged, vec![])),
                "configuration: loaded at 2026-02-10T12:00:00Z; last reload at 2026-02-10T12:00:05Z: unchanged",
                0,
            ),
            (
                Some((ReloadOutcome::Applied, vec![problem("warning")])),
                "configuration: loaded at 2026-02-10T12:00:05Z; last reload at 2026-02-10T12:00:05Z: applied",
                1,
            ),
        ];
        for (reload, public, lines) in table {
            if let Some((outcome, problems)) = reload {
                reloads.tell(Reload { at: at(5), outcome, changes: None, problems });
            }
            assert_eq!(reloads.public_words(), public);
            let private = reloads.private_words();
            assert_eq!(private.lines().next(), Some(public));
            assert_eq!(private.lines().count(), 1 + lines, "{private}");
        }
        let told = reloads.private_words();
        assert!(
            told.ends_with("\nwarning config/rules.toml:12:8: there is no key `x` (remove it)"),
            "{told}"
        );
    }
}
