//! The body that is posted: a message as JSON, the same bytes in each attempt. The README is its description for receivers, and
//! `tests/webhook/message.schema.json` the same for machines.

use jiff::Timestamp;
use proofbell_notify::{Block, Body, Button, Chat, Field, Message, Span};
use serde::Serialize;

/// Version of the shape of `data`. Another one, when a key changes its meaning or goes; new keys do not need one.
const VERSION: u32 = 1;

/// What is posted for a message, as JSON in UTF-8; `None` when there is nothing to say, and for a mail.
pub fn payload(message: &Message) -> Option<Vec<u8>> {
    let (text, chat) = match &message.body {
        Body::Chat(chat) => (chat.plain_text(), Some(Rich::of(chat))),
        Body::Text(text) => (text.clone(), None),
        Body::Email(_) => return None,
    };
    if text.trim().is_empty() {
        return None;
    }
    let data = Data {
        version: VERSION,
        id: message.id.to_string(),
        case: message.case.as_deref(),
        locale: &message.locale,
        to_name: message.to_name.as_deref(),
        optional: message.optional,
        text,
        chat,
    };
    // Nothing in here has a way to fail: no map has keys that are no strings.
    serde_json::to_vec(&Envelope { r#type: "message", timestamp: message.made_at, data }).ok()
}

/// As Standard Webhooks recommends: what kind of event, when it happened, and its data.
#[derive(Serialize)]
struct Envelope<'a> {
    r#type: &'static str,
    timestamp: Timestamp,
    data: Data<'a>,
}

/// Every key is always there, null where nothing is known.
#[derive(Serialize)]
struct Data<'a> {
    version: u32,
    id: String,
    case: Option<&'a str>,
    locale: &'a str,
    to_name: Option<&'a str>,
    optional: bool,
    text: String,
    chat: Option<Rich<'a>>,
}

/// The rich text of a chat message, spelled out here so that the wire does not change when our own types do.
#[derive(Serialize)]
struct Rich<'a> {
    header: Option<&'a str>,
    color: Option<&'a str>,
    blocks: Vec<RichBlock<'a>>,
    fields: Vec<Pair<'a>>,
    buttons: Vec<Link<'a>>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum RichBlock<'a> {
    Paragraph { spans: Vec<RichSpan<'a>> },
    List { items: Vec<Vec<RichSpan<'a>>> },
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum RichSpan<'a> {
    Text { text: &'a str },
    Bold { text: &'a str },
    Link { text: &'a str, url: &'a str },
    Mention { name: &'a str },
    Break,
}

#[derive(Serialize)]
struct Pair<'a> {
    name: &'a str,
    value: &'a str,
}

#[derive(Serialize)]
struct Link<'a> {
    text: &'a str,
    url: &'a str,
}

impl<'a> Rich<'a> {
    fn of(chat: &'a Chat) -> Rich<'a> {
        let pair = |field: &'a Field| Pair { name: &field.name, value: &field.value };
        let link = |button: &'a Button| Link { text: &button.text, url: &button.url };
        Rich {
            header: chat.header.as_deref(),
            color: chat.color.as_deref(),
            blocks: chat.body.iter().map(RichBlock::of).collect(),
            fields: chat.fields.iter().map(pair).collect(),
            buttons: chat.buttons.iter().map(link).collect(),
        }
    }
}

impl<'a> RichBlock<'a> {
    fn of(block: &'a Block) -> RichBlock<'a> {
        match block {
            Block::Paragraph(spans) => RichBlock::Paragraph { spans: RichSpan::all(spans) },
            Block::List(items) => {
                RichBlock::List { items: items.iter().map(|item| RichSpan::all(item)).collect() }
            }
        }
    }
}

impl<'a> RichSpan<'a> {
    fn all(spans: &'a [Span]) -> Vec<RichSpan<'a>> {
        spans.iter().map(RichSpan::of).collect()
    }

    fn of(span: &'a Span) -> RichSpan<'a> {
        match span {
            Span::Text(text) => RichSpan::Text { text },
            Span::Bold(text) => RichSpan::Bold { text },
            Span::Link { text, url } => {
                RichSpan::Link { text: if text.is_empty() { url } else { text }, url }
            }
            Span::Mention(name) => RichSpan::Mention { name },
            Span::Break => RichSpan::Break,
        }
    }
}
