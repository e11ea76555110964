//! The results as JUnit XML, which CI systems show.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::run::Ran;
use super::told;

/// A `testsuite` for each file, a `testcase` for each test.
pub(super) fn xml(ran: &[Ran]) -> String {
    let mut files: BTreeMap<String, Vec<&Ran>> = BTreeMap::new();
    for ran in ran {
        files.entry(ran.test.location.file.display().to_string()).or_default().push(ran);
    }
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(xml, "<testsuites name=\"proofbell test\"{}>", totals(ran.iter()));
    for (file, ran) in files {
        let _ = writeln!(xml, "  <testsuite name=\"{}\"{}>", escaped(&file), totals(ran.iter().copied()));
        ran.iter().for_each(|ran| case(&mut xml, &file, ran));
        xml.push_str("  </testsuite>\n");
    }
    xml.push_str("</testsuites>\n");
    xml
}

fn totals<'r>(ran: impl Iterator<Item = &'r Ran> + Clone) -> String {
    let seconds: f64 = ran.clone().map(|ran| ran.took.as_secs_f64()).sum();
    let failed = ran.clone().filter(|ran| ran.has_failed()).count();
    format!(" tests=\"{}\" failures=\"{failed}\" errors=\"0\" time=\"{seconds:.3}\"", ran.count())
}

fn case(xml: &mut String, file: &str, ran: &Ran) {
    let head = format!(
        "    <testcase classname=\"{}\" name=\"{}\" file=\"{}\" line=\"{}\" time=\"{:.3}\"",
        escaped(file),
        escaped(&ran.test.name),
        escaped(file),
        ran.test.location.line,
        ran.took.as_secs_f64()
    );
    if !ran.has_failed() {
        let _ = writeln!(xml, "{head}/>");
        return;
    }
    let first = ran.steps.iter().flat_map(|step| &step.failures).next();
    let message = first
        .map(|first| told::headline(first, &ran.named))
        .or_else(|| ran.problem.clone())
        .unwrap_or_default();
    let text = escaped(&told::failed(ran));
    let _ = writeln!(xml, "{head}>\n      <failure message=\"{}\">{text}</failure>", escaped(&message));
    xml.push_str("    </testcase>\n");
}

/// Text in XML: what XML cannot hold at all becomes a question mark, and colours are left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\u{1b}' => match after_colour(characters.as_str()) {
                Some(rest) => characters = rest.chars(),
                None => escaped.push('?'),
            },
            '\n' | '\t' => escaped.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => escaped.push('?'),
            c => escaped.push(c),
        }
    }
    escaped
}

/// What follows a terminal's colour, `ESC [ digits ; digits m`, of which the ESC is gone already; `None` where it is none.
fn after_colour(text: &str) -> Option<&str> {
    let numbers = text.strip_prefix('[')?;
    numbers.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';').strip_prefix('m')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_markup() {
        let text = "a<b & \"c\">\u{1b}[31mred\u{1b}[0m\u{0}\n名";
        assert_eq!(escaped(text), "a&lt;b &amp; &quot;c&quot;&gt;red?\n名");
    }

    #[test]
    fn an_escape_that_is_no_colour_takes_nothing_with_it() {
        for (text, expected) in [
            ("\u{1b}[1;31mred\u{1b}[0m", "red"),
            ("a\u{1b}b number", "a?b number"),
            ("\u{1b}[2Jcleared by mistake", "?[2Jcleared by mistake"),
            ("\u{1b}", "?"),
            ("\u{1b}[31", "?[31"),
        ] {
            assert_eq!(escaped(text), expected, "{text:?}");
        }
    }
}
