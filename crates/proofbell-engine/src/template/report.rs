//! Collecting problems: all at once, each once, with a hint.

use std::collections::BTreeSet;

use super::TemplateProblem;
use super::ast::{File, Place};

/// The problems found so far.
#[derive(Debug, Default)]
pub(crate) struct Report {
    problems: BTreeSet<TemplateProblem>,
}

impl Report {
    pub(crate) fn add(
        &mut self,
        file: &File,
        at: Option<Place>,
        message: impl Into<String>,
        hint: Option<String>,
    ) {
        self.problems.insert(problem(file, at, message, hint));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }

    pub(crate) fn into_problems(self) -> Vec<TemplateProblem> {
        self.problems.into_iter().collect()
    }

    pub(crate) fn extend(&mut self, problems: impl IntoIterator<Item = TemplateProblem>) {
        self.problems.extend(problems);
    }
}

pub(crate) fn problem(
    file: &File,
    at: Option<Place>,
    message: impl Into<String>,
    hint: Option<String>,
) -> TemplateProblem {
    let at = at.filter(|at| at.line > 0);
    let message = message.into();
    TemplateProblem {
        path: file.path.clone(),
        line: at.map(|at| at.line),
        column: at.map(|at| at.column),
        message: match &file.part {
            Some(part) => format!("in `{part}`: {message}"),
            None => message,
        },
        hint,
    }
}

/// "did you mean …?" when one of the known names is near, else the list of them; `None` when there are none.
pub(crate) fn hint<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let known: Vec<&str> = known.into_iter().collect();
    let nearest = known
        .iter()
        .map(|name| (strsim::osa_distance(wrong, name), *name))
        .min()
        .filter(|(distance, name)| *distance <= (name.chars().count() / 4).max(1));
    match nearest {
        Some((_, name)) => Some(format!("did you mean `{name}`?")),
        None if known.is_empty() => None,
        None => Some(format!("known here: {}", known.join(", "))),
    }
}
