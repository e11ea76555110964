//! Walks a checked template with values.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde_json::Value;

use super::ast::{Block, BlockKind, Expr, File, LoopValue, Node, Partial, Path, Place, Start};
use super::expression::DEPTH_LIMIT;
use super::output::{Output, Rendered, Style, TooLarge};
use crate::link::LinkError;
use crate::locale::Fallback;
use crate::{CaseFacts, Glossary, Link};

pub(super) mod call;
mod value;

/// How many nodes one text may visit. A loop within a loop within a loop ends here, also when it prints nothing.
const STEP_LIMIT: usize = 1_000_000;

static NULL: Value = Value::Null;

/// What rendering one message needs to know.
#[derive(Debug)]
pub(crate) struct Facts<'a> {
    /// The context, as documented.
    pub(crate) root: Value,
    pub(crate) case: &'a CaseFacts,
    pub(crate) languages: Fallback,
    pub(crate) tz: TimeZone,
    pub(crate) glossary: &'a Glossary,
    pub(crate) links: &'a BTreeMap<String, Link>,
    pub(crate) dead_links: DeadLinks,
    /// The names by which the recipients are mentioned.
    pub(crate) mentions: &'a [String],
}

/// What becomes of a link that cannot be made for a case: one that needs an id that is not there, say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeadLinks {
    /// It is left out. Whoever is told without it is better off than not being told.
    #[default]
    LeaveOut,
    /// Nothing is made: for checking a template with a case that has what links need.
    Refuse,
}

/// Why rendering stopped, and where. It quotes nothing of the event or the recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Halt {
    /// `file:line:column`, or the file and which string of its front matter.
    pub(crate) place: String,
    pub(crate) stop: Stop,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stop {
    TooLarge,
    /// More than [`STEP_LIMIT`] nodes, or deeper than any checked template.
    TooLong,
    Link {
        name: String,
        error: LinkError,
    },
}

impl From<TooLarge> for Stop {
    fn from(_: TooLarge) -> Stop {
        Stop::TooLarge
    }
}

/// Renders one file or string of front matter.
pub(crate) fn render<'a>(
    file: &'a File,
    partials: &'a BTreeMap<String, File>,
    facts: &'a Facts<'a>,
    style: Style,
    limit: usize,
) -> Result<Rendered, Halt> {
    let mut renderer = Renderer {
        partials,
        facts,
        frames: vec![Frame::new(Cow::Borrowed(&facts.root))],
        out: Output::new(style, limit),
        steps: 0,
        depth: 0,
        at: (file, Place::default()),
    };
    match renderer.nodes(&file.nodes) {
        Ok(()) => Ok(renderer.out.finish()),
        Err(stop) => {
            let (file, at) = renderer.at;
            let place = match &file.part {
                Some(part) => format!("{}, `{part}`", file.path),
                None => format!("{}:{}:{}", file.path, at.line, at.column),
            };
            Err(Halt { place, stop })
        }
    }
}

struct Renderer<'a> {
    partials: &'a BTreeMap<String, File>,
    facts: &'a Facts<'a>,
    frames: Vec<Frame<'a>>,
    out: Output,
    steps: usize,
    depth: usize,
    /// What is being rendered, for [`Halt`].
    at: (&'a File, Place),
}

/// The run-time side of [`super::scope::Scope`].
struct Frame<'a> {
    this: Cow<'a, Value>,
    handed: Vec<(&'a str, Cow<'a, Value>)>,
    names: Vec<(&'a str, Cow<'a, Value>)>,
    turn: Option<Turn<'a>>,
    floor: bool,
}

/// Which turn of a loop it is.
#[derive(Clone)]
struct Turn<'a> {
    index: usize,
    count: usize,
    key: Option<&'a str>,
}

impl<'a> Frame<'a> {
    fn new(this: Cow<'a, Value>) -> Frame<'a> {
        Frame { this, handed: Vec::new(), names: Vec::new(), turn: None, floor: false }
    }
}

impl<'a> Renderer<'a> {
    fn nodes(&mut self, nodes: &'a [Node]) -> Result<(), Stop> {
        for node in nodes {
            self.steps += 1;
            if self.steps > STEP_LIMIT {
                return Err(Stop::TooLong);
            }
            match node {
                Node::Text { text, at } => {
                    self.at.1 = *at;
                    self.out.literal(text)?;
                }
                Node::Output(expr) => {
                    self.at.1 = expr.at();
                    self.print(expr)?;
                }
                Node::Block(block) => {
                    self.at.1 = block.at;
                    self.deeper(|renderer| renderer.block(block))?;
                }
                Node::Partial(partial) => {
                    self.at.1 = partial.at;
                    self.deeper(|renderer| renderer.partial(partial))?;
                }
            }
        }
        Ok(())
    }

    fn deeper(&mut self, run: impl FnOnce(&mut Self) -> Result<(), Stop>) -> Result<(), Stop> {
        if self.depth > DEPTH_LIMIT {
            return Err(Stop::TooLong);
        }
        self.depth += 1;
        run(self)?;
        self.depth -= 1;
        Ok(())
    }

    fn print(&mut self, expr: &'a Expr) -> Result<(), Stop> {
        if let Expr::Call(call) = expr
            && self.print_call(call)?
        {
            return Ok(());
        }
        let value = self.value(expr)?;
        self.out.value(&value::text(&value))?;
        Ok(())
    }

    fn block(&mut self, block: &'a Block) -> Result<(), Stop> {
        let subject = self.value(&block.subject)?;
        match block.kind {
            BlockKind::If if value::is_true(&subject) => self.nodes(&block.body),
            BlockKind::Unless if !value::is_true(&subject) => self.nodes(&block.body),
            BlockKind::With if value::is_true(&subject) => {
                let names = block.names.first().map(|name| (name.as_str(), subject.clone()));
                let turn = self.frames.last().and_then(|frame| frame.turn.clone());
                self.inside(
                    Frame { names: names.into_iter().collect(), turn, ..Frame::new(subject) },
                    &block.body,
                )
            }
            BlockKind::Each => self.each(block, subject),
            BlockKind::If | BlockKind::Unless | BlockKind::With => self.nodes(&block.inverse),
        }
    }

    fn each(&mut self, block: &'a Block, subject: Cow<'a, Value>) -> Result<(), Stop> {
        // A value that a helper made is never a list: only those of the context are.
        match subject {
            Cow::Borrowed(Value::Array(items)) if !items.is_empty() => {
                for (index, item) in items.iter().enumerate() {
                    let turn = Turn { index, count: items.len(), key: None };
                    self.turn(block, item, Value::from(index), turn)?;
                }
                Ok(())
            }
            Cow::Borrowed(Value::Object(items)) if !items.is_empty() => {
                for (index, (key, item)) in items.iter().enumerate() {
                    let turn = Turn { index, count: items.len(), key: Some(key) };
                    self.turn(block, item, Value::from(key.as_str()), turn)?;
                }
                Ok(())
            }
            _ => self.nodes(&block.inverse),
        }
    }

    fn turn(&mut self, block: &'a Block, item: &'a Value, second: Value, turn: Turn<'a>) -> Result<(), Stop> {
        // A turn costs a step even when its body is empty.
        self.steps += 1;
        let values = [Cow::Borrowed(item), Cow::Owned(second)];
        let names = block.names.iter().map(String::as_str).zip(values).collect();
        self.inside(Frame { names, turn: Some(turn), ..Frame::new(Cow::Borrowed(item)) }, &block.body)
    }

    fn inside(&mut self, frame: Frame<'a>, nodes: &'a [Node]) -> Result<(), Stop> {
        self.frames.push(frame);
        self.nodes(nodes)?;
        self.frames.pop();
        Ok(())
    }

    fn partial(&mut self, partial: &'a Partial) -> Result<(), Stop> {
        // Checked before: every partial that is called is there.
        let Some(target) = self.partials.get(&partial.name) else { return Ok(()) };
        let context = partial.context.as_ref().map(|expr| self.value(expr)).transpose()?;
        let mut handed = Vec::new();
        for (name, value) in &partial.hash {
            handed.push((name.as_str(), self.value(value)?));
        }
        let outer = self.frames.last();
        if let (None, Some(outer)) = (&context, outer) {
            // Earlier ones come first and are found first.
            handed.extend(outer.handed.iter().cloned());
        }
        let this = context.or_else(|| outer.map(|frame| frame.this.clone())).unwrap_or(Cow::Borrowed(&NULL));
        let turn = outer.and_then(|frame| frame.turn.clone());
        let before = std::mem::replace(&mut self.at, (target, partial.at));
        let frame = Frame { this, handed, names: Vec::new(), turn, floor: true };
        self.inside(frame, &target.nodes)?;
        self.at = before;
        Ok(())
    }

    /// The value of an expression. Missing is null.
    fn value(&self, expr: &'a Expr) -> Result<Cow<'a, Value>, Stop> {
        match expr {
            Expr::Literal(value, _) => Ok(Cow::Borrowed(value)),
            Expr::Path(path) => Ok(self.path(path)),
            Expr::Call(call) => self.call(call),
        }
    }

    fn path(&self, path: &'a Path) -> Cow<'a, Value> {
        match path.start {
            Start::Loop(wanted) => self.turn_value(wanted),
            Start::Root => self.parts(self.frames.first(), &path.segments),
            Start::This => self.parts(self.frames.last(), &path.segments),
            Start::Up(levels) => {
                let index = self.frames.len().checked_sub(levels + 1);
                self.parts(index.and_then(|index| self.frames.get(index)), &path.segments)
            }
            Start::Here => {
                if let Some((first, rest)) = path.segments.split_first()
                    && let Some(value) = self.named(first)
                {
                    return value::walk(value, rest);
                }
                self.parts(self.frames.last(), &path.segments)
            }
        }
    }

    fn named(&self, name: &str) -> Option<Cow<'a, Value>> {
        for frame in self.frames.iter().rev() {
            if let Some((_, value)) = frame.names.iter().find(|(known, _)| *known == name) {
                return Some(value.clone());
            }
            if frame.floor {
                break;
            }
        }
        None
    }

    fn parts(&self, frame: Option<&Frame<'a>>, segments: &[String]) -> Cow<'a, Value> {
        let Some(frame) = frame else { return Cow::Borrowed(&NULL) };
        if let Some((first, rest)) = segments.split_first()
            && let Some((_, value)) = frame.handed.iter().find(|(known, _)| known == first)
        {
            return value::walk(value.clone(), rest);
        }
        value::walk(frame.this.clone(), segments)
    }

    fn turn_value(&self, wanted: LoopValue) -> Cow<'a, Value> {
        let Some(turn) = self.frames.last().and_then(|frame| frame.turn.as_ref()) else {
            return Cow::Borrowed(&NULL);
        };
        Cow::Owned(match wanted {
            LoopValue::Index => Value::from(turn.index),
            LoopValue::First => Value::from(turn.index == 0),
            LoopValue::Last => Value::from(turn.index + 1 == turn.count),
            LoopValue::Key => Value::from(turn.key),
        })
    }
}
