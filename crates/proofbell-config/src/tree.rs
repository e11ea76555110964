//! TOML as a tree that remembers where each key and each value stands.

use crate::source::Place;

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) value: Value,
    /// Of a table with a header: the header.
    pub(crate) at: Place,
}

#[derive(Clone, Debug)]
pub(crate) enum Value {
    String(String),
    Integer(i64),
    Float(f64),
    Boolean(bool),
    /// As it was written.
    Datetime(String),
    Array(Vec<Node>),
    Table(Table),
}

/// Keys with their values, in the order in which they were written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    pub(crate) entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) key_at: Place,
    pub(crate) node: Node,
}

impl Table {
    pub(crate) fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.key == key)
    }
}

impl Node {
    /// What it is, with its article, for "it is …".
    pub(crate) fn kind(&self) -> &'static str {
        match &self.value {
            Value::String(_) => "a string",
            Value::Integer(_) => "an integer",
            Value::Float(_) => "a number",
            Value::Boolean(_) => "true or false",
            Value::Datetime(_) => "a date or time",
            Value::Array(_) => "a list",
            Value::Table(_) => "a table",
        }
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn as_table(&self) -> Option<&Table> {
        match &self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The table that is meant as it is written, out of `{ literal = { env = "x" } }`: were it written alone, it might stand for a
    /// string. Tables and references inside it are read as anywhere.
    pub(crate) fn literal(&self) -> Option<&Table> {
        match self.as_table()?.entries.as_slice() {
            [entry] if entry.key == "literal" => entry.node.as_table(),
            _ => None,
        }
    }

    /// The reference that stands for a string here: `{ env }`, `{ file }`, or `{ text, … }` with at least one part.
    pub(crate) fn reference(&self) -> Option<Reference<'_>> {
        let table = self.as_table()?;
        if let [entry] = table.entries.as_slice() {
            return Reference::simple(entry);
        }
        let text = table.get("text")?;
        text.node.as_str()?;
        let parts: Vec<&Entry> = table.entries.iter().filter(|entry| entry.key != "text").collect();
        let simple = |entry: &&Entry| matches!(entry.node.as_table().map(|table| table.entries.as_slice()), Some([only]) if Reference::simple(only).is_some());
        parts.iter().all(simple).then_some(Reference::Text { text: &text.node, parts })
    }
}

/// A table that stands for a string.
#[derive(Clone, Debug)]
pub(crate) enum Reference<'t> {
    /// `{ env = "NAME" }`
    Env(&'t Node),
    /// `{ file = "PATH" }`
    File(&'t Node),
    /// `{ text = "…{key}…", key = { env = "NAME" } }`
    Text { text: &'t Node, parts: Vec<&'t Entry> },
}

impl<'t> Reference<'t> {
    fn simple(entry: &'t Entry) -> Option<Reference<'t>> {
        entry.node.as_str()?;
        match entry.key.as_str() {
            "env" => Some(Reference::Env(&entry.node)),
            "file" => Some(Reference::File(&entry.node)),
            _ => None,
        }
    }
}
