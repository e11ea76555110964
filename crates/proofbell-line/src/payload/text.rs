//! Text for LINE: clean, cut between characters as people see them, and kept from being taken for a link.

use unicode_segmentation::UnicodeSegmentation;
use url::Url;

/// Since 27 October 2026; it was 1,000 before. <https://developers.line.biz/en/news/2026/10/27/uri-action/>
const LINK_LIMIT: usize = 10_000;

/// As LINE counts, save labels: UTF-16 code units.
/// <https://developers.line.biz/en/docs/messaging-api/text-character-count/>
pub(super) fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// At most `limit` units of it, with `…` where it was cut.
pub(super) fn cut(text: &str, limit: usize) -> String {
    if units(text) <= limit {
        return text.to_owned();
    }
    let mut room = limit.saturating_sub(units("…"));
    let fits = |grapheme: &&str| {
        let fits = units(grapheme) <= room;
        room -= if fits { units(grapheme) } else { 0 };
        fits
    };
    let kept: String = text.graphemes(true).take_while(fits).collect();
    kept + "…"
}

/// At most `limit` graphemes of it, which is how LINE counts labels.
pub(super) fn cut_label(text: &str, limit: usize) -> String {
    match text.graphemes(true).count() <= limit {
        true => text.to_owned(),
        false => text.graphemes(true).take(limit.saturating_sub(1)).collect::<String>() + "…",
    }
}

/// Text without control characters, save line ends.
pub(super) fn clean(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    text.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect()
}

/// Text on one line, without space around it.
pub(super) fn one_line(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    line.trim().to_owned()
}

/// A link as LINE takes it: a web address, percent-encoded, not too long. The engine has checked where it leads; `None` for what LINE
/// would refuse, and with it the whole message.
pub(super) fn link(url: &str) -> Option<String> {
    let url =
        Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())?;
    let url = String::from(url);
    (units(&url) <= LINK_LIMIT).then_some(url)
}

/// Text that LINE's apps do not take for a link: they make one of everything in a text message that looks like an address, and nobody
/// has checked what stands in a seller's name. A zero-width space parts `://`, and the dot of a host name.
pub(super) fn unlinked(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut parted = String::with_capacity(text.len());
    for (index, &c) in chars.iter().enumerate() {
        let after = |count: usize| chars.get(index + count).copied().unwrap_or(' ');
        let before = index.checked_sub(1).map_or(' ', |index| chars[index]);
        let of_scheme = c == '/' && before == ':' && after(1) == '/';
        let of_host =
            c == '.' && before.is_alphanumeric() && after(1).is_alphabetic() && after(2).is_alphanumeric();
        if of_scheme || of_host {
            parted.push('\u{200B}');
        }
        parted.push(c);
    }
    parted
}
