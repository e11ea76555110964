//! Refuses what TOML 1.1 allows inside an inline table and TOML 1.0 does not: line breaks, and a comma at the end.
//!
//! Most editors know 1.0 alone, and would mark as wrong what `check` calls right.

use std::ops::Range;

use toml::de::DeTable;

/// Tells `complain` of each fault in the inline table at `span`; a table with a header is let pass.
pub(super) fn check(
    text: &str,
    table: &DeTable<'_>,
    span: Range<usize>,
    complain: impl Fn(Range<usize>, &str),
) {
    let Some(inner) = text.get(span.clone()) else { return };
    if !inner.starts_with('{') || !inner.ends_with('}') {
        return;
    }
    let mut gaps = Vec::new();
    let mut from = span.start + 1;
    let mut values = Vec::new();
    collect(table, &mut values);
    values.sort_by_key(|value| value.start);
    for value in values {
        gaps.push(from..value.start.max(from));
        from = value.end.max(from);
    }
    let last = from..span.end - 1;
    gaps.push(last.clone());
    for gap in gaps {
        if let Some(at) = text[gap.clone()].find('\n') {
            let at = gap.start + at;
            return complain(at..at + 1, "an inline table must stand on one line (TOML 1.0)");
        }
    }
    let end = text[last.clone()].trim_end();
    if end.ends_with(',') {
        let at = last.start + end.len() - 1;
        complain(at..at + 1, "an inline table must not end with a comma (TOML 1.0)");
    }
}

/// The spans of the values, those under dotted keys too.
fn collect(table: &DeTable<'_>, spans: &mut Vec<Range<usize>>) {
    for (key, value) in table.iter() {
        match value.get_ref().as_table() {
            // The table of a dotted key carries the span of that key.
            Some(inner) if value.span() == key.span() => collect(inner, spans),
            _ => spans.push(value.span()),
        }
    }
}
