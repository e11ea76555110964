//! What an e-mail's HTML needs besides rendering: a text part that says the same, and a preheader.

use html2text::render::TextDecorator;

use crate::template::html_into;

/// Width to which lines without wide characters are wrapped, in characters. RFC 5322 asks for at most 78.
const WIDTH: usize = 72;
/// Wide enough that the HTML library never breaks a line: it would do so within Japanese sentences and URLs.
const NO_WIDTH: usize = 100_000;

/// The plain text part: links as `text (url)`, list items with dashes, headings on lines of their own.
pub(super) fn to_text(html: &str) -> String {
    let config = html2text::config::with_decorator(Plain::default())
        .raw_mode(true)
        .no_link_wrapping()
        .allow_width_overflow()
        .link_footnotes(false);
    let text = config.string_from_read(html.as_bytes(), NO_WIDTH).unwrap_or_default();
    let lines: Vec<String> = tidy(&text).lines().map(wrapped).collect();
    lines.join("\n")
}

/// Text without blanks at line ends, without more than one empty line in a row, and without empty lines at both ends.
pub(super) fn tidy(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    let mut empty = 0;
    for line in text.lines().map(str::trim_end) {
        if line.is_empty() {
            empty += 1;
            continue;
        }
        if !tidy.is_empty() {
            tidy.push_str(if empty > 0 { "\n\n" } else { "\n" });
        }
        tidy.push_str(line);
        empty = 0;
    }
    tidy
}

/// A line broken at blanks. Lines with wide characters are left whole: their blanks are few and not where a break reads well.
fn wrapped(line: &str) -> String {
    if line.chars().count() <= WIDTH || line.chars().any(is_wide) {
        return line.to_owned();
    }
    let indent = if line.starts_with("- ") { "\n  " } else { "\n" };
    let mut text = String::with_capacity(line.len() + 8);
    let mut width = 0;
    for word in line.split(' ') {
        let length = word.chars().count();
        if width > 0 && width + 1 + length > WIDTH {
            text.push_str(indent);
            width = indent.len() - 1;
        } else if width > 0 {
            text.push(' ');
            width += 1;
        }
        text.push_str(word);
        width += length;
    }
    text
}

/// Japanese, Chinese and Korean, roughly: from the radicals to the end of the compatibility forms, and beyond the first plane.
fn is_wide(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe4f}' | '\u{ff00}'..='\u{ffe6}' | '\u{20000}'..)
}

/// The HTML with a preheader: text that mailboxes show beside the subject, and that the message itself does not.
pub(super) fn with_preheader(html: String, preheader: &str) -> String {
    if preheader.is_empty() {
        return html;
    }
    let at = body_start(&html).unwrap_or(0);
    let mut out = String::with_capacity(html.len() + preheader.len() + 512);
    out.push_str(&html[..at]);
    out.push_str(
        "<div style=\"display:none;max-height:0;max-width:0;overflow:hidden;opacity:0;mso-hide:all;font-size:1px;\
         line-height:1px;\">",
    );
    html_into(&mut out, preheader);
    // Mailboxes go on with the text of the message; blanks that they do not collapse keep it out.
    out.push_str(&"&#8199;&#847; ".repeat(30));
    out.push_str("</div>");
    out.push_str(&html[at..]);
    out
}

/// The byte behind `<body …>`.
fn body_start(html: &str) -> Option<usize> {
    let lower = html.to_ascii_lowercase();
    let tag = lower.find("<body")?;
    let mut quote = None;
    for (at, c) in html[tag..].char_indices() {
        match (quote, c) {
            (None, '>') => return Some(tag + at + 1),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
    }
    None
}

/// Writes HTML as plain text.
#[derive(Clone, Debug, Default)]
struct Plain {
    /// Where the open links lead, innermost last.
    urls: Vec<String>,
}

impl TextDecorator for Plain {
    type Annotation = ();

    fn decorate_link_start(&mut self, url: &str) -> (String, ()) {
        self.urls.push(url.to_owned());
        (String::new(), ())
    }

    fn decorate_link_end(&mut self) -> String {
        match self.urls.pop() {
            Some(url) if url.starts_with("http") => format!(" ({url})"),
            // The text of a mail address or phone number is the address or number.
            _ => String::new(),
        }
    }

    fn decorate_em_start(&self) -> (String, ()) {
        (String::new(), ())
    }

    fn decorate_em_end(&self) -> String {
        String::new()
    }

    fn decorate_strong_start(&self) -> (String, ()) {
        (String::new(), ())
    }

    fn decorate_strong_end(&self) -> String {
        String::new()
    }

    fn decorate_strikeout_start(&self) -> (String, ()) {
        (String::new(), ())
    }

    fn decorate_strikeout_end(&self) -> String {
        String::new()
    }

    fn decorate_code_start(&self) -> (String, ()) {
        (String::new(), ())
    }

    fn decorate_code_end(&self) -> String {
        String::new()
    }

    fn decorate_preformat_first(&self) {}

    fn decorate_preformat_cont(&self) {}

    fn decorate_image(&mut self, _src: &str, title: &str) -> (String, ()) {
        (title.to_owned(), ())
    }

    fn header_prefix(&self, _level: usize) -> String {
        String::new()
    }

    fn quote_prefix(&self) -> String {
        "> ".to_owned()
    }

    fn unordered_item_prefix(&self) -> String {
        "- ".to_owned()
    }

    fn ordered_item_prefix(&self, i: i64) -> String {
        format!("{i}. ")
    }

    fn make_subblock_decorator(&self) -> Self {
        Plain::default()
    }
}
