//! Says where the first of two equal keys of a file stands, which the parser keeps to itself.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::report::{Finding, code};
use crate::source::Place;

/// The finding for a key that is set a second time at `span`.
pub(super) fn finding(
    text: &str,
    document: &DeTable<'_>,
    span: Range<usize>,
    at: Place,
    line: impl Fn(Range<usize>) -> usize,
) -> Finding {
    let key = text.get(span.clone()).unwrap_or_default();
    let first = first(text, document, &span).map(line);
    let message = match first {
        Some(line) => format!("`{key}` is set twice in this file, first on line {line}"),
        None => format!("`{key}` is set twice"),
    };
    Finding::error(code::DUPLICATE, at, message).hint("keep one of the two")
}

/// The key in the same table that was written first, when the second one stands at the beginning of its own line.
fn first(text: &str, document: &DeTable<'_>, second: &Range<usize>) -> Option<Range<usize>> {
    let line_start = text[..second.start].rfind('\n').map_or(0, |at| at + 1);
    let line = text[line_start..].lines().next()?.trim_start();
    if line.starts_with('[') {
        return first_header(text, line_start, &path_of(line)?);
    }
    let mut path = enclosing(document, second.start);
    let key = line.split_once('=')?.0;
    path.extend(path_of(&format!("{key} = 0"))?);
    find(document, &path)
}

/// Of two equal headers the parser keeps the second, so the first is looked for in the text.
fn first_header(text: &str, before: usize, path: &[String]) -> Option<Range<usize>> {
    let mut start = 0;
    for line in text[..before].split_inclusive('\n') {
        if line.trim_start().starts_with('[') && path_of(line).as_deref() == Some(path) {
            return Some(start..start + line.len());
        }
        start += line.len();
    }
    None
}

/// The path that a line by itself names: a header, or a key with a value.
fn path_of(line: &str) -> Option<Vec<String>> {
    let document = DeTable::parse(line).ok()?;
    let mut path = Vec::new();
    let mut table = Some(document.get_ref());
    while let Some((key, value)) = table.and_then(|table| table.iter().next()) {
        path.push(key.get_ref().to_string());
        table = value.get_ref().as_table();
    }
    Some(path)
}

/// The path of the table whose header is the last one before `position`.
fn enclosing(document: &DeTable<'_>, position: usize) -> Vec<String> {
    fn walk(table: &DeTable<'_>, path: &mut Vec<String>, best: &mut (usize, Vec<String>), position: usize) {
        for (key, value) in table.iter() {
            let DeValue::Table(inner) = value.get_ref() else { continue };
            path.push(key.get_ref().to_string());
            // A header's span begins with its bracket, before the key's own.
            let start = value.span().start;
            if start < position && start < key.span().start && start >= best.0 {
                *best = (start, path.clone());
            }
            walk(inner, path, best, position);
            path.pop();
        }
    }
    let mut best = (0, Vec::new());
    walk(document, &mut Vec::new(), &mut best, position);
    best.1
}

fn find(document: &DeTable<'_>, path: &[String]) -> Option<Range<usize>> {
    let mut table = document;
    let mut found: Option<&Spanned<_>> = None;
    for key in path {
        let (known, value) = table.get_key_value(key.as_str())?;
        found = Some(known);
        if let Some(inner) = value.get_ref().as_table() {
            table = inner;
        }
    }
    found.map(Spanned::span)
}
