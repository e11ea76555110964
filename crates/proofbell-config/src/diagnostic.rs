//! What is wrong with a configuration, and where.

use std::fmt;
use std::path::PathBuf;

/// One thing that is wrong, or that looks so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Whether the configuration can be used all the same.
    pub severity: Severity,
    /// A stable word for this sort of problem, such as `unknown-key`; [`crate::codes`] lists them.
    pub code: &'static str,
    /// Where it is; `None` when something is missing altogether.
    pub location: Option<Location>,
    /// What is wrong, in one sentence without a full stop at its end. It holds no secret and no address.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// Another place that has to do with it, such as that of the first of two equal keys.
    pub related: Option<Location>,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The configuration is refused.
    Error,
    /// It is used; somebody should look.
    Warning,
}

impl Severity {
    /// `error` or `warning`.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A place in a file, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The file, as its layer names it.
    pub file: PathBuf,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// How many characters of the line are meant, at least 1.
    pub length: usize,
    /// The whole line. Secrets in it are asterisks.
    pub source_line: String,
}

impl Location {
    /// The column behind what is meant: from 1, in characters.
    pub fn end_column(&self) -> usize {
        self.column + self.length
    }
}

/// `config/rules.toml:12:8`
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file.display(), self.line, self.column)
    }
}

/// One line, for logs: `config/rules.toml:12:8: unknown key …`. It leaves the source line out.
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(location) = &self.location {
            write!(f, "{location}: ")?;
        }
        f.write_str(&self.message)?;
        match &self.hint {
            Some(hint) => write!(f, " ({hint})"),
            None => Ok(()),
        }
    }
}
