//! Collects what is wrong, so that a check can go on after the first problem.

use std::cell::RefCell;

use crate::source::{FileId, Place, Sources};
use crate::{Diagnostic, Severity};

/// The words for sorts of problems. They are part of the interface: tests and editors match them.
pub(crate) mod code {
    pub(crate) const ABSENT_FILE: &str = "absent-file";
    pub(crate) const BAD_VALUE: &str = "bad-value";
    pub(crate) const CHANNEL_SETTING: &str = "channel-setting";
    pub(crate) const DUPLICATE: &str = "duplicate";
    pub(crate) const INSECURE: &str = "insecure";
    pub(crate) const LANGUAGE_MISSING: &str = "language-missing";
    pub(crate) const MISSING_KEY: &str = "missing-key";
    pub(crate) const MISSING_SECTION: &str = "missing-section";
    pub(crate) const NEVER_MATCHES: &str = "never-matches";
    pub(crate) const NO_EFFECT: &str = "no-effect";
    pub(crate) const NOT_AVAILABLE: &str = "not-available";
    /// The code of a running server for a configuration that it could not take up, for a reason that is not in it.
    pub const NOT_NOW: &str = "not-now";
    /// The code of a running server for a configuration that it cannot take up without being restarted.
    pub const RESTART_NEEDED: &str = "restart-needed";
    pub(crate) const SECRET: &str = "secret";
    pub(crate) const SYNTAX: &str = "syntax";
    pub(crate) const TEMPLATE: &str = "template";
    pub(crate) const TEMPLATE_MISSING: &str = "template-missing";
    pub(crate) const UNKNOWN_EVENT: &str = "unknown-event";
    pub(crate) const UNKNOWN_KEY: &str = "unknown-key";
    pub(crate) const UNKNOWN_KIND: &str = "unknown-kind";
    pub(crate) const UNKNOWN_NAME: &str = "unknown-name";
    pub(crate) const UNKNOWN_WORD: &str = "unknown-word";
    pub(crate) const UNREACHABLE: &str = "unreachable";
    pub(crate) const UNREADABLE: &str = "unreadable";
    pub(crate) const UNUSED: &str = "unused";
    pub(crate) const WRONG_TYPE: &str = "wrong-type";

    /// What may be so only because a file could not be read whole.
    pub(super) const ABSENCES: [&str; 9] = [
        LANGUAGE_MISSING,
        MISSING_KEY,
        MISSING_SECTION,
        NO_EFFECT,
        TEMPLATE_MISSING,
        UNKNOWN_NAME,
        UNKNOWN_WORD,
        UNREACHABLE,
        UNUSED,
    ];
}

/// One problem, before its place is looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a finding is reported with `Report::push`"]
pub(crate) struct Finding {
    severity: Severity,
    code: &'static str,
    at: Option<Place>,
    message: String,
    hint: Option<String>,
    related: Option<Place>,
    /// A word without which this would not be found: it is no mistake if a file that cannot be read has it.
    absent: Option<String>,
    /// The path of the key that is missing, or that is meant by an unknown one.
    key: Option<String>,
}

impl Finding {
    pub(crate) fn error(
        code: &'static str,
        at: impl Into<Option<Place>>,
        message: impl Into<String>,
    ) -> Finding {
        Finding {
            severity: Severity::Error,
            code,
            at: at.into(),
            message: message.into(),
            hint: None,
            absent: None,
            key: None,
            related: None,
        }
    }

    pub(crate) fn warning(
        code: &'static str,
        at: impl Into<Option<Place>>,
        message: impl Into<String>,
    ) -> Finding {
        Finding { severity: Severity::Warning, ..Finding::error(code, at, message) }
    }

    pub(crate) fn hint(self, hint: impl Into<String>) -> Finding {
        Finding { hint: Some(hint.into()), ..self }
    }

    /// Another place that has to do with it.
    pub(crate) fn related(self, place: Place) -> Finding {
        Finding { related: Some(place), ..self }
    }

    /// Names what should be there.
    pub(crate) fn absent(self, word: impl Into<String>) -> Finding {
        Finding { absent: Some(word.into()), ..self }
    }

    /// Names the key that is missing, or that is meant.
    pub(crate) fn key(self, path: Option<String>) -> Finding {
        Finding { key: path, ..self }
    }

    pub(crate) fn maybe_hint(self, hint: Option<String>) -> Finding {
        Finding { hint: hint.or(self.hint), ..self }
    }
}

/// What has been found so far.
#[derive(Debug, Default)]
pub(crate) struct Report {
    findings: RefCell<Vec<Finding>>,
}

impl Report {
    pub(crate) fn push(&self, finding: Finding) {
        let mut findings = self.findings.borrow_mut();
        // Two rules that use the same broken template would each find the same fault.
        if !findings.contains(&finding) {
            findings.push(finding);
        }
    }

    pub(crate) fn has_errors(&self) -> bool {
        self.findings.borrow().iter().any(|finding| finding.severity == Severity::Error)
    }

    /// Everything found, in the order of the files and their lines.
    ///
    /// A file that is no TOML hides what is in it: of such a file only the faults of syntax are told, and of the others
    /// nothing that may be missing only because it stands in that file.
    pub(crate) fn finish(self, sources: &Sources) -> Vec<Diagnostic> {
        let mut findings = self.findings.into_inner();
        let broken: Vec<FileId> = findings
            .iter()
            .filter(|finding| finding.code == code::SYNTAX)
            .filter_map(|finding| finding.at.map(Place::file))
            .collect();
        let unread = findings.iter().any(|finding| finding.code == code::UNREADABLE);
        if !broken.is_empty() || unread {
            let texts: Vec<_> = broken.iter().map(|id| sources.file(*id)).collect();
            let is_elsewhere = |word: &str| unread || texts.iter().any(|file| file.text.contains(word));
            findings.retain(|finding| match finding.at {
                Some(at) if broken.contains(&at.file()) => finding.code == code::SYNTAX,
                _ if !code::ABSENCES.contains(&finding.code) => true,
                _ => finding.absent.as_deref().is_some_and(|word| !is_elsewhere(word)),
            });
        }
        // What is misspelt is not missing as well.
        let meant: Vec<String> = findings
            .iter()
            .filter(|finding| finding.code == code::UNKNOWN_KEY)
            .filter_map(|finding| finding.key.clone())
            .collect();
        findings.retain(|finding| {
            finding.code != code::MISSING_KEY || finding.key.as_ref().is_none_or(|key| !meant.contains(key))
        });
        // And it looks unused.
        if findings.iter().any(|finding| [code::UNKNOWN_NAME, code::TEMPLATE_MISSING].contains(&finding.code))
        {
            findings.retain(|finding| finding.code != code::UNUSED);
        }
        findings.sort_by_key(|finding| (finding.at.is_none(), finding.at));
        findings.into_iter().map(|finding| finding.located(sources)).collect()
    }
}

impl Finding {
    fn located(self, sources: &Sources) -> Diagnostic {
        Diagnostic {
            severity: self.severity,
            code: self.code,
            location: self.at.map(|at| sources.locate(at)),
            message: self.message,
            hint: self.hint,
            related: self.related.map(|at| sources.locate(at)),
        }
    }
}
