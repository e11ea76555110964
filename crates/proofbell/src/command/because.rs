//! The word for what decided against a rule: the one that `proofbell explain` shows, and that the `because` of a test takes.

use proofbell_engine::{Condition, Each, Rule, Verdict};

/// `on`, `where.KEY`, `each`, `except.KEY`, `stale`, `twin`; `None` for a rule that spoke. `rule` is the rule as it is now, if it is still there.
pub(crate) fn word(verdict: &Verdict, rule: Option<&Rule>) -> Option<String> {
    Some(match verdict {
        Verdict::Matched { .. } => return None,
        Verdict::OtherEvent => "on".to_owned(),
        Verdict::Where { key, .. } if is_by_each(rule, key) => "each".to_owned(),
        Verdict::Where { key, .. } => format!("where.{key}"),
        Verdict::Except { key, .. } => format!("except.{key}"),
        Verdict::Stale { .. } => "stale".to_owned(),
        Verdict::Twin { .. } => "twin".to_owned(),
    })
}

/// Whether a key decided that the rule's `where` does not have: `each = "side"` alone does that, where there is no side to speak of.
pub(crate) fn is_by_each(rule: Option<&Rule>, key: &str) -> bool {
    rule.is_some_and(|rule| rule.each == Each::Side && condition(&rule.conditions, key).is_none())
}

/// The condition on a key.
pub(crate) fn condition<'r>(conditions: &'r [Condition], key: &str) -> Option<&'r Condition> {
    conditions.iter().find(|condition| condition.key.to_string() == key)
}

/// The rule of this name.
pub(crate) fn rule<'r>(rules: &'r [Rule], name: &str) -> Option<&'r Rule> {
    rules.iter().find(|rule| rule.name == name)
}
