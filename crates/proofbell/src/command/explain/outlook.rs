//! What would become of a draft: its people, its messages, and who is told that nobody was found.

use jiff::{SignedDuration, Timestamp};
use proofbell_directory::{Lookup, LookupError};
use proofbell_engine::Draft;
use proofbell_event::Event;
use proofbell_notify::{Address, Message};
use proofbell_pipeline::{Code, Runtime, Timing, address, unaskable};
use proofbell_store::{Addressed, ChannelPause, DraftEnd, Ended, MessageState, NewMessage};

use super::explanation::{MessageOutlook, Outlook};

/// What outlooks are made from.
pub(super) struct View<'a> {
    pub(super) runtime: &'a Runtime,
    pub(super) pauses: &'a [ChannelPause],
    pub(super) event: &'a Event,
    pub(super) at: Timestamp,
}

impl View<'_> {
    /// What would become of the drafts that an event has made.
    pub(super) async fn of(&self, drafts: &[Draft]) -> Vec<Outlook> {
        let mut outlooks: Vec<Outlook> = Vec::with_capacity(drafts.len());
        let mut told_already = Vec::new();
        for draft in drafts {
            let addressed = self.addressed(draft).await;
            let mut nobody = Vec::new();
            for told in addressed.iter().flat_map(|addressed| &addressed.drafts) {
                // However many rules reach nobody, an event tells it once: the drafts have one id. They lead to no further ones.
                if !told_already.contains(&told.id) {
                    told_already.push(told.id);
                    nobody.push(self.outlook(told, &self.addressed(told).await, Vec::new()));
                }
            }
            outlooks.push(self.outlook(draft, &addressed, nobody));
        }
        outlooks
    }

    /// Asks the directory as the server does, and makes of its answer what the server makes of it; or says why it would wait.
    async fn addressed(&self, draft: &Draft) -> Result<Addressed, String> {
        let Some(audience) = self.runtime.audiences.get(&draft.audience) else {
            return Err(format!("audience `{}` is not configured", draft.audience));
        };
        let query = Lookup {
            reference_id: draft.case.reference_id.clone(),
            sr_uuid: draft.case.sr_uuid.as_ref().map(ToString::to_string),
        };
        let waits = |why: String| {
            let give_up = SignedDuration::try_from(audience.give_up).unwrap_or(SignedDuration::MAX);
            format!("{why}; it is asked again for as long as {give_up:#}, then this ends as dead")
        };
        match tokio::time::timeout(Timing::default().lookup, audience.directory.lookup(&query)).await {
            Ok(Ok(recipients)) => Ok(address(self.runtime, draft, self.event, recipients, self.at)),
            Ok(Err(LookupError::Unaskable(reason))) => {
                Ok(unaskable(self.runtime, draft, self.event, &reason, self.at))
            }
            Ok(Err(error @ (LookupError::Unavailable { .. } | LookupError::Misconfigured(_)))) => {
                Err(waits(format!("failed to {error}")))
            }
            Err(_) => Err(waits("the directory does not answer".to_owned())),
        }
    }

    fn outlook(&self, draft: &Draft, addressed: &Result<Addressed, String>, nobody: Vec<Outlook>) -> Outlook {
        let (state, reason) = match addressed.as_ref().map(|addressed| &addressed.end) {
            Ok(DraftEnd::Addressed) => ("addressed", None),
            Ok(DraftEnd::Suppressed(reason)) => ("suppressed", Some(reason.clone())),
            Ok(DraftEnd::Dead(reason)) => ("dead", Some(reason.clone())),
            Ok(DraftEnd::RetryAt { reason, .. }) => ("waiting", Some(reason.clone())),
            Err(problem) => ("waiting", Some(problem.clone())),
        };
        let messages = addressed.iter().flat_map(|addressed| &addressed.messages);
        let begun =
            addressed.iter().flat_map(|addressed| &addressed.reaches).map(|reach| reach.next_else).min();
        let side = draft.side.and_then(|side| self.event.sides().get(side));
        Outlook {
            id: draft.id,
            rule: draft.rule.clone(),
            audience: draft.audience.clone(),
            template: draft.template.clone(),
            side: side.map(|side| side.side.clone()),
            via: draft.via.clone(),
            else_via: draft.else_via.clone(),
            else_left: draft.else_via.iter().skip(begun.unwrap_or_default()).cloned().collect(),
            else_at: draft.else_at,
            expires_at: draft.expires_at,
            state,
            reason,
            messages: messages.map(|made| self.message(made)).collect(),
            nobody,
        }
    }

    /// A message as it would leave: after the last step before each send, `[redirect]`.
    fn message(&self, made: &NewMessage) -> MessageOutlook {
        let (leaves, ended) = match (&made.message, ended(&made.state)) {
            (Some(message), None) => self.redirected(made, message),
            (_, ended) => (None, ended),
        };
        let (state, code, reason) = match ended {
            Some(Ended::Suppressed { code, detail }) => ("suppressed", Some(code), Some(detail)),
            Some(Ended::Dead { code, detail }) => ("dead", Some(code), Some(detail)),
            None => ("sent", None, None),
        };
        let held = leaves.as_ref().and_then(|_| self.held(made));
        let meant_for = made.message.as_ref().map(|message| &message.to);
        let from = meant_for.filter(|meant| leaves.as_ref().is_some_and(|message| message.to != **meant));
        MessageOutlook {
            id: made.id,
            kind: self.runtime.channels.get(&made.channel).map(|channel| channel.notifier.kind()),
            channel: made.channel.clone(),
            to_own_address: leaves.as_ref().is_some_and(|message| message.to == Address::Fixed),
            to: leaves.as_ref().map(|message| message.to.to_string()),
            redirected_from: from.map(ToString::to_string),
            locale: made.message.as_ref().map(|message| message.locale.clone()),
            template: made.template.clone(),
            state,
            code,
            reason,
            leaves_at: leaves
                .as_ref()
                .filter(|_| held.is_none() || made.due_at > self.at)
                .map(|_| made.due_at),
            held,
            segments: made.measure.as_ref().map(|measure| measure.segments),
            encoding: made.measure.as_ref().map(|measure| measure.encoding.clone()),
            body: leaves.map(|message| message.body),
        }
    }

    fn redirected(&self, made: &NewMessage, message: &Message) -> (Option<Message>, Option<Ended>) {
        let Some(redirect) = &self.runtime.redirect else { return (Some(message.clone()), None) };
        let Some(channel) = self.runtime.channels.get(&made.channel) else {
            return (Some(message.clone()), None);
        };
        let kind = channel.notifier.address();
        match redirect.apply(message.clone(), kind) {
            Some(moved) => (Some(moved), None),
            None => {
                let detail = format!("[redirect] drops `{}` addresses", kind.as_str());
                (None, Some(Ended::Suppressed { code: Code::Redirected.as_str().to_owned(), detail }))
            }
        }
    }

    /// Why it does not leave at once.
    fn held(&self, made: &NewMessage) -> Option<String> {
        if let Some(pause) = self.pauses.iter().find(|pause| pause.channel == made.channel) {
            return Some(format!(
                "channel `{}` is paused since {:.0}: {}",
                pause.channel, pause.since, pause.reason
            ));
        }
        (made.due_at > self.at).then(|| format!("held until {:.0}", made.due_at))
    }
}

fn ended(state: &MessageState) -> Option<Ended> {
    match state {
        MessageState::Ended(ended) => Some(ended.clone()),
        MessageState::Queued | MessageState::Claimed | MessageState::Sent | MessageState::Delivered => None,
    }
}
