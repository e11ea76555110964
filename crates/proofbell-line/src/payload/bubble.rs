//! A message as a Flex bubble: header, body, fields and buttons from top to bottom.
//! <https://developers.line.biz/en/reference/messaging-api/#bubble>
//!
//! In a bubble only what is said to be a link is one. LINE refuses a bubble with an unknown property, an empty text or no block.

mod component;

use proofbell_notify::{Block, Button, Chat};
use serde_json::{Value, json};

use self::component::{NAME_COLOR, vertical};
use super::line::{is_blank, lines};
use super::{left_out_line, text};

/// LINE allows 30 KB and does not say what it counts: here it is bytes of UTF-8, with some to spare.
const TOTAL_LIMIT: usize = 28_000;
/// Kept for the boxes around the sections, the line that counts, and what belongs to the bubble itself.
const AROUND: usize = 1_000;
/// Kept for the box around a block's lines.
const AROUND_BLOCK: usize = 80;
/// What fields, and buttons, may take of that each, so that some of the body is always shown. A longest link fits.
const FIELDS_SHARE: usize = 5_000;
const BUTTONS_SHARE: usize = 12_000;
/// No limit of LINE's: more would hide the message.
const BUTTONS_LIMIT: usize = 10;

/// A bubble, and the line that says how much was left out of it.
pub(super) struct Bubble {
    pub(super) contents: Value,
    pub(super) note: Option<String>,
}

impl Bubble {
    /// `None` when there is nothing to show.
    pub(super) fn new(chat: &Chat, locale: &str) -> Option<Bubble> {
        let color = chat.color.as_deref().filter(|color| component::is_color(color));
        let header = chat.header.as_deref().and_then(|header| component::header(header, color));
        let mut fields = Part::new(FIELDS_SHARE);
        fields.fill(chat.fields.iter().filter_map(component::field));
        let mut buttons = Part::new(BUTTONS_SHARE);
        buttons.fill_buttons(&chat.buttons);
        let used = header.as_ref().map_or(0, size) + fields.used() + buttons.used();
        let mut body = Part::new(TOTAL_LIMIT - AROUND - used);
        chat.body.iter().for_each(|block| body.fill_block(block));

        let note = left_out_line(body.left_out + fields.left_out + buttons.left_out, locale);
        let body = body_box(body.components, fields.components, note.as_deref());
        let footer = (!buttons.components.is_empty()).then(|| vertical(buttons.components, "sm"));
        if header.is_none() && body.is_none() && footer.is_none() {
            return None;
        }
        let mut contents = json!({ "type": "bubble" });
        if let (Some(_), Some(color)) = (&header, color) {
            contents["styles"] = json!({ "header": { "backgroundColor": color } });
        }
        for (name, block) in [("header", header), ("body", body), ("footer", footer)] {
            if let Some(block) = block {
                contents[name] = block;
            }
        }
        Some(Bubble { contents, note })
    }
}

/// Components of one section, as many as fit, and how many do not.
struct Part {
    components: Vec<Value>,
    room: usize,
    size: usize,
    left_out: usize,
}

impl Part {
    fn new(size: usize) -> Part {
        Part { components: Vec::new(), room: size, size, left_out: 0 }
    }

    /// After the first that does not fit, all are left out, so that nothing is missing from the middle.
    fn takes(&mut self, components: &[Value]) -> bool {
        let size: usize = components.iter().map(|component| size(component) + 1).sum();
        let fits = self.left_out == 0 && size <= self.room;
        match fits {
            true => self.room -= size,
            false => self.left_out += 1,
        }
        fits
    }

    fn fill(&mut self, components: impl Iterator<Item = Value>) {
        for component in components {
            if self.takes(std::slice::from_ref(&component)) {
                self.components.push(component);
            }
        }
    }

    /// Buttons whose links LINE would refuse are left out and the others shown: a cut link leads elsewhere.
    fn fill_buttons(&mut self, buttons: &[Button]) {
        let usable: Vec<(&Button, String)> =
            buttons.iter().filter_map(|button| Some((button, text::link(&button.url)?))).collect();
        let shown = usable.iter().take(BUTTONS_LIMIT).enumerate();
        self.fill(shown.map(|(index, (button, url))| component::button(button, url, index)));
        self.left_out += buttons.len() - usable.len() + usable.len().saturating_sub(BUTTONS_LIMIT);
    }

    /// One component for a block, of a line each.
    fn fill_block(&mut self, block: &Block) {
        let mut shown = Vec::new();
        let mut gap = false;
        for line in lines(block) {
            if is_blank(&line) {
                gap = true;
                continue;
            }
            let mut components = component::line(&line);
            if let Block::List(_) = block {
                components = vec![component::item(components)];
            }
            if let Some(first) = components.first_mut().filter(|_| gap) {
                first["margin"] = json!("md");
            }
            gap = false;
            if self.takes(&components) {
                shown.extend(components);
            }
        }
        if shown.len() > 1 {
            let spacing = if matches!(block, Block::List(_)) { "xs" } else { "none" };
            self.components.push(vertical(shown, spacing));
        } else {
            self.components.extend(shown);
        }
        self.room = self.room.saturating_sub(AROUND_BLOCK);
    }

    fn used(&self) -> usize {
        self.size - self.room
    }
}

fn body_box(body: Vec<Value>, fields: Vec<Value>, note: Option<&str>) -> Option<Value> {
    let mut contents = body;
    if !fields.is_empty() {
        contents.extend((!contents.is_empty()).then(|| json!({ "type": "separator" })));
        contents.push(vertical(fields, "sm"));
    }
    contents.extend(note.map(|note| component::words(note, NAME_COLOR)));
    (!contents.is_empty()).then(|| vertical(contents, "md"))
}

fn size(value: &Value) -> usize {
    value.to_string().len()
}
