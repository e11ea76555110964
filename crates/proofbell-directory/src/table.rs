//! The contents of a CSV file, with an index over one column.

use std::collections::HashMap;

use crate::{LookupError, Member};

/// The contents of a CSV file, with an index over one column.
///
/// The text is kept as it was read and rows are parsed when asked for: that takes a fraction of the memory of parsed rows.
pub(crate) struct Table {
    text: String,
    columns: Vec<String>,
    /// Where in `text` the rows of each key begin.
    rows: HashMap<Box<str>, Vec<usize>>,
    row_count: usize,
    skipped: Vec<usize>,
    torn: bool,
}

impl Table {
    /// Reads the whole file. The first row names the columns; one of them must be `key`. A byte order mark is dropped.
    ///
    /// # Errors
    /// [`LookupError::Misconfigured`]; the message shows nothing of the contents.
    pub(crate) fn parse(content: Vec<u8>, key: &str) -> Result<Table, LookupError> {
        let mut text = utf8(content)?;
        if text.starts_with('\u{feff}') {
            text.drain(..'\u{feff}'.len_utf8());
        }
        let columns = csv_columns(&text, key)?;
        let key_column = key_column(&columns, key)?;
        let mut reader = reader(text.as_bytes());
        let mut record = csv::StringRecord::new();
        reader.read_record(&mut record).map_err(unreadable)?;

        let mut rows: HashMap<Box<str>, Vec<usize>> = HashMap::new();
        let (mut row_count, mut skipped, mut torn) = (0, Vec::new(), false);
        let mut lines = LineCounter::new(&text);
        while reader.read_record(&mut record).map_err(unreadable)? {
            let offset = record.position().map_or(0, |position| position.byte() as usize);
            torn = record.len() != columns.len();
            if torn {
                skipped.push(lines.line_of(offset));
                continue;
            }
            row_count += 1;
            let id = record.get(key_column).unwrap_or_default().trim();
            if !id.is_empty() {
                rows.entry(id.into()).or_default().push(offset);
            }
        }
        torn = torn && !text.ends_with('\n');
        Ok(Table { text, columns, rows, row_count, skipped, torn })
    }

    /// The people whose key is `id`, in the order of the file.
    pub(crate) fn members(&self, id: &str) -> impl Iterator<Item = Member> {
        let offsets = self.rows.get(id.trim()).map(Vec::as_slice).unwrap_or_default();
        offsets.iter().map(|offset| self.member(*offset))
    }

    fn member(&self, offset: usize) -> Member {
        let mut record = csv::StringRecord::new();
        let mut member = Member::default();
        let text = self.text.as_bytes().get(offset..).unwrap_or_default();
        // The row was read at this place before, so an error cannot occur; it would leave the member empty.
        if reader(text).read_record(&mut record).is_ok() {
            for (column, cell) in self.columns.iter().zip(&record) {
                member.set(column, cell);
            }
        }
        member
    }

    /// Whether the table was made from this content.
    pub(crate) fn is_of(&self, content: &[u8]) -> bool {
        content.strip_prefix("\u{feff}".as_bytes()).unwrap_or(content) == self.text.as_bytes()
    }

    /// Rows that count, whether or not they have a key.
    pub(crate) fn row_count(&self) -> usize {
        self.row_count
    }

    /// Lines where rows begin that have more or fewer cells than the header, counted from 1.
    pub(crate) fn skipped(&self) -> &[usize] {
        &self.skipped
    }

    /// Whether the file ends in the middle of a row, as it does while somebody writes it.
    pub(crate) fn is_torn(&self) -> bool {
        self.torn
    }
}

/// The columns that the first line of a CSV file names, those that mean something to Proofbell by its own names for them.
///
/// # Errors
/// [`LookupError::Misconfigured`], as a lookup in the whole file would say it: there is no column `key`, or one is there twice. Nothing
/// of the contents is in it.
pub fn csv_columns(text: &str, key: &str) -> Result<Vec<String>, LookupError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut record = csv::StringRecord::new();
    reader(text.as_bytes()).read_record(&mut record).map_err(unreadable)?;
    let columns: Vec<String> = record.iter().map(column_name).collect();
    key_column(&columns, key)?;
    Ok(columns)
}

fn reader(text: &[u8]) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().has_headers(false).flexible(true).buffer_capacity(4096).from_reader(text)
}

/// Spreadsheets like to write `Email`; a column that means something is known in any case.
fn column_name(header: &str) -> String {
    let header = header.trim();
    let known = Member::FIELDS.iter().find(|field| field.eq_ignore_ascii_case(header));
    known.map_or_else(|| header.to_owned(), |field| (*field).to_owned())
}

/// The messages do not repeat the first line: where the header is missing, it is somebody's data.
fn key_column(columns: &[String], key: &str) -> Result<usize, LookupError> {
    let is_key = |column: &&String| column.eq_ignore_ascii_case(key);
    for field in Member::FIELDS {
        if columns.iter().filter(|column| *column == field).count() > 1 {
            return Err(LookupError::Misconfigured(format!(
                "the header line has the column `{field}` twice"
            )));
        }
    }
    match columns.iter().filter(is_key).count() {
        1 => Ok(columns.iter().position(|column| is_key(&column)).unwrap_or_default()),
        0 => Err(LookupError::Misconfigured(format!(
            "the first line has no column `{key}` among its {} columns; it must name the columns, separated by commas",
            columns.len()
        ))),
        _ => Err(LookupError::Misconfigured(format!("the header line has the column `{key}` twice"))),
    }
}

fn utf8(content: Vec<u8>) -> Result<String, LookupError> {
    String::from_utf8(content).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        LookupError::Misconfigured(format!("line {line} is not UTF-8; save the file as \"CSV UTF-8\""))
    })
}

/// The text is UTF-8 and rows may have any length, so nothing is left that could go wrong.
fn unreadable(error: csv::Error) -> LookupError {
    let line = error.position().map_or(0, csv::Position::line);
    LookupError::Misconfigured(format!("line {line} is not CSV"))
}

/// Turns offsets into line numbers, walking over the text once. The csv crate's own count is one short after CRLF.
struct LineCounter<'a> {
    text: &'a [u8],
    offset: usize,
    line: usize,
}

impl<'a> LineCounter<'a> {
    fn new(text: &'a str) -> LineCounter<'a> {
        LineCounter { text: text.as_bytes(), offset: 0, line: 1 }
    }

    /// The line of the first cell of a row that was read from `offset`; offsets must not decrease.
    fn line_of(&mut self, offset: usize) -> usize {
        let rest = self.text.get(offset..).unwrap_or_default();
        let breaks = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let start = offset + breaks;
        let passed = self.text.get(self.offset..start).unwrap_or_default();
        self.line += passed.iter().filter(|byte| **byte == b'\n').count();
        self.offset = start;
        self.line
    }
}

#[cfg(test)]
mod tests;
