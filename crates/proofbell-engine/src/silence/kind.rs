//! The kinds of events that a word of `on` stands for, and what conditions find in them.

use proofbell_event::{EventGroup, EventName};

use super::finds::Finds;
use crate::{Key, On, Supplement};

/// Events that are alike in what conditions can look at.
#[derive(Clone, Debug)]
pub(super) struct Kind {
    event_type: Finds<'static>,
    state: Finds<'static>,
    side: Finds<'static>,
    code: Finds<'static>,
    /// The lowest round.
    round: u32,
}

impl Kind {
    /// Every kind that a word of `on` names.
    pub(super) fn all_of(on: &On) -> Vec<Kind> {
        match on {
            On::Name(name) => of_name(*name),
            On::Group(EventGroup::Any) => vec![Kind::open(Finds::SomeText)],
            On::Group(group) => {
                let names = EventName::ALL.into_iter().filter(|name| group.contains(*name));
                names.flat_map(of_name).collect()
            }
            On::State { primary, supplement } => vec![match supplement {
                Supplement::Any => Kind::state(Finds::SomeText),
                Supplement::Null => Kind::state(Finds::Text(format!("{primary}/").into())),
                Supplement::Is(word) => Kind::state(Finds::Text(format!("{primary}/{word}").into())),
            }],
            On::Type(event_type) => vec![Kind::open(Finds::Text(event_type.clone().into()))],
        }
    }

    pub(super) fn has_no_sides(&self) -> bool {
        self.side == Finds::Nothing
    }

    /// What a key finds in such an event.
    pub(super) fn finds(&self, key: &Key) -> Finds<'_> {
        match key {
            Key::EventType => self.event_type.clone(),
            Key::State => self.state.clone(),
            Key::Side | Key::Reason => self.side.clone(),
            Key::Code => self.code.clone(),
            Key::Round => Finds::Count { least: self.round },
            Key::ReferenceId | Key::Payload(_) => Finds::Perhaps,
        }
    }

    /// An event of which nothing is known but its type.
    fn open(event_type: Finds<'static>) -> Kind {
        Kind { event_type, state: Finds::Perhaps, side: Finds::PerhapsOfSide, code: Finds::Perhaps, round: 0 }
    }

    fn state(state: Finds<'static>) -> Kind {
        let event_type = Finds::Text("state_change".into());
        Kind { event_type, state, side: Finds::Nothing, code: Finds::Nothing, round: 0 }
    }

    fn of_state(state: &'static str) -> Kind {
        Kind::state(Finds::Text(state.into()))
    }
}

fn of_name(name: EventName) -> Vec<Kind> {
    let states: &[&'static str] = match name {
        EventName::Draft => &["DRAFT/"],
        EventName::PhotosSubmitted => &["QC/", "QC/PENDING"],
        // A rejection is what begins a round.
        EventName::PhotosRejected => return vec![Kind { round: 1, ..Kind::of_state("QC/REJECTED") }],
        EventName::PhotosApproved => &["QC/APPROVED"],
        EventName::FastTracked => &["QC/COMPLETE"],
        EventName::AwaitingAssignment => &["UNDERWAY/PENDING"],
        EventName::Assigned => &["UNDERWAY/ASSIGNED"],
        EventName::Examined => &["UNDERWAY/APPROVED"],
        EventName::Authentic => &["COMPLETE/APPROVED"],
        EventName::Counterfeit => &["COMPLETE/REJECTED"],
        EventName::VerdictChanged => &["COMPLETE/APPROVED", "COMPLETE/REJECTED"],
        EventName::Completed => &["COMPLETE/COMPLETE"],
        // Their supplement may be any.
        EventName::Queued | EventName::Cancelled => return vec![Kind::state(Finds::SomeText)],
        EventName::ReshootNeeded => {
            let event_type = Finds::Text("media_rejected".into());
            return vec![Kind {
                side: Finds::PerhapsOfSide,
                code: Finds::Nothing,
                round: 1,
                ..Kind::open(event_type)
            }];
        }
        EventName::Invalidated => {
            return vec![Kind {
                event_type: Finds::Text("invalidate_sr".into()),
                state: Finds::Nothing,
                side: Finds::Nothing,
                code: Finds::SomeText,
                round: 0,
            }];
        }
        // An event of a type that nobody knows, or a state change into a state that nobody knows.
        EventName::Unknown => {
            let open = Kind::open(Finds::SomeText);
            return vec![Kind { side: Finds::Nothing, code: Finds::Nothing, ..open }];
        }
    };
    states.iter().map(|state| Kind::of_state(state)).collect()
}

#[cfg(test)]
mod tests {
    use proofbell_event::State;

    use super::*;

    #[test]
    fn the_states_of_a_name_are_those_that_have_it() {
        for name in EventName::ALL.into_iter().filter(|name| *name != EventName::VerdictChanged) {
            for kind in of_name(name) {
                let Finds::Text(state) = &kind.state else { continue };
                let (primary, supplement) = state.split_once('/').unwrap();
                let state = State { primary: primary.into(), supplement: Some(supplement.into()) };
                assert_eq!(state.name(), name);
            }
        }
    }
}
