//! The lines of a body, whatever they are written in.

use proofbell_notify::{Block, Span};

use super::text;

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Text(String),
    Bold(String),
    /// Text and a link that LINE takes.
    Link(String, String),
}

impl Piece {
    pub(super) fn text(&self) -> &str {
        match self {
            Piece::Text(text) | Piece::Bold(text) | Piece::Link(text, _) => text,
        }
    }
}

/// A line's pieces, none of which is empty or holds a line end. A paragraph's line may have none.
pub(super) type Line = Vec<Piece>;

/// A block's lines. A list's item is one line; empty items, and empty lines around a paragraph, are left away.
pub(super) fn lines(block: &Block) -> Vec<Line> {
    match block {
        Block::Paragraph(spans) => {
            let mut lines = split(spans);
            lines.truncate(lines.iter().rposition(|line| !is_blank(line)).map_or(0, |last| last + 1));
            lines.into_iter().skip_while(is_blank).collect()
        }
        Block::List(items) => {
            let items = items.iter().map(|item| joined(split(item)));
            items.filter(|item| !is_blank(item)).collect()
        }
    }
}

/// Whether it shows nothing.
pub(super) fn is_blank(line: &Line) -> bool {
    line.iter().all(|piece| piece.text().trim().is_empty())
}

/// Parts spans at breaks, and at line ends within their texts.
fn split(spans: &[Span]) -> Vec<Line> {
    let mut lines = vec![Line::new()];
    for span in spans {
        for (index, piece) in pieces(span).into_iter().enumerate() {
            if index > 0 {
                lines.push(Line::new());
            }
            if let Some(line) = lines.last_mut().filter(|_| !piece.text().is_empty()) {
                line.push(piece);
            }
        }
    }
    lines
}

/// A span's pieces, one a line.
fn pieces(span: &Span) -> Vec<Piece> {
    let split = |said: &str, piece: fn(String) -> Piece| {
        text::clean(said).split('\n').map(|line| piece(line.to_owned())).collect()
    };
    match span {
        Span::Text(said) => split(said, Piece::Text),
        Span::Bold(said) => split(said, Piece::Bold),
        Span::Break => vec![Piece::Text(String::new()); 2],
        Span::Link { text: said, url } => {
            let said = text::one_line(said);
            match text::link(url) {
                Some(url) if said.is_empty() => vec![Piece::Link(url.clone(), url)],
                Some(url) => vec![Piece::Link(said, url)],
                None => vec![Piece::Text(said)],
            }
        }
        // A person's own id means nothing to the person, and other names are no mentions here.
        Span::Mention(name) if crate::line::LineId::parse(name).is_some() => Vec::new(),
        Span::Mention(name) => vec![Piece::Text(format!("@{}", text::one_line(name)))],
    }
}

/// An item's lines in one.
fn joined(lines: Vec<Line>) -> Line {
    let lines: Vec<Line> = lines.into_iter().filter(|line| !is_blank(line)).collect();
    lines.join(&Piece::Text(" ".to_owned()))
}
