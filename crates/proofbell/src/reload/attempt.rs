//! One attempt: what is read from the disk, and whether a running server can go on with it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use proofbell_config::{Diagnostic, Loaded, Secrets};
use proofbell_pipeline::Runtime;
use proofbell_server::SourceSettings;
use proofbell_server::answer::{Problem, ProblemPlace};

use super::fixed::Fixed;
use super::witness::{Seen, Witness};
use crate::cli::Globals;
use crate::loading;
use crate::wiring::wire;

/// How often files that change while they are read are read again.
const TRIES: usize = 5;

/// What holds for every configuration of a server, from its command line.
#[derive(Clone)]
pub(crate) struct Invocation {
    pub(crate) globals: Globals,
    pub(crate) redirect: NeedsRedirect,
}

/// Whether a configuration without `[redirect]` may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NeedsRedirect {
    Yes,
    No,
}

/// Why nothing was read that can be judged.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unread {
    /// Files that change while they are read: what was read may never have been there at one time.
    #[error("the files kept changing while they were read")]
    Unsteady,
    /// It would again, for as long as the files say this.
    #[error("loading panicked, which is a fault of ours")]
    Panicked(Seen),
}

/// What was read.
struct Read {
    loaded: Loaded,
    seen: Seen,
}

/// Reads until nothing changes meanwhile, and judges that for a server that runs on what `running` was read from. Blocks.
pub(super) fn read_and_judge(
    invocation: &Invocation,
    fixed: &Fixed,
    running: &Seen,
) -> Result<Judged, Unread> {
    let load = |witness: &Witness| loading::read_from(witness, &invocation.globals, Secrets::Require);
    let (loaded, seen) = steadily(load)?;
    let read = Read { loaded, seen: seen.clone() };
    let judge = AssertUnwindSafe(|| read.judge(invocation, fixed, running));
    catch_unwind(judge).map_err(|_| Unread::Panicked(seen))
}

/// Loads until nothing changes meanwhile.
fn steadily<T>(load: impl Fn(&Witness) -> T) -> Result<(T, Seen), Unread> {
    for _ in 0..TRIES {
        let witness = Witness::default();
        let loaded = catch_unwind(AssertUnwindSafe(|| load(&witness)));
        let seen = witness.into_seen();
        if seen.still_holds() {
            return loaded.map(|loaded| (loaded, seen.clone())).map_err(|_| Unread::Panicked(seen));
        }
    }
    Err(Unread::Unsteady)
}

/// Whether a running server goes on with what was read.
pub(super) enum Judged {
    /// It cannot.
    Refused { seen: Seen, problems: Vec<Problem> },
    /// It does already.
    Unchanged { seen: Seen, warnings: Vec<Problem> },
    /// It can.
    Accepted(Box<Accepted>),
}

/// What a server can go on with.
pub(super) struct Accepted {
    pub(super) seen: Seen,
    pub(super) runtime: Runtime,
    pub(super) sources: Vec<SourceSettings>,
    pub(super) warnings: Vec<Problem>,
}

impl Judged {
    pub(super) fn seen(&self) -> &Seen {
        match self {
            Judged::Refused { seen, .. } | Judged::Unchanged { seen, .. } => seen,
            Judged::Accepted(accepted) => &accepted.seen,
        }
    }
}

impl Read {
    fn judge(self, invocation: &Invocation, fixed: &Fixed, running: &Seen) -> Judged {
        let Read { mut loaded, seen } = self;
        let mut problems: Vec<Problem> = loaded.diagnostics.iter().map(problem).collect();
        let Some(configuration) = loaded.configuration.take() else {
            return Judged::Refused { seen, problems };
        };
        if seen == *running {
            return Judged::Unchanged { seen, warnings: problems };
        }
        let mut refused = fixed.changes(&Fixed::of(&configuration, &loaded));
        if invocation.redirect == NeedsRedirect::Yes && configuration.redirect.is_none() {
            refused.push(without_redirect());
        }
        let wired = wire(configuration);
        match wired.source_settings() {
            Ok(sources) if refused.is_empty() => {
                let runtime = wired.runtime;
                return Judged::Accepted(Box::new(Accepted { seen, runtime, sources, warnings: problems }));
            }
            Ok(_) => {}
            Err(error) => refused.push(error_of("bad-value", format!("{error:#}"))),
        }
        problems.extend(refused);
        Judged::Refused { seen, problems }
    }
}

pub(super) fn problem(diagnostic: &Diagnostic) -> Problem {
    Problem {
        severity: diagnostic.severity.as_str().to_owned(),
        code: diagnostic.code.to_owned(),
        place: diagnostic.location.as_ref().map(|at| ProblemPlace {
            file: at.file.display().to_string(),
            line: at.line,
            column: at.column,
        }),
        message: diagnostic.message.clone(),
        hint: diagnostic.hint.clone(),
    }
}

fn without_redirect() -> Problem {
    let message =
        "--require-redirect: the configuration has no [redirect], so messages would reach real people";
    error_of("missing-section", message.to_owned())
}

fn error_of(code: &str, message: String) -> Problem {
    Problem { severity: "error".to_owned(), code: code.to_owned(), place: None, message, hint: None }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proofbell_config::Files;

    use super::*;

    #[test]
    fn what_panics_is_remembered_and_what_never_stands_still_is_not() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("a.toml");
        fs::write(&file, "one").unwrap();
        let Err(Unread::Panicked(seen)) = steadily(|witness| -> () {
            witness.read(&file).unwrap();
            panic!("scripted")
        }) else {
            panic!("it panicked");
        };
        assert!(seen.still_holds(), "it is not loaded again");
        fs::write(&file, "two").unwrap();
        assert!(!seen.still_holds(), "another text is");

        let written = steadily(|witness| {
            let text = witness.read(&file).unwrap();
            fs::write(&file, format!("{text}.")).unwrap();
        });
        assert!(matches!(written, Err(Unread::Unsteady)));
        assert_eq!(fs::read_to_string(&file).unwrap(), format!("two{}", ".".repeat(TRIES)));
    }
}
