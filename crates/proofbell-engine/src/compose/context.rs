//! The documented context, filled with one event's and one recipient's values. What is not known is null.

use proofbell_event::{Detail, Side, State};
use serde_json::{Value, json};

use super::{Compose, MissingWord, WordKind};
use crate::glossary::Found;
use crate::link::checked_url;
use crate::locale::Fallback;
use crate::{CaseFacts, Draft, Setup};

/// Stands where Legitmark sent no words at all: a message never shows an empty place.
const NO_WORDS: &str = "—";

/// The context of one message, and Legitmark's words in it that the glossary lacks.
pub(super) fn build(
    setup: &Setup,
    request: &Compose<'_>,
    languages: &Fallback,
    locale: &str,
) -> (Value, Vec<MissingWord>) {
    let Compose { draft, event, recipient, .. } = request;
    let mut missing = Vec::new();
    let all: Vec<Value> = event
        .sides()
        .iter()
        .enumerate()
        .map(|(index, side)| {
            let is_shown = draft.sides.contains(&index) || draft.side == Some(index);
            let mut lacking = Vec::new();
            let value = side_value(setup, side, languages, &mut lacking);
            if is_shown {
                missing.extend(lacking.into_iter().map(|(kind, raw)| MissingWord {
                    kind,
                    raw,
                    locale: locale.to_owned(),
                }));
            }
            value
        })
        .collect();
    missing.sort();
    missing.dedup();
    let pick = |index: usize| all.get(index).cloned();
    let root = json!({
        "event": event_value(request, &all),
        "case": case_value(&draft.case),
        "side": draft.side.and_then(pick),
        "sides": draft.sides.iter().filter_map(|index| pick(*index)).collect::<Vec<_>>(),
        "recipient": {
            "name": recipient.name,
            "locale": locale,
            "tz": recipient.tz.as_deref().unwrap_or(&setup.defaults.tz),
            "extra": recipient.extra,
        },
        "rule": draft.rule,
        "vars": setup.vars,
    });
    (root, missing)
}

fn event_value(request: &Compose<'_>, sides: &[Value]) -> Value {
    let Compose { draft, event, .. } = request;
    let (state, invalidation) = match &event.detail {
        Detail::StateChange(state) => (Some(state), None),
        Detail::MediaRejected { state, .. } => (state.as_ref(), None),
        Detail::InvalidateSr { code, message } => (None, Some(json!({ "code": code, "message": message }))),
        Detail::Unknown => (None, None),
    };
    json!({
        "name": event.name.as_str(),
        "type": event.event_type,
        "timestamp": timestamp(event.timestamp.as_deref().filter(|_| event.occurred_at.is_some()), draft),
        "sides": sides,
        "state": state.map(state_value),
        "invalidation_reason": invalidation,
        "payload": event.payload,
    })
}

/// As sent, or the time that the event counts for when that cannot be read.
fn timestamp(sent: Option<&str>, draft: &Draft) -> String {
    sent.map_or_else(|| draft.event_at.to_string(), str::to_owned)
}

fn state_value(state: &State) -> Value {
    json!({ "primary": state.primary, "supplement": state.supplement })
}

fn case_value(case: &CaseFacts) -> Value {
    let url = |text: &Option<String>| text.as_deref().and_then(checked_url);
    json!({
        "sr_uuid": case.sr_uuid,
        "reference_id": case.reference_id,
        "round": case.round,
        "state": case.state.as_ref().map(state_value),
        "item": case.item,
        "micro_id": case.micro_id,
        "certificate_url": url(&case.certificate_url),
        "thumbnail": url(&case.thumbnail),
    })
}

fn side_value(
    setup: &Setup,
    side: &Side,
    languages: &Fallback,
    lacking: &mut Vec<(WordKind, String)>,
) -> Value {
    let slot = setup.glossary.side_word(&side.side, languages);
    let reason = setup.glossary.reason_word(&side.reason, languages);
    if slot.word.is_none() {
        lacking.push((WordKind::Side, side.side.clone()));
    }
    if reason.word.is_none() {
        lacking.push((WordKind::Reason, side.reason.clone()));
    }
    json!({
        "code": slot.code,
        "raw": side.side,
        "name": name(slot, &side.side),
        "reason": {
            "code": reason.code,
            "raw": side.reason,
            "name": name(reason, &side.reason),
            "advice": reason.word.and_then(|word| word.advice.as_deref()),
        },
        "message": side.message,
        "example_image": Value::Null,
    })
}

/// The glossary's name, else Legitmark's own words.
fn name<'a>(found: Found<'a>, raw: &'a str) -> &'a str {
    match found.word {
        Some(word) => &word.name,
        None if raw.trim().is_empty() => NO_WORDS,
        None => raw,
    }
}
