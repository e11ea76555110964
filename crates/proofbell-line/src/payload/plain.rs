//! A message as plain text: as a text message, and as what stands for a bubble in notifications.

use proofbell_notify::{Block, Button, Chat, Field};

use super::line::{Line, Piece, lines};
use super::{left_out_line, text};

/// <https://developers.line.biz/en/reference/messaging-api/#text-message>
const TEXT_LIMIT: usize = 5_000;
/// Kept for the line that says how much was left out.
const NOTE_ROOM: usize = 60;
const HEADER_LIMIT: usize = 400;
/// What fields, and buttons, may take of the text each, so that some of the body is always shown.
const FIELDS_SHARE: usize = 1_000;
const BUTTONS_SHARE: usize = 2_500;
/// A line of which fewer units would be left is left out instead.
const SHORTEST_CUT: usize = 20;

/// The whole message as the text of a text message; `None` when there is nothing to say. What was nobody's link does not become one.
pub(super) fn text(chat: &Chat, locale: &str) -> Option<String> {
    let header = chat.header.as_deref().map(text::one_line).filter(|header| !header.is_empty());
    let header = header.map(|header| text::cut(&text::unlinked(&header), HEADER_LIMIT));
    let mut fields = Part::new(FIELDS_SHARE);
    fields.fill(field_lines(chat).map(|line| Entry::Words(text::unlinked(&line))));
    let mut buttons = Part::new(BUTTONS_SHARE);
    buttons.fill(chat.buttons.iter().map(button));

    let used = header.as_deref().map_or(0, text::units) + fields.used() + buttons.used();
    // Each section is parted from the one before by an empty line.
    let mut body = Part::new(TEXT_LIMIT - NOTE_ROOM - used - 2 * 4);
    body.fill(body_entries(chat).into_iter());

    let left_out = body.left_out + fields.left_out + buttons.left_out;
    let sections = [header.unwrap_or_default(), body.text(), fields.text(), buttons.text()];
    let note = left_out_line(left_out, locale).unwrap_or_default();
    let sections = sections.into_iter().chain([note]).filter(|section| !section.trim().is_empty());
    Some(sections.collect::<Vec<_>>().join("\n\n")).filter(|text| !text.is_empty())
}

/// The message in short lines, without where its links lead: nobody can follow them from a notification.
pub(super) fn alternative(chat: &Chat) -> String {
    let header = chat.header.iter().map(|header| text::one_line(header));
    let body = chat.body.iter().flat_map(|block| {
        let words = |line: Line| line.iter().map(Piece::text).collect::<String>();
        let bullet = if matches!(block, Block::List(_)) { "• " } else { "" };
        lines(block).into_iter().map(move |line| format!("{bullet}{}", words(line)))
    });
    let buttons = chat.buttons.iter().map(|button| text::one_line(&button.text));
    let said = header.chain(body).chain(field_lines(chat)).chain(buttons);
    said.filter(|line| !line.trim().is_empty()).collect::<Vec<_>>().join("\n")
}

/// `Name: value`, or one of them alone.
fn field_lines(chat: &Chat) -> impl Iterator<Item = String> {
    let line = |field: &Field| {
        let (name, value) = (text::one_line(&field.name), text::one_line(&field.value));
        match (name.is_empty(), value.is_empty()) {
            (false, false) => format!("{name}: {value}"),
            (_, _) => name + &value,
        }
    };
    chat.fields.iter().map(line).filter(|line| !line.is_empty())
}

/// One line, and whether it may be cut.
enum Entry {
    Words(String),
    /// A link is in it, and a part of a link leads elsewhere.
    Whole(String),
    /// It cannot be sent.
    Unusable,
}

fn button(button: &Button) -> Entry {
    let label = text::unlinked(&text::one_line(&button.text));
    match text::link(&button.url) {
        Some(url) if label.is_empty() => Entry::Whole(url),
        Some(url) => Entry::Whole(format!("{label}\n{url}")),
        None => Entry::Unusable,
    }
}

/// The body's lines, with an empty one between blocks.
fn body_entries(chat: &Chat) -> Vec<Entry> {
    let blocks = chat.body.iter().map(block_entries).filter(|entries| !entries.is_empty());
    let parted = blocks.flat_map(|entries| std::iter::once(Entry::Words(String::new())).chain(entries));
    parted.skip(1).collect()
}

fn block_entries(block: &Block) -> Vec<Entry> {
    let bullet = if matches!(block, Block::List(_)) { "• " } else { "" };
    let entry = |line: Line| {
        let words = bullet.to_owned() + &line.iter().map(words).collect::<String>();
        match line.iter().any(|piece| matches!(piece, Piece::Link(..))) {
            true => Entry::Whole(words),
            false => Entry::Words(words),
        }
    };
    lines(block).into_iter().map(entry).collect()
}

fn words(piece: &Piece) -> String {
    match piece {
        Piece::Text(said) | Piece::Bold(said) => text::unlinked(said),
        Piece::Link(said, url) if text::link(said).as_ref() == Some(url) => url.clone(),
        Piece::Link(said, url) => format!("{} ({url})", text::unlinked(said)),
    }
}

/// A section of the text: as many lines as fit, and how many do not.
struct Part {
    lines: Vec<String>,
    room: usize,
    size: usize,
    left_out: usize,
}

impl Part {
    fn new(size: usize) -> Part {
        Part { lines: Vec::new(), room: size, size, left_out: 0 }
    }

    /// After the first line that does not fit, all are left out, so that nothing is missing from the middle; that line is cut where it may be.
    fn fill(&mut self, entries: impl Iterator<Item = Entry>) {
        let mut full = false;
        for entry in entries {
            let (line, may_be_cut) = match entry {
                Entry::Words(line) => (line, true),
                Entry::Whole(line) => (line, false),
                Entry::Unusable => {
                    self.left_out += 1;
                    continue;
                }
            };
            let fits = text::units(&line) < self.room;
            if !full && fits {
                self.push(line);
            } else if !full && may_be_cut && self.room > SHORTEST_CUT {
                self.push(text::cut(&line, self.room - 1));
                full = true;
            } else {
                full = true;
                self.left_out += 1;
            }
        }
    }

    /// A line and its end.
    fn push(&mut self, line: String) {
        self.room -= text::units(&line) + 1;
        self.lines.push(line);
    }

    fn used(&self) -> usize {
        self.size - self.room
    }

    fn text(&self) -> String {
        self.lines.join("\n").trim_end().to_owned()
    }
}
