//! The body: a `rich_text` block for each paragraph and list. Every text in such a block is literal.

use proofbell_notify::{Block, Chat, Span};
use serde_json::{Value, json};

use super::{LINK_LIMIT, text, value_size};

/// What one line may take, as a section's text may.
const LINE_LIMIT: usize = 3_000;

/// The blocks that fit, and how many lines did not.
pub(super) struct Body {
    pub(super) blocks: Vec<Value>,
    pub(super) left_out: usize,
}

impl Body {
    /// As many lines as fit; after the first that does not, all are left out, so that nothing is missing from the middle.
    pub(super) fn new(body: &[Block], room: usize, blocks: usize) -> Body {
        let mut rendered = Body { blocks: Vec::new(), left_out: 0 };
        let mut room = room;
        for block in body {
            let lines = lines(block);
            let full = rendered.left_out > 0 || rendered.blocks.len() == blocks;
            let fitting = if full { 0 } else { fitting(&lines, &mut room) };
            rendered.left_out += lines.len() - fitting;
            rendered.blocks.extend((fitting > 0).then(|| rich_text(block, &lines[..fitting])));
        }
        rendered
    }
}

/// A block of one line of plain text.
pub(super) fn note(line: &str) -> Value {
    json!({ "type": "rich_text", "elements": [section(vec![plain(line)])] })
}

/// The whole message as plain text, without the mentions that the blocks show as names: nobody wants `@U012AB3CD` read out, and the
/// mention itself is in the blocks.
pub(super) fn spoken(chat: &Chat) -> String {
    let keep = |span: &Span| !matches!(span, Span::Mention(name) if is_user_id(name));
    let keep_all = |spans: &[Span]| spans.iter().filter(|span| keep(span)).cloned().collect();
    let body = chat.body.iter().map(|block| match block {
        Block::Paragraph(spans) => Block::Paragraph(keep_all(spans)),
        Block::List(items) => Block::List(items.iter().map(|item| keep_all(item)).collect()),
    });
    let without = Chat { body: body.collect(), ..chat.clone() }.plain_text();
    // A message that says nothing else is still one.
    if without.trim().is_empty() { chat.plain_text() } else { without.trim().to_owned() }
}

/// A block's lines, each as `rich_text` elements; a list's item is one line. Lines of a paragraph may be empty, items may not.
fn lines(block: &Block) -> Vec<Vec<Value>> {
    match block {
        Block::Paragraph(spans) => {
            let mut lines: Vec<_> = split(spans).iter().map(|line| elements(line)).collect();
            while lines.last().is_some_and(Vec::is_empty) {
                lines.pop();
            }
            lines
        }
        Block::List(items) => {
            items.iter().map(|item| elements(item)).filter(|item| !item.is_empty()).collect()
        }
    }
}

/// How many of the lines fit into the room, which they then take.
fn fitting(lines: &[Vec<Value>], room: &mut usize) -> usize {
    // A line's own element, the block around the lines, and a line end.
    const AROUND: usize = 120;
    lines
        .iter()
        .take_while(|line| {
            let size = AROUND + line.iter().map(value_size).sum::<usize>();
            let fits = size <= *room;
            *room -= if fits { size } else { 0 };
            fits
        })
        .count()
}

fn rich_text(block: &Block, lines: &[Vec<Value>]) -> Value {
    let element = match block {
        Block::Paragraph(_) => section(lines.join(&plain("\n"))),
        Block::List(_) => {
            let items: Vec<Value> = lines.iter().cloned().map(section).collect();
            json!({ "type": "rich_text_list", "style": "bullet", "elements": items })
        }
    };
    json!({ "type": "rich_text", "elements": [element] })
}

fn section(elements: Vec<Value>) -> Value {
    json!({ "type": "rich_text_section", "elements": elements })
}

fn plain(text: &str) -> Value {
    json!({ "type": "text", "text": text })
}

/// Parts spans at breaks, and at line ends within their texts.
fn split(spans: &[Span]) -> Vec<Vec<Span>> {
    let mut lines = vec![Vec::new()];
    for span in spans {
        let pieces: Vec<Span> = match span {
            Span::Text(text) => text.lines().map(|line| Span::Text(line.to_owned())).collect(),
            Span::Bold(text) => text.lines().map(|line| Span::Bold(line.to_owned())).collect(),
            Span::Break => vec![Span::Text(String::new()); 2],
            Span::Link { .. } | Span::Mention(_) => vec![span.clone()],
        };
        for (index, piece) in pieces.into_iter().enumerate() {
            if index > 0 {
                lines.push(Vec::new());
            }
            if let Some(line) = lines.last_mut() {
                line.push(piece);
            }
        }
    }
    lines
}

/// A line's elements, cut with `…` where the line is full.
fn elements(spans: &[Span]) -> Vec<Value> {
    let mut room = LINE_LIMIT;
    let mut elements = Vec::new();
    for span in spans {
        if room == 0 {
            break;
        }
        let Some((element, shown)) = element(span, room) else { continue };
        room = room.saturating_sub(shown);
        elements.push(element);
    }
    elements
}

/// A span's element and how much it shows; `None` for an empty one, which Slack refuses.
fn element(span: &Span, room: usize) -> Option<(Value, usize)> {
    let shown = match span {
        Span::Text(text) | Span::Bold(text) | Span::Link { text, .. } => text::literal(text, room),
        Span::Mention(name) => text::literal(&format!("@{name}"), room),
        Span::Break => "\n".to_owned(),
    };
    let units = text::units(&shown);
    let element = match span {
        Span::Link { url, .. } if text::is_link(url) && text::units(url) <= LINK_LIMIT => {
            let text = if shown.is_empty() { text::literal(url, room) } else { shown };
            json!({ "type": "link", "url": url, "text": text })
        }
        Span::Mention(name) if is_user_id(name) => json!({ "type": "user", "user_id": name }),
        _ if shown.is_empty() => return None,
        Span::Bold(_) => json!({ "type": "text", "text": shown, "style": { "bold": true } }),
        Span::Text(_) | Span::Link { .. } | Span::Mention(_) | Span::Break => plain(&shown),
    };
    Some((element, units))
}

/// `U` or `W` and capital letters and digits: <https://docs.slack.dev/reference/objects/user-object>.
fn is_user_id(name: &str) -> bool {
    let rest = name.strip_prefix(['U', 'W']).unwrap_or_default();
    (6..=20).contains(&rest.len())
        && rest.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}
