//! `proofbell test`: runs the tests of a configuration.

mod content;
mod coverage;
mod diff;
mod facet;
mod from_event;
mod judge;
mod junit;
mod named;
mod pairing;
mod reason;
mod report;
mod run;
mod snapshot;
mod told;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use clap::{Args, ValueEnum};
use proofbell_config::{ConfigTest, LoadedTests, Secrets, render};

use self::coverage::Coverage;
use self::run::{Ran, Stage};
use self::snapshot::Snapshots;
use crate::cli::Globals;
use crate::command::Stop;
use crate::loading;
use crate::output::{self, Tone, harmless, paint};
use crate::wiring::wire;

/// `proofbell test`
#[derive(Debug, Args)]
pub(crate) struct TestArgs {
    /// Only tests with this in their name or their file's.
    filter: Option<String>,
    /// Write the snapshots that tests name, instead of comparing with them.
    #[arg(long)]
    update: bool,
    /// Write the results as JUnit XML too, for CI.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// List the rules, templates and locales that no test touches; `require` fails when there are any.
    #[arg(long, value_enum, value_name = "WHEN", num_args = 0..=1, default_missing_value = "list", require_equals = true)]
    coverage: Option<CoverageMode>,
    /// Write a test from a stored event, with made-up people, and what is made of it now as what is expected.
    #[arg(long, value_name = "ID", conflicts_with_all = ["filter", "update", "junit", "coverage"])]
    from_event: Option<String>,
    /// Where to write that test; to standard output when left out.
    #[arg(long, value_name = "FILE", requires = "from_event")]
    out: Option<PathBuf>,
}

/// What `--coverage` does about what no test touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum CoverageMode {
    /// Lists it.
    List,
    /// Lists it, and fails when there is any.
    Require,
}

pub(crate) async fn run(globals: &Globals, args: &TestArgs) -> Result<(), Stop> {
    let start = Instant::now();
    let mut loaded = loading::read(globals, Secrets::Assume);
    let configuration = loaded.configuration.take().ok_or_else(|| loading::refused(&loaded))?;
    let configuration = loading::whole(configuration)?;
    let tests = loading::tests(globals, &configuration);
    let stage = Arc::new(Stage::of(wire(configuration)));
    if let Some(id) = &args.from_event {
        return from_event::run(&stage, id, args.out.as_deref()).await;
    }
    let chosen = choose(tests, args.filter.as_deref())?;
    let snapshots = if args.update { Snapshots::Write(Arc::default()) } else { Snapshots::Compare };
    let ran = run::all(&stage, chosen, &snapshots).await?;
    if let Some(path) = &args.junit {
        write(path, &junit::xml(&ran))?;
    }
    let coverage = args.coverage.map(|_| Coverage::of(&stage, &ran));
    if globals.json {
        output::json(&report::json(&ran, coverage.as_ref()));
    } else {
        report::tell(&ran, start.elapsed());
        if let Some(coverage) = &coverage {
            coverage.tell();
        }
    }
    verdict(&ran, args.coverage, coverage.as_ref())
}

/// The tests to run, after what is wrong or looks so was told.
fn choose(loaded: LoadedTests, filter: Option<&str>) -> Result<Vec<ConfigTest>, Stop> {
    if loaded.has_errors() {
        return Err(Stop::Configuration(render(&loaded.diagnostics, output::error_colour())));
    }
    if !loaded.diagnostics.is_empty() {
        output::warning(render(&loaded.diagnostics, output::error_colour()).trim_end());
    }
    if loaded.tests.is_empty() {
        let places: Vec<String> =
            loaded.directories.iter().map(|directory| directory.display().to_string()).collect();
        return Err(Stop::Usage(match places.is_empty() {
            true => "there are no tests: they stand in tests/ inside a configuration that is a directory"
                .to_owned(),
            false => format!(
                "there are no tests in {}: write the first one, see docs/TESTING.md",
                places.join(" or ")
            ),
        }));
    }
    let all = loaded.tests.len();
    let chosen: Vec<ConfigTest> =
        loaded.tests.into_iter().filter(|test| filter.is_none_or(|filter| is_meant(test, filter))).collect();
    match chosen.is_empty() {
        true => Err(Stop::Usage(format!(
            "no test of {all} has {:?} in its name or its file's",
            filter.unwrap_or_default()
        ))),
        false => Ok(chosen),
    }
}

fn is_meant(test: &ConfigTest, filter: &str) -> bool {
    test.name.contains(filter) || test.location.file.display().to_string().contains(filter)
}

fn write(path: &Path, text: &str) -> Result<(), Stop> {
    std::fs::write(path, text)
        .map_err(|error| Stop::Failed(format!("failed to write {}: {error}", path.display())))
}

fn verdict(ran: &[Ran], mode: Option<CoverageMode>, coverage: Option<&Coverage>) -> Result<(), Stop> {
    let failed = ran.iter().filter(|ran| ran.has_failed()).count();
    if failed > 0 {
        return Err(Stop::Failed(match failed {
            1 => "1 test failed".to_owned(),
            failed => format!("{failed} tests failed"),
        }));
    }
    match (mode, coverage) {
        (Some(CoverageMode::Require), Some(coverage)) if !coverage.is_whole() => {
            Err(Stop::Failed("no test touches some of the configuration".to_owned()))
        }
        _ => Ok(()),
    }
}

/// Text under a mark, line by line.
fn marked(indent: usize, text: &str) -> String {
    let bar = paint("│", Tone::Quiet);
    let lines = text.trim_end().lines();
    lines
        .map(|line| format!("{:indent$}{bar} {}", "", harmless(line)).trim_end().to_owned())
        .collect::<Vec<_>>()
        .join("\n")
}
