//! SARIF 2.1.0, as code scanning takes it: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html> and
//! <https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support-for-code-scanning>.

use std::path::Path;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use proofbell_config::{Code, Diagnostic, Loaded, Location, Severity, codes};
use serde_json::{Value, json};

use super::from_here;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// All but the unreserved characters of RFC 3986, and the slashes between them.
const SEGMENTS: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// What was found. `config` is where a problem without a place of its own is shown, when not even a file could be read.
pub(super) fn log(loaded: &Loaded, config: &Path) -> Value {
    let codes = codes();
    let is_toml = |file: &&std::path::PathBuf| file.extension().is_some_and(|extension| extension == "toml");
    let somewhere = loaded.files.iter().find(is_toml).map_or(config, |file| file);
    let results: Vec<_> = loaded.diagnostics.iter().map(|it| result(it, &codes, somewhere)).collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "Proofbell",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": codes.iter().map(rule).collect::<Vec<_>>(),
            }},
            "invocations": [{ "executionSuccessful": true }],
            "columnKind": "utf16CodeUnits",
            "results": results,
        }],
    })
}

fn rule(code: &Code) -> Value {
    let summary = plain(code.summary);
    json!({
        "id": code.code,
        "shortDescription": { "text": summary },
        "fullDescription": { "text": summary },
        "defaultConfiguration": { "level": code.severity.as_str() },
        "help": {
            "text": plain(code.help),
            "markdown": format!("{}\n\n{}", code.summary, code.help),
        },
    })
}

/// Without the line breaks of the document's own width.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn result(diagnostic: &Diagnostic, codes: &[Code], somewhere: &Path) -> Value {
    let text = match &diagnostic.hint {
        Some(hint) => format!("{}: {hint}", diagnostic.message),
        None => diagnostic.message.clone(),
    };
    let mut result = json!({
        "ruleId": diagnostic.code,
        "level": match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        "message": { "text": text },
        "locations": [match &diagnostic.location {
            Some(at) => location(at),
            // Code scanning takes no result without a place.
            None => json!({ "physicalLocation": {
                "artifactLocation": artifact(somewhere),
                "region": { "startLine": 1 },
            }}),
        }],
    });
    if let Some(index) = codes.iter().position(|code| code.code == diagnostic.code) {
        result["ruleIndex"] = json!(index);
    }
    if let Some(related) = &diagnostic.related {
        result["relatedLocations"] = json!([location(related)]);
    }
    result
}

fn location(at: &Location) -> Value {
    json!({ "physicalLocation": {
        "artifactLocation": artifact(&at.file),
        "region": {
            "startLine": at.line,
            "startColumn": units(&at.source_line, at.column),
            "endLine": at.line,
            "endColumn": units(&at.source_line, at.end_column()),
        },
        "contextRegion": {
            "startLine": at.line,
            "endLine": at.line,
            "snippet": { "text": at.source_line },
        },
    }})
}

/// A column in characters, as one in UTF-16 code units.
fn units(line: &str, column: usize) -> usize {
    let before = column.saturating_sub(1);
    let (mut seen, mut units) = (0, 0);
    for c in line.chars().take(before) {
        seen += 1;
        units += c.len_utf16();
    }
    // What stands behind the line's last letter is not shown.
    units + (before - seen) + 1
}

/// A file. Paths from the working directory are paths of the checkout, when code scanning runs at its root.
fn artifact(file: &Path) -> Value {
    let below = from_here(file);
    let encoded = utf8_percent_encode(&below.display().to_string(), SEGMENTS).to_string();
    match below.is_absolute() {
        true => json!({ "uri": format!("file://{encoded}") }),
        false => json!({ "uri": encoded, "uriBaseId": "%SRCROOT%" }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_utf16_code_units() {
        for (line, column, expected) in
            [("a = 1", 1, 1), ("名前 = \"花子\"", 6, 6), ("x = \"😀😀\" # y", 9, 11), ("ab", 5, 5)]
        {
            assert_eq!(units(line, column), expected, "{line} {column}");
        }
    }

    #[test]
    fn files_are_named_from_the_working_directory_where_they_are_below_it() {
        let here = std::env::current_dir().unwrap();
        let check = |file: &Path, expected: Value| assert_eq!(artifact(file), expected, "{}", file.display());
        let below = json!({ "uri": "config/my%20rules%231.toml", "uriBaseId": "%SRCROOT%" });
        check(Path::new("config/my rules#1.toml"), below.clone());
        check(&here.join("config/my rules#1.toml"), below);
        check(Path::new("/etc/proof%bell/a.toml"), json!({ "uri": "file:///etc/proof%25bell/a.toml" }));
    }
}
