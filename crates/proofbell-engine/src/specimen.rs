//! A template as its readers would see it, without a rule that decided: for previews, checks and test messages.

use jiff::Timestamp;
use proofbell_event::{Detail, Event, EventGroup, EventName, State};
use proofbell_notify::{Form, Recipient};
use uuid::Uuid;

use crate::matching::Scene;
use crate::step::matching_sides;
use crate::{CaseFacts, Compose, ComposeError, Composed, DeadLinks, Draft, Each, Engine, EventId, On, Rule};

/// What is to be shown.
#[derive(Clone, Copy, Debug)]
pub struct Specimen<'a> {
    /// The template's name.
    pub template: &'a str,
    /// Which variant.
    pub form: Form,
    /// The event that it tells of.
    pub event: &'a Event,
    /// Whom it is for; the locale says in which language.
    pub recipient: &'a Recipient,
    /// What is known of the case; `None` for what the event says by itself, in the first round.
    pub case: Option<&'a CaseFacts>,
    /// What becomes of links that cannot be made for the event.
    pub dead_links: DeadLinks,
    /// What counts as the time of an event whose own cannot be read.
    pub now: Timestamp,
}

impl Engine {
    /// Renders a template without a rule that decided. Where the template's rules speak once for each side, it is shown for the
    /// first; otherwise for all.
    ///
    /// # Errors
    /// See [`ComposeError`].
    pub fn specimen(&self, specimen: &Specimen<'_>) -> Result<Composed, ComposeError> {
        let draft = self.specimen_draft(specimen);
        let Specimen { form, event, recipient, dead_links, .. } = *specimen;
        self.compose_in(form, dead_links, &Compose { draft: &draft, event, recipient, channel: "" })
    }

    /// What the template's rules would really make of the event, each with the sides of which it speaks; nothing where each of them
    /// keeps silent, or has no channel that takes this form. `names` are the event's own name and those that planning would add.
    pub fn told(&self, specimen: &Specimen<'_>, names: &[EventName]) -> Vec<Result<Composed, ComposeError>> {
        let Specimen { form, event, recipient, dead_links, .. } = *specimen;
        let shown = self.specimen_draft(specimen);
        let speaking = self.rules().iter().filter(|rule| {
            rule.on.iter().any(|on| on.names(event, names)) && self.is_told_by(rule, specimen, names)
        });
        let scene = Scene::new(event, &shown.case, self.glossary());
        let drafts = speaking.flat_map(|rule| {
            let of_sides = |(side, sides)| Draft {
                names: names.to_vec(),
                rule: rule.name.clone(),
                side,
                sides,
                ..shown.clone()
            };
            spoken_of(rule, &scene).into_iter().map(of_sides).collect::<Vec<Draft>>()
        });
        drafts
            .map(|draft| {
                self.compose_in(form, dead_links, &Compose { draft: &draft, event, recipient, channel: "" })
            })
            .collect()
    }

    /// Whether a rule that speaks would have somebody told with the template in this form: those of its audiences, or those who
    /// are told when nobody there is found.
    fn is_told_by(&self, rule: &Rule, specimen: &Specimen<'_>, names: &[EventName]) -> bool {
        let takes = |(via, else_via): (Vec<String>, Vec<String>)| {
            via.iter().chain(&else_via).any(|channel| {
                self.channel(channel).is_some_and(|facts| facts.form == specimen.form)
                    && !self.muted(channel, specimen.event, names)
            })
        };
        let own = || rule.to.iter().any(|to| takes(self.ways(rule, self.audience(to))));
        let nobody = || {
            let audiences = rule.to.iter().filter_map(|to| self.audience(to)?.nobody.as_ref());
            let told = audiences.filter(|nobody| nobody.template == specimen.template);
            told.filter_map(|nobody| self.audience(&nobody.to))
                .any(|told| takes((told.via.clone(), told.else_via.clone())))
        };
        (rule.template == specimen.template && own()) || nobody()
    }

    /// The names of the events that a template is rendered for: those of its rules, and `reshoot_needed` for one that tells that
    /// nobody was found. Empty where only `state:` and `type:` patterns lead to it, or nothing does.
    pub fn events_of(&self, template: &str) -> Vec<EventName> {
        let rules = self.rules().iter().filter(|rule| rule.template == template);
        let on: Vec<&On> = rules.flat_map(|rule| &rule.on).collect();
        let tells_of_nobody =
            self.audiences().values().any(|it| it.nobody.as_ref().is_some_and(|it| it.template == template));
        let named = |name: EventName| on.iter().any(|on| on.may_name(name));
        EventName::ALL
            .into_iter()
            .filter(|name| named(*name) || (tells_of_nobody && *name == EventName::ReshootNeeded))
            .collect()
    }

    fn specimen_draft(&self, specimen: &Specimen<'_>) -> Draft {
        let Specimen { template, event, case, now, .. } = *specimen;
        let rule = self.rules().iter().find(|rule| rule.template == template);
        let sides = event.sides().len();
        let by_side = rule.is_some_and(|rule| rule.each == Each::Side) && sides > 0;
        let names = match event.name {
            // What a reader of a changed verdict sees comes of the later of two verdicts.
            EventName::Authentic | EventName::Counterfeit
                if self.events_of(template) == [EventName::VerdictChanged] =>
            {
                vec![event.name, EventName::VerdictChanged]
            }
            name => vec![name],
        };
        Draft {
            id: Uuid::nil(),
            event: EventId(Uuid::nil()),
            generation: 0,
            event_name: event.name,
            names,
            event_at: event.effective_time(now),
            rule: rule.map_or(template, |rule| &rule.name).to_owned(),
            audience: String::new(),
            template: template.to_owned(),
            side: by_side.then_some(0),
            sides: if by_side { vec![0] } else { (0..sides).collect() },
            via: Vec::new(),
            else_via: Vec::new(),
            else_at: None,
            urgent: false,
            send_stale: true,
            optional: false,
            thread_by_case: false,
            expires_at: now,
            case: case.cloned().unwrap_or_else(|| alone(event)),
            nobody_for: None,
        }
    }
}

/// For each draft that the rule would make: its side, and those that it lists.
fn spoken_of(rule: &Rule, scene: &Scene<'_>) -> Vec<(Option<usize>, Vec<usize>)> {
    match (matching_sides(rule, scene), rule.each) {
        (Ok(sides), Each::Event) => vec![(None, sides)],
        (Ok(sides), Each::Side) => sides.into_iter().map(|side| (Some(side), vec![side])).collect(),
        (Err(_), Each::Event | Each::Side) => Vec::new(),
    }
}

/// The case as an event that is the first of it leaves it.
fn alone(event: &Event) -> CaseFacts {
    CaseFacts {
        sr_uuid: event.sr_uuid.clone(),
        reference_id: event.reference_id.clone(),
        round: 1,
        state: state(event),
        ..CaseFacts::default()
    }
}

fn state(event: &Event) -> Option<State> {
    match &event.detail {
        Detail::StateChange(state) => Some(state.clone()),
        Detail::MediaRejected { state, .. } => state.clone(),
        Detail::InvalidateSr { .. } | Detail::Unknown => None,
    }
}

impl On {
    /// Whether this names every event of the name, whatever else is in it. `any` names all.
    fn may_name(&self, name: EventName) -> bool {
        match self {
            On::Name(own) => *own == name,
            // What is unknown is no good example of anything.
            On::Group(EventGroup::Any) => name != EventName::Unknown,
            On::Group(group) => group.contains(name),
            On::State { .. } | On::Type(_) => false,
        }
    }
}

#[cfg(test)]
mod tests;
