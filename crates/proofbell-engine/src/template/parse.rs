//! From a file to its tree. Whatever is not understood is told and skipped, so that one run tells all.

use super::ast::{Block, BlockKind, Expr, File, Node, Partial, Place};
use super::expression::{Arguments, Cursor, DEPTH_LIMIT, is_plain_name};
use super::lex::{Fault, Lines, Piece, Sigil, Tag, pieces};
use super::report::{self, Report};

/// Longest file that is read, in bytes.
pub(crate) const SIZE_LIMIT: usize = 64 * 1024;

/// Reads one file, or one string of front matter (`part`), whose first line is 0.
pub(crate) fn parse(
    path: &str,
    part: Option<&str>,
    source: &str,
    first_line: u32,
    report: &mut Report,
) -> File {
    let mut file = File { path: path.to_owned(), part: part.map(str::to_owned), nodes: Vec::new() };
    if source.len() > SIZE_LIMIT {
        let message = format!("the file is larger than {} KiB", SIZE_LIMIT / 1024);
        report.add(&file, None, message, Some("move parts of it into partials/".to_owned()));
        return file;
    }
    let lines = Lines::new(source, first_line);
    let (pieces, faults) = pieces(source);
    let mut parser = Parser { lines: &lines, faults, open: Vec::new(), root: Vec::new() };
    for piece in pieces {
        match piece {
            Piece::Text { text, at } => {
                let at = lines.place(at);
                parser.push(Node::Text { text: text.to_owned(), at });
            }
            Piece::Tag(tag) => {
                if let Err(fault) = parser.tag(tag) {
                    parser.faults.push(fault);
                }
            }
        }
        // Deeper trees would be walked by deeper recursion.
        if parser.open.len() > DEPTH_LIMIT {
            let message = format!("blocks nest deeper than {DEPTH_LIMIT}");
            report.add(&file, parser.open.last().map(|open| open.at), message, None);
            return file;
        }
    }
    let (nodes, faults) = parser.finish();
    for fault in faults {
        report.add(&file, Some(lines.place(fault.at)), fault.message, fault.hint);
    }
    file.nodes = nodes;
    file
}

struct Parser<'s> {
    lines: &'s Lines<'s>,
    faults: Vec<Fault>,
    open: Vec<Open>,
    root: Vec<Node>,
}

/// A block whose end has not come yet.
struct Open {
    name: String,
    /// `None` for a block that is not known: its content is read all the same.
    head: Option<(BlockKind, Expr, Vec<String>)>,
    body: Vec<Node>,
    inverse: Option<Vec<Node>>,
    /// Whether it came with `{{else if …}}`, and so ends with the block before it.
    chained: bool,
    at: Place,
    byte: usize,
}

impl Parser<'_> {
    fn push(&mut self, node: Node) {
        match self.open.last_mut() {
            Some(open) => open.inverse.as_mut().unwrap_or(&mut open.body).push(node),
            None => self.root.push(node),
        }
    }

    fn tag(&mut self, tag: Tag<'_>) -> Result<(), Fault> {
        let mut cursor = Cursor::new(tag.inner, tag.inner_at, self.lines);
        match tag.sigil {
            Sigil::Comment => Ok(()),
            Sigil::Output => {
                let expr = cursor.output()?;
                self.push(Node::Output(expr));
                Ok(())
            }
            Sigil::Partial => {
                let partial = self.partial(&mut cursor, tag.at())?;
                self.push(Node::Partial(partial));
                Ok(())
            }
            Sigil::Open => self.open(&mut cursor, tag.at(), false),
            Sigil::Close => self.close(cursor.rest().trim(), tag.at()),
            Sigil::Else => self.otherwise(&mut cursor, tag.at()),
        }
    }

    fn open(&mut self, cursor: &mut Cursor<'_>, byte: usize, chained: bool) -> Result<(), Fault> {
        let word_at = cursor.byte();
        let word = cursor.word();
        let mut open = Open {
            name: word.to_owned(),
            head: None,
            body: Vec::new(),
            inverse: None,
            chained,
            at: self.lines.place(byte),
            byte,
        };
        let head = head(word, word_at, cursor);
        // The block counts as open even when its head is wrong, or its end would be called wrong, too.
        let result = head.map(|head| open.head = Some(head));
        self.open.push(open);
        result
    }

    fn otherwise(&mut self, cursor: &mut Cursor<'_>, byte: usize) -> Result<(), Fault> {
        let open = self.open.last_mut().ok_or_else(|| Fault::new(byte, "this `else` belongs to no block"))?;
        if open.inverse.is_some() {
            return Err(Fault::new(byte, format!("`{{{{#{}}}}}` has an `else` already", open.name)));
        }
        open.inverse = Some(Vec::new());
        if cursor.is_at_end() { Ok(()) } else { self.open(cursor, byte, true) }
    }

    fn close(&mut self, name: &str, byte: usize) -> Result<(), Fault> {
        while self.open.last().is_some_and(|open| open.chained) {
            self.pop();
        }
        match self.open.last() {
            Some(open) if open.name == name => {
                self.pop();
                Ok(())
            }
            Some(open) => {
                let line = open.at.line;
                let message = format!("`{{{{/{name}}}}}` closes nothing: `{{{{#{}}}}}` is open", open.name);
                let hint = (line > 0).then(|| format!("it was opened in line {line}"));
                if self.open.iter().any(|open| open.name == name) {
                    while self.open.last().is_some_and(|open| open.name != name) {
                        self.pop();
                    }
                    self.pop();
                }
                Err(Fault { hint, ..Fault::new(byte, message) })
            }
            None => Err(Fault::new(byte, format!("`{{{{/{name}}}}}` closes nothing"))),
        }
    }

    /// Ends the innermost block.
    fn pop(&mut self) {
        let Some(open) = self.open.pop() else { return };
        let inverse = open.inverse.unwrap_or_default();
        match open.head {
            Some((kind, subject, names)) => {
                self.push(Node::Block(Block { kind, subject, names, body: open.body, inverse, at: open.at }));
            }
            None => open.body.into_iter().chain(inverse).for_each(|node| self.push(node)),
        }
    }

    fn partial(&self, cursor: &mut Cursor<'_>, byte: usize) -> Result<Partial, Fault> {
        if cursor.rest().starts_with('(') {
            let fault = Fault::new(byte, "a partial is called by its name, not by a value");
            return Err(fault.hint("write {{#if …}}{{> one}}{{else}}{{> other}}{{/if}}"));
        }
        let name = cursor.word();
        if name.is_empty() || !name.split('/').all(is_plain_name) {
            return Err(Fault::new(byte, format!("`{name}` is no name of a partial")));
        }
        let Arguments { mut params, hash, names } = cursor.arguments(0)?;
        if params.len() > 1 || !names.is_empty() || !cursor.is_at_end() {
            return Err(Fault::new(byte, "a partial takes at most one context and values with names")
                .hint("write {{> name key=value}}"));
        }
        Ok(Partial { name: name.to_owned(), context: params.pop(), hash, at: self.lines.place(byte) })
    }

    fn finish(mut self) -> (Vec<Node>, Vec<Fault>) {
        while let Some(open) = self.open.last() {
            if !open.chained {
                let message =
                    format!("`{{{{#{name}}}}}` is never closed with `{{{{/{name}}}}}`", name = open.name);
                let hint = format!("write {{{{/{}}}}} where it ends", open.name);
                self.faults.push(Fault::new(open.byte, message).hint(hint));
            }
            self.pop();
        }
        (self.root, self.faults)
    }
}

/// What a block is, from the words behind `#`.
fn head(word: &str, at: usize, cursor: &mut Cursor<'_>) -> Result<(BlockKind, Expr, Vec<String>), Fault> {
    let kind = BlockKind::named(word).ok_or_else(|| Fault {
        hint: report::hint(word, BlockKind::NAMES),
        ..Fault::new(at, format!("unknown block `{word}`"))
    })?;
    let Arguments { mut params, hash, names } = cursor.arguments(0)?;
    if !cursor.is_at_end() {
        return Err(cursor.fault("this `)` closes nothing"));
    }
    if let Some((key, _)) = hash.first() {
        return Err(Fault::new(at, format!("`{word}` knows no `{key}=`")));
    }
    if !names.is_empty() && !matches!(kind, BlockKind::Each | BlockKind::With) {
        return Err(Fault::new(at, "`as |…|` belongs to `each` and `with`"));
    }
    match (params.pop(), params.is_empty()) {
        (Some(subject), true) => Ok((kind, subject, names)),
        (None, _) => Err(Fault::new(at, format!("`{word}` needs a value"))),
        (Some(_), false) => {
            let fault = Fault::new(at, format!("`{word}` takes one value"));
            Err(fault.hint("put a call into parentheses: {{#if (eq a b)}}"))
        }
    }
}
