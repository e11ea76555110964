//! Why a rule made no message in a step.

use proofbell_engine::{Engine, Verdict};
use proofbell_pipeline::{DraftSeen, MessageSeen, StepSeen};
use proofbell_store::{DraftEnd, Ended, MessageState};

use super::run::Arrival;
use crate::command::{because, rows};

/// One reason for one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reason {
    /// What `because` can call it: first the word that `explain` has for it, last the shortest.
    pub(super) words: Vec<String>,
    /// The channel that it concerns.
    pub(super) via: Option<String>,
    /// The audience that it concerns.
    pub(super) audience: Option<String>,
    /// For people.
    pub(super) sentence: String,
}

impl Reason {
    fn of_rule(words: &[&str], sentence: String) -> Reason {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        Reason { words, via: None, audience: None, sentence }
    }
}

/// Every reason that a rule had: what decided against it, and what came of its drafts and messages.
pub(super) fn reasons(rule: &str, engine: &Engine, arrival: &Arrival, seen: &StepSeen) -> Vec<Reason> {
    let mut reasons = decided(rule, engine, arrival, seen);
    reasons.extend(seen.drafts.iter().filter(|draft| draft.rule == rule).filter_map(of_draft));
    let messages = seen.made.iter().filter(|message| !message.is_on_its_way()).chain(&seen.ended);
    reasons.extend(messages.filter(|message| message.made.rule == rule).filter_map(of_message));
    reasons
}

fn decided(rule: &str, engine: &Engine, arrival: &Arrival, seen: &StepSeen) -> Vec<Reason> {
    match arrival {
        Arrival::None => return vec![Reason::of_rule(&["no_event"], "no event came in".to_owned())],
        Arrival::Duplicate => {
            let sentence =
                "the event is the same, byte for byte, as one before, and is taken for it".to_owned();
            return vec![Reason::of_rule(&["duplicate"], sentence)];
        }
        Arrival::Quarantined(problem) => {
            return vec![Reason::of_rule(&["quarantined"], format!("the event is put aside: {problem}"))];
        }
        Arrival::Accepted => {}
    }
    let of_event = |decision: &proofbell_engine::Decision| {
        if let Some(problem) = &decision.failed {
            return Some(Reason::of_rule(&["failed"], format!("the event cannot be planned: {problem}")));
        }
        let verdict = decision.rules.iter().find(|it| it.rule == rule).map(|it| &it.verdict);
        of_verdict(rule, engine, verdict.unwrap_or(&Verdict::OtherEvent))
    };
    seen.decisions.iter().filter_map(of_event).collect()
}

fn of_verdict(rule: &str, engine: &Engine, verdict: &Verdict) -> Option<Reason> {
    let rule = because::rule(engine.rules(), rule);
    let word = because::word(verdict, rule)?;
    let (sentence, _) = rows::verdict(verdict, rule);
    // `where.side` may be called by either of its halves.
    let halves = word.split_once('.').map(|(place, key)| [place, key]);
    let words: Vec<&str> = std::iter::once(word.as_str()).chain(halves.into_iter().flatten()).collect();
    let wanted = match verdict {
        Verdict::Where { key, .. } => rule.and_then(|rule| because::condition(&rule.conditions, key)),
        Verdict::Matched { .. }
        | Verdict::OtherEvent
        | Verdict::Except { .. }
        | Verdict::Stale { .. }
        | Verdict::Twin { .. } => None,
    };
    let wanted = wanted.map(|wanted| format!(", and should be {}", wanted.matcher)).unwrap_or_default();
    Some(Reason::of_rule(&words, format!("{sentence}{wanted}")))
}

fn of_draft(draft: &DraftSeen) -> Option<Reason> {
    let (word, why) = match draft.end.as_ref()? {
        DraftEnd::Addressed => return None,
        DraftEnd::Suppressed(why) | DraftEnd::Dead(why) => (why.split(':').next()?.to_owned(), why.clone()),
        DraftEnd::RetryAt { reason, .. } => {
            ("unavailable".to_owned(), format!("nobody can be looked up for now: {reason}"))
        }
    };
    let sentence = format!("told nobody of {}: {why}", draft.audience);
    Some(Reason { words: vec![word], via: None, audience: Some(draft.audience.clone()), sentence })
}

fn of_message(seen: &MessageSeen) -> Option<Reason> {
    let (code, detail) = match &seen.state {
        MessageState::Ended(Ended::Suppressed { code, detail } | Ended::Dead { code, detail }) => {
            (code, detail)
        }
        MessageState::Queued | MessageState::Claimed | MessageState::Sent | MessageState::Delivered => {
            return None;
        }
    };
    Some(Reason {
        words: vec![code.clone()],
        via: Some(seen.made.channel.clone()),
        audience: Some(seen.audience.clone()),
        sentence: format!("via {} not sent ({code}): {detail}", seen.made.channel),
    })
}
