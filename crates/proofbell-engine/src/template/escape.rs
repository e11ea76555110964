//! What a value must become before it may stand in a text of some form. One way for each form, and no other.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// A value as plain text: composed (NFC), on one line, without control characters and without those that reorder what comes after them.
pub(crate) fn clean(value: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(value);
    if value.chars().any(|c| replacement(c).is_some()) {
        text = Cow::Owned(value.chars().filter_map(|c| replacement(c).unwrap_or(Some(c))).collect());
    }
    match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => text,
        IsNormalized::No | IsNormalized::Maybe => Cow::Owned(text.nfc().collect()),
    }
}

/// `Some(None)` for a character that is dropped, `Some(Some(' '))` for one that becomes a blank.
fn replacement(c: char) -> Option<Option<char>> {
    match c {
        '\n' | '\r' | '\t' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some(Some(' ')),
        _ if c.is_control() => Some(None),
        // Bidirectional embeddings, overrides and isolates: unclosed, they turn around the rest of the message.
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => Some(None),
        // Private characters mark values within chat templates, see `markdown`.
        MARK | MARK_END => Some(None),
        _ => None,
    }
}

/// Begins a mark that stands for a value in a chat template's Markdown.
pub(crate) const MARK: char = '\u{e000}';
/// Ends it.
pub(crate) const MARK_END: char = '\u{e001}';

/// Escapes a clean value for HTML: between tags and in quoted attributes it is then text and nothing else.
pub(crate) fn html_into(out: &mut String, value: &str) {
    let mut rest = value;
    while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
        let (before, special) = rest.split_at(at);
        out.push_str(before);
        out.push_str(match special.as_bytes().first() {
            Some(b'&') => "&amp;",
            Some(b'<') => "&lt;",
            Some(b'>') => "&gt;",
            Some(b'"') => "&quot;",
            _ => "&#39;",
        });
        rest = &special[1..];
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_cleaned() {
        let check = |value: &str, expected: &str| assert_eq!(clean(value), expected, "{value:?}");
        check("Label", "Label");
        check("a\r\nb\tc", "a  b c");
        check("a\0b\u{7}c\u{1b}[31m", "abc[31m");
        check("Cafe\u{301} か\u{3099}", "Café が");
        check("gpj.\u{202e}exe", "gpj.exe");
        check("a\u{2028}b\u{e000}1\u{e001}", "a b1");
        check("👩‍👩‍👧 𠮷", "👩‍👩‍👧 𠮷");
    }

    #[test]
    fn html_is_escaped_once_and_only_where_needed() {
        let check = |value: &str, expected: &str| {
            let mut out = String::new();
            html_into(&mut out, value);
            assert_eq!(out, expected);
        };
        check("ラベル `=/", "ラベル `=/");
        check("<b a=\"x\">'&'</b>", "&lt;b a=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/b&gt;");
        check("&amp;", "&amp;amp;");
        check("", "");
    }
}
