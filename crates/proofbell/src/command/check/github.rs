//! Workflow commands of GitHub Actions, which become annotations:
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#setting-an-error-message>.

use proofbell_config::Diagnostic;

use super::from_here;

/// A line for each problem.
pub(super) fn annotations(diagnostics: &[Diagnostic]) -> Vec<String> {
    diagnostics.iter().map(annotation).collect()
}

fn annotation(diagnostic: &Diagnostic) -> String {
    let mut properties = Vec::new();
    if let Some(at) = &diagnostic.location {
        properties.push(format!("file={}", property(&from_here(&at.file).display().to_string())));
        properties.push(format!("line={},col={},endColumn={}", at.line, at.column, at.end_column()));
    }
    properties.push(format!("title={}", property(diagnostic.code)));
    let hint = diagnostic.hint.as_ref().map(|hint| format!("\n{hint}")).unwrap_or_default();
    let text = data(&format!("{}{hint}", diagnostic.message));
    format!("::{} {}::{text}", diagnostic.severity, properties.join(","))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use proofbell_config::{Location, Severity};

    use super::*;

    #[test]
    fn a_problem_is_one_line_whatever_is_in_it() {
        let at = Location {
            file: "config/a,b:c.toml".into(),
            line: 3,
            column: 5,
            length: 4,
            source_line: "    wher = 1".to_owned(),
        };
        let problem = Diagnostic {
            severity: Severity::Error,
            code: "unknown-key",
            location: Some(at),
            message: "100 % wrong:\r\nso it is".to_owned(),
            hint: Some("did you mean `where`?".to_owned()),
            related: None,
        };
        let nowhere =
            Diagnostic { severity: Severity::Warning, location: None, hint: None, ..problem.clone() };
        let text = "100 %25 wrong:%0D%0Aso it is";
        assert_eq!(
            annotations(&[problem, nowhere]),
            [
                format!(
                    "::error file=config/a%2Cb%3Ac.toml,line=3,col=5,endColumn=9,title=unknown-key::{text}%0Adid you mean `where`?"
                ),
                format!("::warning title=unknown-key::{text}"),
            ]
        );
    }
}
