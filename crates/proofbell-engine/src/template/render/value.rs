//! What values are to templates: true or not, text, with parts.

use std::borrow::Cow;

use serde_json::Value;

use super::NULL;

/// Null, false, 0, and what is empty are false.
pub(super) fn is_true(value: &Value) -> bool {
    match value {
        Value::Bool(truth) => *truth,
        Value::Number(number) => number.as_f64().is_some_and(|number| number != 0.0),
        _ => !is_empty(value),
    }
}

/// Nothing to show.
pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(parts) => parts.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// A value as text. Null is empty; of a list, which can only come out of a payload, the plain items; of an object nothing.
pub(super) fn text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => Cow::Borrowed(text),
        Value::Null | Value::Object(_) => Cow::Borrowed(""),
        Value::Bool(truth) => Cow::Borrowed(if *truth { "true" } else { "false" }),
        Value::Number(number) => Cow::Owned(number.to_string()),
        Value::Array(items) => Cow::Owned(join(items.iter(), ", ")),
    }
}

/// The plain ones among the values, joined.
pub(super) fn join<'v>(values: impl Iterator<Item = &'v Value>, separator: &str) -> String {
    let plain = |value: &&Value| !matches!(value, Value::Array(_) | Value::Object(_)) && !is_empty(value);
    let texts: Vec<Cow<'_, str>> = values.filter(plain).map(text).collect();
    texts.join(separator)
}

/// A part of a part of a value; null where there is none.
pub(super) fn walk<'a>(value: Cow<'a, Value>, segments: &[String]) -> Cow<'a, Value> {
    if segments.is_empty() {
        return value;
    }
    // Values that helpers made have no parts.
    let Cow::Borrowed(mut value) = value else { return Cow::Borrowed(&NULL) };
    for segment in segments {
        let part = match value {
            Value::Object(parts) => parts.get(segment),
            Value::Array(items) => segment.parse::<usize>().ok().and_then(|index| items.get(index)),
            _ => None,
        };
        value = part.unwrap_or(&NULL);
    }
    Cow::Borrowed(value)
}

/// A number, or a text that is one.
pub(super) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
        _ => None,
    }
}

/// Equal as values; numbers by size, so that 1 is 1.0.
pub(super) fn is_equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one == other || one.as_f64() == other.as_f64(),
        _ => one == other,
    }
}
