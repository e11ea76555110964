//! What a key can find, and whether a matcher can hold for it.

use std::borrow::Cow;

use crate::{Key, Matcher, Op};

/// What a key finds in the events that are asked about.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Finds<'a> {
    /// Nothing.
    Nothing,
    /// This text.
    Text(Cow<'a, str>),
    /// Some text, nobody knows which.
    SomeText,
    /// Some text or nothing.
    Perhaps,
    /// Nothing, or Legitmark's word for something, and perhaps the glossary's code for it.
    PerhapsOfSide,
    /// A whole number of at least this.
    Count {
        /// The lowest one.
        least: u32,
    },
}

impl Finds<'_> {
    /// What a key can find in any event there could be.
    pub(super) fn anything(key: &Key) -> Finds<'static> {
        match key {
            Key::Round => Finds::Count { least: 0 },
            Key::Side | Key::Reason => Finds::PerhapsOfSide,
            Key::EventType | Key::State | Key::Code | Key::ReferenceId | Key::Payload(_) => Finds::Perhaps,
        }
    }

    /// What it is, where that is known.
    pub(super) fn known(&self) -> Option<String> {
        match self {
            Finds::Text(text) => Some(text.clone().into_owned()),
            Finds::Count { least } => Some(format!("{least} or more")),
            Finds::Nothing | Finds::SomeText | Finds::Perhaps | Finds::PerhapsOfSide => None,
        }
    }

    /// Values that stand for all that can be found, as far as these matchers tell values apart.
    fn values(&self, matchers: &[&Matcher]) -> Vec<Value> {
        let mut texts = Vec::new();
        let mut numbers = Vec::new();
        matchers.iter().for_each(|matcher| matcher.named(&mut texts, &mut numbers));
        match self {
            Finds::Nothing => vec![Value::Nothing],
            Finds::Text(text) => vec![Value::Exactly(text.clone().into_owned())],
            Finds::Count { least } => counts(*least, texts, &numbers),
            Finds::SomeText | Finds::Perhaps | Finds::PerhapsOfSide => {
                // What is named may be a number as well.
                numbers.extend(texts.iter().filter_map(|text| number(text)));
                let numbers = around(&numbers).into_iter().map(match self {
                    Finds::PerhapsOfSide => |_| Value::Anything,
                    _ => Value::Number,
                });
                let known = texts.into_iter().map(match self {
                    Finds::PerhapsOfSide => Value::Among,
                    _ => Value::Exactly,
                });
                let nothing = (*self != Finds::SomeText).then_some(Value::Nothing);
                known.chain(numbers).chain([Value::Other]).chain(nothing).collect()
            }
        }
    }
}

/// The rounds that are named and those beside them: where there is a round between two that are named, one of them is.
fn counts(least: u32, texts: Vec<String>, numbers: &[f64]) -> Vec<Value> {
    let named = texts.into_iter().filter_map(|text| text.parse::<u32>().ok()).map(f64::from);
    let named = named.chain(numbers.iter().copied()).chain([f64::from(least)]);
    let whole =
        named.flat_map(|named| [named.floor() - 1.0, named.floor(), named.ceil(), named.ceil() + 1.0]);
    let within = whole.filter(|count| *count >= f64::from(least) && count.is_finite());
    within.map(|count| Value::Count(count.to_string())).collect()
}

/// The numbers, those between them, and some beyond each end.
fn around(numbers: &[f64]) -> Vec<f64> {
    let mut numbers = numbers.to_vec();
    numbers.sort_by(f64::total_cmp);
    let between: Vec<f64> = numbers.windows(2).map(|pair| pair[0].midpoint(pair[1])).collect();
    // To a large number one more makes no difference.
    let below = numbers.first().map(|first| [first - 1.0, first - first.abs()]);
    let above = numbers.last().map(|last| [last + 1.0, last + last.abs()]);
    let beyond: Vec<f64> = below.into_iter().chain(above).flatten().collect();
    numbers.into_iter().chain(between).chain(beyond).collect()
}

/// The number that a text is, where it is one.
fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// A value that a matcher is tried with.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    /// There is none.
    Nothing,
    /// This text and no other.
    Exactly(String),
    /// A round: patterns may match others than those that are tried.
    Count(String),
    /// A number, which may be written in several ways and stands for others near it: patterns may match those.
    Number(f64),
    /// This text, and perhaps a second one beside it.
    Among(String),
    /// A text that is no number and that no matcher names.
    Other,
    /// Something of which nothing is known.
    Anything,
}

/// Whether something holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    Yes,
    No,
    Perhaps,
}

impl Holds {
    fn of(holds: bool) -> Holds {
        if holds { Holds::Yes } else { Holds::No }
    }

    fn not(self) -> Holds {
        match self {
            Holds::Yes => Holds::No,
            Holds::No => Holds::Yes,
            Holds::Perhaps => Holds::Perhaps,
        }
    }
}

impl Matcher {
    /// Whether it can hold for anything of what is found.
    pub(super) fn can_hold(&self, finds: &Finds<'_>) -> bool {
        finds.values(&[self]).iter().any(|value| self.tried(value) != Holds::No)
    }

    /// Whether `other` is certain to hold wherever `this` does; without `this`, everywhere.
    pub(super) fn implies(this: Option<&Matcher>, other: &Matcher, finds: &Finds<'_>) -> bool {
        if this.is_some_and(|this| this.is_written_like(other)) {
            return true;
        }
        let matchers: Vec<&Matcher> = this.into_iter().chain([other]).collect();
        finds.values(&matchers).iter().all(|value| {
            this.is_some_and(|this| this.tried(value) == Holds::No) || other.tried(value) == Holds::Yes
        })
    }

    /// Whether the two say the same in the same words.
    pub fn is_written_like(&self, other: &Matcher) -> bool {
        format!("{self:?}") == format!("{other:?}")
    }

    /// The texts and the numbers that it names.
    fn named(&self, texts: &mut Vec<String>, numbers: &mut Vec<f64>) {
        match self {
            Matcher::Is(text) => texts.push(text.clone()),
            Matcher::AnyOf(matchers) => matchers.iter().for_each(|matcher| matcher.named(texts, numbers)),
            Matcher::All(ops) => {
                for op in ops {
                    match op {
                        Op::Not(matcher) => matcher.named(texts, numbers),
                        Op::AtLeast(number) | Op::AtMost(number) => numbers.push(*number),
                        Op::Glob(_) | Op::Regex(_) | Op::Exists(_) => {}
                    }
                }
            }
        }
    }

    fn tried(&self, value: &Value) -> Holds {
        match self {
            Matcher::Is(wanted) => match value {
                Value::Exactly(text) | Value::Count(text) => Holds::of(text == wanted),
                Value::Among(text) => {
                    if text == wanted {
                        Holds::Yes
                    } else {
                        Holds::Perhaps
                    }
                }
                // 10 may be written "10" or "10.0".
                Value::Number(tried) if number(wanted) == Some(*tried) => Holds::Perhaps,
                Value::Anything => Holds::Perhaps,
                Value::Nothing | Value::Other | Value::Number(_) => Holds::No,
            },
            Matcher::AnyOf(matchers) => {
                let all = matchers.iter().map(|matcher| matcher.tried(value).not());
                together(all).not()
            }
            Matcher::All(ops) => together(ops.iter().map(|op| op.tried(value))),
        }
    }
}

/// Whether all hold.
fn together(all: impl Iterator<Item = Holds>) -> Holds {
    let mut together = Holds::Yes;
    for holds in all {
        match holds {
            Holds::No => return Holds::No,
            Holds::Perhaps => together = Holds::Perhaps,
            Holds::Yes => {}
        }
    }
    together
}

impl Op {
    fn tried(&self, value: &Value) -> Holds {
        match self {
            Op::Not(matcher) => matcher.tried(value).not(),
            Op::Glob(pattern) | Op::Regex(pattern) => match value {
                Value::Nothing => Holds::No,
                Value::Exactly(text) => Holds::of(pattern.is_match(text)),
                Value::Among(text) if pattern.is_match(text) => Holds::Yes,
                Value::Among(_) | Value::Count(_) | Value::Number(_) | Value::Other | Value::Anything => {
                    Holds::Perhaps
                }
            },
            Op::Exists(wanted) => Holds::of((*value != Value::Nothing) == *wanted),
            Op::AtLeast(least) => value.compared(|number| number >= *least),
            Op::AtMost(most) => value.compared(|number| number <= *most),
        }
    }
}

impl Value {
    fn compared(&self, holds: impl Fn(f64) -> bool) -> Holds {
        match self {
            Value::Nothing | Value::Other => Holds::No,
            Value::Exactly(text) | Value::Count(text) => Holds::of(number(text).is_some_and(holds)),
            Value::Number(number) => Holds::of(number.is_finite() && holds(*number)),
            Value::Among(_) | Value::Anything => Holds::Perhaps,
        }
    }
}
