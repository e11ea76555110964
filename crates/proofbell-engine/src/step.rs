//! What one event leads to.

use std::time::Duration;

use jiff::Timestamp;
use proofbell_event::EventName;

use crate::matching::{Deciding, Place, Scene};
use crate::twins::Twins;
use crate::{
    Audience, Case, CaseFacts, Decision, Draft, Each, Engine, EventId, Key, Need, Rule, RuleDecision, Seen,
    StalePolicy, Step, Stimulus, Threading, Urgency, Verdict, draft_id,
};

/// Which rules a decision lists.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Listing {
    Concerned,
    All,
}

impl Engine {
    /// What the event leads to: the case with the event in it, a decision on each rule that it concerns, and drafts.
    ///
    /// Pure: the same case, stimulus and engine give the same step, to the ids of the drafts. Doing it again with `generation`
    /// raised is a replay: nothing is counted twice, but the drafts are new ones.
    pub fn step(&self, case: &Case, stimulus: &Stimulus<'_>) -> Step {
        self.plan(case, stimulus, Listing::Concerned)
    }

    /// The same as [`Engine::step`], with a decision on every rule, so that a person sees which do not concern the event.
    pub fn explain(&self, case: &Case, stimulus: &Stimulus<'_>) -> Step {
        self.plan(case, stimulus, Listing::All)
    }

    fn plan(&self, case: &Case, stimulus: &Stimulus<'_>, listing: Listing) -> Step {
        let mut case = case.clone();
        let index = case.record(stimulus);
        let moment = Moment::new(&case, index, stimulus);
        let concerned = self.concerned(stimulus.event, &moment.names);
        let scene = Scene::new(stimulus.event, &moment.facts, self.glossary());
        let mut rules = Vec::new();
        let mut drafts = Vec::new();
        for &number in &concerned {
            let Some(rule) = self.rules().get(number) else { continue };
            let verdict = match moment.judge(rule, &scene) {
                Ok(sides) => {
                    let made = self.drafts(rule, &sides, &moment);
                    let count = u32::try_from(made.len()).unwrap_or(u32::MAX);
                    drafts.extend(made);
                    Verdict::Matched { drafts: count }
                }
                Err(verdict) => verdict,
            };
            rules.push(RuleDecision { rule: rule.name.clone(), verdict });
        }
        if listing == Listing::All {
            rules = self.with_the_others(rules);
        }
        let decision = moment.decision(rules);
        if let Some(seen) = index.and_then(|index| case.history.get_mut(index)) {
            remember(&mut seen.spoke, &decision.rules);
        }
        case.forget();
        Step { case, decision, drafts }
    }

    /// The decisions, and beside them one on each rule that has none.
    fn with_the_others(&self, decided: Vec<RuleDecision>) -> Vec<RuleDecision> {
        let mut decided = decided.into_iter().peekable();
        let all = self.rules().iter().map(|rule| {
            decided
                .next_if(|decision| decision.rule == rule.name)
                .unwrap_or_else(|| RuleDecision { rule: rule.name.clone(), verdict: Verdict::OtherEvent })
        });
        all.collect()
    }

    /// One draft for each audience, and for each side where the rule says so.
    fn drafts(&self, rule: &Rule, sides: &[usize], moment: &Moment<'_>) -> Vec<Draft> {
        let mut drafts = Vec::new();
        for (position, audience) in rule.to.iter().enumerate() {
            // Named twice, an audience would be told twice by one draft id.
            if rule.to.iter().take(position).any(|earlier| earlier == audience) {
                continue;
            }
            match rule.each {
                Each::Event => drafts.push(self.draft(rule, audience, None, sides.to_vec(), moment)),
                Each::Side => drafts.extend(
                    sides.iter().map(|side| self.draft(rule, audience, Some(*side), vec![*side], moment)),
                ),
            }
        }
        drafts
    }

    fn draft(
        &self,
        rule: &Rule,
        to: &str,
        side: Option<usize>,
        sides: Vec<usize>,
        moment: &Moment<'_>,
    ) -> Draft {
        let Stimulus { id, generation, received_at, event } = *moment.stimulus;
        let (via, else_via) = self.ways(rule, self.audience(to));
        Draft {
            id: draft_id(id, generation, &rule.name, to, side),
            event: id,
            generation,
            event_name: event.name,
            names: moment.names.clone(),
            event_at: moment.at,
            rule: rule.name.clone(),
            audience: to.to_owned(),
            template: rule.template.clone(),
            side,
            sides,
            via,
            else_via,
            else_at: rule.else_after.map(|wait| after(received_at, wait)),
            urgent: rule.urgency == Urgency::Urgent,
            optional: rule.need == Need::Optional,
            thread_by_case: rule.thread == Threading::Case,
            send_stale: rule.stale == StalePolicy::Send,
            expires_at: after(received_at, rule.expire),
            case: moment.facts.clone(),
            nobody_for: None,
        }
    }

    /// The channels that are used, and those that stand in for them: the rule's, else the audience's, else the only one there is.
    pub(crate) fn ways(&self, rule: &Rule, audience: Option<&Audience>) -> (Vec<String>, Vec<String>) {
        let only = || match self.channels().len() {
            1 => self.channels().keys().cloned().collect(),
            _ => Vec::new(),
        };
        let of_audience = || audience.map(|audience| audience.via.clone()).filter(|via| !via.is_empty());
        let via = rule.via.clone().or_else(of_audience).unwrap_or_else(only);
        let else_via = rule.else_via.clone().unwrap_or_else(|| {
            let inherited = audience.map(|audience| audience.else_via.as_slice()).unwrap_or_default();
            // What a rule has put first itself is no way out of its own failure.
            inherited.iter().filter(|channel| !via.contains(channel)).cloned().collect()
        });
        (via, else_via)
    }
}

/// An event in its case: what is asked of it by all rules alike.
struct Moment<'a> {
    stimulus: &'a Stimulus<'a>,
    at: Timestamp,
    names: Vec<EventName>,
    facts: CaseFacts,
    stale: Option<EventId>,
    /// The event in the history, where it has not been forgotten.
    own: Option<&'a Seen>,
    twin: Option<Twin<'a>>,
}

#[derive(Clone, Copy)]
struct Twin<'a> {
    seen: &'a Seen,
    came_first: bool,
}

impl<'a> Moment<'a> {
    fn new(case: &'a Case, index: Option<usize>, stimulus: &'a Stimulus<'a>) -> Moment<'a> {
        let event = stimulus.event;
        let own = index.and_then(|index| case.history.get(index));
        let at = own.map_or_else(|| event.effective_time(stimulus.received_at), |seen| seen.at);
        let twins = Twins::of(&case.history);
        let twin = index.and_then(|index| {
            let partner = twins.partner(index)?;
            Some(Twin { seen: case.history.get(partner)?, came_first: partner < index })
        });
        let mut names = vec![event.name];
        if case.contradicts(event.name, index) {
            names.push(EventName::VerdictChanged);
        }
        let facts = CaseFacts::of(case, case.round(at, &twins));
        let stale = case.overtaken(stimulus.id, event.name, at);
        Moment { stimulus, at, names, facts, stale, own, twin }
    }

    /// The sides for which the rule speaks, or why it keeps silent. The rule's `on` names the event.
    fn judge(&self, rule: &Rule, scene: &Scene<'_>) -> Result<Vec<usize>, Verdict> {
        let sides = matching_sides(rule, scene)?;
        if let (Some(by), StalePolicy::Suppress) = (self.stale, rule.stale) {
            return Err(Verdict::Stale { by });
        }
        match self.twin {
            Some(twin) if spoke(twin.seen, rule) && !self.own.is_some_and(|own| spoke(own, rule)) => {
                Err(Verdict::Twin { of: twin.seen.event })
            }
            Some(_) | None => Ok(sides),
        }
    }

    fn decision(&self, rules: Vec<RuleDecision>) -> Decision {
        Decision {
            event: self.stimulus.id,
            generation: self.stimulus.generation,
            names: self.names.clone(),
            round: self.facts.round,
            stale: self.stale,
            twin: self.twin.filter(|twin| twin.came_first).map(|twin| twin.seen.event),
            rules,
            failed: None,
        }
    }
}

fn spoke(seen: &Seen, rule: &Rule) -> bool {
    seen.spoke.contains(&rule.name)
}

/// Adds to `spoke` the rules that made drafts.
fn remember(spoke: &mut Vec<String>, decided: &[RuleDecision]) {
    for RuleDecision { rule, verdict } in decided {
        if matches!(verdict, Verdict::Matched { drafts: 1.. }) && !spoke.contains(rule) {
            spoke.push(rule.clone());
        }
    }
}

/// The sides on which `where` holds and `except` does not.
pub(crate) fn matching_sides(rule: &Rule, scene: &Scene<'_>) -> Result<Vec<usize>, Verdict> {
    let by_where = |Deciding { key, saw }| Verdict::Where { key, saw };
    let mut places = scene.narrow(&rule.conditions, &scene.places()).map_err(by_where)?;
    if rule.each == Each::Side && places.iter().all(Option::is_none) {
        return Err(by_where(scene.deciding(&Key::Side, &places)));
    }
    if let Some(first) = rule.exceptions.first()
        && let Ok(excepted) = scene.narrow(&rule.exceptions, &places)
    {
        // Narrowing keeps the order, so that the excepted are found by halving: an event may have thousands of sides.
        places.retain(|place: &Place| excepted.binary_search(place).is_err());
        if places.is_empty() {
            let Deciding { key, saw } = scene.deciding(&first.key, &excepted);
            return Err(Verdict::Except { key, saw });
        }
    }
    Ok(places.into_iter().flatten().collect())
}

/// The time so long after; the last there is when it lies beyond.
fn after(start: Timestamp, wait: Duration) -> Timestamp {
    start.checked_add(wait).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
