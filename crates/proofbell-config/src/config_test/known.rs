//! The names that a test can use.

use std::cell::RefCell;
use std::collections::BTreeSet;

use proofbell_directory::FieldReader;

use crate::Configuration;
use crate::context::Context;
use crate::report::{Finding, code};
use crate::source::Place;
use crate::suggest;

/// The names of a configuration.
pub(super) struct Known<'c> {
    pub(super) rules: BTreeSet<&'c str>,
    pub(super) channels: BTreeSet<&'c str>,
    pub(super) audiences: BTreeSet<&'c str>,
    pub(super) templates: BTreeSet<&'c str>,
    pub(super) locales: BTreeSet<String>,
    /// Names that were warned of: each is, once, though many tests may expect it.
    warned: RefCell<BTreeSet<String>>,
    /// Reads people as the configuration's directories do.
    pub(super) reader: FieldReader,
}

impl<'c> Known<'c> {
    pub(super) fn of(configuration: &'c Configuration) -> Known<'c> {
        let templates = configuration.engine.templates();
        Known {
            rules: configuration.engine.rules().iter().map(|rule| rule.name.as_str()).collect(),
            channels: configuration.channels.keys().map(String::as_str).collect(),
            audiences: configuration.audiences.keys().map(String::as_str).collect(),
            templates: templates.names().collect(),
            locales: templates
                .names()
                .flat_map(|name| templates.forms(name))
                .map(|(_, locale)| locale)
                .collect(),
            warned: RefCell::default(),
            reader: FieldReader { region: configuration.region.clone() },
        }
    }
}

/// What is said about a name that the configuration lacks.
pub(super) fn unknown<'k>(
    what: &str,
    name: &str,
    known: impl IntoIterator<Item = &'k str>,
) -> (String, String) {
    let hint = suggest::hint(name, &format!("{what}s"), known);
    (format!("there is no {what} called `{name}`"), hint)
}

/// Refuses a name that the test says something of.
pub(super) fn refuse<'k>(
    cx: &Context<'_>,
    at: Place,
    what: &str,
    name: &str,
    known: impl IntoIterator<Item = &'k str>,
) {
    let (message, hint) = unknown(what, name, known);
    cx.report.push(Finding::error(code::UNKNOWN_NAME, at, message).hint(hint));
}

impl Known<'_> {
    /// Warns of a name that is expected and can never come.
    pub(super) fn warn<'k>(
        &self,
        cx: &Context<'_>,
        at: Place,
        what: &str,
        name: &str,
        known: impl IntoIterator<Item = &'k str>,
    ) {
        if self.warned.borrow_mut().insert(format!("{what} {name}")) {
            let (message, hint) = unknown(what, name, known);
            cx.report.push(Finding::warning(code::UNKNOWN_NAME, at, message).hint(hint));
        }
    }
}
