//! What a condition wants, as it is written in a rule: for those who ask why a rule kept silent.

use std::fmt;

use crate::{Matcher, Op};

/// As it is written in a rule, in TOML: `"TEST-*"`, `["blurry", "dark"]`, `{ at_least = 3 }`.
impl fmt::Display for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Matcher::Is(text) => quoted(f, text),
            Matcher::AnyOf(matchers) => listed(f, "[", matchers, "]"),
            Matcher::All(ops) => listed(f, "{ ", ops, " }"),
        }
    }
}

/// As it is written in a rule, in TOML: `glob = "TEST-*"`.
impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Op::Not(matcher) => write!(f, "not = {matcher}"),
            Op::Glob(pattern) => {
                f.write_str("glob = ")?;
                quoted(f, &glob(pattern.as_str()))
            }
            Op::Regex(pattern) => {
                f.write_str("regex = ")?;
                quoted(f, pattern.as_str())
            }
            Op::Exists(wanted) => write!(f, "exists = {wanted}"),
            Op::AtLeast(least) => write!(f, "at_least = {least}"),
            Op::AtMost(most) => write!(f, "at_most = {most}"),
        }
    }
}

fn listed<T: fmt::Display>(f: &mut fmt::Formatter<'_>, open: &str, items: &[T], close: &str) -> fmt::Result {
    f.write_str(open)?;
    for (index, item) in items.iter().enumerate() {
        let comma = if index > 0 { ", " } else { "" };
        write!(f, "{comma}{item}")?;
    }
    f.write_str(close)
}

/// A string of TOML; a literal one where that spares backslashes.
fn quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    let awkward = text.contains(['\\', '"']);
    match awkward && !text.contains('\'') && !text.contains(char::is_control) {
        true => write!(f, "'{text}'"),
        false => write!(f, "{text:?}"),
    }
}

/// The glob that [`Op::glob`] made this regular expression of.
fn glob(regex: &str) -> String {
    let inside = regex.strip_prefix(r"(?s)\A").and_then(|rest| rest.strip_suffix(r"\z")).unwrap_or(regex);
    let mut glob = String::with_capacity(inside.len());
    let mut rest = inside.chars();
    while let Some(character) = rest.next() {
        match character {
            '.' if rest.as_str().starts_with("*?") => {
                glob.push('*');
                rest.nth(1);
            }
            '.' => glob.push('?'),
            '\\' => glob.extend(rest.next()),
            literal => glob.push(literal),
        }
    }
    glob
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matcher_reads_as_it_is_written_in_a_rule() {
        let is = |text: &str| Matcher::Is(text.to_owned());
        let check = |matcher: Matcher, expected: &str| assert_eq!(matcher.to_string(), expected);
        check(is("label"), r#""label""#);
        check(is(r#"12" record"#), r#"'12" record'"#);
        check(is("it's \"so\""), r#""it's \"so\"""#);
        check(Matcher::AnyOf(vec![is("blurry"), is("dark")]), r#"["blurry", "dark"]"#);
        check(
            Matcher::All(vec![Op::AtLeast(3.0), Op::AtMost(4.5), Op::Not(Box::new(is("x")))]),
            r#"{ at_least = 3, at_most = 4.5, not = "x" }"#,
        );
        check(Matcher::All(vec![Op::Exists(false)]), "{ exists = false }");
        check(Matcher::All(vec![Op::regex(r"^\d+$").unwrap()]), r"{ regex = '^\d+$' }");
        let any = Matcher::AnyOf(vec![is("A"), Matcher::All(vec![Op::glob("B*").unwrap()])]);
        check(any, r#"["A", { glob = "B*" }]"#);
    }

    #[test]
    fn a_glob_is_shown_as_it_was_written() {
        for written in ["TEST-*", "*", "a?c.d*", "1+1=(2)", "写真*", "[x]{y}|z", "C:\\photos\\*"] {
            let Op::Glob(pattern) = Op::glob(written).unwrap() else { panic!("a glob") };
            assert_eq!(glob(pattern.as_str()), written);
        }
    }
}
