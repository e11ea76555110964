//! A chat message as Discord shows it: one embed, in which text from outside stays text.
//! Limits: <https://discord.com/developers/docs/resources/message#embed-object-embed-limits>.

use proofbell_notify::{Block, Chat, Field, Span};
use serde_json::{Value, json};
use unicode_segmentation::UnicodeSegmentation;

const TITLE_LIMIT: usize = 256;
/// Discord allows 4,096, but 6,000 for the whole embed.
const DESCRIPTION_LIMIT: usize = 3_000;
const FIELDS_LIMIT: usize = 25;
/// For all fields together.
const FIELDS_ROOM: usize = 2_500;
const FIELD_NAME_LIMIT: usize = 256;
const FIELD_VALUE_LIMIT: usize = 1_024;
/// For one piece of running text, so that a long one never crowds out all others.
const PIECE_LIMIT: usize = 1_000;

/// What is posted; `None` when there is nothing to say.
pub(crate) fn post(chat: &Chat, username: Option<&str>) -> Option<Value> {
    let title = literal(chat.header.as_deref().unwrap_or_default(), TITLE_LIMIT);
    let description = description(chat);
    let fields = fields(&chat.fields);
    if [&title, &description].iter().all(|text| text.trim().is_empty()) && fields.is_empty() {
        return None;
    }
    let color =
        chat.color.as_deref().and_then(|color| u32::from_str_radix(color.strip_prefix('#')?, 16).ok());
    Some(json!({
        "username": username,
        "embeds": [{ "title": title, "description": description, "color": color, "fields": fields }],
        "allowed_mentions": { "parse": [] },
    }))
}

/// The body, and the buttons as links below it: a webhook of a channel has no buttons.
fn description(chat: &Chat) -> String {
    let mut pieces: Vec<String> = Vec::new();
    for block in &chat.body {
        let (mark, lines) = match block {
            Block::Paragraph(spans) => ("", std::slice::from_ref(spans)),
            Block::List(items) => ("- ", items.as_slice()),
        };
        for line in lines {
            pieces.push(mark.to_owned());
            pieces.extend(line.iter().map(markdown));
            pieces.push("\n".to_owned());
        }
    }
    pieces.extend(chat.buttons.iter().map(|button| format!("{}\n", link(&button.text, &button.url))));
    let mut text = String::new();
    for piece in pieces {
        if units(&text) + units(&piece) >= DESCRIPTION_LIMIT {
            text.push('…');
            break;
        }
        text.push_str(&piece);
    }
    text.trim_end().to_owned()
}

fn markdown(span: &Span) -> String {
    match span {
        Span::Text(text) => literal(text, PIECE_LIMIT),
        Span::Bold(text) if text.trim().is_empty() => String::new(),
        Span::Bold(text) => format!("**{}**", literal(text.trim(), PIECE_LIMIT)),
        Span::Link { text, url } => link(text, url),
        Span::Mention(name) => literal(&format!("@{name}"), PIECE_LIMIT),
        Span::Break => "\n".to_owned(),
    }
}

/// The URL has passed the engine's check; what remains is to keep it within the brackets.
fn link(text: &str, url: &str) -> String {
    let text = literal(if text.trim().is_empty() { url } else { text }, PIECE_LIMIT);
    let url = url.replace('(', "%28").replace(')', "%29");
    match units(&url) <= PIECE_LIMIT && !url.contains(|c: char| c.is_whitespace() || c.is_control()) {
        true => format!("[{text}]({url})"),
        false => text,
    }
}

/// Discord refuses a field without a name or a value.
fn fields(fields: &[Field]) -> Vec<Value> {
    let mut room = FIELDS_ROOM;
    let mut shown = Vec::new();
    for field in fields.iter().filter(|field| !field.value.trim().is_empty()).take(FIELDS_LIMIT) {
        let name = if field.name.trim().is_empty() { "·" } else { &field.name };
        let (name, value) = (literal(name, FIELD_NAME_LIMIT), literal(&field.value, FIELD_VALUE_LIMIT));
        let Some(rest) = room.checked_sub(units(&name) + units(&value)) else { break };
        room = rest;
        shown.push(json!({ "name": name, "value": value, "inline": true }));
    }
    shown
}

/// Text that Discord shows as it is: each sign that its Markdown could read has a backslash before it, so that nothing is bold, a
/// mention, or a link by itself. Cut with `…`, between characters as people see them: a family or a flag is several to a computer.
fn literal(text: &str, limit: usize) -> String {
    let mut shown = String::new();
    let mut room = limit;
    for grapheme in text.graphemes(true) {
        let sign: String = grapheme.chars().flat_map(literal_char).collect();
        // One unit stays for the mark of the cut.
        if units(&sign) >= room {
            shown.push('…');
            break;
        }
        room -= units(&sign);
        shown.push_str(&sign);
    }
    shown
}

fn literal_char(c: char) -> impl Iterator<Item = char> {
    let shown = if c.is_control() && c != '\n' { ' ' } else { c };
    c.is_ascii_punctuation().then_some('\\').into_iter().chain([shown])
}

/// As Discord counts.
fn units(text: &str) -> usize {
    text.encode_utf16().count()
}
