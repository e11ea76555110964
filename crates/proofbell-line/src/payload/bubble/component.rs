//! What a bubble is made of. <https://developers.line.biz/en/reference/messaging-api/#component>

use proofbell_notify::{Button, Field};
use serde_json::{Value, json};

use crate::payload::line::{Line, Piece};
use crate::payload::text;

const HEADER_LIMIT: usize = 200;
/// What one line of the body, and each half of a field, may take in UTF-16 units. LINE has no limits for them.
const LINE_LIMIT: usize = 2_000;
const FIELD_LIMIT: usize = 500;
/// In graphemes. <https://developers.line.biz/en/reference/messaging-api/#action-object-label-spec>
const LABEL_LIMIT: usize = 40;

const LINK_COLOR: &str = "#1565c0";
pub(super) const NAME_COLOR: &str = "#767676";
const VALUE_COLOR: &str = "#333333";

/// The header, in letters that can be read on its colour; `None` when it is empty.
pub(super) fn header(header: &str, color: Option<&str>) -> Option<Value> {
    let header = Some(text::one_line(header)).filter(|header| !header.is_empty())?;
    let mut title = json!({
        "type": "text",
        "text": text::cut(&header, HEADER_LIMIT),
        "weight": "bold",
        "size": "lg",
        "wrap": true,
    });
    if let Some(color) = color {
        title["color"] = json!(if is_light(color) { "#111111" } else { "#ffffff" });
    }
    Some(vertical(vec![title], "none"))
}

/// A line's text, which leads to its link when it has one. Only a whole text can be tapped, so of more links each gets a line of its own.
pub(super) fn line(line: &Line) -> Vec<Value> {
    let line = cut_line(line);
    let mut component = match line.as_slice() {
        [Piece::Text(text)] => json!({ "type": "text", "text": text, "wrap": true }),
        pieces => {
            let spans: Vec<Value> = pieces.iter().map(span).collect();
            json!({ "type": "text", "contents": spans, "wrap": true })
        }
    };
    let links: Vec<(&str, &str)> = line
        .iter()
        .filter_map(|piece| match piece {
            Piece::Link(text, url) => Some((text.as_str(), url.as_str())),
            Piece::Text(_) | Piece::Bold(_) => None,
        })
        .collect();
    if let [(label, url)] = links.as_slice() {
        component["action"] = open(label, url);
        return vec![component];
    }
    let rows = links.into_iter().map(|(label, url)| {
        let mut row = words(&format!("→ {label}"), LINK_COLOR);
        row["action"] = open(label, url);
        row
    });
    std::iter::once(component).chain(rows).collect()
}

/// At most so much of a line, with `…` where it was cut.
fn cut_line(line: &Line) -> Line {
    let mut room = LINE_LIMIT;
    let mut kept = Line::new();
    for piece in line {
        let units = text::units(piece.text());
        if units <= room {
            room -= units;
            kept.push(piece.clone());
            continue;
        }
        let cut = text::cut(piece.text(), room.max(1));
        kept.push(match piece {
            Piece::Text(_) => Piece::Text(cut),
            Piece::Bold(_) => Piece::Bold(cut),
            Piece::Link(_, url) => Piece::Link(cut, url.clone()),
        });
        break;
    }
    kept
}

fn span(piece: &Piece) -> Value {
    let text = piece.text();
    match piece {
        Piece::Text(_) => json!({ "type": "span", "text": text }),
        Piece::Bold(_) => json!({ "type": "span", "text": text, "weight": "bold" }),
        Piece::Link(..) => {
            json!({ "type": "span", "text": text, "color": LINK_COLOR, "decoration": "underline" })
        }
    }
}

pub(super) fn item(components: Vec<Value>) -> Value {
    let bullet = json!({ "type": "text", "text": "•", "flex": 0 });
    let mut content = vertical(components, "none");
    content["flex"] = json!(1);
    json!({ "type": "box", "layout": "horizontal", "spacing": "sm", "contents": [bullet, content] })
}

/// Name and value side by side; what is empty is left away.
pub(super) fn field(field: &Field) -> Option<Value> {
    let half = |said: &str, color: &str, flex: u8| {
        let said = text::clean(said);
        let mut half = words(&text::cut(said.trim(), FIELD_LIMIT), color);
        half["flex"] = json!(flex);
        (!said.trim().is_empty()).then_some(half)
    };
    let halves = [half(&field.name, NAME_COLOR, 2), half(&field.value, VALUE_COLOR, 5)];
    let halves: Vec<Value> = halves.into_iter().flatten().collect();
    (!halves.is_empty())
        .then(|| json!({ "type": "box", "layout": "baseline", "spacing": "sm", "contents": halves }))
}

pub(super) fn button(button: &Button, url: &str, index: usize) -> Value {
    let label = text::one_line(&button.text);
    let style = if index == 0 { "primary" } else { "secondary" };
    let action = open(if label.is_empty() { url } else { &label }, url);
    json!({ "type": "button", "style": style, "height": "sm", "action": action })
}

fn open(label: &str, url: &str) -> Value {
    json!({ "type": "uri", "label": text::cut_label(label, LABEL_LIMIT), "uri": url })
}

pub(super) fn words(text: &str, color: &str) -> Value {
    json!({ "type": "text", "text": text, "size": "sm", "color": color, "wrap": true })
}

pub(super) fn vertical(contents: Vec<Value>, spacing: &str) -> Value {
    json!({ "type": "box", "layout": "vertical", "spacing": spacing, "contents": contents })
}

pub(super) fn is_color(color: &str) -> bool {
    color.strip_prefix('#').is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Whether dark text reads better on it: relative luminance as in WCAG 2, with the square for the curve.
fn is_light(color: &str) -> bool {
    let channel = |from: usize| {
        let hex = color.get(from..from + 2).unwrap_or_default();
        f32::from(u8::from_str_radix(hex, 16).unwrap_or_default()) / 255.0
    };
    let luminance = 0.2126 * channel(1).powi(2) + 0.7152 * channel(3).powi(2) + 0.0722 * channel(5).powi(2);
    luminance > 0.2
}
