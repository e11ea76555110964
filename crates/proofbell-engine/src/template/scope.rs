//! Which names can be seen where: the frames that blocks and partials open, before any value is known.

use super::ast::{LoopValue, Path, Start};
use super::report;
use super::shape::{ROOT, Shape};

/// The frames that are open at a place, outermost first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Scope {
    frames: Vec<Frame>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Frame {
    this: Shape,
    /// What a partial was handed with names.
    handed: Vec<(String, Shape)>,
    /// `as |item index|`
    names: Vec<(String, Shape)>,
    /// Whether `@index` and its like have a value.
    looped: bool,
    /// Whether it is that of a partial, which does not see what lies outside.
    floor: bool,
}

/// What a path leads to.
#[derive(Debug, PartialEq)]
pub(crate) struct Resolved {
    pub(crate) shape: Shape,
    /// The path from the root, when it leads to something of the root itself.
    pub(crate) root: Option<Vec<String>>,
}

/// Why a path leads nowhere.
#[derive(Debug, PartialEq)]
pub(crate) struct Lost {
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

impl Lost {
    fn new(message: impl Into<String>, hint: impl Into<Option<String>>) -> Lost {
        Lost { message: message.into(), hint: hint.into() }
    }
}

impl Scope {
    pub(crate) fn root() -> Scope {
        let frame = Frame {
            this: Shape::Object(ROOT),
            handed: Vec::new(),
            names: Vec::new(),
            looped: false,
            floor: true,
        };
        Scope { frames: vec![frame] }
    }

    /// The scope inside `{{#each}}` or `{{#with}}`.
    pub(crate) fn inside(&self, this: Shape, names: Vec<(String, Shape)>, is_loop: bool) -> Scope {
        let looped = is_loop || self.last().is_some_and(|frame| frame.looped);
        let mut frames = self.frames.clone();
        frames.push(Frame { this, handed: Vec::new(), names, looped, floor: false });
        Scope { frames }
    }

    /// The scope inside a partial that is called here.
    pub(crate) fn partial(&self, context: Option<Shape>, handed: Vec<(String, Shape)>) -> Scope {
        let mut frames: Vec<Frame> = self.frames.first().cloned().into_iter().collect();
        let last = self.last();
        let mut all = Vec::new();
        if let (None, Some(last)) = (&context, last) {
            all.extend(
                last.handed.iter().filter(|(name, _)| !handed.iter().any(|(new, _)| new == name)).cloned(),
            );
        }
        all.extend(handed);
        all.sort_by(|(one, _), (other, _)| one.cmp(other));
        let this = context.or_else(|| last.map(|frame| frame.this.clone())).unwrap_or(Shape::Free);
        let looped = last.is_some_and(|frame| frame.looped);
        frames.push(Frame { this, handed: all, names: Vec::new(), looped, floor: true });
        Scope { frames }
    }

    fn last(&self) -> Option<&Frame> {
        self.frames.last()
    }

    pub(crate) fn resolve(&self, path: &Path) -> Result<Resolved, Lost> {
        match path.start {
            Start::Loop(value) => self.loop_value(value, path),
            Start::Root => self.parts(0, &path.segments, path),
            Start::This => self.parts(self.frames.len() - 1, &path.segments, path),
            Start::Up(levels) => self.parts(self.up(levels, path)?, &path.segments, path),
            Start::Here => {
                if let Some((shape, rest)) = self.named(path) {
                    return walk(shape, rest, path).map(|shape| Resolved { shape, root: None });
                }
                self.parts(self.frames.len() - 1, &path.segments, path)
            }
        }
    }

    /// A name given by `as |…|`, innermost first, up to the partial's own border.
    fn named<'p>(&self, path: &'p Path) -> Option<(Shape, &'p [String])> {
        let (first, rest) = path.segments.split_first()?;
        for frame in self.frames.iter().rev() {
            if let Some((_, shape)) = frame.names.iter().find(|(name, _)| name == first) {
                return Some((shape.clone(), rest));
            }
            if frame.floor {
                break;
            }
        }
        None
    }

    fn up(&self, levels: usize, path: &Path) -> Result<usize, Lost> {
        let mut index = self.frames.len() - 1;
        for _ in 0..levels {
            if self.frames.get(index).is_none_or(|frame| frame.floor) {
                let message = format!("`{}` leads out of the file", path.text);
                let hint = "a partial sees what it is called with: {{> name key=value}}; `@root.` reaches the outermost names";
                return Err(Lost::new(message, hint.to_owned()));
            }
            index -= 1;
        }
        Ok(index)
    }

    fn parts(&self, index: usize, segments: &[String], path: &Path) -> Result<Resolved, Lost> {
        let Some(frame) = self.frames.get(index) else {
            return Err(Lost::new(format!("unknown name `{}`", path.text), None));
        };
        let Some((first, rest)) = segments.split_first() else {
            return Ok(Resolved { shape: frame.this.clone(), root: None });
        };
        if let Some((_, shape)) = frame.handed.iter().find(|(name, _)| name == first) {
            return walk(shape.clone(), rest, path).map(|shape| Resolved { shape, root: None });
        }
        let Some(shape) = frame.this.part(first) else {
            return Err(self.unknown(frame, first, path));
        };
        let shape = walk(shape, rest, path)?;
        let root = (frame.this == Shape::Object(ROOT)).then(|| segments.to_vec());
        Ok(Resolved { shape, root })
    }

    fn unknown(&self, frame: &Frame, first: &str, path: &Path) -> Lost {
        let message = format!("unknown name `{}`", path.text);
        if first == "entries" {
            return Lost::new("`entries` is not available yet: there are no digests", None);
        }
        let is_root = frame.this == Shape::Object(ROOT);
        if !is_root && ROOT.iter().any(|(name, _)| *name == first) {
            let rest = path.segments.join(".");
            return Lost::new(message, format!("a block or partial has its own names; write `@root.{rest}`"));
        }
        let names = frame.names.iter().chain(&frame.handed).map(|(name, _)| name.as_str());
        let mut known: Vec<&str> = names.collect();
        known.extend(frame.this.names().map(|name| -> &str { name }));
        Lost::new(message, report::hint(first, known))
    }

    fn loop_value(&self, value: LoopValue, path: &Path) -> Result<Resolved, Lost> {
        if !self.last().is_some_and(|frame| frame.looped) {
            return Err(Lost::new(format!("`{}` has a value inside `each` only", path.text), None));
        }
        if !path.segments.is_empty() {
            return Err(Lost::new(format!("unknown name `{}`", path.text), None));
        }
        let shape = match value {
            LoopValue::Index => Shape::Number,
            LoopValue::First | LoopValue::Last => Shape::Bool,
            LoopValue::Key => Shape::Text,
        };
        Ok(Resolved { shape, root: None })
    }
}

fn walk(mut shape: Shape, segments: &[String], path: &Path) -> Result<Shape, Lost> {
    for name in segments {
        shape = shape.part(name).ok_or_else(|| {
            let within = path.text.split(&format!(".{name}")).next().unwrap_or_default();
            let owner = match &shape {
                Shape::Object(_) if !within.is_empty() => format!("`{within}`"),
                other => other.describe().to_owned(),
            };
            let message = format!("unknown name `{}`: {owner} has no `{name}`", path.text);
            let hint = match shape {
                Shape::List(_) => Some("go through it with {{#each}}".to_owned()),
                _ => report::hint(name, shape.names()),
            };
            Lost { message, hint }
        })?;
    }
    Ok(shape)
}
