//! Which events of a case tell one happening twice.

use jiff::SignedDuration;
use proofbell_event::{EventName, TWIN_WINDOW, are_twins};

use crate::{EventId, Seen};

/// The twins of a history.
///
/// They follow from the times of the events alone, whatever order they arrived in: of all pairs that could be twins within
/// [`TWIN_WINDOW`] the two that lie nearest to each other are taken first. Leaving a whole pair out of the history therefore
/// changes no other pair.
pub(crate) struct Twins {
    /// For each event of the history, where its twin is.
    partner: Vec<Option<usize>>,
}

/// How near two events lie; what follows the distance only makes the order of equals certain.
type Nearness = (SignedDuration, jiff::Timestamp, EventId, EventId);

impl Twins {
    pub(crate) fn of(history: &[Seen]) -> Twins {
        let mut pairs: Vec<(Nearness, [usize; 2])> = Vec::new();
        for (later, b) in history.iter().enumerate().filter(|(_, seen)| has_twins(seen.name)) {
            for (earlier, a) in
                history.iter().enumerate().take(later).filter(|(_, a)| are_twins(a.name, b.name))
            {
                let distance = a.at.duration_since(b.at).abs();
                if distance <= TWIN_WINDOW {
                    let nearness = (distance, a.at.min(b.at), a.event.min(b.event), a.event.max(b.event));
                    pairs.push((nearness, [earlier, later]));
                }
            }
        }
        pairs.sort_unstable();
        let mut partner = vec![None; history.len()];
        for (_, [a, b]) in pairs {
            if partner[a].is_none() && partner[b].is_none() {
                (partner[a], partner[b]) = (Some(b), Some(a));
            }
        }
        Twins { partner }
    }

    /// Where in the history the twin of the event at `index` is.
    pub(crate) fn partner(&self, index: usize) -> Option<usize> {
        self.partner.get(index).copied().flatten()
    }

    /// Whether the event at `index` has a twin that happened before it, and so begins nothing new.
    pub(crate) fn repeats(&self, index: usize, history: &[Seen]) -> bool {
        let (Some(own), Some(other)) = (history.get(index), self.partner(index)) else { return false };
        history.get(other).is_some_and(|twin| (twin.at, other) < (own.at, index))
    }
}

fn has_twins(name: EventName) -> bool {
    EventName::ALL.into_iter().any(|other| are_twins(name, other))
}

#[cfg(test)]
mod tests;
