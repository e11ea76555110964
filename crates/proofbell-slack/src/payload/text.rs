//! Text for Slack: cut to a limit between characters as people see them, escaped where Slack reads entities.

use unicode_segmentation::UnicodeSegmentation;

/// Characters with which mrkdwn formats, and others that look like them and do not.
const LOOK_ALIKES: [(char, char); 4] =
    [('*', '\u{2217}'), ('_', '\u{2CD}'), ('~', '\u{223C}'), ('`', '\u{2CB}')];

/// UTF-16 code units: never fewer than characters, so that a limit holds however Slack counts.
pub(super) fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Text as it is, at most `limit` units of it.
pub(super) fn literal(text: &str, limit: usize) -> String {
    fit(&clean(text), limit, char::len_utf16)
}

/// Text for a text object, where exactly `&`, `<` and `>` are escaped: at most `limit` units of it, entities included.
pub(super) fn escaped(text: &str, limit: usize) -> String {
    escape(&fit(&clean(text), limit, escaped_units))
}

/// Text for the message's `text`, which a client without blocks may read as mrkdwn: escaped, and formatting characters turned into look-alikes where they could format.
pub(super) fn fallback(text: &str, limit: usize) -> String {
    escape(&fit(&without_formatting(&clean(text)), limit, escaped_units))
}

/// Text on one line, without space around it.
pub(super) fn one_line(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    line.trim().to_owned()
}

/// Whether Slack may be told to link to it. The engine has checked it; here only what is no web address at all is kept out.
pub(super) fn is_link(url: &str) -> bool {
    let web = url.starts_with("https://") || url.starts_with("http://");
    web && !url.contains(|c: char| c.is_control() || c.is_whitespace())
}

/// Text without control characters, save line ends.
pub(super) fn clean(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    text.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect()
}

fn fit(text: &str, limit: usize, width: impl Fn(char) -> usize) -> String {
    let width = |text: &str| text.chars().map(&width).sum::<usize>();
    if width(text) <= limit {
        return text.to_owned();
    }
    let mut room = limit.saturating_sub(units("…"));
    let mut kept = String::new();
    for grapheme in text.graphemes(true) {
        let width = width(grapheme);
        if width > room {
            break;
        }
        room -= width;
        kept.push_str(grapheme);
    }
    kept.push('…');
    kept
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn escaped_units(c: char) -> usize {
    match c {
        '&' => "&amp;".len(),
        '<' | '>' => "&lt;".len(),
        _ => c.len_utf16(),
    }
}

/// Slack formats at the edges of words only, so `MS_48_213` may keep its underscores.
fn without_formatting(text: &str) -> String {
    let mut previous = None;
    let mut rest = text.chars().peekable();
    let mut changed = String::with_capacity(text.len());
    while let Some(c) = rest.next() {
        let in_word = previous.is_some_and(char::is_alphanumeric)
            && rest.peek().is_some_and(|next| next.is_alphanumeric());
        let look_alike = LOOK_ALIKES.iter().find(|(from, _)| *from == c && !in_word);
        changed.push(look_alike.map_or(c, |(_, to)| *to));
        previous = Some(c);
    }
    changed
}
