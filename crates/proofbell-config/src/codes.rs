//! The sorts of problems, each with what it means and what to do: docs/DIAGNOSTICS.md, for programs.

use crate::Severity;

const DOCUMENT: &str = include_str!("../../../docs/DIAGNOSTICS.md");

/// A sort of problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// What a [`crate::Diagnostic`] has as its code.
    pub code: &'static str,
    /// How bad it is; where it can be both, an error.
    pub severity: Severity,
    /// What it means, in Markdown: a sentence or two.
    pub summary: &'static str,
    /// What to do about it, in Markdown.
    pub help: &'static str,
}

/// Every code, in the order of the alphabet.
pub fn codes() -> Vec<Code> {
    DOCUMENT.split("\n## ").skip(1).map(section).collect()
}

fn section(section: &'static str) -> Code {
    let (code, text) = section.split_once('\n').unwrap_or((section, ""));
    let (summary, help) = text.trim().split_once("\n\n").unwrap_or((text.trim(), ""));
    let (severity, summary) = match summary.strip_suffix("(warning)") {
        Some(summary) => (Severity::Warning, summary.trim_end()),
        None => (Severity::Error, summary),
    };
    Code { code, severity, summary, help: help.trim() }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The codes that `report.rs` has, as they are written there.
    fn written() -> BTreeSet<&'static str> {
        let lines = include_str!("report.rs").lines();
        let constant = |line: &'static str| {
            let line = line.trim();
            let named = line.strip_prefix("pub(crate) const ").or_else(|| line.strip_prefix("pub const "))?;
            named.split_once(": &str = \"")?.1.strip_suffix("\";")
        };
        lines.filter_map(constant).collect()
    }

    #[test]
    fn the_document_holds_exactly_the_codes_that_there_are() {
        let written = written();
        assert!(written.len() >= 20, "hardly a code is found in report.rs: {written:?}");
        let documented: Vec<&str> = codes().iter().map(|code| code.code).collect();
        for code in &written {
            assert!(
                documented.contains(code),
                "docs/DIAGNOSTICS.md lacks the section `## {code}`: in alphabetical order, a paragraph on what it means, then one on \
                 what to do"
            );
        }
        for code in &documented {
            assert!(
                written.contains(code),
                "docs/DIAGNOSTICS.md has `## {code}`, which report.rs does not have"
            );
        }
        assert!(documented.is_sorted(), "the sections of docs/DIAGNOSTICS.md are in alphabetical order");
    }

    #[test]
    fn each_code_says_what_it_means_and_what_to_do() {
        for Code { code, summary, help, .. } in codes() {
            let ends = |text: &str| text.ends_with('.');
            assert!(
                ends(summary) && ends(help),
                "docs/DIAGNOSTICS.md, `## {code}`: {summary:?}, then {help:?}"
            );
        }
        let is_warning = |word: &str| {
            let found = codes().into_iter().find(|code| code.code == word);
            found.is_some_and(|code| code.severity == Severity::Warning)
        };
        assert!(is_warning("unused") && !is_warning("syntax"));
        // In a test of the configuration it is an error.
        assert!(!is_warning("no-effect"));
    }
}
