//! What people ask of the store.

pub(super) mod cases;
pub(super) mod events;
pub(super) mod messages;
pub(super) mod stats;

use crate::StoreError;

/// How many rows a list holds when it was not said.
const DEFAULT_LIMIT: u32 = 100;
/// How many rows a list holds at most.
const MOST: u32 = 1000;

/// The number of rows to list.
fn rows(limit: u32) -> i64 {
    i64::from(if limit == 0 { DEFAULT_LIMIT } else { limit.min(MOST) })
}

/// A query put together from the conditions that were asked for.
struct Query {
    conditions: Vec<&'static str>,
    values: Vec<Box<dyn rusqlite::ToSql>>,
}

impl Query {
    fn new() -> Query {
        Query { conditions: Vec::new(), values: Vec::new() }
    }

    /// Adds a condition with one `?`, when there is a value for it.
    fn with(mut self, condition: &'static str, value: Option<String>) -> Query {
        if let Some(value) = value {
            self.conditions.push(condition);
            self.values.push(Box::new(value));
        }
        self
    }

    /// The whole statement with its values, the limit the last of them.
    fn build(mut self, select: &str, order: &str, limit: u32) -> (String, Vec<Box<dyn rusqlite::ToSql>>) {
        let conditions = match self.conditions.is_empty() {
            true => String::new(),
            false => format!(" WHERE {}", self.conditions.join(" AND ")),
        };
        self.values.push(Box::new(rows(limit)));
        (format!("{select}{conditions} ORDER BY {order} LIMIT ?"), self.values)
    }
}

/// Refuses a word that is none of those known.
fn one_of(what: &str, word: Option<&str>, known: &[&str]) -> Result<(), StoreError> {
    match word {
        Some(word) if !known.contains(&word) => {
            Err(StoreError::Refused(format!("there is no {what} `{word}`; known: {}", known.join(", "))))
        }
        _ => Ok(()),
    }
}
