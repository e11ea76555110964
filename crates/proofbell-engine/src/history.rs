//! What a case learns from an event, and what its history tells of one.

use jiff::Timestamp;
use proofbell_event::{Detail, Event, EventGroup, EventName, are_twins, overtakes};

use crate::twins::Twins;
use crate::{Case, EventId, Seen, Stimulus};

impl Case {
    /// The newer event of the case that makes this one stale, when there is one; the newest if there are several.
    ///
    /// Newer is what happened later, and of two events at one time the verdict, closing or completion. Twins never overtake each
    /// other, and a verdict is never stale (see [`proofbell_event::overtakes`]). `name` is the event's own name, `at` its effective
    /// time. One pass over a short history: cheap enough to be asked again before each sending.
    pub fn overtaken(&self, event: EventId, name: EventName, at: Timestamp) -> Option<EventId> {
        let newer = || {
            self.history.iter().filter(|seen| {
                seen.event != event
                    && overtakes(seen.name, name)
                    && (seen.at > at || (seen.at == at && is_end(seen.name)))
            })
        };
        // Who is whose twin takes longer to tell, so it is only asked when it matters.
        let twin = match newer().any(|seen| are_twins(seen.name, name)) {
            true => self.position(event).and_then(|index| Twins::of(&self.history).partner(index)),
            false => None,
        };
        let twin = twin.and_then(|index| self.history.get(index)).map(|seen| seen.event);
        newer()
            .filter(|seen| Some(seen.event) != twin)
            .max_by_key(|seen| (seen.at, seen.event))
            .map(|seen| seen.event)
    }

    /// Takes the event in, and says where in the history it is.
    ///
    /// An event that is there already is a replay and changes nothing. `None` for the replay of one that was forgotten.
    pub(crate) fn record(&mut self, stimulus: &Stimulus<'_>) -> Option<usize> {
        self.version = self.version.saturating_add(1);
        if let Some(index) = self.position(stimulus.id) {
            return Some(index);
        }
        if stimulus.generation > 0 && self.forgotten > 0 {
            return None;
        }
        let at = stimulus.event.effective_time(stimulus.received_at);
        self.learn(stimulus.event, at);
        self.history.push(Seen { event: stimulus.id, name: stimulus.event.name, at, spoke: Vec::new() });
        Some(self.history.len() - 1)
    }

    /// Takes over what the event tells of the request, unless a newer one has told it already.
    fn learn(&mut self, event: &Event, at: Timestamp) {
        if self.sr_uuid.is_none() {
            self.sr_uuid.clone_from(&event.sr_uuid);
        }
        if event.reference_id.is_some() && self.reference_at.is_none_or(|known| known <= at) {
            self.reference_id.clone_from(&event.reference_id);
            self.reference_at = Some(at);
        }
        if let Detail::StateChange(state) = &event.detail
            && !self.knows_newer_state(event.name, at)
        {
            self.state = Some(state.clone());
            self.state_at = Some(at);
        }
    }

    fn knows_newer_state(&self, name: EventName, at: Timestamp) -> bool {
        let known = self.state.as_ref().map(proofbell_event::State::name);
        match (self.state_at, known) {
            (Some(state_at), Some(known)) => {
                state_at > at || (state_at == at && is_end(known) && overtakes(known, name))
            }
            (None, _) | (_, None) => false,
        }
    }

    /// The round that something at this time belongs to. Twins are one rejection, which counts from the earlier of the two.
    pub(crate) fn round(&self, at: Timestamp, twins: &Twins) -> u32 {
        let rejections = self
            .history
            .iter()
            .enumerate()
            .filter(|(index, seen)| {
                is_rejection(seen.name) && seen.at <= at && !twins.repeats(*index, &self.history)
            })
            .count();
        self.forgotten_rounds.saturating_add(u32::try_from(rejections).unwrap_or(u32::MAX))
    }

    /// Whether a verdict planned before the event at `index` (before now, when it was forgotten) says the opposite of `name`.
    pub(crate) fn contradicts(&self, name: EventName, index: Option<usize>) -> bool {
        let opposite = match name {
            EventName::Authentic => EventName::Counterfeit,
            EventName::Counterfeit => EventName::Authentic,
            _ => return false,
        };
        self.history.iter().take(index.unwrap_or(usize::MAX)).any(|seen| seen.name == opposite)
    }

    /// Forgets what happened first until the history is within [`Case::HISTORY_LIMIT`].
    pub(crate) fn forget(&mut self) {
        while self.history.len() > Case::HISTORY_LIMIT {
            let Some(first) = self.expendable() else { return };
            let twin = Twins::of(&self.history).partner(first);
            let of_rejection = self.history.get(first).is_some_and(|seen| is_rejection(seen.name));
            self.forgotten_rounds = self.forgotten_rounds.saturating_add(u32::from(of_rejection));
            let mut index = 0;
            self.history.retain(|_| {
                index += 1;
                index - 1 != first && Some(index - 1) != twin
            });
            self.forgotten = self.forgotten.saturating_add(1 + u32::from(twin.is_some()));
        }
    }

    /// What happened first of all that may be forgotten: verdicts come after everything else, the newest of each name never.
    fn expendable(&self) -> Option<usize> {
        let age = |seen: &Seen| (seen.at, seen.event);
        let is_newest =
            |seen: &Seen| !self.history.iter().any(|other| other.name == seen.name && age(other) > age(seen));
        let first = |of_verdict: bool| {
            self.history
                .iter()
                .enumerate()
                .filter(|(_, seen)| EventGroup::Verdict.contains(seen.name) == of_verdict)
                .filter(|(_, seen)| !of_verdict || !is_newest(seen))
                .min_by_key(|(_, seen)| age(seen))
                .map(|(index, _)| index)
        };
        first(false).or_else(|| first(true))
    }

    fn position(&self, event: EventId) -> Option<usize> {
        self.history.iter().position(|seen| seen.event == event)
    }
}

/// Names that end a request: of two events at one time they are the later.
fn is_end(name: EventName) -> bool {
    EventGroup::Closed.contains(name) || name == EventName::Completed
}

fn is_rejection(name: EventName) -> bool {
    matches!(name, EventName::PhotosRejected | EventName::ReshootNeeded)
}

#[cfg(test)]
mod tests;
