//! A chat message in Slack's Block Kit, within its limits. Limits: <https://docs.slack.dev/reference/block-kit/blocks>.

mod body;
mod color;
mod text;

use proofbell_notify::{Button, Chat, Field};
use serde_json::{Value, json};

use self::body::Body;

const HEADER_LIMIT: usize = 150;
const FIELDS_LIMIT: usize = 10;
const FIELD_LIMIT: usize = 2_000;
const BUTTONS_LIMIT: usize = 25;
const BUTTON_LIMIT: usize = 75;
const LINK_LIMIT: usize = 3_000;
/// Far below Slack's 40,000: it is for notifications.
const TEXT_LIMIT: usize = 3_000;
/// Blocks that the body may take of Slack's 50; the others are header, fields, buttons and the last line.
const BODY_BLOCKS_LIMIT: usize = 46;
/// What all blocks may take together, JSON included. Slack refuses more than about 13,200 characters (`msg_blocks_too_long`) and documents
/// nothing: <https://github.com/slackapi/bolt-js/issues/2509>.
const TOTAL_LIMIT: usize = 12_000;
/// What fields, and buttons, may take of that each, so that some of the body is always shown.
const SHARE: usize = 3_500;

/// What is posted for a message, in Slack's terms; `None` when there is nothing to say. `locale` is the language of the line that
/// says how much was left out: Japanese for `ja`, else English.
pub fn payload(chat: &Chat, locale: &str) -> Option<Value> {
    let text = text::fallback(&body::spoken(chat), TEXT_LIMIT);
    if text.trim().is_empty() {
        return None;
    }
    let header = header(chat);
    let fields = fields(&chat.fields);
    let buttons = buttons(&chat.buttons);
    let room = TOTAL_LIMIT - size(&header) - size(&fields.block) - size(&buttons.block);
    let body = Body::new(&chat.body, room, BODY_BLOCKS_LIMIT);

    let left_out = body.left_out + fields.left_out + buttons.left_out;
    let note = (left_out > 0).then(|| body::note(&left_out_line(left_out, locale)));
    let before = header.into_iter().chain(body.blocks);
    let blocks: Vec<Value> = before.chain(fields.block).chain(buttons.block).chain(note).collect();
    // An empty field has a colon in the plain text and no block.
    (!blocks.is_empty()).then(|| json!({ "text": text, "blocks": blocks }))
}

/// A block, and how much did not fit into it.
struct Part {
    block: Option<Value>,
    left_out: usize,
}

fn header(chat: &Chat) -> Option<Value> {
    let header = chat.header.as_deref().map(text::one_line).filter(|header| !header.is_empty())?;
    let square = chat.color.as_deref().and_then(color::square);
    let header = square.map_or(header.clone(), |square| format!("{square} {header}"));
    Some(json!({ "type": "header", "text": plain_text(&header, HEADER_LIMIT) }))
}

fn fields(fields: &[Field]) -> Part {
    let texts = fields.iter().map(|field| {
        let text = format!("{}\n{}", text::one_line(&field.name), text::clean(&field.value));
        text.trim().to_owned()
    });
    let rendered = texts.filter(|text| !text.is_empty()).map(|text| plain_text(&text, FIELD_LIMIT));
    let (fields, left_out) = take(rendered, FIELDS_LIMIT);
    Part { block: (!fields.is_empty()).then(|| json!({ "type": "section", "fields": fields })), left_out }
}

/// Buttons whose links Slack would refuse are left out, for a cut link leads elsewhere.
fn buttons(buttons: &[Button]) -> Part {
    let usable = |button: &&Button| text::is_link(&button.url) && text::units(&button.url) <= LINK_LIMIT;
    let unusable = buttons.iter().filter(|button| !usable(button)).count();
    let rendered = buttons.iter().filter(usable).enumerate().map(|(index, button)| {
        let label = text::one_line(&button.text);
        json!({
            "type": "button",
            "action_id": format!("link-{index}"),
            "text": plain_text(if label.is_empty() { &button.url } else { &label }, BUTTON_LIMIT),
            "url": button.url,
        })
    });
    let (elements, left_out) = take(rendered, BUTTONS_LIMIT);
    let block = (!elements.is_empty()).then(|| json!({ "type": "actions", "elements": elements }));
    Part { block, left_out: left_out + unusable }
}

/// The first of these, as many as Slack takes and the share allows, and how many are not among them.
fn take(rendered: impl Iterator<Item = Value>, limit: usize) -> (Vec<Value>, usize) {
    let mut taken = Vec::new();
    let mut left_out = 0;
    let mut room = SHARE;
    for value in rendered {
        let size = value_size(&value);
        if left_out > 0 || taken.len() == limit || size > room {
            left_out += 1;
            continue;
        }
        room -= size;
        taken.push(value);
    }
    (taken, left_out)
}

fn plain_text(text: &str, limit: usize) -> Value {
    json!({ "type": "plain_text", "text": text::escaped(text, limit), "emoji": false })
}

fn left_out_line(count: usize, locale: &str) -> String {
    match (locale.split(['-', '_']).next(), count) {
        (Some("ja"), _) => format!("… ほか{count}行を省略しました"),
        (_, 1) => "… 1 more line was left out".to_owned(),
        _ => format!("… {count} more lines were left out"),
    }
}

fn size(block: &Option<Value>) -> usize {
    block.as_ref().map_or(0, value_size)
}

/// How Slack counts is not known; UTF-16 units of the JSON are never fewer than characters.
fn value_size(value: &Value) -> usize {
    text::units(&value.to_string())
}

#[cfg(test)]
mod tests;
