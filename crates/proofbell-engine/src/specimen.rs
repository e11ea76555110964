//! A template as its readers would see it, without a rule that decided: for previews, checks and test messages.

use jiff::Timestamp;
use proofbell_event::{Detail, Event, EventGroup, EventName, State};
use proofbell_notify::{Form, Recipient};
use uuid::Uuid;

use crate::{CaseFacts, Compose, ComposeError, Composed, Draft, Each, Engine, EventId, On};

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
    /// The round that `case.round` shows.
    pub round: u32,
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
        let Specimen { form, event, recipient, .. } = *specimen;
        self.compose_in(form, &Compose { draft: &draft, event, recipient, channel: "" })
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
        let Specimen { template, event, round, now, .. } = *specimen;
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
            case: CaseFacts {
                sr_uuid: event.sr_uuid.clone(),
                reference_id: event.reference_id.clone(),
                round,
                state: state(event),
                ..CaseFacts::default()
            },
            nobody_for: None,
        }
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
