//! Goes through a channel's settings together with the plugin's schema: reports what does not fit, and makes JSON of the rest.

use serde_json::{Map, Number, Value as Json};

use super::Settings;
use super::shape::{Shape, TableShape, Whole, shape};
use crate::reader::unknown_key;
use crate::report::{Finding, code};
use crate::secret::{self, Within};
use crate::source::Place;
use crate::suggest;
use crate::tree::{Entry, Node, Value};

/// What came of it.
pub(super) struct Walked {
    pub(super) json: Map<String, Json>,
    /// Whether nothing was reported but secrets that are not there.
    pub(super) sound: bool,
    /// Texts that no message may repeat.
    pub(super) secrets: Vec<String>,
    /// Paths of values that something stands in for, so that the rest can be checked.
    pub(super) stand_ins: Vec<String>,
}

/// Goes through all settings of a channel. `root` is the schema of its kind.
pub(super) fn walk(settings: &Settings<'_>, root: &Json) -> Walked {
    let walked = Walked { json: Map::new(), sound: true, secrets: Vec::new(), stand_ins: Vec::new() };
    let mut walk = Walk { settings, root, walked };
    let Shape::Table(table) = shape(root, root) else {
        // A plugin without a schema worth the name is asked itself.
        for entry in &settings.entries {
            let json = walk.value(&entry.node, &Shape::Any, &entry.key);
            walk.walked.json.insert(entry.key.clone(), json);
        }
        return walk.walked;
    };
    let json = walk.table(&settings.entries, &table, "", settings.at);
    Walked { json, ..walk.walked }
}

pub(super) struct Walk<'a> {
    settings: &'a Settings<'a>,
    pub(super) root: &'a Json,
    pub(super) walked: Walked,
}

impl<'a> Walk<'a> {
    fn report(&mut self, finding: Finding) {
        self.walked.sound = false;
        self.settings.cx.report.push(finding);
    }

    /// The path for people.
    fn shown(&self, path: &str) -> String {
        match path.is_empty() {
            true => self.settings.path.clone(),
            false => format!("{}.{path}", self.settings.path),
        }
    }

    fn table(
        &mut self,
        entries: &[&Entry],
        table: &TableShape<'a>,
        path: &str,
        at: Place,
    ) -> Map<String, Json> {
        let mut json = Map::new();
        for entry in entries {
            let (key, schema) = match (table.key(&entry.key), table.others) {
                (Some(schema), _) | (None, Some(schema)) => (entry.key.as_str(), schema),
                (None, None) => {
                    let Some(meant) = self.unknown(entry, entries, table, path) else { continue };
                    if json.contains_key(meant.0) {
                        continue;
                    }
                    self.walked.stand_ins.push(join(path, meant.0));
                    meant
                }
            };
            let value = self.value(&entry.node, &shape(self.root, schema), &join(path, key));
            json.insert(key.to_owned(), value);
        }
        for key in table.required() {
            if !json.contains_key(key) {
                self.missing(table, key, path, at);
                let value = table.key(key).map(|schema| self.stand_in(schema, &join(path, key)));
                json.insert(key.to_owned(), value.unwrap_or_default());
            }
        }
        json
    }

    /// Refuses a key; the known one that is meant by it, when that is not set.
    fn unknown(
        &mut self,
        entry: &Entry,
        entries: &[&Entry],
        table: &TableShape<'a>,
        path: &str,
    ) -> Option<(&'a str, &'a Json)> {
        self.walked.sound = false;
        let host = if path.is_empty() { self.settings.host_keys } else { &[] };
        let known = || table.keys().chain(host.iter().copied());
        unknown_key(self.settings.cx, entry, &self.shown(path), known());
        let near = suggest::nearest(&entry.key, known())?;
        let is_free = !entries.iter().any(|other| other.key == near);
        let key = table.keys().find(|key| is_free && *key == near)?;
        Some((key, table.key(key)?))
    }

    fn missing(&mut self, table: &TableShape<'_>, key: &str, path: &str, at: Place) {
        let message = format!("[{}] needs `{key}`", self.shown(path));
        let hint = match table.about(key) {
            Some(about) => format!("add `{key}`: {about}"),
            None => format!("add `{key}`"),
        };
        self.report(Finding::error(code::MISSING_KEY, at, message).absent(&self.settings.path).hint(hint));
    }

    /// A value as the plugin reads it; references are read first. What does not fit is reported, and something stands in for it.
    fn value(&mut self, node: &Node, shape: &Shape<'a>, path: &str) -> Json {
        // Written without quotes a secret is a mistake, and yet the secret.
        match &node.value {
            Value::String(text) => self.note_secrets(text, path),
            Value::Integer(number) if is_secret(path) => self.walked.secrets.push(number.to_string()),
            _ => {}
        }
        match (shape, &node.value) {
            (Shape::Any, _) => self.any(node, path),
            (Shape::Text(words), Value::String(text)) => self.word(node, text, words, path),
            (Shape::Text(words), _) if node.reference().is_some() => self.referred(node, words, path),
            (Shape::Text(words), Value::Table(_)) => {
                self.walked.sound = false;
                secret::refuse(self.settings.cx, node, &self.shown(path));
                self.text_stand_in(words, path)
            }
            (Shape::Number { .. }, Value::Integer(_) | Value::Float(_)) => self.number(node, shape, path),
            (Shape::Boolean, Value::Boolean(value)) => Json::Bool(*value),
            (Shape::List { item, least, most }, Value::Array(nodes)) => {
                self.count(node, nodes.len(), (*least, *most), path);
                self.items(nodes, *item, path)
            }
            (Shape::Table(table), Value::Table(_)) if node.reference().is_none() => {
                let inner = node.literal().or_else(|| node.as_table());
                let entries: Vec<&Entry> = inner.into_iter().flat_map(|table| &table.entries).collect();
                Json::Object(self.table(&entries, table, path, node.at))
            }
            _ => self.wrong_type(node, shape, path),
        }
    }

    fn note_secrets(&mut self, text: &str, path: &str) {
        if is_secret(path) {
            self.walked.secrets.push(text.to_owned());
        }
        let passwords = secret::url::passwords(text);
        self.walked.secrets.extend(passwords.into_iter().map(|range| text[range].to_owned()));
    }

    fn items(&mut self, nodes: &[Node], item: Option<&'a Json>, path: &str) -> Json {
        let item = item.map_or(Shape::Any, |item| shape(self.root, item));
        let each = nodes.iter().enumerate();
        each.map(|(index, node)| self.value(node, &item, &format!("{path}[{index}]"))).collect()
    }

    fn any(&mut self, node: &Node, path: &str) -> Json {
        if node.reference().is_some() {
            return self.referred(node, &[], path);
        }
        if let Some(table) = node.literal().or_else(|| node.as_table()) {
            let entries = table.entries.iter();
            let value = |entry: &Entry| {
                (entry.key.clone(), self.value(&entry.node, &Shape::Any, &join(path, &entry.key)))
            };
            return Json::Object(entries.map(value).collect());
        }
        match &node.value {
            Value::String(text) | Value::Datetime(text) => Json::String(text.clone()),
            Value::Integer(number) => Json::from(*number),
            Value::Float(number) => Json::from(*number),
            Value::Boolean(value) => Json::Bool(*value),
            Value::Array(nodes) => self.items(nodes, None, path),
            Value::Table(_) => Json::Null,
        }
    }

    fn referred(&mut self, node: &Node, words: &[&str], path: &str) -> Json {
        let text = secret::resolve(self.settings.cx, node, &self.shown(path));
        let Some(text) = text.filter(|text| !text.is_assumed()) else {
            return self.text_stand_in(words, path);
        };
        if !words.is_empty() && !words.contains(&text.value.as_str()) {
            let message = format!("`{}` is not one of its words", self.shown(path));
            let hint = format!("known words are: {}", words.join(", "));
            self.report(Finding::error(code::BAD_VALUE, node.at, message).hint(hint));
            return self.text_stand_in(words, path);
        }
        self.walked.secrets.push(text.value.clone());
        Json::String(text.value)
    }

    fn word(&mut self, node: &Node, text: &str, words: &[&str], path: &str) -> Json {
        if words.is_empty() || words.contains(&text) {
            return Json::from(text);
        }
        let message = format!("`{}` cannot be {text:?}", self.shown(path));
        let hint = suggest::hint(text, "words", words.iter().copied());
        self.report(Finding::error(code::BAD_VALUE, node.at, message).hint(hint));
        self.text_stand_in(words, path)
    }

    fn number(&mut self, node: &Node, shape: &Shape<'a>, path: &str) -> Json {
        let Shape::Number { whole, least, most } = shape else { return Json::Null };
        let number = match node.value {
            Value::Integer(number) => Number::from(number),
            Value::Float(number) if *whole == Whole::No => {
                Number::from_f64(number).unwrap_or_else(|| Number::from(0))
            }
            _ => return self.wrong_type(node, shape, path),
        };
        let value = number.as_f64();
        if least.is_some_and(|least| value < least.as_f64()) || most.is_some_and(|most| value > most.as_f64())
        {
            let message = format!("`{}` is {number}, out of its range", self.shown(path));
            let hint = format!("write {}", shape.range());
            self.report(Finding::error(code::BAD_VALUE, node.at, message).hint(hint));
            return self.stand_in_for(shape, path);
        }
        Json::Number(number)
    }

    fn count(&mut self, node: &Node, count: usize, bounds: (u64, Option<u64>), path: &str) {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        let (least, most) = bounds;
        let (message, hint) = match most {
            _ if count == 0 && least == 1 => ("is an empty list".to_owned(), "name at least one".to_owned()),
            _ if count < least => (format!("names {count}"), format!("name at least {least}")),
            Some(most) if count > most => (format!("names {count}"), format!("name at most {most}")),
            Some(_) | None => return,
        };
        let message = format!("`{}` {message}", self.shown(path));
        self.report(Finding::error(code::BAD_VALUE, node.at, message).hint(hint));
        self.walked.stand_ins.push(path.to_owned());
    }

    fn wrong_type(&mut self, node: &Node, shape: &Shape<'a>, path: &str) -> Json {
        let given = match node.reference() {
            Some(_) => "a string from elsewhere",
            None => node.kind(),
        };
        let message =
            format!("`{}` must be {}, but it is {given}", self.shown(path), shape.wanted(self.root));
        let hint = shape.cure(self.root, node);
        self.report(Finding::error(code::WRONG_TYPE, node.at, message).hint(hint));
        self.stand_in_for(shape, path)
    }
}

pub(super) fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// Whether a secret stands at this path below a channel: `headers.X-Auth`, `secrets[1]`.
fn is_secret(path: &str) -> bool {
    let name = |key: &str| key.split('[').next().unwrap_or_default().to_owned();
    let (tables, key) = path.rsplit_once('.').unwrap_or(("", path));
    tables.split('.').fold(Within::Other, |within, key| within.table(&name(key))).holds_secret(&name(key))
}
