//! Whether a step led to what it must lead to.

use std::path::Path;

use proofbell_config::{Expectation, Location, Silence, TestStep};
use proofbell_engine::Engine;
use proofbell_pipeline::{MessageSeen, StepSeen};
use proofbell_store::Ended;

use super::facet::{Mismatch, likeness, mismatches};
use super::named::Named;
use super::pairing::pair;
use super::reason::{Reason, reasons};
use super::run::Arrival;
use super::snapshot::Shelf;

/// What is wrong with a step.
#[derive(Clone, Debug)]
pub(super) enum Failure {
    /// A message that was expected is not there.
    Missing { expected: Box<Expectation>, reasons: Vec<Reason> },
    /// It is there, and another.
    Different { expected: Box<Expectation>, made: Box<MessageSeen>, mismatches: Vec<Mismatch> },
    /// Nobody expected this one.
    Unexpected { at: Location, made: Box<MessageSeen> },
    /// A rule spoke that should keep silent.
    Spoke { silence: Silence, made: Box<MessageSeen> },
    /// It kept silent, for other reasons.
    OtherReason { silence: Silence, reasons: Vec<Reason> },
    /// There is no such rule.
    NoRule { silence: Silence },
    /// A message could not be made, and no `silent` says so.
    Defect { at: Location, made: Box<MessageSeen> },
    /// Planning failed: a server would have told nobody, whatever the rules say.
    Unplanned { at: Location, problem: String },
    /// The event was put aside, and no `silent` says so.
    PutAside { at: Location, problem: String },
    /// Nobody said who the people of an audience are.
    Unprepared { at: Location, audience: String },
}

impl Failure {
    /// Where what failed is written.
    pub(super) fn location(&self) -> &Location {
        match self {
            Failure::Missing { expected, .. } | Failure::Different { expected, .. } => &expected.location,
            Failure::Unexpected { at, .. }
            | Failure::Defect { at, .. }
            | Failure::Unplanned { at, .. }
            | Failure::PutAside { at, .. }
            | Failure::Unprepared { at, .. } => at,
            Failure::Spoke { silence, .. }
            | Failure::OtherReason { silence, .. }
            | Failure::NoRule { silence } => &silence.location,
        }
    }
}

/// What a step must lead to, and what it led to.
pub(super) struct Trial<'a> {
    pub(super) step: &'a TestStep,
    pub(super) arrival: &'a Arrival,
    pub(super) seen: &'a StepSeen,
    pub(super) engine: &'a Engine,
    pub(super) shelf: &'a Shelf,
    pub(super) named: &'a Named,
}

impl Trial<'_> {
    /// All that is wrong.
    pub(super) fn failures(&self) -> Vec<Failure> {
        // First, because the others may come of it.
        let mut failures = planning(self.step, self.arrival, self.seen);
        failures.extend(self.messages());
        failures.extend(self.step.silent.iter().filter_map(|silence| self.silence(silence)));
        failures.extend(self.defects());
        failures
    }

    fn messages(&self) -> Vec<Failure> {
        let made: Vec<&MessageSeen> =
            self.seen.made.iter().filter(|message| message.is_on_its_way()).collect();
        let times = |expected| std::iter::repeat_n(expected, expected_count(expected));
        let expected: Vec<&Expectation> = self.step.expect.iter().flat_map(times).collect();
        let differences: Vec<Vec<Vec<Mismatch>>> = expected
            .iter()
            .map(|expected| {
                made.iter().map(|made| mismatches(expected, made, self.shelf, self.named)).collect()
            })
            .collect();
        let partners = pair(expected.len(), made.len(), |l, r| differences[l][r].is_empty());
        let mut failures = Vec::new();
        let mut left: Vec<usize> =
            (0..made.len()).filter(|index| !partners.contains(&Some(*index))).collect();
        for (index, expected) in expected.iter().enumerate() {
            match partners[index] {
                Some(partner) => failures.extend(self.keep_snapshot(expected, made[partner])),
                None => failures.push(self.miss(expected, &made, &differences[index], &mut left)),
            }
        }
        let at = &self.step.location;
        failures.extend(
            left.into_iter()
                .map(|index| Failure::Unexpected { at: at.clone(), made: Box::new(made[index].clone()) }),
        );
        failures
    }

    /// The message that was nearest to an expectation, or why there is none.
    fn miss(
        &self,
        expected: &Expectation,
        made: &[&MessageSeen],
        differences: &[Vec<Mismatch>],
        left: &mut Vec<usize>,
    ) -> Failure {
        let expected_box = Box::new(expected.clone());
        let related = |index: &usize| {
            let keys: Vec<&str> = differences[*index].iter().map(|mismatch| mismatch.key).collect();
            !keys.contains(&"rule") || !keys.contains(&"via") && keys.len() == 1
        };
        let nearest = left.iter().copied().filter(related).max_by_key(|index| likeness(&differences[*index]));
        match nearest {
            Some(index) => {
                left.retain(|other| *other != index);
                Failure::Different {
                    expected: expected_box,
                    made: Box::new(made[index].clone()),
                    mismatches: differences[index].clone(),
                }
            }
            None => {
                let reasons = expected.rule.as_deref().map(|rule| self.reasons(rule)).unwrap_or_default();
                Failure::Missing { expected: expected_box, reasons }
            }
        }
    }

    fn keep_snapshot(&self, expected: &Expectation, made: &MessageSeen) -> Option<Failure> {
        let path: &Path = expected.snapshot.as_deref()?;
        let difference = self.shelf.keep(path, made)?;
        Some(Failure::Different {
            expected: Box::new(expected.clone()),
            made: Box::new(made.clone()),
            mismatches: vec![Mismatch { key: "snapshot", difference }],
        })
    }

    fn reasons(&self, rule: &str) -> Vec<Reason> {
        reasons(rule, self.engine, self.arrival, self.seen)
    }

    fn silence(&self, silence: &Silence) -> Option<Failure> {
        if !self.engine.rules().iter().any(|rule| rule.name == silence.rule) {
            return Some(Failure::NoRule { silence: silence.clone() });
        }
        let meant = |made: &&MessageSeen| {
            made.made.rule == silence.rule
                && silence.via.as_ref().is_none_or(|via| *via == made.made.channel)
                && silence.audience.as_ref().is_none_or(|audience| *audience == made.audience)
        };
        if let Some(made) = self.seen.made.iter().filter(|made| made.is_on_its_way()).find(meant) {
            return Some(Failure::Spoke { silence: silence.clone(), made: Box::new(made.clone()) });
        }
        let because = silence.because.as_ref()?;
        let reasons = self.reasons(&silence.rule);
        let holds = |reason: &Reason| reason.words.contains(because) && concerns(silence, reason);
        match reasons.iter().any(holds) {
            true => None,
            false => Some(Failure::OtherReason { silence: silence.clone(), reasons }),
        }
    }

    /// Messages that could not be made for no fault of the world: a test that does not expect that must not pass.
    fn defects(&self) -> Vec<Failure> {
        let broken = self.seen.made.iter().filter(|made| {
            !made.is_on_its_way() && matches!(made.ended(), Some(Ended::Dead { .. })) && !self.is_said(made)
        });
        let at = &self.step.location;
        broken.map(|made| Failure::Defect { at: at.clone(), made: Box::new(made.clone()) }).collect()
    }

    /// Whether a `silent` speaks of a message that ended before it could leave.
    fn is_said(&self, made: &MessageSeen) -> bool {
        self.step.silent.iter().any(|silence| {
            silence.rule == made.made.rule
                && silence.because.is_some()
                && silence.via.as_ref().is_none_or(|via| *via == made.made.channel)
        })
    }
}

/// What kept an event from being judged by the rules at all. A step without messages must not pass by that.
fn planning(step: &TestStep, arrival: &Arrival, seen: &StepSeen) -> Vec<Failure> {
    let at = || step.location.clone();
    let failed = seen.decisions.iter().filter_map(|decision| decision.failed.clone());
    let mut failures: Vec<Failure> = failed.map(|problem| Failure::Unplanned { at: at(), problem }).collect();
    let is_meant = step.silent.iter().any(|silence| silence.because.as_deref() == Some("quarantined"));
    match arrival {
        Arrival::Quarantined(problem) if !is_meant => {
            failures.push(Failure::PutAside { at: at(), problem: problem.clone() });
        }
        Arrival::Quarantined(_) | Arrival::None | Arrival::Accepted | Arrival::Duplicate => {}
    }
    failures
}

fn expected_count(expected: &Expectation) -> usize {
    usize::try_from(expected.count).unwrap_or(1)
}

fn concerns(silence: &Silence, reason: &Reason) -> bool {
    let agrees = |said: &Option<String>, of: &Option<String>| match (said, of) {
        (Some(said), Some(of)) => said == of,
        (Some(_), None) | (None, _) => true,
    };
    agrees(&silence.via, &reason.via) && agrees(&silence.audience, &reason.audience)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::PathBuf;

    use proofbell_engine::{Decision, EventId};
    use uuid::Uuid;

    use super::*;

    fn step(because: Option<&str>) -> TestStep {
        let location =
            || Location { file: PathBuf::new(), line: 1, column: 1, length: 1, source_line: String::new() };
        let silence = |because: &str| Silence {
            location: location(),
            rule: "reshoot".to_owned(),
            via: None,
            audience: None,
            because: Some(because.to_owned()),
        };
        TestStep {
            location: location(),
            advance: None,
            event: None,
            lookups: BTreeMap::new(),
            answers: BTreeMap::new(),
            expect: Vec::new(),
            silent: because.map(silence).into_iter().collect(),
        }
    }

    #[test]
    fn what_was_never_judged_passes_only_where_it_is_meant() {
        let decision = |failed: Option<&str>| Decision {
            event: EventId(Uuid::nil()),
            generation: 0,
            names: Vec::new(),
            round: 1,
            stale: None,
            twin: None,
            rules: Vec::new(),
            failed: failed.map(str::to_owned),
        };
        let aside = || Arrival::Quarantined("no event".to_owned());
        for (because, arrival, failed, wanted) in [
            (None, Arrival::Accepted, None, 0),
            (None, Arrival::Accepted, Some("too many drafts"), 1),
            (Some("failed"), Arrival::Accepted, Some("too many drafts"), 1),
            (None, aside(), None, 1),
            (Some("where"), aside(), None, 1),
            (Some("quarantined"), aside(), None, 0),
        ] {
            let seen = StepSeen { decisions: vec![decision(failed)], ..StepSeen::default() };
            let found = planning(&step(because), &arrival, &seen);
            assert_eq!(found.len(), wanted, "{because:?} {arrival:?} {failed:?}: {found:?}");
        }
    }
}
