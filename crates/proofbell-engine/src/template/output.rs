//! Where rendered text goes: capped, and escaped in the one way of its form.

use super::escape::{MARK, MARK_END, clean, html_into};

/// Which text is being made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Style {
    /// The HTML of an e-mail.
    Html,
    /// The Markdown of a chat message. Values stand in it as marks, and are put in after it was parsed.
    Chat,
    /// Plain text: subjects, fields, SMS.
    Plain,
}

/// The text grew past its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLarge;

/// A text in the making.
#[derive(Debug)]
pub(crate) struct Output {
    style: Style,
    text: String,
    values: Vec<ChatValue>,
    size: usize,
    limit: usize,
}

/// A value that a mark stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ChatValue {
    pub(crate) text: String,
    pub(crate) kind: ValueKind,
}

/// What a mark may become. Only what the host itself made is more than text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ValueKind {
    /// Text.
    Text,
    /// A configured link, which may be shown as one.
    Link,
    /// The name by which a recipient is mentioned.
    Mention,
}

/// The finished text.
#[derive(Debug)]
pub(crate) struct Rendered {
    pub(crate) text: String,
    /// What the marks of a chat text stand for, by number.
    pub(crate) values: Vec<ChatValue>,
}

impl Output {
    /// At most `limit` bytes, values included.
    pub(crate) fn new(style: Style, limit: usize) -> Output {
        Output { style, text: String::new(), values: Vec::new(), size: 0, limit }
    }

    /// The template's own text.
    pub(crate) fn literal(&mut self, text: &str) -> Result<(), TooLarge> {
        self.grow(text.len())?;
        if self.style == Style::Chat && text.contains([MARK, MARK_END]) {
            self.text.extend(text.chars().filter(|c| !matches!(*c, MARK | MARK_END)));
        } else {
            self.text.push_str(text);
        }
        Ok(())
    }

    /// A value, escaped.
    pub(crate) fn value(&mut self, value: &str) -> Result<(), TooLarge> {
        let value = clean(value);
        self.put(&value, ValueKind::Text)
    }

    /// The URL of a configured link.
    pub(crate) fn url(&mut self, url: &str) -> Result<(), TooLarge> {
        self.put(url, ValueKind::Link)
    }

    /// Mentions of recipients, by name. Only chats have them; a check has kept them out of everything else.
    pub(crate) fn mentions(&mut self, names: &[String]) -> Result<(), TooLarge> {
        if self.style != Style::Chat {
            return Ok(());
        }
        for (index, name) in names.iter().enumerate() {
            if index > 0 {
                self.literal(" ")?;
            }
            self.put(name, ValueKind::Mention)?;
        }
        Ok(())
    }

    /// A link with a text.
    pub(crate) fn link(&mut self, text: &str, url: &str) -> Result<(), TooLarge> {
        match self.style {
            Style::Html => {
                self.literal("<a href=\"")?;
                self.url(url)?;
                self.literal("\">")?;
                self.value(text)?;
                self.literal("</a>")
            }
            Style::Chat => {
                self.literal("[")?;
                self.value(text)?;
                self.literal("](")?;
                self.url(url)?;
                self.literal(")")
            }
            Style::Plain if text == url => self.url(url),
            Style::Plain => {
                self.value(text)?;
                self.literal(": ")?;
                self.url(url)
            }
        }
    }

    /// A link that stands out. In HTML it is a table, the only shape that every mail program colours as a whole.
    pub(crate) fn button(&mut self, text: &str, url: &str) -> Result<(), TooLarge> {
        if self.style != Style::Html {
            return self.link(text, url);
        }
        self.literal(
            "<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\"><tr>\
             <td align=\"center\" bgcolor=\"#221f1b\" style=\"border-radius:4px;background-color:#221f1b;\"><a href=\"",
        )?;
        self.url(url)?;
        self.literal(
            "\" style=\"display:inline-block;padding:14px 28px;border:1px solid #221f1b;border-radius:4px;\
             background-color:#221f1b;color:#ffffff;font-size:16px;line-height:1.25;font-weight:600;\
             text-decoration:none;\">",
        )?;
        self.value(text)?;
        self.literal("</a></td></tr></table>")
    }

    pub(crate) fn finish(self) -> Rendered {
        Rendered { text: self.text, values: self.values }
    }

    fn put(&mut self, value: &str, kind: ValueKind) -> Result<(), TooLarge> {
        self.grow(value.len())?;
        match self.style {
            Style::Html => {
                let before = self.text.len();
                html_into(&mut self.text, value);
                self.grow((self.text.len() - before).saturating_sub(value.len()))?;
            }
            Style::Plain => self.text.push_str(value),
            // No mark for nothing, or a blank line would not end a paragraph.
            Style::Chat if value.is_empty() => {}
            Style::Chat => {
                self.text.push(MARK);
                self.text.push_str(&self.values.len().to_string());
                self.text.push(MARK_END);
                self.values.push(ChatValue { text: value.to_owned(), kind });
            }
        }
        Ok(())
    }

    fn grow(&mut self, bytes: usize) -> Result<(), TooLarge> {
        self.size = self.size.saturating_add(bytes);
        if self.size > self.limit { Err(TooLarge) } else { Ok(()) }
    }
}
