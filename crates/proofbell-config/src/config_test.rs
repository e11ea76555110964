//! `tests/*.toml` inside a configuration directory: what `proofbell test` runs.

mod event;
mod expect;
mod known;
mod lookup;
mod read;
mod step;
mod write;

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use proofbell_directory::LookupError;
use proofbell_event::EventName;
use proofbell_notify::{Outcome, Recipient};
use serde_json::Value;

pub use self::expect::{Expectation, Silence};
use self::known::Known;
use crate::context::Context;
use crate::files::{ListedKind, tidy};
use crate::load::is_toml;
use crate::parse;
use crate::report::{Finding, Report, code};
use crate::source::Sources;
use crate::{Configuration, Diagnostic, Location, Request, Severity};

/// A test of a configuration: a few events of one case, and who must be told what.
#[derive(Clone, Debug)]
pub struct ConfigTest {
    /// What it shows; no other test has the same name.
    pub name: String,
    /// Its header.
    pub location: Location,
    /// The directory of its file, from which the paths of snapshots count.
    pub directory: PathBuf,
    /// When it begins.
    pub at: Timestamp,
    /// Whom directories find, by audience.
    pub lookups: BTreeMap<String, Found>,
    /// What channels answer instead of taking a message, by channel.
    pub answers: BTreeMap<String, Outcome>,
    /// What happens, in order.
    pub steps: Vec<TestStep>,
}

/// Whom a directory finds, or why it has no answer.
pub type Found = Result<Vec<Recipient>, LookupError>;

/// One step of a test.
#[derive(Clone, Debug)]
pub struct TestStep {
    /// Its header.
    pub location: Location,
    /// How much time passes first.
    pub advance: Option<Duration>,
    /// The event that comes in then.
    pub event: Option<TestEvent>,
    /// Whom directories find in this step, where that is not what the test says.
    pub lookups: BTreeMap<String, Found>,
    /// What channels answer in this step, where that is not what the test says.
    pub answers: BTreeMap<String, Outcome>,
    /// The messages that must be made: all of them.
    pub expect: Vec<Expectation>,
    /// The rules that must keep silent, and why.
    pub silent: Vec<Silence>,
}

/// An event of a test.
#[derive(Clone, Debug, PartialEq)]
pub enum TestEvent {
    /// A sample with this name.
    Sample {
        /// One that Legitmark sends.
        name: EventName,
        /// Sides and reasons, as codes of the glossary or in Legitmark's words.
        sides: Vec<(String, String)>,
        /// The marketplace's own item id.
        reference_id: String,
        /// Legitmark's id of the service request.
        sr_uuid: String,
        /// The payload's `timestamp`; the test's time when absent.
        timestamp: Option<Timestamp>,
    },
    /// This payload, as it is.
    Payload(Value),
}

/// What came of reading the tests.
#[derive(Debug, Default)]
pub struct LoadedTests {
    /// The tests, in the order of their files and lines; none where a diagnostic is an error.
    pub tests: Vec<ConfigTest>,
    /// Everything that is wrong or looks so.
    pub diagnostics: Vec<Diagnostic>,
    /// Where tests were looked for.
    pub directories: Vec<PathBuf>,
}

impl LoadedTests {
    /// Whether the tests are refused.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }
}

/// Reads the tests of a configuration: `tests/*.toml` inside each layer that is a directory.
///
/// What a test says of the world (`lookup.NAME`, `answer.NAME`) must exist in the configuration. What it expects may not: to find that out is
/// what it is for; such a name is only warned of.
pub fn load_tests(request: &Request<'_>, configuration: &Configuration) -> LoadedTests {
    let sources = Sources::default();
    let report = Report::default();
    let cx = Context::new(request.files, request.environment, request.secrets, &sources, &report);
    let known = Known::of(configuration);
    let directories = request.layers.iter().filter(|layer| cx.files.list(layer).is_ok());
    let directories: Vec<PathBuf> = directories.map(|layer| layer.join("tests")).collect();
    let mut tests = Vec::new();
    for directory in &directories {
        read_directory(&cx, directory, &known, &mut tests);
    }
    read::refuse_same_names(&cx, &tests);
    let failed = report.has_errors();
    let tests =
        if failed { Vec::new() } else { tests.into_iter().map(|test| test.into_test(&sources)).collect() };
    let directories = directories.iter().map(|directory| tidy(directory)).collect();
    LoadedTests { tests, diagnostics: report.finish(&sources), directories }
}

fn read_directory(cx: &Context<'_>, directory: &Path, known: &Known<'_>, tests: &mut Vec<read::Read>) {
    let listed = match cx.files.list(directory) {
        Ok(listed) => listed,
        // A layer may be a file, and a directory may have no tests.
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return,
        Err(error) => {
            let message = format!("the directory {} cannot be read: {error}", tidy(directory).display());
            let hint = "give whoever runs this the right to read it, or move it away";
            cx.report.push(Finding::error(code::UNREADABLE, None, message).hint(hint));
            return;
        }
    };
    for listed in listed.iter().filter(|listed| listed.kind == ListedKind::File && is_toml(&listed.name)) {
        let path = directory.join(&listed.name);
        match cx.files.read(&path) {
            Ok(text) => {
                let id = cx.sources.add(path, text);
                let table = parse::parse(cx.sources, cx.report, id);
                read::file(cx, id, &table, known, tests);
            }
            Err(error) => {
                let message = format!("the file {} cannot be read: {error}", tidy(&path).display());
                cx.report.push(Finding::error(code::UNREADABLE, None, message));
            }
        }
    }
}
