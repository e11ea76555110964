//! What an e-mail's HTML needs besides rendering: a text part that says the same, and a preheader.

use html2text::render::TextDecorator;

use crate::template::html_into;

/// Width to which lines without wide characters are wrapped, in characters. RFC 5322 asks for at most 78.
const WIDTH: usize = 72;
/// Wide enough that the HTML library never breaks a line: it would do so within Japanese sentences and URLs.
const NO_WIDTH: usize = 100_000;

/// Begins an item of an unordered list.
const ITEM: &str = "- ";
/// Stand around the URL of a link until its text is known.
const URL_MARKS: [char; 2] = ['\u{e000}', '\u{e001}'];
/// Ends a cell with a paragraph that [`with_urls`] empties: the library drops empty ones.
const CELL_END: &str = "<p>\u{e000}\u{e001}</p></td>";

/// The plain text part: links as `text (url)`, list items with dashes, headings on lines of their own, a table's rows as
/// `heading: cell`.
pub(super) fn to_text(html: &str) -> String {
    let config = html2text::config::with_decorator(Plain::default())
        .raw_mode(true)
        .no_link_wrapping()
        .allow_width_overflow()
        .link_footnotes(false);
    let rows = joined_rows(&html.replace(URL_MARKS, ""));
    let text = config.string_from_read(rows.as_bytes(), NO_WIDTH).unwrap_or_default();
    let lines: Vec<String> = spaced(&tidy(&with_urls(&text))).lines().map(wrapped).collect();
    lines.join("\n")
}

/// The HTML with each heading of a row and the cell behind it in one cell, and a paragraph's distance behind all other
/// cells: the library puts every cell on a line of its own, close to the next.
fn joined_rows(html: &str) -> String {
    let mut out = String::with_capacity(html.len() + html.len() / 4);
    let mut rest = html;
    while let Some(at) = rest.find("</t") {
        let (before, end) = rest.split_at(at);
        out.push_str(before);
        rest = if let Some(after) = end.strip_prefix("</td>") {
            out.push_str(CELL_END);
            after
        } else if let Some((cell, after)) = end.strip_prefix("</th>").and_then(next_cell) {
            out.push_str(match before.chars().next_back() {
                Some(':' | '：') => " ",
                Some(last) if is_wide(last) => "：",
                _ => ": ",
            });
            out.push_str(cell);
            out.push_str("</th>");
            after
        } else {
            out.push_str("</t");
            &end["</t".len()..]
        };
    }
    out + rest
}

/// The content of the cell that comes next, and what follows it.
fn next_cell(html: &str) -> Option<(&str, &str)> {
    let (_, cell) = html.trim_start().strip_prefix("<td")?.split_once('>')?;
    cell.split_once("</td>")
}

/// The text with the marked URLs in parentheses, where they do not stand already.
fn with_urls(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(URL_MARKS[0]) {
        out.push_str(before);
        let (url, after) = after.split_once(URL_MARKS[1]).unwrap_or((after, ""));
        if !url.is_empty() && !out.ends_with(url) {
            out.push_str(&format!(" ({url})"));
        }
        rest = after;
    }
    out + rest
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

/// Text with an empty line before each list, and before each item that follows a longer one.
fn spaced(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut previous = "";
    for line in text.lines() {
        if !previous.is_empty() && !previous.starts_with(ITEM) && line.starts_with(ITEM) {
            out.push('\n');
        }
        out.push_str(line);
        out.push('\n');
        previous = line;
    }
    out
}

/// A line broken at blanks. Lines with wide characters are left whole: their blanks are few and not where a break reads well.
fn wrapped(line: &str) -> String {
    if line.chars().count() <= WIDTH || line.chars().any(is_wide) {
        return line.to_owned();
    }
    let words = line.trim_start();
    let indent = line.len() - words.len();
    let hanging = if words.starts_with(ITEM) { indent + ITEM.len() } else { indent };
    let mut text = " ".repeat(indent);
    let mut width = indent;
    let mut is_first = true;
    for word in words.split(' ') {
        let length = word.chars().count();
        if !is_first && width + 1 + length > WIDTH {
            text.push('\n');
            text.push_str(&" ".repeat(hanging));
            width = hanging;
        } else if !is_first {
            text.push(' ');
            width += 1;
        }
        text.push_str(word);
        width += length;
        is_first = false;
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
            Some(url) if url.starts_with("http") => format!("{}{url}{}", URL_MARKS[0], URL_MARKS[1]),
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
        ITEM.to_owned()
    }

    fn ordered_item_prefix(&self, i: i64) -> String {
        format!("{i}. ")
    }

    fn make_subblock_decorator(&self) -> Self {
        Plain::default()
    }
}
