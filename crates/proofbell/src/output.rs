//! What the command line says: aligned and coloured on a terminal, plain in a pipe. The one place that prints.

use std::fmt::Display;
use std::io::{IsTerminal, Write};

use owo_colors::{OwoColorize, Style};
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

/// Prints a line. A reader that went away (`| head`) ends the program quietly.
pub(crate) fn line(text: &str) {
    if writeln!(std::io::stdout(), "{text}").is_err() {
        std::process::exit(0);
    }
}

/// Prints an error to standard error.
pub(crate) fn error(text: &str) {
    let mark =
        if std::io::stderr().is_terminal() { "error:".red().bold().to_string() } else { "error:".to_owned() };
    // Nothing is left to tell it to when standard error is gone.
    let _ = writeln!(std::io::stderr(), "{mark} {text}");
}

/// Prints what looks wrong to standard error.
pub(crate) fn warning(text: &str) {
    // Nothing is left to tell it to when standard error is gone.
    let _ = writeln!(std::io::stderr(), "{text}\n");
}

/// Says on standard error what was done beside what was asked for, so that standard output stays what it is.
pub(crate) fn note(text: &str) {
    // Nothing is left to tell it to when standard error is gone.
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Prints a value as JSON.
pub(crate) fn json<T: Serialize>(value: &T) {
    match serde_json::to_string_pretty(value) {
        Ok(text) => line(&text),
        Err(problem) => error(&format!("failed to write JSON: {problem}")),
    }
}

/// What a piece of text means, and so its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Plain,
    Strong,
    Good,
    Bad,
    Wary,
    Quiet,
}

/// `text` in the colour of its meaning, where there is a terminal.
pub(crate) fn paint(text: &str, tone: Tone) -> String {
    if !std::io::stdout().is_terminal() || std::env::var_os("NO_COLOR").is_some() {
        return text.to_owned();
    }
    let style = match tone {
        Tone::Plain => return text.to_owned(),
        Tone::Strong => Style::new().bold(),
        Tone::Good => Style::new().green(),
        Tone::Bad => Style::new().red().bold(),
        Tone::Wary => Style::new().yellow(),
        Tone::Quiet => Style::new().dimmed(),
    };
    text.style(style).to_string()
}

/// The tone of a state word of events, drafts, messages and attempts.
pub(crate) fn tone_of(state: &str) -> Tone {
    match state {
        "sent" | "delivered" | "planned" | "addressed" | "matched" => Tone::Good,
        "dead" | "quarantined" | "rejected" | "undelivered" | "unknown" | "channel_down" => Tone::Bad,
        "suppressed" | "paused" | "retry_later" | "throttled" | "bad_address" | "opted_out" => Tone::Wary,
        _ => Tone::Plain,
    }
}

/// A table: a head and rows of cells, each with its tone.
pub(crate) struct Table {
    head: Vec<&'static str>,
    rows: Vec<Vec<(String, Tone)>>,
}

impl Table {
    pub(crate) fn new(head: &[&'static str]) -> Table {
        Table { head: head.to_vec(), rows: Vec::new() }
    }

    pub(crate) fn row(&mut self, cells: Vec<(String, Tone)>) {
        self.rows.push(cells);
    }

    /// Prints it aligned, its last column wrapped where the terminal ends; `empty` when it has no rows.
    pub(crate) fn print(&self, empty: &str) {
        if self.rows.is_empty() {
            line(&paint(empty, Tone::Quiet));
            return;
        }
        let widths: Vec<usize> = (0..self.head.len())
            .map(|column| {
                let cells = self.rows.iter().filter_map(|row| row.get(column)).map(|(text, _)| text.width());
                cells.chain([self.head[column].width()]).max().unwrap_or(0)
            })
            .collect();
        let head: Vec<_> = self.head.iter().map(|text| ((*text).to_owned(), Tone::Quiet)).collect();
        line(&joined(&head, &widths));
        let terminal = terminal_width();
        for row in &self.rows {
            row_lines(row, &widths, terminal).iter().for_each(|text| line(text));
        }
    }
}

/// How many columns the terminal has, where there is one.
fn terminal_width() -> Option<usize> {
    if !std::io::stdout().is_terminal() {
        return None;
    }
    terminal_size::terminal_size_of(std::io::stdout()).map(|(width, _)| usize::from(width.0))
}

/// Narrower than this, a column of words is hard to read.
const NARROW: usize = 24;
const INDENT: &str = "    ";

/// A row, on as many lines as its last cell needs: below itself, or where that would be too narrow, below the others.
fn row_lines(row: &[(String, Tone)], widths: &[usize], terminal: Option<usize>) -> Vec<String> {
    let before: usize = widths.iter().rev().skip(1).map(|width| width + 2).sum();
    let (Some(terminal), Some(((text, tone), others))) = (terminal, row.split_last()) else {
        return vec![joined(row, widths)];
    };
    let room = terminal.saturating_sub(before);
    if row.len() < widths.len() || text.width() <= room {
        return vec![joined(row, widths)];
    }
    if room < NARROW {
        let below = wrapped(text, terminal.saturating_sub(INDENT.len()));
        let below = below.iter().map(|part| format!("{INDENT}{}", paint(part, *tone)));
        return std::iter::once(joined(others, widths)).chain(below).collect();
    }
    let blank = vec![(String::new(), Tone::Plain); others.len()];
    let parts = wrapped(text, room).into_iter().enumerate();
    parts
        .map(|(index, part)| {
            let before = if index == 0 { others } else { blank.as_slice() };
            joined(&[before, &[(part, *tone)]].concat(), widths)
        })
        .collect()
}

/// Broken between words, into lines of at most `width` columns; a longer word has a line of its own.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let last = lines.len() - 1;
        if lines[last].is_empty() {
            lines[last].push_str(word);
        } else if lines[last].width() + 1 + word.width() <= width {
            lines[last].push(' ');
            lines[last].push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

fn joined(cells: &[(String, Tone)], widths: &[usize]) -> String {
    let mut text = String::new();
    for (index, (cell, tone)) in cells.iter().enumerate() {
        text.push_str(&paint(cell, *tone));
        if index + 1 < cells.len() {
            let width = widths.get(index).copied().unwrap_or(0);
            text.push_str(&" ".repeat(width.saturating_sub(cell.width()) + 2));
        }
    }
    text.trim_end().to_owned()
}

/// A line of somebody else's text, without what would drive the terminal.
pub(crate) fn harmless(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Somebody else's text, which may have several lines, without what would drive the terminal.
pub(crate) fn harmless_text(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect()
}

/// `1 test`, `3 tests`
pub(crate) fn plural<N: Display + PartialEq + From<u8>>(count: N, what: &str) -> String {
    let more = if count == N::from(1) { "" } else { "s" };
    format!("{count} {what}{more}")
}

/// One line of at most `width` columns.
pub(crate) fn shorten(text: &str, width: usize) -> String {
    let clean = harmless(text);
    if clean.width() <= width {
        return clean;
    }
    let mut short = String::new();
    for c in clean.chars() {
        if short.width() + 1 + unicode_width::UnicodeWidthChar::width(c).unwrap_or(0) > width {
            break;
        }
        short.push(c);
    }
    short + "…"
}

/// Whether what goes to standard error may be coloured.
pub(crate) fn error_colour() -> proofbell_config::Color {
    match std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none() {
        true => proofbell_config::Color::Always,
        false => proofbell_config::Color::Never,
    }
}

/// Whether what goes to standard output may be coloured.
pub(crate) fn colour() -> proofbell_config::Color {
    match std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none() {
        true => proofbell_config::Color::Always,
        false => proofbell_config::Color::Never,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_to_its_columns_where_wide_characters_count_two() {
        for (text, width, expected) in [
            ("short", 10, "short"),
            ("much too long", 8, "much to…"),
            ("写真を撮り直してください", 9, "写真を撮…"),
            ("two\nlines", 20, "two lines"),
        ] {
            assert_eq!(shorten(text, width), expected);
        }
    }

    #[test]
    fn a_last_cell_that_is_too_long_goes_on_below_itself() {
        let row = |last: &str| vec![("ok".to_owned(), Tone::Plain), (last.to_owned(), Tone::Plain)];
        let check = |last: &str, room: Option<usize>, expected: &[&str]| {
            assert_eq!(row_lines(&row(last), &[6, 50], room), expected, "{last} {room:?}");
        };
        let long = "the server takes mail from 写真を撮り直してください alone";
        check(
            long,
            Some(38),
            &["ok      the server takes mail from", "        写真を撮り直してください alone"],
        );
        check(long, None, &[&format!("ok      {long}")]);
        check(
            long,
            Some(26),
            &["ok", "    the server takes mail", "    from", "    写真を撮り直してください", "    alone"],
        );
        check("short", Some(38), &["ok      short"]);
        let word = "a-word-that-is-longer-than-there-is-room";
        check(&format!("x {word} y"), Some(32), &["ok      x", &format!("        {word}"), "        y"]);
    }

    #[test]
    fn nothing_in_a_text_drives_the_terminal() {
        assert_eq!(harmless_text("a\u{1b}[2J\u{9b}31m\rb\nc\u{7f}名"), "a [2J 31m b\nc 名");
        assert_eq!(harmless("a\nb"), "a b");
    }

    #[test]
    fn one_is_alone() {
        assert_eq!(
            (plural(1_u32, "segment"), plural(0_usize, "test")),
            ("1 segment".to_owned(), "0 tests".to_owned())
        );
    }

    #[test]
    fn columns_line_up_whatever_the_width_of_their_characters() {
        let row = |cell: &str| vec![(cell.to_owned(), Tone::Plain), ("x".to_owned(), Tone::Plain)];
        let widths = [4, 1];
        assert_eq!(joined(&row("写真"), &widths), "写真  x");
        assert_eq!(joined(&row("ab"), &widths), "ab    x");
    }
}
