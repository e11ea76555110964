//! Reads a table key by key: what is wrong is reported and left out, and reading goes on.

use std::cell::RefCell;
use std::fmt::Display;

use crate::context::Context;
use crate::merge::join;
use crate::report::{Finding, code};
use crate::secret::{self, Text};
use crate::source::Place;
use crate::suggest;
use crate::template::FRONT_MATTER;
use crate::tree::{Entry, Node, Table, Value};

/// A value with the place where it was written.
#[derive(Clone, Debug)]
pub(crate) struct At<T> {
    pub(crate) value: T,
    pub(crate) at: Place,
}

impl<T> At<T> {
    pub(crate) fn map<U>(self, f: impl FnOnce(T) -> U) -> At<U> {
        At { value: f(self.value), at: self.at }
    }
}

/// One table being read. [`Scope::finish`] refuses the keys that nobody asked for.
pub(crate) struct Scope<'t> {
    pub(crate) cx: &'t Context<'t>,
    table: &'t Table,
    /// The table's header, or the inline table itself.
    pub(crate) at: Place,
    /// The table's path: `rule.reshoot`.
    pub(crate) path: String,
    known: RefCell<Vec<&'static str>>,
    later: RefCell<Vec<&'static str>>,
}

impl<'t> Scope<'t> {
    /// Opens a table; anything else is reported.
    pub(crate) fn open(cx: &'t Context<'t>, node: &'t Node, path: impl Into<String>) -> Option<Scope<'t>> {
        let path = path.into();
        match node.as_table() {
            Some(table) => Some(Scope::of(cx, table, node.at, path)),
            None => {
                let message = format!("`{path}` must be a table, but it is {}", node.kind());
                cx.report.push(Finding::error(code::WRONG_TYPE, node.at, message));
                None
            }
        }
    }

    pub(crate) fn of(cx: &'t Context<'t>, table: &'t Table, at: Place, path: String) -> Scope<'t> {
        Scope { cx, table, at, path, known: RefCell::default(), later: RefCell::default() }
    }

    pub(crate) fn path_of(&self, key: &str) -> String {
        join(&self.path, key)
    }

    pub(crate) fn entry(&self, key: &'static str) -> Option<&'t Entry> {
        let mut known = self.known.borrow_mut();
        if !known.contains(&key) {
            known.push(key);
        }
        self.table.get(key)
    }

    pub(crate) fn node(&self, key: &'static str) -> Option<&'t Node> {
        self.entry(key).map(|entry| &entry.node)
    }

    /// Every key with its value, for tables whose keys are names. Nothing is left for [`Scope::finish`] then.
    pub(crate) fn entries(&self) -> &'t [Entry] {
        &self.table.entries
    }

    /// Where a key's value stands; where the table stands when it is not there.
    pub(crate) fn place(&self, key: &str) -> Place {
        self.table.get(key).map_or(self.at, |entry| entry.node.at)
    }

    /// Refuses a key that a later version will know.
    pub(crate) fn later(&self, key: &'static str, what: &str) {
        self.later.borrow_mut().push(key);
        if let Some(entry) = self.table.get(key) {
            not_available(self.cx, entry.key_at, &self.path_of(key), what);
        }
    }

    /// Reports a key that must be there and is not.
    pub(crate) fn require(&self, key: &'static str, example: &str) -> bool {
        let there = self.entry(key).is_some();
        if !there {
            let message = format!("{} needs `{key}`", table_for_people(&self.path));
            let finding = Finding::error(code::MISSING_KEY, self.at, message).absent(&self.path);
            self.cx.report.push(finding.key(Some(self.path_of(key))).hint(format!("add it: {example}")));
        }
        there
    }

    /// Refuses the keys by which this one may be meant, where nothing can be said of the others.
    pub(crate) fn refuse_slips(&self, key: &'static str, known: &[&'static str]) {
        for entry in self.table.entries.iter().filter(|entry| !known.contains(&entry.key.as_str())) {
            if suggest::nearest(&entry.key, known.iter().copied()) == Some(key) {
                unknown_key(self.cx, entry, &self.path, known.iter().copied());
            }
        }
    }

    /// Refuses every key that was not asked for.
    pub(crate) fn finish(&self) {
        let known = self.known.borrow();
        let later = self.later.borrow();
        for entry in &self.table.entries {
            let key = entry.key.as_str();
            if !known.contains(&key) && !later.contains(&key) {
                unknown_key(self.cx, entry, &self.path, known.iter().copied());
            }
        }
    }

    pub(crate) fn text(&self, key: &'static str) -> Option<At<Text>> {
        let node = self.node(key)?;
        let value = secret::resolve(self.cx, node, &self.path_of(key))?;
        Some(At { value, at: node.at })
    }

    /// A string that need not be kept secret.
    pub(crate) fn string(&self, key: &'static str) -> Option<At<String>> {
        Some(self.text(key)?.map(|text| text.value))
    }

    /// A string that `read` understands; its error becomes the hint.
    pub(crate) fn parsed<T, E: Display>(
        &self,
        key: &'static str,
        what: &str,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<At<T>> {
        let text = self.text(key)?;
        match read(&text.value.value) {
            Ok(value) => Some(At { value, at: text.at }),
            Err(_) if text.value.is_assumed() => None,
            Err(error) => {
                self.bad_value(text.at, key, &text.value, what, error);
                None
            }
        }
    }

    pub(crate) fn bad_value(&self, at: Place, key: &str, text: &Text, what: &str, hint: impl Display) {
        let path = self.path_of(key);
        let message = match text.is_written() && !secret::is_secret_key(key) {
            true => format!("`{path}` is not {what}: {:?}", secret::url::without_passwords(&text.value)),
            false => format!("`{path}` is not {what}"),
        };
        self.cx.report.push(Finding::error(code::BAD_VALUE, at, message).hint(hint.to_string()));
    }

    /// A word of the program's own, which decides what everything else means: it is written out.
    pub(crate) fn word(&self, key: &'static str) -> Option<At<String>> {
        let node = self.node(key)?;
        if node.reference().is_some() {
            let message =
                format!("`{}` is one of a few words, and cannot come from elsewhere", self.path_of(key));
            self.cx.report.push(Finding::error(code::BAD_VALUE, node.at, message).hint("write it out"));
            return None;
        }
        self.string(key)
    }

    /// One of a few words.
    pub(crate) fn choice<T: Copy>(&self, key: &'static str, choices: &[(&'static str, T)]) -> Option<At<T>> {
        let text = self.word(key)?;
        if let Some((_, value)) = choices.iter().find(|(word, _)| *word == text.value) {
            return Some(At { value: *value, at: text.at });
        }
        let words = choices.iter().map(|(word, _)| *word);
        let hint = suggest::hint(&text.value, "words", words);
        let message = format!("`{}` cannot be {:?}", self.path_of(key), text.value);
        self.cx.report.push(Finding::error(code::BAD_VALUE, text.at, message).hint(hint));
        None
    }

    pub(crate) fn boolean(&self, key: &'static str) -> Option<At<bool>> {
        let node = self.node(key)?;
        match node.value {
            Value::Boolean(value) => Some(At { value, at: node.at }),
            _ => self.wrong_type(key, node, "true or false", "write it without quotes: true or false"),
        }
    }

    /// A whole number within bounds.
    pub(crate) fn integer(&self, key: &'static str, least: i64, most: i64) -> Option<At<i64>> {
        let node = self.node(key)?;
        match node.value {
            Value::Integer(value) if (least..=most).contains(&value) => Some(At { value, at: node.at }),
            Value::Integer(value) => {
                let message = format!("`{}` is {value}, out of its range", self.path_of(key));
                let hint = format!("write a whole number from {least} to {most}");
                self.cx.report.push(Finding::error(code::BAD_VALUE, node.at, message).hint(hint));
                None
            }
            _ => self.wrong_type(key, node, "a whole number", "write it without quotes"),
        }
    }

    fn wrong_type<T>(&self, key: &str, node: &Node, wanted: &str, hint: &str) -> Option<T> {
        let message = format!("`{}` must be {wanted}, but it is {}", self.path_of(key), node.kind());
        self.cx.report.push(Finding::error(code::WRONG_TYPE, node.at, message).hint(hint));
        None
    }

    /// A list of strings; a single string is a list of one.
    pub(crate) fn strings(&self, key: &'static str) -> Option<At<Vec<At<String>>>> {
        let texts = self.texts(key)?;
        let strings = texts.value.into_iter().map(|text| text.map(|text| text.value)).collect();
        Some(At { value: strings, at: texts.at })
    }

    /// As [`Scope::strings`], with the origin of each. Those that cannot be read are left out.
    pub(crate) fn texts(&self, key: &'static str) -> Option<At<Vec<At<Text>>>> {
        let node = self.node(key)?;
        let path = self.path_of(key);
        let read = |node: &Node, path: &str| {
            secret::resolve(self.cx, node, path).map(|value| At { value, at: node.at })
        };
        let value = match &node.value {
            Value::Array(nodes) => nodes
                .iter()
                .enumerate()
                .filter_map(|(index, node)| read(node, &format!("{path}[{index}]")))
                .collect(),
            Value::String(_) | Value::Table(_) => vec![read(node, &path)?],
            _ => return self.wrong_type(key, node, "a list of strings", "write [\"…\", \"…\"]"),
        };
        Some(At { value, at: node.at })
    }

    pub(crate) fn array(&self, key: &'static str) -> Option<At<&'t [Node]>> {
        let node = self.node(key)?;
        match &node.value {
            Value::Array(nodes) => Some(At { value: nodes.as_slice(), at: node.at }),
            _ => self.wrong_type(key, node, "a list", "write [ … ]"),
        }
    }

    pub(crate) fn table(&self, key: &'static str) -> Option<Scope<'t>> {
        Scope::open(self.cx, self.node(key)?, self.path_of(key))
    }

    /// The tables under a section of named tables: `[channel.email]`, `[channel.sms]`.
    pub(crate) fn named(&self, key: &'static str) -> Vec<(At<String>, Scope<'t>)> {
        let Some(section) = self.table(key) else { return Vec::new() };
        let mut named = Vec::new();
        for entry in section.entries() {
            if !is_name(&entry.key) {
                let message = format!("{:?} cannot be the name of a {key}", entry.key);
                let hint = "a name has up to 64 of the characters a-z, A-Z, 0-9, `-` and `_`";
                self.cx.report.push(Finding::error(code::BAD_VALUE, entry.key_at, message).hint(hint));
                continue;
            }
            let path = section.path_of(&entry.key);
            if let Some(scope) = Scope::open(self.cx, &entry.node, path) {
                named.push((At { value: entry.key.clone(), at: entry.key_at }, scope));
            }
        }
        named
    }
}

/// Whether a word can name a channel, an audience, a rule or a template. Names stand in paths, metrics and URLs.
pub(crate) fn is_name(word: &str) -> bool {
    (1..=64).contains(&word.len())
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// `[rule.reshoot]`; what has no header in TOML as it is called.
fn table_for_people(path: &str) -> String {
    match path.strip_prefix(FRONT_MATTER) {
        None => format!("[{path}]"),
        Some("") => format!("the {FRONT_MATTER}"),
        Some(below) => format!("`{}` of the {FRONT_MATTER}", below.trim_start_matches('.')),
    }
}

pub(crate) fn unknown_key<'k>(
    cx: &Context<'_>,
    entry: &Entry,
    path: &str,
    known: impl IntoIterator<Item = &'k str>,
) {
    let message = match path.is_empty() {
        true => format!("unknown section [{}]", entry.key),
        false => format!("unknown key `{}` in {}", entry.key, table_for_people(path)),
    };
    let what = if path.is_empty() { "sections" } else { "keys" };
    let known: Vec<&str> = known.into_iter().collect();
    let meant = suggest::nearest(&entry.key, known.iter().copied()).map(|near| join(path, near));
    let hint = suggest::hint(&entry.key, what, known);
    cx.report.push(Finding::error(code::UNKNOWN_KEY, entry.key_at, message).key(meant).hint(hint));
}

/// Refuses what a later version will know. `what` is a clause about it.
pub(crate) fn not_available(cx: &Context<'_>, at: Place, path: &str, what: &str) {
    let message = format!("`{path}` is not available yet: {what}");
    cx.report.push(Finding::error(code::NOT_AVAILABLE, at, message).hint("leave it out in this version"));
}
