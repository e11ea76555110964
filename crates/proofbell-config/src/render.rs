//! Diagnostics for people: where, the line itself with a caret, and what to do.

use std::fmt::Write as _;

use owo_colors::{OwoColorize, Style};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::{Diagnostic, Location, Severity};

/// Whether to colour what is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Color {
    /// For a pipe or a file.
    #[default]
    Never,
    /// For a terminal, with ANSI sequences.
    Always,
}

/// All diagnostics, one after the other, and a line that counts them. Empty when there are none.
pub fn render(diagnostics: &[Diagnostic], color: Color) -> String {
    let mut text = String::new();
    let paint = Paint { color };
    for diagnostic in diagnostics {
        one(&mut text, diagnostic, paint);
        text.push('\n');
    }
    if !diagnostics.is_empty() {
        let _ = writeln!(text, "{}", summary(diagnostics));
    }
    text
}

/// `2 errors, 1 warning`
pub fn summary(diagnostics: &[Diagnostic]) -> String {
    let count = |severity| diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
    let plural = |number: usize, word: &str| format!("{number} {word}{}", if number == 1 { "" } else { "s" });
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    match (errors, warnings) {
        (0, 0) => "no errors".to_owned(),
        (errors, 0) => plural(errors, "error"),
        (0, warnings) => plural(warnings, "warning"),
        _ => format!("{}, {}", plural(errors, "error"), plural(warnings, "warning")),
    }
}

/// The longest line that is shown whole, in characters.
const LONGEST: usize = 200;
/// How much of a longer one is shown before and behind what is meant.
const AROUND: usize = 40;

#[derive(Clone, Copy)]
struct Paint {
    color: Color,
}

impl Paint {
    fn with(self, text: &str, style: Style) -> String {
        match self.color {
            Color::Never => text.to_owned(),
            Color::Always => text.style(style).to_string(),
        }
    }
}

fn one(text: &mut String, diagnostic: &Diagnostic, paint: Paint) {
    let style = match diagnostic.severity {
        Severity::Error => Style::new().red().bold(),
        Severity::Warning => Style::new().yellow().bold(),
    };
    let head = format!("{}[{}]", diagnostic.severity, diagnostic.code);
    let message = printable(&diagnostic.message);
    let _ = writeln!(text, "{}: {}", paint.with(&head, style), paint.with(&message, Style::new().bold()));
    let gutter = diagnostic.location.as_ref().map_or(1, |location| location.line.to_string().len());
    if let Some(location) = &diagnostic.location {
        excerpt(text, location, gutter, style, paint);
    }
    if let Some(hint) = &diagnostic.hint {
        let mark = paint.with("=", Style::new().blue().bold());
        let _ = writeln!(text, "{:gutter$} {mark} help: {}", "", printable(hint));
    }
}

fn excerpt(text: &mut String, location: &Location, gutter: usize, style: Style, paint: Paint) {
    let frame = Style::new().blue().bold();
    let bar = paint.with("|", frame);
    let _ = writeln!(text, "{:gutter$}{} {location}", "", paint.with("-->", frame));
    if location.source_line.trim().is_empty() {
        return;
    }
    let Excerpt { before, meant, after } = Excerpt::of(location);
    let indent = width(&before);
    let carets = "^".repeat(width(&meant).max(1));
    let number = paint.with(&location.line.to_string(), frame);
    let _ = writeln!(text, "{:gutter$} {bar}", "");
    let _ = writeln!(text, "{number} {bar} {}", printable(&format!("{before}{meant}{after}")));
    let _ = writeln!(text, "{:gutter$} {bar} {:indent$}{}", "", "", paint.with(&carets, style));
}

/// A line around what is meant; of a long one, as much as can be read.
struct Excerpt {
    before: String,
    meant: String,
    after: String,
}

impl Excerpt {
    fn of(location: &Location) -> Excerpt {
        let line: Vec<char> = location.source_line.chars().collect();
        let start = location.column.saturating_sub(1).min(line.len());
        let end = (start + location.length).min(line.len());
        let mut excerpt = Excerpt {
            before: line[..start].iter().collect(),
            meant: line[start..end].iter().collect(),
            after: line[end..].iter().collect(),
        };
        if line.len() > LONGEST {
            let from = start.saturating_sub(AROUND);
            if from > 0 {
                excerpt.before = "…".chars().chain(line[from..start].iter().copied()).collect();
            }
            let most = end.min(start + LONGEST - 2 * AROUND);
            let to = (most + AROUND).min(line.len());
            excerpt.meant = line[start..most].iter().collect();
            excerpt.after = line[most..to].iter().collect();
            if to < line.len() {
                excerpt.after.push('…');
            }
        }
        excerpt
    }
}

/// Columns on a terminal.
fn width(text: &str) -> usize {
    UnicodeWidthStr::width(printable(text).as_str())
}

/// Without anything that would move the cursor: a tab is two spaces, other control characters are replaced.
fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => printable.push_str("  "),
            c if c.is_control() || c.width().is_none() => printable.push('\u{fffd}'),
            c => printable.push(c),
        }
    }
    printable
}

#[cfg(test)]
mod tests;
