//! From bytes to an [`Event`]: lenient where Legitmark is free to change, strict where an event would mean nothing.

use serde_json::{Map, Value};
use thiserror::Error;

use crate::{Detail, Event, EventName, Side, SrUuid, State};

/// Why a body is no event. It names a place or a field, and never quotes what was sent.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ParseError {
    /// The body is no JSON, or nests deeper than 128 levels.
    #[error("read the body as JSON: it breaks off or goes wrong at line {line}, column {column}")]
    NotJson {
        /// The line, from 1.
        line: usize,
        /// The column, from 1, in bytes.
        column: usize,
    },
    /// The body is JSON, but no object.
    #[error("read the body as an event: it is no JSON object")]
    NotAnObject,
    /// A field is missing that this event type needs.
    #[error("read the event's field `{field}`: it is missing")]
    Missing {
        /// The path of the field, for example `state.primary` or `sides[2].reason`.
        field: String,
    },
    /// A field is there, but is not what it must be.
    #[error("read the event's field `{field}`: it is not {expected}")]
    Unexpected {
        /// The path of the field, for example `state.primary` or `sides[2].reason`.
        field: String,
        /// What it must be, with its article.
        expected: &'static str,
    },
}

impl ParseError {
    /// The path of the field that is at fault, when one is.
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Missing { field } | Self::Unexpected { field, .. } => Some(field),
            Self::NotJson { .. } | Self::NotAnObject => None,
        }
    }
}

/// See [`Event::parse`].
pub(crate) fn event(body: &[u8]) -> Result<Event, ParseError> {
    let payload: Value = serde_json::from_slice(body)
        .map_err(|error| ParseError::NotJson { line: error.line(), column: error.column() })?;
    let root = Fields { map: payload.as_object().ok_or(ParseError::NotAnObject)?, path: String::new() };

    let event_type = root.string("event_type")?;
    if event_type.is_empty() {
        return Err(root.unexpected("event_type", "a word"));
    }
    let (name, detail) = detail(event_type, &root)?;
    let (sr_uuid, timestamp) = match detail {
        Detail::Unknown => (sr_uuid(&root).ok(), root.text("timestamp")),
        Detail::StateChange(_) | Detail::MediaRejected { .. } | Detail::InvalidateSr { .. } => {
            (Some(sr_uuid(&root)?), Some(root.string("timestamp")?.to_owned()))
        }
    };
    Ok(Event {
        name,
        event_type: event_type.to_owned(),
        sr_uuid,
        reference_id: root.map.get("reference_id").and_then(reference_id),
        occurred_at: timestamp.as_deref().and_then(|text| text.parse().ok()),
        timestamp,
        detail,
        payload,
    })
}

fn sr_uuid(root: &Fields<'_>) -> Result<SrUuid, ParseError> {
    root.string("sr_uuid")?
        .parse()
        .map_err(|_| root.unexpected("sr_uuid", "an id of 1 to 128 visible ASCII characters"))
}

fn detail(event_type: &str, root: &Fields<'_>) -> Result<(EventName, Detail), ParseError> {
    match event_type {
        "state_change" => {
            let state = state(&root.object("state")?)?;
            Ok((state.name(), Detail::StateChange(state)))
        }
        "media_rejected" => {
            let sides = sides(root)?;
            // Only an older shape has it, and nothing depends on it.
            let state = root.object("state").and_then(|fields| state(&fields)).ok();
            Ok((EventName::ReshootNeeded, Detail::MediaRejected { sides, state }))
        }
        "invalidate_sr" => {
            let reason = root.object("invalidation_reason")?;
            let code = reason.string("code")?.to_owned();
            let message = reason.string("message")?.to_owned();
            Ok((EventName::Invalidated, Detail::InvalidateSr { code, message }))
        }
        _ => Ok((EventName::Unknown, Detail::Unknown)),
    }
}

fn state(fields: &Fields<'_>) -> Result<State, ParseError> {
    let supplement = match fields.map.get("supplement") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text.clone()),
        // Kept as JSON text: it names no known state, and must not be mistaken for null, which does.
        Some(other) => Some(other.to_string()),
    };
    Ok(State { primary: fields.string("primary")?.to_owned(), supplement })
}

fn sides(root: &Fields<'_>) -> Result<Vec<Side>, ParseError> {
    let list = root.get("sides")?.as_array().ok_or_else(|| root.unexpected("sides", "an array"))?;
    let side = |(index, value): (usize, &Value)| {
        let path = format!("sides[{index}]");
        let Some(map) = value.as_object() else {
            return Err(ParseError::Unexpected { field: path, expected: "an object" });
        };
        let fields = Fields { map, path: path + "." };
        Ok(Side {
            side: fields.string("side")?.to_owned(),
            side_uuid: fields.text("side_uuid"),
            reason: fields.string("reason")?.to_owned(),
            message: fields.text("message"),
        })
    };
    list.iter().enumerate().map(side).collect()
}

/// A string, or a whole number as its decimal text: marketplaces number their items.
fn reference_id(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        // A number that is held as a float may have lost digits, and would then be another item's id.
        Value::Number(number) if !number.is_f64() => Some(number.to_string()),
        Value::Number(_) | Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The fields of one object, with the path that leads to them.
struct Fields<'a> {
    map: &'a Map<String, Value>,
    /// Empty, or ends with a dot.
    path: String,
}

impl<'a> Fields<'a> {
    fn get(&self, key: &str) -> Result<&'a Value, ParseError> {
        self.map.get(key).ok_or_else(|| ParseError::Missing { field: format!("{}{key}", self.path) })
    }

    fn string(&self, key: &str) -> Result<&'a str, ParseError> {
        self.get(key)?.as_str().ok_or_else(|| self.unexpected(key, "a string"))
    }

    fn object(&self, key: &str) -> Result<Fields<'a>, ParseError> {
        let map = self.get(key)?.as_object().ok_or_else(|| self.unexpected(key, "an object"))?;
        Ok(Fields { map, path: format!("{}{key}.", self.path) })
    }

    /// A string that may be missing or anything else.
    fn text(&self, key: &str) -> Option<String> {
        self.map.get(key).and_then(Value::as_str).map(str::to_owned)
    }

    fn unexpected(&self, key: &str, expected: &'static str) -> ParseError {
        ParseError::Unexpected { field: format!("{}{key}", self.path), expected }
    }
}

#[cfg(test)]
mod tests;
