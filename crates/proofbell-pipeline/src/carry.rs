//! Turns chosen channels into messages: composes each, and goes on where composing or addressing ended one at once.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use jiff::Timestamp;
use proofbell_engine::{Compose, Composed, Draft, draft_id, message_id};
use proofbell_notify::{Body, Measure, Message, Recipient, Thread};
use proofbell_store::{Ended, MessageState, NewMessage, Reach, SentSoFar};

use crate::reach::{Advance, Leg, Situation, advance};
use crate::runtime::Runtime;
use crate::{Code, settle};

/// How long the notice that nobody was reached may take.
pub(crate) const NOBODY_EXPIRES: Duration = Duration::from_secs(48 * 3600);

/// The longest time that a channel gets that stands in for one whose time ran out.
const LONGEST_AGAIN: Duration = Duration::from_secs(48 * 3600);

/// Stands for the rule in the id of that notice: however many rules reach nobody, an event tells it once.
const NOBODY: &str = "(nobody)";

/// What was made of a draft's next channels.
#[derive(Default)]
pub(crate) struct Carried {
    pub(crate) messages: Vec<NewMessage>,
    pub(crate) cancelled: Vec<uuid::Uuid>,
    pub(crate) look_at: Option<Timestamp>,
    pub(crate) nobody: Option<Draft>,
}

/// Makes the messages of `legs` and of the fallbacks that begin at once because those end at once.
pub(crate) fn carry(
    situation: &Situation<'_>,
    runtime: &Runtime,
    reaches: &mut [Reach],
    mut messages: Vec<SentSoFar>,
    first: Vec<Leg>,
) -> Carried {
    let mut carried = Carried::default();
    let mut legs = first;
    loop {
        for leg in legs {
            let message = make(situation, runtime, leg);
            messages.push(SentSoFar {
                id: message.id,
                reach_key: message.reach_key.clone(),
                channel: message.channel.clone(),
                state: message.state.clone(),
            });
            carried.messages.push(message);
        }
        let Advance { legs: next, cancelled, look_at, exhausted } = advance(situation, reaches, &messages);
        for message in messages.iter_mut().filter(|message| cancelled.contains(&message.id)) {
            message.state = MessageState::Ended(Code::ElseAfter.end(""));
        }
        // What was made in this very look has never been on the queue: it is kept as ended instead of being called off.
        for message in carried.messages.iter_mut().filter(|message| cancelled.contains(&message.id)) {
            message.state =
                MessageState::Ended(Code::ElseAfter.end("made too late: `else_after` had passed"));
        }
        let made = |id: &uuid::Uuid| carried.messages.iter().any(|message| message.id == *id);
        let called_off: Vec<_> = cancelled.into_iter().filter(|id| !made(id)).collect();
        carried.cancelled.extend(called_off);
        carried.look_at = look_at;
        if next.is_empty() {
            carried.nobody = exhausted.then(|| nobody(situation)).flatten();
            return carried;
        }
        legs = next;
    }
}

/// The draft that tells somebody that nobody was found or reached; never one about such a draft.
pub(crate) fn nobody(situation: &Situation<'_>) -> Option<Draft> {
    let draft = situation.draft;
    if draft.nobody_for.is_some() {
        return None;
    }
    let told = situation.engine.audience(&draft.audience)?.nobody.as_ref()?;
    let audience = situation.engine.audience(&told.to)?;
    Some(Draft {
        id: draft_id(draft.event, draft.generation, NOBODY, &format!("nobody:{}", draft.audience), None),
        audience: told.to.clone(),
        template: told.template.clone(),
        via: audience.via.clone(),
        else_via: audience.else_via.clone(),
        else_at: None,
        expires_at: settle::later(situation.now, NOBODY_EXPIRES),
        nobody_for: Some(draft.id),
        ..draft.clone()
    })
}

fn make(situation: &Situation<'_>, runtime: &Runtime, leg: Leg) -> NewMessage {
    let Situation { draft, now, .. } = *situation;
    let id = message_id(draft.id, &leg.reach_key, &leg.channel, leg.occurrence);
    let mut made = NewMessage {
        message: None,
        id,
        draft: Some(draft.id),
        reach_key: leg.reach_key,
        event: Some(draft.event),
        event_name: draft.event_name,
        event_at: draft.event_at,
        sr_uuid: draft.case.sr_uuid.as_ref().map(ToString::to_string),
        rule: draft.rule.clone(),
        template: draft.template.clone(),
        send_stale: draft.send_stale,
        made_at: now,
        due_at: now,
        expires_at: expires_at(draft, now),
        measure: None,
        state: MessageState::Queued,
        channel: leg.channel,
    };
    let to = match leg.to {
        Ok(to) => to,
        Err(ended) => {
            made.state = MessageState::Ended(ended);
            return made;
        }
    };
    match compose(situation, &leg.recipient, &made.channel) {
        Ok(composed) => {
            made.template = composed.template;
            let body = match fit(runtime, &made.channel, composed.body) {
                Ok(body) => body,
                Err(ended) => {
                    made.state = MessageState::Ended(ended);
                    return made;
                }
            };
            made.measure = measure(runtime, &made.channel, &body);
            made.message = Some(Message {
                id,
                made_at: now,
                to,
                to_name: leg.recipient.name,
                locale: composed.locale,
                case: made.sr_uuid.clone(),
                thread: draft.thread_by_case.then(Thread::default),
                optional: draft.optional,
                body,
            });
        }
        Err(problem) => made.state = MessageState::Ended(Code::RenderFailed.end(problem)),
    }
    made
}

/// When a message made now may go out no more: when its draft says; or, where that has passed, because an earlier channel
/// used up the time and this one stands in for it, after as long again.
fn expires_at(draft: &Draft, now: Timestamp) -> Timestamp {
    if draft.expires_at > now {
        return draft.expires_at;
    }
    let span = Duration::try_from(draft.expires_at.duration_since(draft.event_at)).unwrap_or_default();
    settle::later(now, span.min(LONGEST_AGAIN))
}

/// The body as the channel takes it.
fn fit(runtime: &Runtime, channel: &str, body: Body) -> Result<Body, Ended> {
    let Some(channel) = runtime.channels.get(channel) else { return Ok(body) };
    let fitted = catch_unwind(AssertUnwindSafe(|| channel.notifier.fit(body)));
    fitted
        .map_err(|_| Code::RenderFailed.end("the notifier panicked while fitting it in"))?
        .map_err(|reason| Code::TooLong.end(reason.to_string()))
}

/// What the text costs; a notifier that cannot count costs the number alone.
fn measure(runtime: &Runtime, channel: &str, body: &Body) -> Option<Measure> {
    let notifier = &runtime.channels.get(channel)?.notifier;
    catch_unwind(AssertUnwindSafe(|| notifier.measure(body))).unwrap_or_else(|_| {
        tracing::error!(channel, "the notifier panicked while counting");
        None
    })
}

/// Renders; whatever a template does, it costs this message alone.
fn compose(situation: &Situation<'_>, recipient: &Recipient, channel: &str) -> Result<Composed, String> {
    let request = Compose { draft: situation.draft, event: situation.event, recipient, channel };
    let composed = catch_unwind(AssertUnwindSafe(|| situation.engine.compose(&request)))
        .map_err(|_| "rendering panicked".to_owned())?
        .map_err(|error| error.to_string())?;
    for missing in &composed.missing_words {
        metrics::counter!("proofbell_glossary_missing_total", "kind" => missing.kind.as_str()).increment(1);
        tracing::info!(
            kind = missing.kind.as_str(),
            word = missing.raw,
            locale = missing.locale,
            "glossary lacks a word"
        );
    }
    Ok(composed)
}

#[cfg(test)]
mod tests;
