//! What was seen of a rehearsal's step.

use jiff::Timestamp;
use proofbell_engine::{Decision, Draft};
use proofbell_notify::Outcome;
use proofbell_store::{DraftEnd, Ended, MessageState, MessageView, NewMessage};
use uuid::Uuid;

use super::witness::{Attempt, Watched};
use super::{Rehearsal, RehearsalError};

/// What happened since the last look.
#[derive(Debug, Default)]
pub struct StepSeen {
    /// What decided about each event that was planned.
    pub decisions: Vec<Decision>,
    /// Drafts that ended or were put off, each with the last that became of it.
    pub drafts: Vec<DraftSeen>,
    /// Messages that were made.
    pub made: Vec<MessageSeen>,
    /// Messages of earlier steps that ended unsent.
    pub ended: Vec<MessageSeen>,
}

/// A decision to tell an audience something.
#[derive(Clone, Debug)]
pub struct DraftSeen {
    /// The rule.
    pub rule: String,
    /// Whom it tells.
    pub audience: String,
    /// What became of it; `None` until it was addressed.
    pub end: Option<DraftEnd>,
}

impl DraftSeen {
    pub(super) fn of(draft: &Draft) -> DraftSeen {
        DraftSeen { rule: draft.rule.clone(), audience: draft.audience.clone(), end: None }
    }
}

/// A message, and how far it came.
#[derive(Clone, Debug)]
pub struct MessageSeen {
    /// As it was made.
    pub made: NewMessage,
    /// The audience that its draft tells.
    pub audience: String,
    /// What its channel answered so far, in order; empty while it has not left.
    pub answers: Vec<Outcome>,
    /// When it left first, or may leave first while it waits.
    pub leaves_at: Timestamp,
    /// Where it is now.
    pub state: MessageState,
}

impl MessageSeen {
    /// Whether it left, or waits to leave: all but what ended before it could.
    pub fn is_on_its_way(&self) -> bool {
        !self.answers.is_empty() || !matches!(self.state, MessageState::Ended(_))
    }

    /// How it ended, if it ended unsent.
    pub fn ended(&self) -> Option<&Ended> {
        match &self.state {
            MessageState::Ended(ended) => Some(ended),
            MessageState::Queued | MessageState::Claimed | MessageState::Sent | MessageState::Delivered => {
                None
            }
        }
    }
}

impl Rehearsal {
    /// What happened since the last look.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn look(&mut self) -> Result<StepSeen, RehearsalError> {
        let Watched { decisions, drafts, made, attempts } = self.witness.take();
        let known = self.open.len();
        let audience =
            |id: Option<Uuid>| id.and_then(|id| self.drafts.get(&id)).map(|it| it.audience.clone());
        let seen = made.into_iter().map(|made| MessageSeen {
            audience: audience(made.draft).unwrap_or_default(),
            answers: Vec::new(),
            leaves_at: made.due_at,
            state: made.state.clone(),
            made,
        });
        let seen: Vec<MessageSeen> = seen.collect();
        self.open.extend(seen);
        for Attempt { message, outcome, at } in attempts {
            if let Some(open) = self.open.iter_mut().find(|open| open.made.id == message) {
                if open.answers.is_empty() {
                    open.leaves_at = at;
                }
                open.answers.push(outcome);
            }
        }
        for open in &mut self.open {
            let view = self.shared.store.message(open.made.id).await?;
            if open.answers.is_empty() {
                open.leaves_at = view.due_at.unwrap_or(open.leaves_at);
            }
            open.state = state(view);
        }
        let made = self.open.get(known..).unwrap_or_default().to_vec();
        let ended = self.open.iter().take(known).filter(|open| open.ended().is_some()).cloned().collect();
        self.open.retain(|open| open.state == MessageState::Queued);
        Ok(StepSeen { decisions, drafts: self.ends(drafts), made, ended })
    }

    /// The drafts with the last that became of each.
    fn ends(&mut self, ends: Vec<(Uuid, DraftEnd)>) -> Vec<DraftSeen> {
        let mut seen: Vec<Uuid> = Vec::new();
        for (id, end) in ends {
            if let Some(draft) = self.drafts.get_mut(&id) {
                draft.end = Some(end);
                if !seen.contains(&id) {
                    seen.push(id);
                }
            }
        }
        seen.iter().filter_map(|id| self.drafts.get(id).cloned()).collect()
    }
}

/// Where the store says that a message is.
fn state(view: MessageView) -> MessageState {
    let MessageView { state, code, reason, .. } = view;
    let (code, detail) = (code.unwrap_or_default(), reason.unwrap_or_default());
    match state.as_str() {
        "sent" => MessageState::Sent,
        "delivered" => MessageState::Delivered,
        "claimed" => MessageState::Claimed,
        "suppressed" => MessageState::Ended(Ended::Suppressed { code, detail }),
        "dead" => MessageState::Ended(Ended::Dead { code, detail }),
        _ => MessageState::Queued,
    }
}
