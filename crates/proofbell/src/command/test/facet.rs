//! What one expectation says, key by key, against one message.

use jiff::Timestamp;
use proofbell_config::Expectation;
use proofbell_pipeline::MessageSeen;

use super::content;
use super::named::Named;
use super::snapshot::Shelf;

/// A key of an expectation that a message does not meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mismatch {
    pub(super) key: &'static str,
    pub(super) difference: Difference,
}

/// How they differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Difference {
    /// Another value.
    Value { expected: String, made: String },
    /// Another time.
    Moment { expected: Timestamp, made: Timestamp },
    /// A text that should hold this.
    Part { part: String, of: String },
    /// A text that should not hold this.
    Forbidden { part: String, of: String },
    /// A text that should be another, line by line.
    Lines { expected: String, made: String },
    /// Something is wrong with the expectation itself.
    Problem(String),
}

/// The keys that the message does not meet, those that tell messages apart first.
pub(super) fn mismatches(
    expected: &Expectation,
    seen: &MessageSeen,
    shelf: &Shelf,
    named: &Named,
) -> Vec<Mismatch> {
    let mut found = identity(expected, seen, named);
    found.extend(timing(expected, seen));
    found.extend(texts(expected, seen));
    if let Some(path) = &expected.snapshot {
        found.extend(shelf.compare(path, seen).map(|difference| Mismatch { key: "snapshot", difference }));
    }
    found
}

/// How many of the keys that tell messages apart agree: the nearest message agrees in most.
pub(super) fn likeness(mismatches: &[Mismatch]) -> usize {
    let weight = |mismatch: &Mismatch| match mismatch.key {
        "rule" => 16,
        "via" | "audience" => 8,
        "address" | "template" => 4,
        "locale" => 2,
        _ => 1,
    };
    mismatches.iter().map(weight).fold(1000, |left: usize, weight| left.saturating_sub(weight))
}

fn identity(expected: &Expectation, seen: &MessageSeen, named: &Named) -> Vec<Mismatch> {
    let made = &seen.made;
    let found = [
        differ("rule", &expected.rule, Some(&made.rule)),
        differ("via", &expected.via, Some(&made.channel)),
        differ("audience", &expected.audience, Some(&seen.audience)),
        address(expected, seen, named),
        differ("template", &expected.template, Some(content::template(seen))),
        differ("locale", &expected.locale, content::locale(seen)),
        differ("subject", &expected.subject, content::subject(seen)),
    ];
    found.into_iter().flatten().collect()
}

/// What is compared is the address itself, what is told of it may be masked.
fn address(expected: &Expectation, seen: &MessageSeen, named: &Named) -> Option<Mismatch> {
    let wanted = expected.address.as_deref().filter(|wanted| content::address(seen) != Some(*wanted))?;
    let shown = named.shown(seen);
    Some(other("address", wanted, shown.as_deref().unwrap_or("(the channel's own)")))
}

fn differ(key: &'static str, expected: &Option<String>, made: Option<&str>) -> Option<Mismatch> {
    let expected = expected.as_deref().filter(|expected| made != Some(*expected))?;
    Some(other(key, expected, made.unwrap_or("(none)")))
}

fn other(key: &'static str, expected: &str, made: &str) -> Mismatch {
    Mismatch { key, difference: Difference::Value { expected: expected.to_owned(), made: made.to_owned() } }
}

fn timing(expected: &Expectation, seen: &MessageSeen) -> Vec<Mismatch> {
    let mut found = Vec::new();
    if let Some(at) = expected.not_before.filter(|at| seen.leaves_at < *at) {
        let difference = Difference::Moment { expected: at, made: seen.leaves_at };
        found.push(Mismatch { key: "not_before", difference });
    }
    let mut differ = |key, expected: String, made: String| {
        found.push(Mismatch { key, difference: Difference::Value { expected, made } });
    };
    if let Some(most) = expected.segments_at_most {
        match &seen.made.measure {
            Some(measure) if measure.segments <= most => {}
            Some(measure) => {
                let made = format!("{} ({})", measure.segments, measure.encoding);
                differ("segments_at_most", most.to_string(), made);
            }
            None => {
                differ("segments_at_most", most.to_string(), "(nobody counts on this channel)".to_owned())
            }
        }
    }
    found
}

fn texts(expected: &Expectation, seen: &MessageSeen) -> Vec<Mismatch> {
    let part = |key, part: &String, of: &str| {
        let difference = Difference::Part { part: part.clone(), of: of.to_owned() };
        Mismatch { key, difference }
    };
    let subject = content::subject(seen).unwrap_or_default();
    let text = content::text(seen).unwrap_or_default();
    let html = content::html(seen).unwrap_or_default();
    let holds = [
        ("subject_contains", &expected.subject_contains, subject),
        ("text_contains", &expected.text_contains, text.as_str()),
        ("html_contains", &expected.html_contains, html),
    ];
    let mut found = Vec::new();
    for (key, parts, of) in holds {
        found.extend(parts.iter().filter(|it| !of.contains(it.as_str())).map(|it| part(key, it, of)));
    }
    let lacks = expected.text_lacks.iter().filter(|it| text.contains(it.as_str()));
    found.extend(lacks.map(|it| Mismatch {
        key: "text_lacks",
        difference: Difference::Forbidden { part: it.clone(), of: text.clone() },
    }));
    found
}
