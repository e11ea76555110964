//! Who leads to a template: rules, and audiences that tell when nobody is found.

use proofbell_engine::{Each, Engine, Rule};
use serde::Serialize;

/// One way to a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Use {
    /// The rule; `None` where it tells that nobody of an audience was found or reached.
    pub(super) rule: Option<String>,
    /// The words of the rule's `on`; empty without a rule.
    pub(super) on: Vec<String>,
    /// The audience of which nobody was reached, without a rule.
    pub(super) nobody_of: Option<String>,
    /// The audiences that are told.
    pub(super) to: Vec<String>,
    pub(super) via: Vec<String>,
    pub(super) else_via: Vec<String>,
    /// Whether each rejected side has a message of its own.
    pub(super) each_side: bool,
}

/// All ways to a template.
pub(super) fn of(engine: &Engine, template: &str) -> Vec<Use> {
    let rules =
        engine.rules().iter().filter(|rule| rule.template == template).map(|rule| by_rule(engine, rule));
    let nobody = engine.audiences().iter().filter_map(|(name, audience)| {
        let told = audience.nobody.as_ref().filter(|told| told.template == template)?;
        let of = engine.audience(&told.to);
        Some(Use {
            rule: None,
            on: Vec::new(),
            nobody_of: Some(name.clone()),
            to: vec![told.to.clone()],
            via: of.map(|audience| audience.via.clone()).unwrap_or_default(),
            else_via: of.map(|audience| audience.else_via.clone()).unwrap_or_default(),
            each_side: false,
        })
    });
    rules.chain(nobody).collect()
}

fn by_rule(engine: &Engine, rule: &Rule) -> Use {
    let audiences = || rule.to.iter().filter_map(|to| engine.audience(to));
    let via = rule.via.clone().unwrap_or_else(|| audiences().flat_map(|it| it.via.clone()).collect());
    let mut else_via =
        rule.else_via.clone().unwrap_or_else(|| audiences().flat_map(|it| it.else_via.clone()).collect());
    else_via.retain(|channel| !via.contains(channel));
    Use {
        rule: Some(rule.name.clone()),
        on: rule.on.iter().map(ToString::to_string).collect(),
        nobody_of: None,
        to: rule.to.clone(),
        via: each_once(via),
        else_via: each_once(else_via),
        each_side: rule.each == Each::Side,
    }
}

fn each_once(names: Vec<String>) -> Vec<String> {
    let mut once: Vec<String> = Vec::with_capacity(names.len());
    for name in names {
        if !once.contains(&name) {
            once.push(name);
        }
    }
    once
}

impl Use {
    /// A sentence of it.
    pub(super) fn sentence(&self) -> String {
        let to = self.to.join(" and ");
        let begin = match (&self.rule, &self.nobody_of) {
            (Some(rule), _) => format!("Rule {rule}: on {}, to {to}", self.on.join(" or ")),
            (None, Some(audience)) => format!("When nobody of {audience} is found or reached: to {to}"),
            (None, None) => format!("To {to}"),
        };
        let each = if self.each_side { ", for each rejected photo" } else { "" };
        let via =
            if self.via.is_empty() { String::new() } else { format!(", via {}", self.via.join(" and ")) };
        let otherwise = match self.else_via.is_empty() {
            true => String::new(),
            false => format!(", otherwise {}", self.else_via.join(", then ")),
        };
        format!("{begin}{each}{via}{otherwise}.")
    }
}
