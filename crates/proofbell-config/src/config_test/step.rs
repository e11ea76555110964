//! `[[test.step]]`

use std::collections::BTreeMap;
use std::time::Duration;

use proofbell_notify::{Outcome, Reason, Receipt, Scope as Holds};

use super::expect::{self, Expectation, Silence};
use super::known::{self, Known};
use super::{Found, TestEvent, TestStep, event, lookup};
use crate::duration::duration;
use crate::reader::Scope;
use crate::report::{Finding, code};
use crate::secret;
use crate::source::{Place, Sources};
use crate::suggest;

/// A step as far as it could be read.
pub(super) struct Read {
    place: Place,
    advance: Option<Duration>,
    event: Option<TestEvent>,
    lookups: BTreeMap<String, Found>,
    answers: BTreeMap<String, Outcome>,
    expect: Vec<Expectation>,
    silent: Vec<Silence>,
}

impl Read {
    pub(super) fn into_step(self, sources: &Sources) -> TestStep {
        TestStep {
            location: sources.locate(self.place),
            advance: self.advance,
            event: self.event,
            lookups: self.lookups,
            answers: self.answers,
            expect: self.expect,
            silent: self.silent,
        }
    }
}

pub(super) fn read(scope: &Scope<'_>, known: &Known<'_>) -> Read {
    if scope.entry("advance").is_none() && scope.entry("event").is_none() {
        let message = "nothing happens in this step";
        let hint = "give it an `event`, or let time pass: advance = \"24h\"";
        scope.cx.report.push(Finding::error(code::MISSING_KEY, scope.at, message).hint(hint));
    }
    let read = Read {
        place: scope.at,
        advance: scope.parsed("advance", "a duration", duration).map(|advance| advance.value),
        event: event::read(scope),
        lookups: lookup::read(scope, known),
        answers: answers(scope, known),
        expect: expect::expectations(scope, known),
        silent: expect::silences(scope, known),
    };
    scope.finish();
    read
}

/// `answer.CHANNEL`: what a channel would answer.
pub(super) fn answers(scope: &Scope<'_>, known: &Known<'_>) -> BTreeMap<String, Outcome> {
    let Some(section) = scope.table("answer") else { return BTreeMap::new() };
    let mut answers = BTreeMap::new();
    for entry in section.entries() {
        if !known.channels.contains(entry.key.as_str()) {
            known::refuse(scope.cx, entry.key_at, "channel", &entry.key, known.channels.iter().copied());
        }
        let path = section.path_of(&entry.key);
        let Some(word) = secret::resolve(scope.cx, &entry.node, &path) else { continue };
        match outcomes().into_iter().find(|outcome| outcome.as_str() == word.value) {
            Some(outcome) => drop(answers.insert(entry.key.clone(), outcome)),
            None => {
                let outcomes = outcomes();
                let hint = suggest::hint(&word.value, "answers", outcomes.iter().map(Outcome::as_str));
                section.bad_value(entry.node.at, &entry.key, &word, "an answer of a channel", hint);
            }
        }
    }
    answers
}

/// One of each outcome.
fn outcomes() -> [Outcome; 8] {
    let reason = || Reason::new("test", "the test says so");
    [
        Outcome::Sent(Receipt::default()),
        Outcome::RetryLater { reason: reason() },
        Outcome::Throttled { after: None, scope: Holds::Destination },
        Outcome::Rejected { reason: reason() },
        Outcome::BadAddress { reason: reason(), forget_after: None },
        Outcome::OptedOut { reason: reason() },
        Outcome::ChannelDown { reason: reason() },
        Outcome::Unknown { reason: reason() },
    ]
}
