//! Cuts a file into text and tags, and drops the lines that hold nothing but a tag.

use super::ast::Place;

/// A stretch of text or a tag.
#[derive(Debug, PartialEq)]
pub(crate) enum Piece<'s> {
    Text { text: &'s str, at: usize },
    Tag(Tag<'s>),
}

#[derive(Debug, PartialEq, Clone, Copy)]
pub(crate) struct Tag<'s> {
    pub(crate) sigil: Sigil,
    /// What stands behind the sigil.
    pub(crate) inner: &'s str,
    /// The byte at which `inner` begins.
    pub(crate) inner_at: usize,
    start: usize,
    end: usize,
    /// `{{~`
    trims_before: bool,
    /// `~}}`
    trims_after: bool,
}

#[derive(Debug, PartialEq, Clone, Copy)]
pub(crate) enum Sigil {
    Output,
    /// `{{#`
    Open,
    /// `{{/`
    Close,
    /// `{{else` or `{{^`
    Else,
    /// `{{>`
    Partial,
    /// `{{!`
    Comment,
}

impl Tag<'_> {
    /// The byte at which the tag begins.
    pub(crate) fn at(&self) -> usize {
        self.start
    }
}

/// Something the lexer or the parser does not take.
#[derive(Debug, PartialEq)]
pub(crate) struct Fault {
    /// The byte.
    pub(crate) at: usize,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

impl Fault {
    pub(crate) fn new(at: usize, message: impl Into<String>) -> Fault {
        Fault { at, message: message.into(), hint: None }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Fault {
        self.hint = Some(hint.into());
        self
    }
}

/// Cuts a source into pieces; what is not taken is skipped and told.
pub(crate) fn pieces(source: &str) -> (Vec<Piece<'_>>, Vec<Fault>) {
    let (mut tags, mut faults) = (Vec::new(), Vec::new());
    let mut from = 0;
    while let Some(start) = source[from..].find("{{").map(|at| from + at) {
        match tag(source, start) {
            Ok(tag) => {
                from = tag.end;
                tags.push(tag);
            }
            Err((fault, end)) => {
                faults.push(fault);
                from = end;
            }
        }
    }
    (between(source, &tags), faults)
}

/// The tag that begins at `start`, or what is wrong with it and where to go on.
fn tag(source: &str, start: usize) -> Result<Tag<'_>, (Fault, usize)> {
    let body = &source[start + 2..];
    let trims_before = body.starts_with('~');
    let skip = start + 2 + usize::from(trims_before);
    let body = &source[skip..];
    let past = |end: &str| source[skip..].find(end).map_or(source.len(), |at| skip + at + end.len());
    let refuse = |message: &str, hint: &str, end: usize| Err((Fault::new(start, message).hint(hint), end));

    if source[..start].ends_with('\\') {
        return refuse(
            "a backslash before `{{` is not supported",
            "take the backslash away; literal braces can come from a constant in [vars]",
            past("}}"),
        );
    }
    if body.starts_with("{{") {
        return refuse("raw blocks are not supported", "write the text without `{{{{`", past("}}}}"));
    }
    if body.starts_with('{') {
        return refuse("unescaped output is not allowed", "write {{ }} instead of {{{ }}}", past("}}"));
    }
    if body.starts_with('&') {
        return refuse("unescaped output is not allowed", "write {{ }} instead of {{& }}", past("}}"));
    }
    if body.starts_with('*') || body.starts_with("#*") {
        return refuse(
            "decorators and inline partials are not supported",
            "put the partial into a file in partials/",
            past("}}"),
        );
    }
    if body.starts_with("#>") {
        return refuse(
            "partial blocks are not supported",
            "hand values over: {{> name key=value}}",
            past("}}"),
        );
    }
    let inner_end = if body.starts_with("!--") {
        ["--}}", "--~}}"].into_iter().filter_map(|end| body.find(end)).min().map(|at| skip + at + 2)
    } else if body.starts_with('!') {
        body.find("}}").map(|at| skip + at)
    } else {
        closing(source, skip)
    };
    let Some(inner_end) =
        inner_end.filter(|end| source[*end..].starts_with("}}") || source[*end..].starts_with("~}}"))
    else {
        return Err((Fault::new(start, "this tag is never closed with `}}`"), skip));
    };
    let mut inner = &source[skip..inner_end];
    let trims_after = inner.ends_with('~') || source[inner_end..].starts_with('~');
    inner = inner.strip_suffix('~').unwrap_or(inner);
    let end = inner_end + if source[inner_end..].starts_with('~') { 3 } else { 2 };
    let (sigil, width) = sigil(inner);
    let inner_at = skip + width;
    Ok(Tag { sigil, inner: &inner[width..], inner_at, start, end, trims_before, trims_after })
}

/// The byte of the `}}` that ends a tag; braces in strings do not. `None` also when another tag begins before it.
fn closing(source: &str, from: usize) -> Option<usize> {
    let bytes = source.as_bytes();
    let (mut at, mut quote) = (from, None);
    while let Some(&byte) = bytes.get(at) {
        match (quote, byte) {
            (Some(_), b'\\') => at += 1,
            (Some(open), _) if byte == open => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'}') if bytes.get(at + 1) == Some(&b'}') => return Some(at),
            (None, b'{') if bytes.get(at + 1) == Some(&b'{') => return None,
            (None, _) => {}
        }
        at += 1;
    }
    None
}

/// What kind of tag it is, and how many bytes say so.
fn sigil(inner: &str) -> (Sigil, usize) {
    match inner.as_bytes().first() {
        Some(b'#') => (Sigil::Open, 1),
        Some(b'/') => (Sigil::Close, 1),
        Some(b'>') => (Sigil::Partial, 1),
        Some(b'!') => (Sigil::Comment, 1),
        Some(b'^') => (Sigil::Else, 1),
        _ => {
            let blanks = inner.len() - inner.trim_start().len();
            let word = inner.trim_start().split(|c: char| c.is_whitespace()).next();
            if word == Some("else") { (Sigil::Else, blanks + "else".len()) } else { (Sigil::Output, 0) }
        }
    }
}

/// The tags with the text between them, blanks trimmed where a tag says so or stands alone on its line.
fn between<'s>(source: &'s str, tags: &[Tag<'s>]) -> Vec<Piece<'s>> {
    let mut pieces = Vec::with_capacity(tags.len() * 2 + 1);
    let mut previous: Option<Tag<'s>> = None;
    for next in tags.iter().copied().map(Some).chain([None]) {
        let start = previous.map_or(0, |tag| tag.end);
        let end = next.map_or(source.len(), |tag| tag.start);
        let text = &source[start..end];
        let text = previous.map_or(text, |tag| trim_after(source, tag, text));
        let at = end - text.len();
        let text = next.map_or(text, |tag| trim_before(source, tag, text));
        if !text.is_empty() {
            pieces.push(Piece::Text { text, at });
        }
        pieces.extend(next.map(Piece::Tag));
        previous = next;
    }
    pieces
}

fn trim_after<'s>(source: &str, tag: Tag<'_>, text: &'s str) -> &'s str {
    if tag.trims_after {
        return text.trim_start();
    }
    if !stands_alone(source, tag) {
        return text;
    }
    let text = text.trim_start_matches([' ', '\t']);
    text.strip_prefix("\r\n").or_else(|| text.strip_prefix('\n')).unwrap_or(text)
}

fn trim_before<'s>(source: &str, tag: Tag<'_>, text: &'s str) -> &'s str {
    if tag.trims_before {
        return text.trim_end();
    }
    // A partial keeps its indentation, for its first line.
    if tag.sigil == Sigil::Partial || !stands_alone(source, tag) {
        return text;
    }
    text.trim_end_matches([' ', '\t'])
}

/// Whether a tag that prints nothing has its line for itself.
fn stands_alone(source: &str, tag: Tag<'_>) -> bool {
    let before = source[..tag.start].trim_end_matches([' ', '\t']);
    let after = source[tag.end..].trim_start_matches([' ', '\t']);
    tag.sigil != Sigil::Output
        && (before.is_empty() || before.ends_with('\n'))
        && (after.is_empty() || after.starts_with('\n') || after.starts_with("\r\n"))
}

/// Turns bytes into lines and columns.
#[derive(Debug)]
pub(crate) struct Lines<'s> {
    source: &'s str,
    starts: Vec<usize>,
    /// The line of the file in which the source begins; 0 when it is not known.
    first: u32,
}

impl<'s> Lines<'s> {
    pub(crate) fn new(source: &'s str, first: u32) -> Lines<'s> {
        let starts = [0].into_iter().chain(source.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Lines { source, starts, first }
    }

    pub(crate) fn place(&self, byte: usize) -> Place {
        if self.first == 0 {
            return Place::default();
        }
        let index = self.starts.partition_point(|start| *start <= byte).saturating_sub(1);
        let start = self.starts.get(index).copied().unwrap_or_default();
        let column = self.source.get(start..byte).map_or(0, |text| text.chars().count());
        let short = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Place { line: self.first.saturating_add(short(index)), column: short(column).saturating_add(1) }
    }
}
