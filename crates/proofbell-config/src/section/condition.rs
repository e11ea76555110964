//! `where` and `except` of a rule.

use proofbell_engine::{Condition, Key, Matcher, Op, PatternError};

use crate::context::Context;
use crate::reader::{At, Scope, not_available};
use crate::report::{Finding, code};
use crate::secret;
use crate::source::Place;
use crate::suggest;
use crate::tree::{Entry, Node, Value};

const OPERATORS: [&str; 6] = ["not", "glob", "regex", "exists", "at_least", "at_most"];
/// Keys of conditions that a later version will know.
const LATER: [(&str, &str); 2] = [
    ("item", "details of the item come with Legitmark's API"),
    ("recipient", "conditions on the recipient come with quiet hours"),
];

/// What was read of a `where` or `except`.
#[derive(Default)]
pub(crate) struct Read {
    pub(crate) conditions: Vec<Condition>,
    /// Where all of them stand.
    pub(crate) at: Option<Place>,
    /// Where each condition stands.
    pub(crate) places: Vec<Written>,
    /// Sides that are named exactly, for the glossary to know.
    pub(crate) sides: Vec<At<String>>,
    /// Reasons that are named exactly.
    pub(crate) reasons: Vec<At<String>>,
}

/// Where a condition stands.
pub(crate) struct Written {
    /// `rule.reshoot.where.side`
    pub(crate) path: String,
    pub(crate) key: Place,
    pub(crate) value: Place,
}

pub(crate) fn read(scope: &Scope<'_>, key: &'static str) -> Read {
    let mut read = Read::default();
    let Some(table) = scope.table(key) else { return read };
    read.at = Some(table.at);
    for entry in table.entries() {
        read_key(&table, entry, &mut read);
    }
    read
}

fn read_key(table: &Scope<'_>, entry: &Entry, read: &mut Read) {
    let cx = table.cx;
    let path = table.path_of(&entry.key);
    if entry.key == "payload" {
        let Some(pointers) = Scope::open(cx, &entry.node, &path) else { return };
        for entry in pointers.entries() {
            match Key::payload(&entry.key) {
                Ok(key) => push(cx, key, entry, pointers.path_of(&entry.key), read),
                Err(error) => cx.report.push(refused_pattern(entry.key_at, &error)),
            }
        }
        return;
    }
    let word = entry.key.split('.').next().unwrap_or_default();
    if let Some((_, what)) = LATER.iter().find(|(later, _)| *later == word) {
        return not_available(cx, entry.key_at, &path, what);
    }
    match Key::parse(&entry.key) {
        Some(key) => push(cx, key, entry, path, read),
        None => {
            let message = format!("unknown key `{}` in [{}]", entry.key, table.path);
            let known = Key::WORDS.iter().map(|(word, _)| *word).chain(["payload.\"/json/pointer\""]);
            let hint = suggest::hint(&entry.key, "keys", known);
            cx.report.push(Finding::error(code::UNKNOWN_KEY, entry.key_at, message).hint(hint));
        }
    }
}

fn push(cx: &Context<'_>, key: Key, entry: &Entry, path: String, read: &mut Read) {
    let mut words = Vec::new();
    let reader = MatcherReader { cx, numeric: matches!(key, Key::Round | Key::Payload(_)) };
    if let Some(matcher) = reader.matcher(&entry.node, &path, &mut words) {
        match key {
            Key::Side => read.sides.extend(words),
            Key::Reason => read.reasons.extend(words),
            _ => {}
        }
        read.conditions.push(Condition { key, matcher });
        read.places.push(Written { path, key: entry.key_at, value: entry.node.at });
    }
}

/// The engine's error, with its cure as the hint where it gives one.
pub(super) fn refused_pattern(at: Place, error: &PatternError) -> Finding {
    let text = error.to_string();
    let cure = [" as events: ", " as a place in the payload: "].iter().find_map(|between| {
        text.split_once(between)
            .map(|(before, cure)| (format!("{before}{}", between.trim_end_matches(": ")), cure))
    });
    match cure {
        Some((message, cure)) => Finding::error(code::BAD_VALUE, at, format!("cannot {message}")).hint(cure),
        None => Finding::error(code::BAD_VALUE, at, format!("cannot {text}")),
    }
}

struct MatcherReader<'a> {
    cx: &'a Context<'a>,
    /// Whether the key can be a number.
    numeric: bool,
}

impl MatcherReader<'_> {
    /// `words` collects the texts that are matched exactly.
    fn matcher(&self, node: &Node, path: &str, words: &mut Vec<At<String>>) -> Option<Matcher> {
        if node.reference().is_some() || node.as_str().is_some() {
            let text = secret::resolve(self.cx, node, path)?;
            if !text.is_assumed() {
                words.push(At { value: text.value.clone(), at: node.at });
            }
            return Some(Matcher::Is(text.value));
        }
        match &node.value {
            Value::Array(nodes) if nodes.is_empty() => self.refuse(
                node.at,
                format!("`{path}` is an empty list, which nothing matches"),
                "name what may match",
            ),
            Value::Array(nodes) => {
                let each = |(index, node)| self.matcher(node, &format!("{path}[{index}]"), words);
                let all: Vec<Option<Matcher>> = nodes.iter().enumerate().map(each).collect();
                all.into_iter().collect::<Option<Vec<Matcher>>>().map(Matcher::AnyOf)
            }
            Value::Table(table) if table.entries.is_empty() => self.refuse(
                node.at,
                format!("`{path}` has no operator"),
                &format!("use {}", OPERATORS.join(", ")),
            ),
            Value::Table(table) => {
                let all: Vec<Option<Op>> =
                    table.entries.iter().map(|entry| self.operator(entry, path, words)).collect();
                all.into_iter().collect::<Option<Vec<Op>>>().map(Matcher::All)
            }
            Value::Integer(number) => self.refuse(
                node.at,
                format!("`{path}` must be a string, a list or a table of operators, but it is an integer"),
                &format!("write \"{number}\", or {{ at_least = {number} }}"),
            ),
            _ => self.refuse(
                node.at,
                format!(
                    "`{path}` must be a string, a list or a table of operators, but it is {}",
                    node.kind()
                ),
                "put it in quotes",
            ),
        }
    }

    fn operator(&self, entry: &Entry, path: &str, words: &mut Vec<At<String>>) -> Option<Op> {
        let (table, path) = (path, format!("{path}.{}", entry.key));
        let node = &entry.node;
        match entry.key.as_str() {
            "not" => self.matcher(node, &path, words).map(|matcher| Op::Not(Box::new(matcher))),
            "glob" => self.pattern(node, &path, Op::glob),
            "regex" => self.pattern(node, &path, Op::regex),
            "exists" => match node.value {
                Value::Boolean(value) => Some(Op::Exists(value)),
                _ => self.refuse(
                    node.at,
                    format!("`{path}` must be true or false, but it is {}", node.kind()),
                    "write it without quotes",
                ),
            },
            "at_least" => self.number(entry, &path).map(Op::AtLeast),
            "at_most" => self.number(entry, &path).map(Op::AtMost),
            _ => {
                let message = format!("unknown operator `{}` in `{table}`", entry.key);
                let hint = suggest::hint(&entry.key, "operators", OPERATORS);
                self.cx.report.push(Finding::error(code::UNKNOWN_KEY, entry.key_at, message).hint(hint));
                None
            }
        }
    }

    fn pattern(
        &self,
        node: &Node,
        path: &str,
        compile: impl Fn(&str) -> Result<Op, PatternError>,
    ) -> Option<Op> {
        let text = secret::resolve(self.cx, node, path)?;
        compile(&text.value)
            .map_err(|error| {
                if text.is_assumed() {
                    return;
                }
                let hint = "a plain string is compared as it is, and in `glob` only `*` and `?` are special";
                self.cx.report.push(refused_pattern(node.at, &error).hint(hint));
            })
            .ok()
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "rounds and the like are small, and JSON numbers are doubles anyway"
    )]
    fn number(&self, entry: &Entry, path: &str) -> Option<f64> {
        if !self.numeric {
            let message = format!("`{path}` compares numbers, but this key is a text");
            return self.refuse(entry.key_at, message, "numbers are `round` and values of the payload");
        }
        match entry.node.value {
            Value::Integer(number) => Some(number as f64),
            Value::Float(number) => Some(number),
            _ => {
                let message = format!("`{path}` must be a number, but it is {}", entry.node.kind());
                self.refuse(entry.node.at, message, "write it without quotes")
            }
        }
    }

    fn refuse<T>(&self, at: Place, message: String, hint: &str) -> Option<T> {
        self.cx.report.push(Finding::error(code::BAD_VALUE, at, message).hint(hint));
        None
    }
}
