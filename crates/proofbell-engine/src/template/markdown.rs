//! From the small Markdown of chat templates to rich text. Values come in after parsing, in place of their marks: whatever
//! they hold, they cannot become markup, a link or a block of their own.

use proofbell_notify::{Block, Span};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::escape::{MARK, MARK_END};
use super::output::{ChatValue, Rendered, ValueKind};
use crate::link::{checked_url, encoded};

/// Parses a rendered chat body. Headings become bold, numbered lists lines; a line of the source is a line of the message.
pub(crate) fn blocks(body: &Rendered) -> Vec<Block> {
    let mut builder = Builder { values: &body.values, ..Builder::default() };
    for event in Parser::new_ext(&body.text, Options::empty()) {
        builder.event(event);
    }
    builder.end_block();
    builder.blocks
}

#[derive(Default)]
struct Builder<'a> {
    values: &'a [ChatValue],
    blocks: Vec<Block>,
    /// The text of the paragraph or item so far.
    spans: Vec<Span>,
    /// Items of the unordered list that is open.
    items: Vec<Vec<Span>>,
    lists: Vec<List>,
    bold: usize,
    /// The link that is open: where it leads, if it may, and its text so far.
    link: Option<(Option<String>, String)>,
}

/// An open list: the next number, or `None` for one without numbers.
struct List(Option<u64>);

impl Builder<'_> {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Code(text) | Event::InlineHtml(text) | Event::Html(text) => {
                self.text(&text)
            }
            Event::SoftBreak | Event::HardBreak => self.line_break(),
            Event::InlineMath(text) | Event::DisplayMath(text) => self.text(&text),
            Event::FootnoteReference(_) | Event::Rule | Event::TaskListMarker(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Strong => self.bold += 1,
            Tag::Heading { .. } => {
                self.end_block();
                self.bold += 1;
            }
            Tag::Link { dest_url, .. } => self.link = Some((self.destination(&dest_url), String::new())),
            Tag::List(first) => {
                self.end_item();
                if self.lists.is_empty() {
                    self.end_block();
                }
                self.lists.push(List(first));
            }
            Tag::Item => {
                self.end_item();
                if let Some(List(Some(number))) = self.lists.last_mut() {
                    let text = format!("{number}. ");
                    *number += 1;
                    self.push(Span::Text(text));
                }
            }
            Tag::Paragraph | Tag::CodeBlock(_) | Tag::HtmlBlock if self.lists.is_empty() => self.end_block(),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Strong => self.bold = self.bold.saturating_sub(1),
            TagEnd::Heading(_) => {
                self.bold = self.bold.saturating_sub(1);
                self.end_block();
            }
            TagEnd::Link => self.end_link(),
            TagEnd::Item => self.end_item(),
            TagEnd::List(_) => {
                self.end_item();
                self.lists.pop();
                if self.lists.is_empty() {
                    self.end_block();
                }
            }
            TagEnd::Paragraph | TagEnd::CodeBlock | TagEnd::HtmlBlock if self.lists.is_empty() => {
                self.end_block()
            }
            // A further paragraph of an item goes on in the item, on a new line.
            TagEnd::Paragraph => self.line_break(),
            _ => {}
        }
    }

    /// Text of the template, values put in.
    fn text(&mut self, text: &str) {
        let mut rest = text;
        while let Some((before, value, after)) = next_mark(rest, self.values) {
            self.plain(before);
            if let Some(value) = value {
                self.value(value);
            }
            rest = after;
        }
        self.plain(rest);
    }

    fn value(&mut self, value: &ChatValue) {
        match value.kind {
            ValueKind::Link if self.link.is_none() => {
                self.push(Span::Link { text: value.text.clone(), url: value.text.clone() });
            }
            // Within a link it comes before it, for a link is one span.
            ValueKind::Mention => self.push(Span::Mention(value.text.clone())),
            ValueKind::Link | ValueKind::Text => self.run(&value.text),
        }
    }

    /// The template's own text, which may hold line breaks (code, HTML).
    fn plain(&mut self, text: &str) {
        for (index, line) in text.split('\n').enumerate() {
            if index > 0 {
                self.line_break();
            }
            self.run(line);
        }
    }

    fn run(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if let Some((_, label)) = &mut self.link {
            return label.push_str(text);
        }
        let bold = self.bold > 0;
        match self.spans.last_mut() {
            Some(Span::Bold(last)) if bold => last.push_str(text),
            Some(Span::Text(last)) if !bold => last.push_str(text),
            _ if bold => self.push(Span::Bold(text.to_owned())),
            _ => self.push(Span::Text(text.to_owned())),
        }
    }

    fn line_break(&mut self) {
        match &mut self.link {
            Some((_, label)) => label.push(' '),
            None if self.spans.is_empty() => {}
            None => self.push(Span::Break),
        }
    }

    fn push(&mut self, span: Span) {
        self.spans.push(span);
    }

    fn end_link(&mut self) {
        let Some((url, label)) = self.link.take() else { return };
        let label = label.trim();
        match url {
            Some(url) => {
                let text = if label.is_empty() { url.clone() } else { label.to_owned() };
                self.push(Span::Link { text, url });
            }
            // Not a place that a message may lead to: its text alone.
            None => self.run(label),
        }
    }

    /// Where a link leads. A value may be the whole URL or its beginning up to a slash; further in it is encoded, and in the
    /// host it makes the link none.
    fn destination(&self, text: &str) -> Option<String> {
        let mut url = String::new();
        let mut rest = text;
        while let Some((before, value, after)) = next_mark(rest, self.values) {
            if value.is_some_and(|value| value.kind == ValueKind::Mention) {
                return None;
            }
            url.push_str(before);
            let value = value.map_or("", |value| &value.text);
            if url.is_empty() && (after.is_empty() || after.starts_with(['/', '?', '#'])) {
                url.push_str(value);
            } else if url.split_once("://").is_some_and(|(_, host)| host.contains(['/', '?', '#'])) {
                url.push_str(&encoded(value));
            } else {
                return None;
            }
            rest = after;
        }
        checked_url(&(url + rest))
    }

    /// Ends the item that is open, if one is.
    fn end_item(&mut self) {
        let Some(List(number)) = self.lists.last() else { return };
        let is_numbered = number.is_some();
        let spans = trimmed(std::mem::take(&mut self.spans));
        if spans.is_empty() {
            return;
        }
        if is_numbered {
            self.end_items();
            self.blocks.push(Block::Paragraph(spans));
        } else {
            self.items.push(spans);
        }
    }

    fn end_items(&mut self) {
        if !self.items.is_empty() {
            self.blocks.push(Block::List(std::mem::take(&mut self.items)));
        }
    }

    fn end_block(&mut self) {
        self.end_items();
        let spans = trimmed(std::mem::take(&mut self.spans));
        if !spans.is_empty() {
            self.blocks.push(Block::Paragraph(spans));
        }
    }
}

/// Without line breaks at the end.
fn trimmed(mut spans: Vec<Span>) -> Vec<Span> {
    while spans.last() == Some(&Span::Break) {
        spans.pop();
    }
    spans
}

/// The text before the next mark, its value, and what comes after it.
fn next_mark<'t, 'v>(
    text: &'t str,
    values: &'v [ChatValue],
) -> Option<(&'t str, Option<&'v ChatValue>, &'t str)> {
    let (before, rest) = text.split_once(MARK)?;
    let (number, after) = rest.split_once(MARK_END).unwrap_or((rest, ""));
    let value = number.parse::<usize>().ok().and_then(|number| values.get(number));
    Some((before, value, after))
}
