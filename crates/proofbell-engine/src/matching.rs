//! Whether the conditions of a rule hold for an event, and on which of its sides.

use std::borrow::Cow;
use std::cell::OnceCell;

use proofbell_event::{Detail, Event, Side, State};
use serde_json::Value;

use crate::{CaseFacts, Condition, Glossary, Key, Matcher, Op};

/// The longest value that a decision quotes, in characters.
const QUOTE: usize = 80;

/// Where conditions are asked: a side by its index, or `None` in an event without sides.
pub(crate) type Place = Option<usize>;

/// All that conditions can look at.
pub(crate) struct Scene<'a> {
    event: &'a Event,
    facts: &'a CaseFacts,
    glossary: &'a Glossary,
    /// Of each side the glossary's codes, looked up once for all rules.
    codes: OnceCell<Vec<Codes<'a>>>,
}

struct Codes<'a> {
    side: Option<&'a str>,
    reason: Option<&'a str>,
}

/// A condition that decided: its key as written in the rule, and the value it saw, shortened.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Deciding {
    pub(crate) key: String,
    pub(crate) saw: Option<String>,
}

impl<'a> Scene<'a> {
    pub(crate) fn new(event: &'a Event, facts: &'a CaseFacts, glossary: &'a Glossary) -> Scene<'a> {
        Scene { event, facts, glossary, codes: OnceCell::new() }
    }

    /// Everywhere that conditions can hold.
    pub(crate) fn places(&self) -> Vec<Place> {
        match self.event.sides().len() {
            0 => vec![None],
            count => (0..count).map(Some).collect(),
        }
    }

    /// Those of `places` on which all conditions hold.
    ///
    /// # Errors
    /// They hold nowhere; this is the first that leaves nothing.
    pub(crate) fn narrow(&self, conditions: &[Condition], places: &[Place]) -> Result<Vec<Place>, Deciding> {
        let mut left = places.to_vec();
        for Condition { key, matcher } in conditions {
            let holding: Vec<Place> = if key.is_of_side() {
                left.iter().copied().filter(|place| matcher.holds(&self.find(key, *place))).collect()
            } else if matcher.holds(&self.find(key, None)) {
                continue;
            } else {
                Vec::new()
            };
            if holding.is_empty() {
                return Err(self.deciding(key, &left));
            }
            left = holding;
        }
        Ok(left)
    }

    /// The key as what decided, with what it sees in these places.
    pub(crate) fn deciding(&self, key: &Key, places: &[Place]) -> Deciding {
        let places = if key.is_of_side() { places } else { &[None] };
        let mut values: Vec<Cow<'_, str>> = Vec::new();
        for value in places.iter().filter_map(|place| self.find(key, *place).raw) {
            if !values.contains(&value) {
                values.push(value);
            }
            // More would be cut off anyway.
            if values.len() > QUOTE / 2 {
                break;
            }
        }
        let saw = (!values.is_empty()).then(|| shorten(&values.join(", ")));
        Deciding { key: key.to_string(), saw }
    }

    fn find(&self, key: &Key, place: Place) -> Found<'_> {
        let event = self.event;
        match key {
            Key::EventType => Found::text(&event.event_type),
            Key::State => Found::from(event_state(event).map(|state| Cow::Owned(state.to_string()))),
            Key::Side => self.find_on_side(place, |side, codes| (&side.side, codes.side)),
            Key::Reason => self.find_on_side(place, |side, codes| (&side.reason, codes.reason)),
            Key::Code => Found::from(match &event.detail {
                Detail::InvalidateSr { code, .. } => Some(Cow::Borrowed(code.as_str())),
                Detail::StateChange(_) | Detail::MediaRejected { .. } | Detail::Unknown => None,
            }),
            Key::ReferenceId => Found::from(self.facts.reference_id.as_deref().map(Cow::Borrowed)),
            Key::Round => Found::from(Some(Cow::Owned(self.facts.round.to_string()))),
            Key::Payload(pointer) => Found::from(event.payload.pointer(pointer).and_then(json_text)),
        }
    }

    fn find_on_side<'s>(
        &'s self,
        place: Place,
        pick: fn(&'s Side, &'s Codes<'a>) -> (&'s String, Option<&'a str>),
    ) -> Found<'s> {
        let codes = self.codes.get_or_init(|| {
            let codes_of = |side: &Side| Codes {
                side: self.glossary.side_code(&side.side),
                reason: self.glossary.reason_code(&side.reason),
            };
            self.event.sides().iter().map(codes_of).collect()
        });
        let Some((side, codes)) =
            place.and_then(|index| Some((self.event.sides().get(index)?, codes.get(index)?)))
        else {
            return Found::from(None);
        };
        let (raw, code) = pick(side, codes);
        Found { raw: Some(Cow::Borrowed(raw)), code }
    }
}

fn event_state(event: &Event) -> Option<&State> {
    match &event.detail {
        Detail::StateChange(state) => Some(state),
        Detail::MediaRejected { state, .. } => state.as_ref(),
        Detail::InvalidateSr { .. } | Detail::Unknown => None,
    }
}

/// A JSON value as conditions compare it; null is as good as absent.
fn json_text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            Some(Cow::Owned(value.to_string()))
        }
    }
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(QUOTE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The value that a key found: what was sent, and the glossary's code for it.
struct Found<'a> {
    raw: Option<Cow<'a, str>>,
    code: Option<&'a str>,
}

impl<'a> Found<'a> {
    fn text(text: &'a str) -> Found<'a> {
        Found::from(Some(Cow::Borrowed(text)))
    }

    fn any(&self, holds: impl Fn(&str) -> bool) -> bool {
        self.raw.as_deref().into_iter().chain(self.code).any(holds)
    }

    fn any_number(&self, holds: impl Fn(f64) -> bool) -> bool {
        self.any(|text| text.parse().is_ok_and(|number: f64| number.is_finite() && holds(number)))
    }
}

impl<'a> From<Option<Cow<'a, str>>> for Found<'a> {
    fn from(raw: Option<Cow<'a, str>>) -> Found<'a> {
        Found { raw, code: None }
    }
}

impl Matcher {
    fn holds(&self, found: &Found<'_>) -> bool {
        match self {
            Matcher::Is(text) => found.any(|value| value == text),
            Matcher::AnyOf(matchers) => matchers.iter().any(|matcher| matcher.holds(found)),
            Matcher::All(ops) => ops.iter().all(|op| op.holds(found)),
        }
    }
}

impl Op {
    fn holds(&self, found: &Found<'_>) -> bool {
        match self {
            Op::Not(matcher) => !matcher.holds(found),
            Op::Glob(pattern) | Op::Regex(pattern) => found.any(|value| pattern.is_match(value)),
            Op::Exists(wanted) => found.raw.is_some() == *wanted,
            Op::AtLeast(least) => found.any_number(|number| number >= *least),
            Op::AtMost(most) => found.any_number(|number| number <= *most),
        }
    }
}

#[cfg(test)]
mod tests;
