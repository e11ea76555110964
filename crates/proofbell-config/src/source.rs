//! The files that were read, and places in them.

use std::cell::RefCell;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::Location;
use crate::files::tidy;

/// A stretch of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    file: usize,
    start: usize,
    end: usize,
}

impl Place {
    pub(crate) fn of(file: FileId, span: Range<usize>) -> Place {
        Place { file: file.0, start: span.start, end: span.end.max(span.start) }
    }

    pub(crate) fn file(self) -> FileId {
        FileId(self.file)
    }
}

/// One of the files in a [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FileId(usize);

/// A file as it was read.
#[derive(Debug)]
pub(crate) struct SourceFile {
    /// As the operating system is asked for it.
    pub(crate) path: PathBuf,
    pub(crate) text: String,
    /// Where each line begins.
    lines: Vec<usize>,
}

/// Every file that was read, in the order of reading.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    files: RefCell<Vec<Arc<SourceFile>>>,
    /// Stretches that hold a secret and are never shown.
    masked: RefCell<Vec<Place>>,
}

impl Sources {
    pub(crate) fn add(&self, path: PathBuf, text: String) -> FileId {
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let mut files = self.files.borrow_mut();
        files.push(Arc::new(SourceFile { path, text, lines }));
        FileId(files.len() - 1)
    }

    pub(crate) fn file(&self, id: FileId) -> Arc<SourceFile> {
        Arc::clone(&self.files.borrow()[id.0])
    }

    pub(crate) fn first(&self) -> Option<FileId> {
        (!self.files.borrow().is_empty()).then_some(FileId(0))
    }

    pub(crate) fn paths(&self) -> Vec<PathBuf> {
        self.files.borrow().iter().map(|file| file.path.clone()).collect()
    }

    /// Hides what stands at this place from every source line that is shown.
    pub(crate) fn mask(&self, place: Place) {
        self.masked.borrow_mut().push(place);
    }

    #[cfg(test)]
    pub(crate) fn hidden(&self) -> Vec<Range<usize>> {
        self.masked.borrow().iter().map(|place| place.start..place.end).collect()
    }

    /// Where paths written in this file count from.
    pub(crate) fn directory(&self, id: FileId) -> PathBuf {
        self.file(id).path.parent().map(Path::to_owned).unwrap_or_default()
    }

    /// `rules.toml:12`, for the second place of a message.
    pub(crate) fn short(&self, place: Place) -> String {
        let location = self.locate(place);
        format!("{}:{}", location.file.display(), location.line)
    }

    pub(crate) fn locate(&self, place: Place) -> Location {
        let file = self.file(place.file());
        let text = &file.text;
        let start = floor(text, place.start);
        let line = file.lines.partition_point(|line| *line <= start);
        let line_start = file.lines[line.saturating_sub(1)];
        let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let end = floor(text, place.end).clamp(start, line_end.max(start));
        Location {
            file: tidy(&file.path),
            line,
            column: text[line_start..start].chars().count() + 1,
            length: text[start..end].chars().count().max(1),
            source_line: self.shown(place.file(), line_start..line_end),
        }
    }

    /// A line with its secrets turned into asterisks, one for each character so that columns stay.
    fn shown(&self, id: FileId, line: Range<usize>) -> String {
        let masked = self.masked.borrow();
        let is_masked =
            |at| masked.iter().any(|place| place.file == id.0 && (place.start..place.end).contains(&at));
        let file = self.file(id);
        let shown: String = file.text[line.clone()]
            .char_indices()
            .map(|(at, c)| if is_masked(line.start + at) { '*' } else { c })
            .collect();
        shown.trim_end().to_owned()
    }

    /// The place of a line and column (both from 1, in characters) of a file, as long as the word there.
    pub(crate) fn at_line(&self, id: FileId, line: usize, column: usize) -> Place {
        let file = self.file(id);
        let line_start = file.lines.get(line.saturating_sub(1)).copied().unwrap_or(file.text.len());
        let rest = file.text[line_start..].split('\n').next().unwrap_or_default();
        let offset = rest.char_indices().nth(column.saturating_sub(1)).map_or(rest.len(), |(at, _)| at);
        let start = line_start + offset;
        Place::of(id, start..start + word(&rest[offset..]))
    }
}

/// How long the word is that a text begins with, in bytes: a name with dots, what stands in quotes, or braces.
fn word(text: &str) -> usize {
    let up_to = |end: fn(char) -> bool| text.find(end).unwrap_or(text.len());
    match text.chars().next() {
        Some(quote @ ('"' | '\'')) => text[1..].find(quote).map_or(text.len(), |end| end + 2),
        Some('{') => text
            .find("}}")
            .map_or(text.len(), |end| end + text[end..].chars().take_while(|c| *c == '}').count()),
        Some('<') => up_to(|c| c.is_whitespace() || c == '>'),
        Some(_) => up_to(|c| !(c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '@' | '/'))),
        None => 0,
    }
}

/// The last character boundary at or before `at`.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_as_long_as_it_looks() {
        let table = [
            ("case.refid}}", 10),
            ("\"reshot\" text", 8),
            ("'open", 5),
            ("{{{a}}}</p>", 7),
            ("{{#if x}}y", 9),
            ("<mj-text a>", 8),
            ("+++", 0),
            ("", 0),
        ];
        for (text, expected) in table {
            assert_eq!(word(text), expected, "{text}");
        }
    }

    #[test]
    fn places_become_lines_and_columns_in_characters() {
        let sources = Sources::default();
        let text = "a = 1\n名前 = \"花子\"\r\npassword = \"hunter2\"";
        let id = sources.add("config/../x.toml".into(), text.to_owned());
        let find = |needle: &str| {
            let start = text.find(needle).unwrap();
            Place::of(id, start..start + needle.len())
        };
        let located = sources.locate(find("\"花子\""));
        let expected = Location {
            file: "x.toml".into(),
            line: 2,
            column: 6,
            length: 4,
            source_line: "名前 = \"花子\"".into(),
        };
        assert_eq!(located, expected);
        sources.mask(find("hunter2"));
        assert_eq!(sources.locate(find("password")).source_line, "password = \"*******\"");
        assert_eq!(sources.locate(Place::of(id, 900..901)).line, 3);
        assert_eq!(sources.locate(Place::of(id, 7..8)).column, 1, "inside a character");
        assert_eq!(sources.locate(sources.at_line(id, 2, 6)).column, 6);
        assert_eq!(sources.locate(sources.at_line(id, 99, 1)).line, 3);
    }
}
