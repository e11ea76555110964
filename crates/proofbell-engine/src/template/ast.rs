//! Templates as a tree.

use serde_json::Value;

use super::helper::Helper;

/// A place in a file: line and column in characters, both from 1; line 0 in front matter, whose lines are not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    pub(crate) line: u32,
    pub(crate) column: u32,
}

/// One file, or one string of front matter.
#[derive(Clone, Debug, Default)]
pub(crate) struct File {
    /// For diagnostics.
    pub(crate) path: String,
    /// Which string of the front matter it is: `subject`.
    pub(crate) part: Option<String>,
    pub(crate) nodes: Vec<Node>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    /// Copied as it is.
    Text { text: String, at: Place },
    /// `{{…}}`
    Output(Expr),
    /// `{{#if …}}…{{else}}…{{/if}}`
    Block(Block),
    /// `{{> …}}`
    Partial(Partial),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Block {
    pub(crate) kind: BlockKind,
    pub(crate) subject: Expr,
    /// `as |item index|`
    pub(crate) names: Vec<String>,
    pub(crate) body: Vec<Node>,
    pub(crate) inverse: Vec<Node>,
    pub(crate) at: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BlockKind {
    If,
    Unless,
    Each,
    With,
}

impl BlockKind {
    pub(crate) const NAMES: [&str; 4] = ["if", "unless", "each", "with"];

    pub(crate) fn named(name: &str) -> Option<BlockKind> {
        match name {
            "if" => Some(BlockKind::If),
            "unless" => Some(BlockKind::Unless),
            "each" => Some(BlockKind::Each),
            "with" => Some(BlockKind::With),
            _ => None,
        }
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            BlockKind::If => "if",
            BlockKind::Unless => "unless",
            BlockKind::Each => "each",
            BlockKind::With => "with",
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Partial {
    pub(crate) name: String,
    /// `{{> name context}}`
    pub(crate) context: Option<Expr>,
    pub(crate) hash: Vec<(String, Expr)>,
    pub(crate) at: Place,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expr {
    Literal(Value, Place),
    Path(Path),
    Call(Call),
}

impl Expr {
    pub(crate) fn at(&self) -> Place {
        match self {
            Expr::Literal(_, at) => *at,
            Expr::Path(path) => path.at,
            Expr::Call(call) => call.at,
        }
    }
}

/// `name`, `a.b`, `../a`, `this`, `@index`, `@root.a`
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Path {
    pub(crate) start: Start,
    pub(crate) segments: Vec<String>,
    /// As written.
    pub(crate) text: String,
    pub(crate) at: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// The current context, or a name given by `as |…|`.
    Here,
    /// `this.…`: the current context only.
    This,
    /// `../` so many times.
    Up(usize),
    /// `@root`
    Root,
    /// `@index` and its like.
    Loop(LoopValue),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LoopValue {
    Index,
    First,
    Last,
    Key,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Call {
    pub(crate) helper: Helper,
    pub(crate) params: Vec<Expr>,
    pub(crate) hash: Vec<(String, Expr)>,
    pub(crate) at: Place,
}

impl Call {
    pub(crate) fn option(&self, key: &str) -> Option<&Expr> {
        self.hash.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }
}
