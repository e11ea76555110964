//! Chat bodies as a small tree: made once by the engine, written by each plugin in its own markup.

use serde::{Deserialize, Serialize};

/// A chat message before any service's markup. Every string in it is plain text: nothing in it is markup yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chat {
    /// A headline above the body.
    pub header: Option<String>,
    /// An accent colour, `#rrggbb`.
    pub color: Option<String>,
    /// The body, block by block.
    pub body: Vec<Block>,
    /// Short name and value pairs, shown in columns where the service can.
    pub fields: Vec<Field>,
    /// Links shown as buttons.
    pub buttons: Vec<Button>,
}

/// One block of a chat body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// Running text.
    Paragraph(Vec<Span>),
    /// An unordered list, an item each.
    List(Vec<Vec<Span>>),
}

/// A piece of running text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    /// Plain text.
    Text(String),
    /// Text that stands out.
    Bold(String),
    /// A link; `url` has passed the engine's check (https, or http on loopback).
    Link {
        /// What is shown.
        text: String,
        /// Where it leads.
        url: String,
    },
    /// A mention of the message's recipient by the service's own name for it, never taken from a payload.
    Mention(String),
    /// A line break within the block.
    Break,
}

/// A name and its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// What it is.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// A link shown as a button.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    /// The label.
    pub text: String,
    /// Where it leads.
    pub url: String,
}

impl Chat {
    /// The whole message as plain text: for notifications, for services without markup, for lists in the console.
    pub fn plain_text(&self) -> String {
        let mut parts = Vec::new();
        parts.extend(self.header.clone());
        for block in &self.body {
            match block {
                Block::Paragraph(spans) => parts.push(plain(spans)),
                Block::List(items) => parts.extend(items.iter().map(|item| format!("• {}", plain(item)))),
            }
        }
        parts.extend(self.fields.iter().map(|field| format!("{}: {}", field.name, field.value)));
        parts.extend(self.buttons.iter().map(|button| format!("{}: {}", button.text, button.url)));
        parts.join("\n")
    }
}

fn plain(spans: &[Span]) -> String {
    spans
        .iter()
        .map(|span| match span {
            Span::Text(text) | Span::Bold(text) => text.clone(),
            Span::Link { text, url } if text == url => url.clone(),
            Span::Link { text, url } => format!("{text} ({url})"),
            Span::Mention(name) => format!("@{name}"),
            Span::Break => "\n".to_owned(),
        })
        .collect()
}
