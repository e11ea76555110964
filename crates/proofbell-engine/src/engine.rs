//! The pure core: rules, audiences, channels, glossary and templates together.

use std::collections::BTreeMap;

use jiff::Timestamp;
use proofbell_event::{Event, EventName};
use proofbell_notify::{AddressKind, Form};
use serde_json::{Map, Value};

use crate::index::RuleIndex;
use crate::{Case, Decision, Draft, EventId, Glossary, Link, On, Rule, Templates};

/// Everything that decides, checked by whoever made it.
#[derive(Debug, Default)]
pub struct Setup {
    /// The rules.
    pub rules: Vec<Rule>,
    /// The audiences by name.
    pub audiences: BTreeMap<String, Audience>,
    /// The channels by name.
    pub channels: BTreeMap<String, ChannelFacts>,
    /// Names and advice for sides and reasons, and terms.
    pub glossary: Glossary,
    /// Constants for all templates.
    pub vars: Map<String, Value>,
    /// The templates.
    pub templates: Templates,
    /// The links that templates can name.
    pub links: BTreeMap<String, Link>,
    /// What holds where nothing else is said.
    pub defaults: Defaults,
}

/// What holds where nothing else is said.
#[derive(Clone, Debug)]
pub struct Defaults {
    /// BCP 47 tag, where a recipient has none.
    pub locale: String,
    /// IANA name, where a recipient has none.
    pub tz: String,
}

impl Default for Defaults {
    fn default() -> Self {
        Defaults { locale: "en".to_owned(), tz: "UTC".to_owned() }
    }
}

/// A kind of person, as far as deciding needs to know.
#[derive(Clone, Debug, Default)]
pub struct Audience {
    /// Channels, unless the rule says otherwise.
    pub via: Vec<String>,
    /// Channels in order when none of `via` could, unless the rule says otherwise.
    pub else_via: Vec<String>,
    /// Who is told when nobody can be found or reached.
    pub nobody: Option<Nobody>,
}

/// Who is told when nobody can be found or reached, and with which template.
#[derive(Clone, Debug)]
pub struct Nobody {
    /// The audience.
    pub to: String,
    /// The template.
    pub template: String,
}

/// A channel, as far as deciding needs to know.
#[derive(Clone, Debug)]
pub struct ChannelFacts {
    /// Which template variant it takes.
    pub form: Form,
    /// Which address it needs.
    pub address: AddressKind,
    /// Events that must never go this way, whatever a rule says.
    pub never_on: Vec<On>,
}

impl ChannelFacts {
    /// Whether the channel may never carry what a rule tells, whichever of its events (`on`) it speaks of. Only said where it is certain.
    pub fn is_barred<'o>(&self, on: impl IntoIterator<Item = &'o On>) -> bool {
        let mut on = on.into_iter().peekable();
        on.peek().is_some() && on.all(|on| self.bars(on))
    }

    fn bars(&self, on: &On) -> bool {
        let bars = |name: EventName| {
            self.never_on.iter().any(|never| match never {
                On::Name(barred) => *barred == name,
                On::Group(group) => group.contains(name),
                On::State { .. } | On::Type(_) => false,
            })
        };
        match on {
            On::Name(name) => bars(*name),
            On::Group(group) => EventName::ALL.into_iter().filter(|name| group.contains(*name)).all(bars),
            On::State { .. } | On::Type(_) => self.never_on.contains(on),
        }
    }
}

/// Something that may make rules speak: one stored event.
#[derive(Clone, Copy, Debug)]
pub struct Stimulus<'a> {
    /// The stored event's id.
    pub id: EventId,
    /// 0 at first, one more with each replay.
    pub generation: u32,
    /// When it was received: planning's `now`.
    pub received_at: Timestamp,
    /// What it says.
    pub event: &'a Event,
}

/// What a stimulus led to.
#[derive(Clone, Debug)]
pub struct Step {
    /// The case with the event in it.
    pub case: Case,
    /// What decided.
    pub decision: Decision,
    /// What is to be told.
    pub drafts: Vec<Draft>,
}

/// The pure core. Never changed: a reload makes a new one.
#[derive(Debug)]
pub struct Engine {
    setup: Setup,
    index: RuleIndex,
}

impl Engine {
    /// Everything that decides, made ready: rules in the order of their names, and found by what their `on` names.
    pub fn new(mut setup: Setup) -> Engine {
        setup.rules.sort_by(|a, b| a.name.cmp(&b.name));
        let index = RuleIndex::new(&setup.rules);
        Engine { setup, index }
    }

    /// The rules, in the order of their names.
    pub fn rules(&self) -> &[Rule] {
        &self.setup.rules
    }

    /// The audience of this name.
    pub fn audience(&self, name: &str) -> Option<&Audience> {
        self.setup.audiences.get(name)
    }

    /// All audiences by name.
    pub fn audiences(&self) -> &BTreeMap<String, Audience> {
        &self.setup.audiences
    }

    /// The channel of this name.
    pub fn channel(&self, name: &str) -> Option<&ChannelFacts> {
        self.setup.channels.get(name)
    }

    /// All channels by name.
    pub fn channels(&self) -> &BTreeMap<String, ChannelFacts> {
        &self.setup.channels
    }

    /// What holds where nothing else is said.
    pub fn defaults(&self) -> &Defaults {
        &self.setup.defaults
    }

    /// Constants for all templates.
    pub fn vars(&self) -> &Map<String, Value> {
        &self.setup.vars
    }

    /// Names and advice for sides and reasons, and terms.
    pub fn glossary(&self) -> &Glossary {
        &self.setup.glossary
    }

    /// The templates.
    pub fn templates(&self) -> &Templates {
        &self.setup.templates
    }

    /// The links that templates can name.
    pub fn links(&self) -> &BTreeMap<String, Link> {
        &self.setup.links
    }

    /// Everything at once, for composing.
    pub(crate) fn setup(&self) -> &Setup {
        &self.setup
    }

    /// Whether an event with these names must never go out on the channel (`never_on`).
    pub fn muted(&self, channel: &str, event: &Event, names: &[EventName]) -> bool {
        self.channel(channel).is_some_and(|facts| facts.never_on.iter().any(|on| on.names(event, names)))
    }

    /// The numbers of the rules whose `on` names the event, in the order of their names.
    pub(crate) fn concerned(&self, event: &Event, names: &[EventName]) -> Vec<usize> {
        self.index.concerned(event, names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_is_barred_when_all_events_of_a_rule_are() {
        let check = |never: &[&str], on: &[&str], expected: bool| {
            let parse =
                |words: &[&str]| words.iter().map(|word| On::parse(word).unwrap()).collect::<Vec<_>>();
            let facts =
                ChannelFacts { form: Form::Text, address: AddressKind::Phone, never_on: parse(never) };
            assert_eq!(facts.is_barred(&parse(on)), expected, "{never:?} bars {on:?}");
        };
        check(&["counterfeit"], &["counterfeit"], true);
        check(&["counterfeit"], &["counterfeit", "authentic"], false);
        check(&["verdict"], &["counterfeit", "authentic"], true);
        check(&["counterfeit", "authentic"], &["verdict"], true);
        check(&["counterfeit"], &["verdict"], false);
        check(&["any"], &["type:new_type"], false);
        check(&["type:new_type"], &["type:new_type"], true);
        check(&["state:QC/*"], &["photos_rejected"], false);
        check(&[], &["any"], false);
        check(&["any"], &[], false);
    }
}
