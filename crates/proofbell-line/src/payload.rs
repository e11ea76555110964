//! A chat message as a LINE message object, within LINE's limits.
//! <https://developers.line.biz/en/reference/messaging-api/#message-objects>

mod bubble;
mod line;
mod plain;
mod text;

use proofbell_notify::Chat;
use serde_json::{Value, json};

use self::bubble::Bubble;
use crate::Shape;

/// Shown in notifications, in the list of talks and where a message is quoted.
/// <https://developers.line.biz/en/reference/messaging-api/#flex-message>
const ALT_LIMIT: usize = 1_500;

/// The message object for a chat message; `None` when there is nothing to say. `locale` is the language of the line that says how much
/// was left out: Japanese for `ja`, else English.
pub fn payload(chat: &Chat, shape: Shape, locale: &str) -> Option<Value> {
    match shape {
        Shape::Bubble => flex(chat, locale),
        Shape::Text => plain::text(chat, locale).map(|text| json!({ "type": "text", "text": text })),
    }
}

fn flex(chat: &Chat, locale: &str) -> Option<Value> {
    let bubble = Bubble::new(chat, locale)?;
    let said = plain::alternative(chat);
    let alternative = if said.is_empty() { bubble.note.as_deref().unwrap_or("…") } else { &said };
    Some(json!({
        "type": "flex",
        "altText": text::cut(alternative, ALT_LIMIT),
        "contents": bubble.contents,
    }))
}

/// The last line of a message of which some did not fit.
fn left_out_line(count: usize, locale: &str) -> Option<String> {
    match (count, locale.split(['-', '_']).next()) {
        (0, _) => None,
        (_, Some("ja")) => Some(format!("… ほか{count}行を省略しました")),
        (1, _) => Some("… 1 more line was left out".to_owned()),
        (_, _) => Some(format!("… {count} more lines were left out")),
    }
}

#[cfg(test)]
mod tests;
