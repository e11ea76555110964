//! `event`, and what a step says about it.

use jiff::Timestamp;
use proofbell_event::{EventName, Sample, SrUuid};
use serde_json::{Map, Value as Json};

use super::TestEvent;
use super::read::time;
use crate::merge::join;
use crate::reader::{At, Scope};
use crate::report::{Finding, code};
use crate::secret;
use crate::suggest;
use crate::tree::{Node, Table, Value};

/// The item and the request of an event that does not say.
const REFERENCE_ID: &str = "ITEM-1001";
const SR_UUID: &str = "00000000-0000-4000-8000-000000000001";
/// The photo of a `reshoot_needed` that does not say.
const SIDE: (&str, &str) = ("Label", "blurry");

/// What a step says of a sample, besides its name.
struct Details {
    sides: Option<Vec<(String, String)>>,
    reference_id: Option<String>,
    sr_uuid: Option<String>,
    timestamp: Option<Timestamp>,
}

const DETAILS: [&str; 4] = ["sides", "reference_id", "sr_uuid", "timestamp"];

pub(super) fn read(scope: &Scope<'_>) -> Option<TestEvent> {
    let details = details(scope);
    let Some(node) = scope.node("event") else {
        refuse_details(scope, &DETAILS, "there is no event that it could belong to");
        return None;
    };
    if node.reference().is_none()
        && let Some(table) = node.literal().or_else(|| node.as_table())
    {
        refuse_details(scope, &DETAILS, "the event is a whole payload: write it in there");
        return Some(TestEvent::Payload(table_json(scope, table, "test.step.event")));
    }
    let word = scope.text("event")?;
    if word.value.is_assumed() {
        let message = "the event comes from elsewhere, and is not there";
        let hint = "write it here, or name a file that is there: event = { file = \"event.json\" }";
        scope.cx.report.push(Finding::error(code::UNREADABLE, word.at, message).hint(hint));
        return None;
    }
    let word = word.map(|text| text.value);
    if word.value.trim_start().starts_with('{') {
        refuse_details(scope, &DETAILS, "the event is a whole payload: write it in there");
        return payload(scope, &word);
    }
    let name = name(scope, &word)?;
    if name != EventName::ReshootNeeded {
        refuse_details(scope, &["sides"], "only a `reshoot_needed` has sides");
    }
    let sides = details.sides.unwrap_or_else(|| match name {
        EventName::ReshootNeeded => vec![(SIDE.0.to_owned(), SIDE.1.to_owned())],
        _ => Vec::new(),
    });
    Some(TestEvent::Sample {
        name,
        sides,
        reference_id: details.reference_id.unwrap_or_else(|| REFERENCE_ID.to_owned()),
        sr_uuid: details.sr_uuid.unwrap_or_else(|| SR_UUID.to_owned()),
        timestamp: details.timestamp,
    })
}

fn details(scope: &Scope<'_>) -> Details {
    Details {
        sides: scope.table("sides").map(|sides| pairs(&sides)),
        reference_id: scope.string("reference_id").map(|id| id.value),
        sr_uuid: scope
            .parsed("sr_uuid", "the id of a service request", sr_uuid)
            .map(|id| id.value.to_string()),
        timestamp: time(scope, "timestamp").map(|at| at.value),
    }
}

fn sr_uuid(text: &str) -> Result<SrUuid, &'static str> {
    text.parse().map_err(|_| "write at most 128 letters, digits and other visible ASCII characters")
}

fn refuse_details(scope: &Scope<'_>, keys: &[&str], why: &str) {
    for key in keys {
        let at = scope.place(key);
        if at != scope.at {
            let message = format!("`{}` has no effect: {why}", scope.path_of(key));
            scope.cx.report.push(Finding::error(code::NO_EFFECT, at, message).hint("take it out"));
        }
    }
}

/// `sides = { Label = "blurry" }`
fn pairs(sides: &Scope<'_>) -> Vec<(String, String)> {
    let pair = |entry: &crate::tree::Entry| {
        let reason = secret::resolve(sides.cx, &entry.node, &sides.path_of(&entry.key))?;
        Some((entry.key.clone(), reason.value))
    };
    sides.entries().iter().filter_map(pair).collect()
}

/// A whole payload as JSON.
fn payload(scope: &Scope<'_>, text: &At<String>) -> Option<TestEvent> {
    match serde_json::from_str(&text.value) {
        Ok(payload) => Some(TestEvent::Payload(payload)),
        Err(error) => {
            let message = format!("the event begins like a payload in JSON, and is none: {error}");
            let hint = "correct it, or name an event: event = \"reshoot_needed\"";
            scope.cx.report.push(Finding::error(code::BAD_VALUE, text.at, message).hint(hint));
            None
        }
    }
}

fn name(scope: &Scope<'_>, word: &At<String>) -> Option<EventName> {
    let Some(name) = EventName::ALL.into_iter().find(|name| name.as_str() == word.value) else {
        let sendable = EventName::ALL.into_iter().filter(|name| *name != EventName::VerdictChanged);
        let hint = suggest::hint(&word.value, "names", sendable.map(EventName::as_str));
        let message = format!("there is no event called `{}`", word.value);
        scope.cx.report.push(Finding::error(code::UNKNOWN_EVENT, word.at, message).hint(hint));
        return None;
    };
    match sample(name).payload() {
        Ok(_) => Some(name),
        Err(_) => {
            refuse_name(scope, word);
            None
        }
    }
}

fn sample(name: EventName) -> Sample {
    Sample { name, sr_uuid: String::new(), reference_id: None, at: Timestamp::UNIX_EPOCH, sides: Vec::new() }
}

fn refuse_name(scope: &Scope<'_>, word: &At<String>) {
    let message =
        format!("`{}` is a name that Proofbell gives, and no event that Legitmark sends", word.value);
    let hint = "write the events that lead to it, each in a step: a verdict, then the other one";
    scope.cx.report.push(Finding::error(code::UNKNOWN_EVENT, word.at, message).hint(hint));
}

/// A payload as it is written; references are read first, and literal tables stand for themselves.
fn json(scope: &Scope<'_>, node: &Node, path: &str) -> Json {
    if node.reference().is_some() {
        return secret::resolve(scope.cx, node, path).map_or(Json::Null, |text| Json::String(text.value));
    }
    if let Some(table) = node.literal() {
        return table_json(scope, table, path);
    }
    match &node.value {
        Value::String(text) | Value::Datetime(text) => Json::String(text.clone()),
        Value::Integer(number) => Json::from(*number),
        Value::Float(number) => Json::from(*number),
        Value::Boolean(value) => Json::Bool(*value),
        Value::Array(nodes) => {
            let element = |(index, node)| json(scope, node, &format!("{path}[{index}]"));
            nodes.iter().enumerate().map(element).collect()
        }
        Value::Table(table) => table_json(scope, table, path),
    }
}

fn table_json(scope: &Scope<'_>, table: &Table, path: &str) -> Json {
    let field =
        |entry: &crate::tree::Entry| (entry.key.clone(), json(scope, &entry.node, &join(path, &entry.key)));
    Json::Object(table.entries.iter().map(field).collect::<Map<String, Json>>())
}
