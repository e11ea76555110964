//! Marks in the files of the starter set, for what is not in every choice:
//!
//! ```text
//! #? email and sms
//! else_via = ["sms"]          kept when both were chosen
//! #? sms and not email
//! #| via = ["sms"]            kept without its `#| `: the whole set must not have it
//! #?
//! on = "reshoot_needed"       always kept
//! ```
//!
//! Each mark ends the one before it. `or` binds weaker than `and`. A line `#?: …` is a note about all this.

use std::borrow::Cow;

/// The text for a choice, without the marks.
pub(super) fn apply(text: &str, has: impl Fn(&str) -> bool) -> String {
    let mut kept = String::new();
    let mut open = true;
    for line in text.lines() {
        if let Some(mark) = line.trim_start().strip_prefix("#?") {
            if !mark.starts_with(':') {
                open = mark.trim().is_empty() || holds(mark, &has);
            }
            continue;
        }
        // What is left out takes its blank lines with it.
        let line = alternative(line);
        if !open || line.is_empty() && (kept.is_empty() || kept.ends_with("\n\n")) {
            continue;
        }
        kept.push_str(&line);
        kept.push('\n');
    }
    let end = kept.trim_end().len();
    kept.truncate(end);
    kept.push('\n');
    kept
}

/// The line itself, or what stands behind `#|`.
fn alternative(line: &str) -> Cow<'_, str> {
    match line.split_once("#|") {
        Some((indent, rest)) if indent.trim().is_empty() => {
            Cow::Owned(format!("{indent}{}", rest.strip_prefix(' ').unwrap_or(rest)))
        }
        _ => Cow::Borrowed(line),
    }
}

fn holds(condition: &str, has: &impl Fn(&str) -> bool) -> bool {
    let word = |word: &str| match word.trim().strip_prefix("not ") {
        Some(word) => !has(word.trim()),
        None => has(word.trim()),
    };
    condition.split(" or ").any(|all| all.split(" and ").all(word))
}

/// The words of all marks of a text.
#[cfg(test)]
pub(super) fn words(text: &str) -> Vec<&str> {
    let marks = text.lines().filter_map(|line| line.trim_start().strip_prefix("#?"));
    let words = marks.filter(|mark| !mark.starts_with(':')).flat_map(str::split_whitespace);
    words.filter(|word| !["and", "or", "not"].contains(word)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_chosen_is_left_out() {
        let text = "#?: a note\nfirst\n\n#? a\n# about it\nonly = \"a\"\n\n#? a and b\nboth = 1\n#? not a and b or c\n  #| other = 1\n#?\n\nlast\n#? b\n\nend\n#?\n";
        let check = |words: &[&str], expected: &str| {
            assert_eq!(apply(text, |word| words.contains(&word)), expected, "{words:?}");
        };
        check(&[], "first\n\nlast\n");
        check(&["a"], "first\n\n# about it\nonly = \"a\"\n\nlast\n");
        check(&["a", "b"], "first\n\n# about it\nonly = \"a\"\n\nboth = 1\n\nlast\n\nend\n");
        check(&["b"], "first\n\n  other = 1\n\nlast\n\nend\n");
        check(&["a", "c"], "first\n\n# about it\nonly = \"a\"\n\n  other = 1\n\nlast\n");
        assert_eq!(words(text), ["a", "a", "b", "a", "b", "c", "b"]);
    }
}
