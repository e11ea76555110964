//! Which rules an event concerns, found without looking at the others.

use std::collections::HashMap;

use proofbell_event::{Detail, Event, EventName};

use crate::{On, Rule, Supplement};

/// The rules by what their `on` names. Rules are numbered as in the list that this was made of.
#[derive(Debug, Default)]
pub(crate) struct RuleIndex {
    names: HashMap<EventName, Vec<usize>>,
    states: HashMap<String, Supplements>,
    types: HashMap<String, Vec<usize>>,
}

/// The rules on one primary state, by what they want of the supplement.
#[derive(Debug, Default)]
struct Supplements {
    any: Vec<usize>,
    null: Vec<usize>,
    words: HashMap<String, Vec<usize>>,
}

impl RuleIndex {
    pub(crate) fn new(rules: &[Rule]) -> RuleIndex {
        let mut index = RuleIndex::default();
        for (number, rule) in rules.iter().enumerate() {
            for on in &rule.on {
                index.add(number, on);
            }
        }
        index
    }

    fn add(&mut self, number: usize, on: &On) {
        match on {
            On::Name(name) => self.names.entry(*name).or_default().push(number),
            On::Group(group) => {
                for name in EventName::ALL.into_iter().filter(|name| group.contains(*name)) {
                    self.names.entry(name).or_default().push(number);
                }
            }
            On::State { primary, supplement } => {
                let state = self.states.entry(primary.clone()).or_default();
                match supplement {
                    Supplement::Any => state.any.push(number),
                    Supplement::Null => state.null.push(number),
                    Supplement::Is(word) => state.words.entry(word.clone()).or_default().push(number),
                }
            }
            On::Type(event_type) => self.types.entry(event_type.clone()).or_default().push(number),
        }
    }

    /// The rules whose `on` names the event, in their order.
    pub(crate) fn concerned(&self, event: &Event, names: &[EventName]) -> Vec<usize> {
        let mut numbers: Vec<usize> = Vec::new();
        for list in names.iter().filter_map(|name| self.names.get(name)) {
            numbers.extend(list);
        }
        if let Detail::StateChange(state) = &event.detail
            && let Some(supplements) = self.states.get(&state.primary)
        {
            numbers.extend(&supplements.any);
            match state.supplement.as_deref().unwrap_or_default() {
                "" => numbers.extend(&supplements.null),
                word => numbers.extend(supplements.words.get(word).into_iter().flatten()),
            }
        }
        numbers.extend(self.types.get(&event.event_type).into_iter().flatten());
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }
}

#[cfg(test)]
mod tests;
