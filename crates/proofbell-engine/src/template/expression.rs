//! What stands inside a tag: names, literals, calls.

use serde_json::{Number, Value};

use super::ast::{Call, Expr, LoopValue, Path, Start};
use super::helper::Helper;
use super::lex::{Fault, Lines};
use super::report;

/// How deep blocks, partials and calls may nest, together.
pub(crate) const DEPTH_LIMIT: usize = 32;

/// A name's arguments, in the order of the grammar.
#[derive(Debug, Default)]
pub(crate) struct Arguments {
    pub(crate) params: Vec<Expr>,
    pub(crate) hash: Vec<(String, Expr)>,
    /// `as |item index|`
    pub(crate) names: Vec<String>,
}

/// Reads one tag from left to right.
#[derive(Debug)]
pub(crate) struct Cursor<'s> {
    text: &'s str,
    /// The byte of the source at which `text` begins.
    base: usize,
    at: usize,
    lines: &'s Lines<'s>,
}

impl<'s> Cursor<'s> {
    pub(crate) fn new(text: &'s str, base: usize, lines: &'s Lines<'s>) -> Cursor<'s> {
        let mut cursor = Cursor { text, base, at: 0, lines };
        cursor.blanks();
        cursor
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.rest().is_empty()
    }

    /// The byte of the source that comes next.
    pub(crate) fn byte(&self) -> usize {
        self.base + self.at
    }

    pub(crate) fn rest(&self) -> &'s str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn advance(&mut self, bytes: usize) {
        self.at += bytes;
    }

    fn blanks(&mut self) {
        let rest = self.rest();
        self.advance(rest.len() - rest.trim_start().len());
    }

    fn eat(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        if found {
            self.advance(c.len_utf8());
        }
        found
    }

    pub(crate) fn fault(&self, message: impl Into<String>) -> Fault {
        Fault::new(self.byte(), message)
    }

    /// A name as it stands, up to a blank or a character that no name holds; `[…]` may hold any.
    pub(crate) fn word(&mut self) -> &'s str {
        let rest = self.rest();
        let mut bracket = false;
        let end = rest.find(|c: char| match c {
            '[' => {
                bracket = true;
                false
            }
            ']' => {
                bracket = false;
                false
            }
            _ => !bracket && (c.is_whitespace() || "!\"#%&'()*+,;<=>\\^`{|}~".contains(c)),
        });
        let word = &rest[..end.unwrap_or(rest.len())];
        self.advance(word.len());
        word
    }

    /// What `{{…}}` prints.
    pub(crate) fn output(&mut self) -> Result<Expr, Fault> {
        if self.is_at_end() {
            return Err(self.fault("this tag is empty"));
        }
        if matches!(self.peek(), Some('"' | '\'' | '(')) {
            return Err(self
                .fault("a tag begins with a name")
                .hint("text needs no braces, a call no parentheses here"));
        }
        let start = self.byte();
        let word = self.word();
        if word.is_empty() {
            return Err(self.fault("this is not understood here"));
        }
        self.blanks();
        if let Some(helper) = Helper::named(word) {
            return self.call(helper, start, 0);
        }
        if self.is_at_end() {
            return self.path(word, start).map(Expr::Path);
        }
        Err(unknown_helper(word, start))
    }

    /// Parameters, options and names up to the end of the tag or the closing parenthesis.
    pub(crate) fn arguments(&mut self, depth: usize) -> Result<Arguments, Fault> {
        let mut arguments = Arguments::default();
        loop {
            self.blanks();
            if self.is_at_end() || self.peek() == Some(')') {
                return Ok(arguments);
            }
            if self.rest().starts_with("as |") {
                self.advance("as |".len());
                arguments.names = self.block_names()?;
                continue;
            }
            match self.option_name() {
                Some(key) => {
                    let at = self.byte();
                    if arguments.hash.iter().any(|(known, _)| known == key) {
                        return Err(Fault::new(at, format!("`{key}=` is given twice")));
                    }
                    let value = self.value(depth)?;
                    arguments.hash.push((key.to_owned(), value));
                }
                None if arguments.hash.is_empty() => arguments.params.push(self.value(depth)?),
                None => return Err(self.fault("values without a name come before those with one")),
            }
        }
    }

    /// `key=`, when that comes next.
    fn option_name(&mut self) -> Option<&'s str> {
        let before = self.at;
        let word = self.word();
        if !word.is_empty() && !word.contains(['.', '/', '@', '[']) && self.eat('=') {
            return Some(word);
        }
        self.at = before;
        None
    }

    fn block_names(&mut self) -> Result<Vec<String>, Fault> {
        let (inside, _) =
            self.rest().split_once('|').ok_or_else(|| self.fault("`as |` is never closed with `|`"))?;
        let names: Vec<String> = inside.split_whitespace().map(str::to_owned).collect();
        if names.is_empty() || names.len() > 2 {
            return Err(self.fault("one or two names stand in `as |item index|`"));
        }
        if let Some(name) = names.iter().find(|name| !is_plain_name(name)) {
            return Err(self.fault(format!("`{name}` cannot be a name")));
        }
        self.advance(inside.len() + 1);
        Ok(names)
    }

    fn value(&mut self, depth: usize) -> Result<Expr, Fault> {
        let start = self.byte();
        let at = self.lines.place(start);
        match self.peek() {
            Some(quote @ ('"' | '\'')) => {
                let text = self.string(quote)?;
                Ok(Expr::Literal(Value::String(text), at))
            }
            Some('(') => self.parenthesis(start, depth + 1),
            _ => match self.word() {
                "" => Err(self.fault("this is not understood here")),
                "true" => Ok(Expr::Literal(Value::Bool(true), at)),
                "false" => Ok(Expr::Literal(Value::Bool(false), at)),
                "null" => Ok(Expr::Literal(Value::Null, at)),
                word => match number(word) {
                    Some(number) => Ok(Expr::Literal(Value::Number(number), at)),
                    None => self.path(word, start).map(Expr::Path),
                },
            },
        }
    }

    fn parenthesis(&mut self, start: usize, depth: usize) -> Result<Expr, Fault> {
        if depth > DEPTH_LIMIT {
            return Err(Fault::new(start, format!("calls nest deeper than {DEPTH_LIMIT}")));
        }
        self.advance(1);
        self.blanks();
        let name_at = self.byte();
        let word = self.word();
        let helper = Helper::named(word).ok_or_else(|| unknown_helper(word, name_at))?;
        let call = self.call(helper, name_at, depth)?;
        if !self.eat(')') {
            return Err(Fault::new(start, "this `(` is never closed"));
        }
        Ok(call)
    }

    fn call(&mut self, helper: Helper, start: usize, depth: usize) -> Result<Expr, Fault> {
        let arguments = self.arguments(depth)?;
        if !arguments.names.is_empty() {
            return Err(Fault::new(start, "`as |…|` belongs to `each` and `with`"));
        }
        if depth == 0 && !self.is_at_end() {
            return Err(self.fault("this `)` closes nothing"));
        }
        let Arguments { params, hash, .. } = arguments;
        Ok(Expr::Call(Call { helper, params, hash, at: self.lines.place(start) }))
    }

    fn string(&mut self, quote: char) -> Result<String, Fault> {
        let start = self.byte();
        self.advance(1);
        let mut text = String::new();
        let mut chars = self.rest().char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' => match chars.next() {
                    Some((_, escaped @ ('"' | '\'' | '\\'))) => text.push(escaped),
                    _ => {
                        let fault = Fault::new(
                            self.byte() + at,
                            "a backslash in a text stands before a quote or a backslash",
                        );
                        return Err(fault.hint("write \\\\ for a backslash"));
                    }
                },
                _ if c == quote => {
                    self.advance(at + 1);
                    return Ok(text);
                }
                _ => text.push(c),
            }
        }
        Err(Fault::new(start, "this text is never closed"))
    }

    /// Reads a word as a path.
    fn path(&self, word: &str, start: usize) -> Result<Path, Fault> {
        let fault = |message: String| Fault::new(start, message);
        let (begin, rest) = beginning(word).map_err(|(message, hint)| Fault { hint, ..fault(message) })?;
        let segments = segments(rest).ok_or_else(|| fault(format!("`{word}` is no name")))?;
        Ok(Path { start: begin, segments, text: word.to_owned(), at: self.lines.place(start) })
    }
}

/// Where a path begins, and what is left of it.
fn beginning(word: &str) -> Result<(Start, &str), (String, Option<String>)> {
    if let Some(name) = word.strip_prefix('@') {
        let (first, rest) = name.split_once(['.', '/']).unwrap_or((name, ""));
        let value = match first {
            "root" => return Ok((Start::Root, rest)),
            "index" => LoopValue::Index,
            "first" => LoopValue::First,
            "last" => LoopValue::Last,
            "key" => LoopValue::Key,
            _ => {
                let known = ["@index", "@first", "@last", "@key", "@root"];
                return Err((format!("unknown name `{word}`"), report::hint(word, known)));
            }
        };
        return Ok((Start::Loop(value), rest));
    }
    let mut rest = word;
    let mut up = 0;
    while rest == ".." || rest.starts_with("../") {
        up += 1;
        rest = rest.get(3..).unwrap_or_default();
    }
    if rest.starts_with('@') {
        let hint = "give it a name: {{#each list as |item index|}}".to_owned();
        return Err((format!("`{rest}` is that of the nearest each only"), Some(hint)));
    }
    let stripped = match rest {
        "this" | "." => Some(""),
        _ => rest
            .strip_prefix("this.")
            .or_else(|| rest.strip_prefix("this/"))
            .or_else(|| rest.strip_prefix("./")),
    };
    Ok(match (up, stripped) {
        (0, Some(rest)) => (Start::This, rest),
        (0, None) => (Start::Here, rest),
        (up, _) => (Start::Up(up), stripped.unwrap_or(rest)),
    })
}

/// `a.b/[c d]` as its parts; `None` when one of them is empty.
fn segments(path: &str) -> Option<Vec<String>> {
    let mut segments = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        let (segment, after) = match rest.strip_prefix('[') {
            Some(inside) => inside.split_once(']')?,
            None => rest.split_at(rest.find(['.', '/']).unwrap_or(rest.len())),
        };
        if segment.is_empty() || segment.contains(['[', ']', '@']) {
            return None;
        }
        segments.push(segment.to_owned());
        rest = match after.strip_prefix(['.', '/']) {
            Some("") => return None,
            Some(rest) => rest,
            None if after.is_empty() => after,
            None => return None,
        };
    }
    Some(segments)
}

fn number(word: &str) -> Option<Number> {
    let digits = word.strip_prefix('-').unwrap_or(word);
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    match serde_json::from_str(word) {
        Ok(Value::Number(number)) => Some(number),
        _ => None,
    }
}

pub(crate) fn is_plain_name(name: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    !name.is_empty() && name.chars().all(plain) && !name.starts_with(|c: char| c.is_ascii_digit())
}

fn unknown_helper(word: &str, at: usize) -> Fault {
    Fault { hint: report::hint(word, Helper::names()), ..Fault::new(at, format!("unknown helper `{word}`")) }
}
