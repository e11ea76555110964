//! From the text of a TOML file to a tree.

mod duplicate;
mod mask;
mod strict;

use std::cell::Cell;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::report::{Finding, Report, code};
use crate::source::{FileId, Place, Sources};
use crate::tree::{Entry, Node, Table, Value};

/// Reads a whole file. Faults of syntax are reported; the tree is then what could be made of the rest.
///
/// From here on no line of the file is shown with a secret in it, not even one that does not make it into the tree.
pub(crate) fn parse(sources: &Sources, report: &Report, id: FileId) -> Table {
    let file = sources.file(id);
    let table = parse_part(sources, report, id, 0..file.text.len(), code::SYNTAX).table;
    mask::lines(sources, id, &file.text);
    mask::urls(sources, id, &file.text);
    mask::table(sources, &table);
    table
}

/// What was read of a part of a file.
pub(crate) struct Parsed {
    pub(crate) table: Table,
    pub(crate) soundness: Soundness,
}

/// Whether a text was TOML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Soundness {
    Whole,
    /// It was not; what could be made of the rest is there.
    Faulty,
}

/// Reads a part of a file, such as front matter. `code` is that of faults of syntax.
pub(crate) fn parse_part(
    sources: &Sources,
    report: &Report,
    id: FileId,
    part: Range<usize>,
    code: &'static str,
) -> Parsed {
    let file = sources.file(id);
    let text = &file.text[part.clone()];
    let (document, errors) = DeTable::parse_recoverable(text);
    let reader =
        Reader { report, id, offset: part.start, text, code, soundness: Cell::new(Soundness::Whole) };
    let table = reader.table(document.get_ref());
    for error in errors {
        let span = error.span().unwrap_or(text.len()..text.len());
        let at = reader.place(span.clone());
        if error.message().starts_with("duplicate key") {
            let line = |span| sources.locate(reader.place(span)).line;
            report.push(duplicate::finding(text, document.get_ref(), span, at, line));
        } else {
            let message = format!("this is not TOML: {}", error.message());
            let hint = "write one `key = value` a line: strings in quotes, lists in [ ], tables in { } or under a [header]";
            reader.fault(at, &message, hint);
        }
    }
    Parsed { table, soundness: reader.soundness.get() }
}

struct Reader<'a> {
    report: &'a Report,
    id: FileId,
    offset: usize,
    text: &'a str,
    code: &'static str,
    soundness: Cell<Soundness>,
}

impl Reader<'_> {
    fn fault(&self, at: Place, message: &str, hint: &str) {
        self.soundness.set(Soundness::Faulty);
        self.report.push(Finding::error(self.code, at, message).hint(hint));
    }

    fn place(&self, span: Range<usize>) -> Place {
        Place::of(self.id, span.start + self.offset..span.end + self.offset)
    }

    fn table(&self, table: &DeTable<'_>) -> Table {
        let mut entries: Vec<Entry> = table
            .iter()
            .map(|(key, value)| Entry {
                key: key.get_ref().to_string(),
                key_at: self.place(key.span()),
                node: self.node(value),
            })
            .collect();
        entries.sort_by_key(|entry| entry.key_at);
        Table { entries }
    }

    fn node(&self, value: &Spanned<DeValue<'_>>) -> Node {
        let at = self.place(value.span());
        let value = match value.get_ref() {
            DeValue::String(text) => Value::String(text.to_string()),
            DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
                Ok(number) => Value::Integer(number),
                Err(_) => self.unusable(at, "an integer must fit into 64 bits"),
            },
            DeValue::Float(number) => match number.as_str().parse::<f64>() {
                Ok(number) if number.is_finite() => Value::Float(number),
                _ => self.unusable(at, "a number must be finite"),
            },
            DeValue::Boolean(value) => Value::Boolean(*value),
            DeValue::Datetime(value) => Value::Datetime(value.to_string()),
            DeValue::Array(values) => Value::Array(values.iter().map(|value| self.node(value)).collect()),
            DeValue::Table(table) => {
                let hint = "write the table on one line without a comma at its end, or under a [header]";
                strict::check(self.text, table, value.span(), |span, message| {
                    self.fault(self.place(span), message, hint);
                });
                Value::Table(self.table(table))
            }
        };
        Node { value, at }
    }

    fn unusable(&self, at: Place, message: &str) -> Value {
        self.fault(at, message, "write another number");
        Value::Integer(0)
    }
}

#[cfg(test)]
mod tests;
