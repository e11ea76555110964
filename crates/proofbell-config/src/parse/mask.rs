//! Hides secrets that are written in a file from the lines that diagnostics show.

use std::ops::Range;

use crate::secret::{self, Within};
use crate::source::{FileId, Place, Sources};
use crate::tree::{Node, Table, Value};

/// Hides what stands behind the keys of secrets.
pub(super) fn table(sources: &Sources, table: &Table) {
    entries(sources, table, Within::Root);
}

fn entries(sources: &Sources, table: &Table, within: Within) {
    for entry in &table.entries {
        let inner = within.table(&entry.key);
        match within.holds_secret(&entry.key) {
            true => hide(sources, &entry.node, inner),
            false => inside(sources, &entry.node, inner),
        }
    }
}

fn inside(sources: &Sources, node: &Node, within: Within) {
    match &node.value {
        Value::Table(table) => entries(sources, table, within),
        Value::Array(nodes) => nodes.iter().for_each(|node| inside(sources, node, within)),
        _ => {}
    }
}

fn hide(sources: &Sources, node: &Node, within: Within) {
    match &node.value {
        // A reference tells where a secret is, not what it is.
        Value::Table(table) if node.reference().is_some() => entries(sources, table, Within::Other),
        Value::Table(table) => {
            // What looks like a reference and is none may hold the secret itself.
            for entry in table.entries.iter().filter(|entry| !matches!(entry.key.as_str(), "env" | "file")) {
                hide(sources, &entry.node, within.table(&entry.key));
            }
        }
        Value::Array(nodes) => nodes.iter().for_each(|node| hide(sources, node, within)),
        _ => sources.mask(node.at),
    }
}

/// Hides the passwords in URLs, behind whichever key.
pub(super) fn urls(sources: &Sources, id: FileId, text: &str) {
    secret::url::passwords(text).into_iter().for_each(|range| sources.mask(Place::of(id, range)));
}

/// Hides the same in lines that the parser could not use: broken ones, and second ones of two equal keys. By the look of
/// them alone: the string behind `password =`, up to its end or the line's.
pub(super) fn lines(sources: &Sources, id: FileId, text: &str) {
    let (mut header, mut start) = (Within::Root, 0);
    for line in text.split_inclusive('\n') {
        if let Some(path) = line.trim_start().strip_prefix('[') {
            header = below(Within::Root, path.trim_start_matches('[').split(']').next().unwrap_or_default());
        }
        for (equals, _) in line.match_indices('=') {
            let (path, within) = key_before(&line[..equals], header);
            let (tables, key) = path.rsplit_once('.').unwrap_or(("", path));
            let from = start + equals + 1;
            if below(within, tables).holds_secret(bare(key))
                && let Some(value) = value(&text[from..])
            {
                sources.mask(Place::of(id, from + value.start..from + value.end));
            }
        }
        start += line.len();
    }
}

/// The dotted key at the end of `before`, and what the table is that it stands in: the header's, or an inline one on the line.
fn key_before(before: &str, header: Within) -> (&str, Within) {
    let before = before.trim_end();
    let mut quote = None;
    let start = before.char_indices().rev().find(|(_, c)| match (quote, *c) {
        (Some(open), c) => {
            quote = (c != open).then_some(open);
            false
        }
        (None, '"' | '\'') => {
            quote = Some(*c);
            false
        }
        (None, c) => !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')),
    });
    let start = start.map_or(0, |(at, c)| at + c.len_utf8());
    let within = match open_brace(&before[..start]) {
        Some(brace) => {
            let (path, outer) = key_before(before[..brace].trim_end().trim_end_matches('='), header);
            below(outer, path)
        }
        None => header,
    };
    (&before[start..], within)
}

/// The last `{` that is not closed.
fn open_brace(before: &str) -> Option<usize> {
    let mut closed = 0_usize;
    for (at, c) in before.char_indices().rev() {
        match c {
            '}' => closed += 1,
            '{' if closed == 0 => return Some(at),
            '{' => closed -= 1,
            _ => {}
        }
    }
    None
}

fn below(within: Within, path: &str) -> Within {
    let keys = path.split('.').filter(|key| !key.trim().is_empty());
    keys.fold(within, |within, key| within.table(bare(key)))
}

fn bare(key: &str) -> &str {
    key.trim().trim_matches(['"', '\''])
}

/// Where the value behind a `=` stands, if it is a single one.
fn value(behind: &str) -> Option<Range<usize>> {
    let line = behind.lines().next().unwrap_or_default();
    let value = line.trim_start();
    let start = line.len() - value.len();
    let length = match value.chars().next()? {
        // Such a string goes over lines, as private keys do.
        _ if value.starts_with("\"\"\"") || value.starts_with("'''") => {
            let (quotes, rest) = behind[start..].split_at(3);
            rest.find(quotes).map_or(behind.len() - start, |end| end + 6)
        }
        quote @ ('"' | '\'') => value[1..].find(quote).map_or(value.len(), |end| end + 2),
        // A list or a table is not masked as a whole, because it may hold references; those in the tree are.
        '[' | '{' => return None,
        _ => value.find(['#', ',', '}']).unwrap_or(value.len()),
    };
    Some(start..start + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_hidden_by_their_look() {
        let check = |text: &str, expected: &[&str]| {
            let sources = Sources::default();
            let id = sources.add("x.toml".into(), text.to_owned());
            lines(&sources, id, text);
            let hidden = sources.hidden().into_iter().map(|place| &text[place]);
            assert_eq!(hidden.collect::<Vec<_>>(), expected, "{text}");
        };
        check("[channel.a]\npassword = \"x1\" # x", &["\"x1\""]);
        check("[a.b.headers]\nCookie = \"x1\"\nAccept = \"a\"\n\"X Y\" = 'x2", &["\"x1\"", "'x2"]);
        check("[channel.a]\nheaders.Cookie = \"x1\"\nheaders.Accept = \"a\"", &["\"x1\""]);
        check("[a.b]\nheaders = { Accept = \"a\", X = \"x1\", Y = { env = \"E\" } }", &["\"x1\""]);
        check("[audience.headers]\nkey = \"reference_id\"\nkind = \"csv\"", &[]);
        check("[a.b]\ndkim = { domain = \"d\", key = \"x1\" }\nkey = \"k\"", &["\"x1\""]);
        check("[a.b.dkim]\nkey = '''x1\nx2\n'''\nselector = \"s\"", &["'''x1\nx2\n'''"]);
        check("[a.b]\ndkim.key = \"\"\"x1\nx2", &["\"\"\"x1\nx2"]);
        check("[[a.b]]\nlist = [{ dkim = { key = x1 } }]", &["x1 "]);
    }
}
