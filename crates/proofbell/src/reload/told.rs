//! What the log and the metrics say of reloads.

use std::path::PathBuf;

use proofbell_server::answer::{Problem, Reload, ReloadOutcome};

const RELOADS: &str = "proofbell_config_reloads_total";
const SUCCESSFUL: &str = "proofbell_config_last_reload_successful";
const SUCCESS_AT: &str = "proofbell_config_last_success_timestamp_seconds";

/// The configuration that a server starts with was loaded well.
pub(super) fn begin() {
    metrics::describe_counter!(RELOADS, "Reloads of the configuration, by what came of them");
    metrics::describe_gauge!(SUCCESSFUL, "1 unless the last reload was refused");
    metrics::describe_gauge!(
        SUCCESS_AT,
        metrics::Unit::Seconds,
        "When the configuration was last loaded well"
    );
    for outcome in ReloadOutcome::ALL {
        metrics::counter!(RELOADS, "outcome" => outcome.as_str()).increment(0);
    }
    succeeded(jiff::Timestamp::now());
}

/// Tells what came of a reload. Problems hold no secret.
pub(super) fn tell(reload: &Reload) {
    reload.problems.iter().for_each(tell_problem);
    match (reload.outcome, &reload.changes) {
        (ReloadOutcome::Refused, _) => {
            let errors = reload.errors();
            tracing::error!(errors, "the new configuration is refused, and the one of before stays");
            metrics::gauge!(SUCCESSFUL).set(0.0);
        }
        (ReloadOutcome::Unchanged, _) => {
            tracing::info!("what the files say is what runs already: nothing has changed");
            succeeded(reload.at);
        }
        (ReloadOutcome::Applied, changes) => {
            let changes = changes.clone().unwrap_or_default();
            let (channels, audiences, rules) = (changes.channels, changes.audiences, changes.rules);
            tracing::info!(%channels, %audiences, %rules, "the new configuration holds");
            succeeded(reload.at);
        }
    }
    // Last of all, so that whoever sees it finds the rest done.
    metrics::counter!(RELOADS, "outcome" => reload.outcome.as_str()).increment(1);
}

/// Tells which files brought the change.
pub(super) fn differing(files: &[PathBuf]) {
    let files: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
    tracing::info!(files = files.join(", "), "these say something else than before");
}

pub(super) fn tell_problem(problem: &Problem) {
    let Problem { severity, code, place, message, hint } = problem;
    let place = place.as_ref().map(ToString::to_string).unwrap_or_default();
    let hint = hint.as_deref().unwrap_or_default();
    match severity.as_str() {
        "error" => tracing::error!(place, code, problem = message, hint, "configuration"),
        _ => tracing::warn!(place, code, problem = message, hint, "configuration"),
    }
}

fn succeeded(at: jiff::Timestamp) {
    // Seconds stay far below 2^52, where f64 is exact.
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let seconds = at.as_second() as f64;
    metrics::gauge!(SUCCESSFUL).set(1.0);
    metrics::gauge!(SUCCESS_AT).set(seconds);
}
