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
    /// A mention of the message's recipient by the service's own name for it, out of [`crate::Recipient::mentions`] and never out of a
    /// payload. A service that does not know the name as one of its own shows it as text, or not at all.
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
            Span::Link { text, url } if text.is_empty() || text == url => url.clone(),
            Span::Link { text, url } => format!("{text} ({url})"),
            Span::Mention(name) => format!("@{name}"),
            Span::Break => "\n".to_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(text: &str, url: &str) -> Span {
        Span::Link { text: text.to_owned(), url: url.to_owned() }
    }

    #[test]
    fn plain_text_says_all_of_it() {
        let text = |text: &str| Span::Text(text.to_owned());
        let chat = Chat {
            header: Some("Counterfeit".to_owned()),
            color: Some("#a4262c".to_owned()),
            body: vec![
                Block::Paragraph(vec![
                    text("It is "),
                    Span::Bold("not".to_owned()),
                    Span::Break,
                    text("authentic."),
                ]),
                Block::List(vec![vec![text("one")], vec![Span::Mention("U012AB3CD".to_owned())]]),
                Block::Paragraph(vec![
                    link("the item", "https://a.example"),
                    text(" "),
                    link("https://b.example", "https://b.example"),
                    text(" "),
                    link("", "https://c.example"),
                ]),
            ],
            fields: vec![Field { name: "Reference".to_owned(), value: "MS-1".to_owned() }],
            buttons: vec![Button { text: "Open".to_owned(), url: "https://d.example".to_owned() }],
        };
        let expected = "Counterfeit\nIt is not\nauthentic.\n• one\n• @U012AB3CD\n\
            the item (https://a.example) https://b.example https://c.example\nReference: MS-1\nOpen: https://d.example";
        assert_eq!(chat.plain_text(), expected);
        assert_eq!(Chat::default().plain_text(), "");
    }

    #[test]
    fn a_stored_message_reads_back_the_same() {
        let body = vec![Block::List(vec![vec![
            link("a", "https://a.example"),
            Span::Break,
            Span::Bold("b".to_owned()),
        ]])];
        let chat = Chat { body, ..Chat::default() };
        let stored = serde_json::to_string(&chat).unwrap();
        assert_eq!(serde_json::from_str::<Chat>(&stored).unwrap(), chat);
    }
}
