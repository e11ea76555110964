//! For each rule why or why not: what it wants, and what it saw.

use proofbell_engine::{Engine, EventId, Rule, RuleDecision, Step, Verdict};
use proofbell_event::Event;

use super::explanation::RuleRow;
use crate::command::because;

/// What was decided about one rule, with what the rule has at the key that decided.
pub(super) fn row(engine: &Engine, step: &Step, event: &Event, decided: &RuleDecision) -> RuleRow {
    let rule = because::rule(engine.rules(), &decided.rule);
    let word = because::word(&decided.verdict, rule);
    let silent = |wants: Option<String>, saw: Option<String>| RuleRow {
        rule: decided.rule.clone(),
        matched: false,
        drafts: 0,
        because: word.clone(),
        wants,
        saw,
    };
    match &decided.verdict {
        Verdict::Matched { drafts } => RuleRow {
            rule: decided.rule.clone(),
            matched: true,
            drafts: *drafts,
            because: None,
            wants: None,
            saw: None,
        },
        Verdict::OtherEvent => silent(rule.map(named), Some(names(step, event))),
        Verdict::Where { key, saw } if because::is_by_each(rule, key) => {
            silent(Some("a rejected side".to_owned()), saw.clone())
        }
        Verdict::Where { key, saw } => {
            let wanted = rule.and_then(|rule| because::condition(&rule.conditions, key));
            silent(wanted.map(|wanted| wanted.matcher.to_string()), saw.clone())
        }
        Verdict::Except { saw, .. } => silent(rule.map(excepted), saw.clone()),
        Verdict::Stale { by } => silent(Some("no newer event".to_owned()), Some(other(step, *by))),
        Verdict::Twin { of } => silent(Some("to speak once".to_owned()), Some(other(step, *of))),
    }
}

fn named(rule: &Rule) -> String {
    let words: Vec<String> = rule.on.iter().map(ToString::to_string).collect();
    words.join(", ")
}

/// The exceptions hold together, so all are told.
fn excepted(rule: &Rule) -> String {
    match rule.exceptions.as_slice() {
        [only] => format!("not {}", only.matcher),
        several => {
            let all: Vec<String> = several
                .iter()
                .map(|condition| format!("{} = {}", condition.key, condition.matcher))
                .collect();
            format!("not {}", all.join(" and "))
        }
    }
}

fn names(step: &Step, event: &Event) -> String {
    let names: Vec<&str> = step.decision.names.iter().map(|name| name.as_str()).collect();
    match names.as_slice() {
        ["unknown"] => format!("unknown (type:{})", event.event_type),
        names => names.join(", "),
    }
}

/// Another event of the case, by its name where it is remembered.
fn other(step: &Step, id: EventId) -> String {
    match step.case.history.iter().find(|seen| seen.event == id) {
        Some(seen) => format!("{} {id}", seen.name),
        None => id.to_string(),
    }
}
