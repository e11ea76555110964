//! What every part of a check has at hand.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::report::Report;
use crate::source::Sources;
use crate::{Files, Secrets};

/// What every part of a check has at hand.
pub(crate) struct Context<'a> {
    pub(crate) files: &'a dyn Files,
    pub(crate) environment: &'a dyn Fn(&str) -> Option<String>,
    pub(crate) secrets: Secrets,
    pub(crate) sources: &'a Sources,
    pub(crate) report: &'a Report,
    /// How many values are only assumed to be there.
    assumed: Cell<usize>,
    /// Files that were read beside the sources: secrets.
    read: RefCell<BTreeSet<PathBuf>>,
}

impl<'a> Context<'a> {
    pub(crate) fn new(
        files: &'a dyn Files,
        environment: &'a dyn Fn(&str) -> Option<String>,
        secrets: Secrets,
        sources: &'a Sources,
        report: &'a Report,
    ) -> Context<'a> {
        Context {
            files,
            environment,
            secrets,
            sources,
            report,
            assumed: Cell::default(),
            read: RefCell::default(),
        }
    }

    pub(crate) fn note_assumed(&self) {
        self.assumed.set(self.assumed.get() + 1);
    }

    /// What `read` comes to, and whether something in it is only assumed to be there, so that nothing can be concluded from it.
    pub(crate) fn with_assumed<T>(&self, read: impl FnOnce() -> T) -> (T, bool) {
        let before = self.assumed.get();
        let value = read();
        (value, self.assumed.get() > before)
    }

    pub(crate) fn note_read(&self, path: &Path) {
        self.read.borrow_mut().insert(path.to_owned());
    }

    pub(crate) fn read_files(&self) -> Vec<PathBuf> {
        self.sources.paths().into_iter().chain(self.read.borrow().iter().cloned()).collect()
    }
}
