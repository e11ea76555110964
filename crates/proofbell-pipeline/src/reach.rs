//! Which channels a draft's recipients are tried on, and when the next one begins. Pure.

use jiff::Timestamp;
use proofbell_engine::{Draft, Engine};
use proofbell_event::Event;
use proofbell_notify::{Address, AddressKind, Recipient};
use proofbell_store::{Ended, FOR_ALL, MessageState, Reach, SentSoFar};
use uuid::Uuid;

use crate::Code;
use crate::code::Fallback as OnEnd;

/// How many people one message mentions at most: more than would look, and less than fills it.
const MOST_MENTIONS: usize = 10;

/// One message to make: for whom, on which channel.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Leg {
    /// The recipient's key; [`FOR_ALL`] when the channel is its own address.
    pub(crate) reach_key: String,
    /// The recipient; where the channel is its own address nobody in particular, with the mentions of them all.
    pub(crate) recipient: Recipient,
    /// The channel.
    pub(crate) channel: String,
    /// How often this channel was used for this recipient before.
    pub(crate) occurrence: u32,
    /// Where it goes, or why it does not.
    pub(crate) to: Result<Address, Ended>,
}

/// What is known of a draft when its next channels are chosen.
#[derive(Clone, Copy)]
pub(crate) struct Situation<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) draft: &'a Draft,
    pub(crate) event: &'a Event,
    pub(crate) now: Timestamp,
}

/// What is to be done about a draft now.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Advance {
    /// Messages to make.
    pub(crate) legs: Vec<Leg>,
    /// Waiting messages to end because `else_after` has passed.
    pub(crate) cancelled: Vec<Uuid>,
    /// When to look again though nothing ends.
    pub(crate) look_at: Option<Timestamp>,
    /// Nobody was reached and nothing is left to try.
    pub(crate) exhausted: bool,
}

/// The recipients of a draft, each once; people who share an address are one, and mentioned together. Where nobody is found, a channel that is
/// its own address still stands for somebody.
pub(crate) fn reaches(situation: &Situation<'_>, recipients: Vec<Recipient>) -> Vec<Reach> {
    let mut reaches: Vec<Reach> = Vec::with_capacity(recipients.len());
    for recipient in recipients {
        let key = recipient.key();
        match reaches.iter_mut().find(|reach| reach.key == key) {
            Some(known) => mention_too(&mut known.recipient, &recipient),
            None => reaches.push(Reach { key, recipient, next_else: 0 }),
        }
    }
    if reaches.is_empty() && situation.draft.via.iter().any(|channel| situation.is_fixed(channel)) {
        reaches.push(Reach { key: FOR_ALL.to_owned(), recipient: Recipient::default(), next_else: 0 });
    }
    reaches
}

fn mention_too(recipient: &mut Recipient, other: &Recipient) {
    for name in &other.mentions {
        let mentions = &mut recipient.mentions;
        if mentions.len() < MOST_MENTIONS && !mentions.contains(name) {
            mentions.push(name.clone());
        }
    }
}

/// Whom a message to a place is for, since it stands for all of a draft's recipients: nothing of any of them but whom to mention.
fn everybody(reaches: &[Reach]) -> Recipient {
    let mut everybody = Recipient::default();
    reaches.iter().for_each(|reach| mention_too(&mut everybody, &reach.recipient));
    everybody
}

/// The messages that `via` asks for: each channel, for each recipient.
pub(crate) fn first_legs(situation: &Situation<'_>, reaches: &[Reach]) -> Vec<Leg> {
    let mut legs = Vec::new();
    let everybody = everybody(reaches);
    for channel in &situation.draft.via {
        for reach in reaches {
            let leg = situation.leg(reach, &everybody, channel, &[]);
            if !legs
                .iter()
                .any(|other: &Leg| other.reach_key == leg.reach_key && other.channel == leg.channel)
            {
                legs.push(leg);
            }
        }
    }
    legs
}

/// Looks at a draft again: ends what `else_after` cuts off, begins the next of `else_via`, notices when nothing is left.
pub(crate) fn advance(situation: &Situation<'_>, reaches: &mut [Reach], messages: &[SentSoFar]) -> Advance {
    let mut result = Advance::default();
    let mut states = Vec::with_capacity(reaches.len());
    let everybody = everybody(reaches);
    for reach in reaches.iter_mut() {
        states.push(advance_one(situation, reach, &everybody, messages, &mut result));
    }
    result.exhausted = states.contains(&State::Exhausted)
        && states.iter().all(|state| matches!(state, State::Exhausted | State::Over));
    result
}

/// Where one recipient stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Reached, or may still be.
    Alive,
    /// Nothing is left to try, and nothing forbids saying so.
    Exhausted,
    /// It ended in a way that asks for nothing further (overtaken, unknown, muted, called off).
    Over,
}

fn advance_one(
    situation: &Situation<'_>,
    reach: &mut Reach,
    everybody: &Recipient,
    messages: &[SentSoFar],
    result: &mut Advance,
) -> State {
    let mine: Vec<&SentSoFar> = messages
        .iter()
        .filter(|message| message.reach_key == reach.key || message.reach_key == FOR_ALL)
        .collect();
    let reached = |state: &MessageState| matches!(state, MessageState::Sent | MessageState::Delivered);
    if mine.iter().any(|message| reached(&message.state)) {
        return State::Alive;
    }
    let waits = |message: &&SentSoFar| matches!(message.state, MessageState::Queued | MessageState::Claimed);
    let waiting: Vec<&SentSoFar> = mine.iter().copied().filter(waits).collect();
    let forbidden = mine.iter().any(|message| on_end(&message.state) == Some(OnEnd::Forbidden));
    if forbidden {
        // Nothing may stand in, so nothing is called off either.
        return if waiting.is_empty() { State::Over } else { State::Alive };
    }
    if !waiting.is_empty() && !cut_off(situation, reach, &waiting, result) {
        return State::Alive;
    }
    // With no message at all `via` is empty: none of it could.
    let weakest = if waiting.is_empty() && !mine.is_empty() { OnEnd::SaysNothing } else { OnEnd::GoesOn };
    if mine.iter().filter_map(|message| on_end(&message.state)).fold(weakest, strongest) != OnEnd::GoesOn {
        return State::Over;
    }
    let Some(channel) = situation.draft.else_via.get(reach.next_else) else { return State::Exhausted };
    reach.next_else += 1;
    let leg = situation.leg(reach, everybody, channel, messages);
    let again = |other: &Leg| other.reach_key == leg.reach_key && other.channel == leg.channel;
    if !result.legs.iter().any(again) {
        result.legs.push(leg);
    }
    State::Alive
}

/// Whether nothing waits any more once the waiting messages of `via` are ended because `else_after` has passed. One that is
/// being sent is waited for.
fn cut_off(situation: &Situation<'_>, reach: &Reach, waiting: &[&SentSoFar], result: &mut Advance) -> bool {
    let Some(else_at) = situation.draft.else_at else { return false };
    if reach.next_else > 0 || situation.draft.else_via.is_empty() {
        return false;
    }
    let look_again = |result: &mut Advance, at: Timestamp| {
        result.look_at = Some(result.look_at.map_or(at, |other| other.min(at)));
    };
    if situation.now < else_at {
        look_again(result, else_at);
        return false;
    }
    // What stands in already for another recipient and for this one too is no part of `via`.
    let (of_via, others): (Vec<&SentSoFar>, Vec<&SentSoFar>) =
        waiting.iter().copied().partition(|message| situation.draft.via.contains(&message.channel));
    if of_via.iter().any(|message| message.state == MessageState::Claimed) {
        look_again(result, crate::settle::later(situation.now, std::time::Duration::from_secs(10)));
        return false;
    }
    for message in of_via {
        if !result.cancelled.contains(&message.id) {
            result.cancelled.push(message.id);
        }
    }
    others.is_empty()
}

fn on_end(state: &MessageState) -> Option<OnEnd> {
    match state {
        MessageState::Ended(Ended::Suppressed { code, .. } | Ended::Dead { code, .. }) => {
            Some(Code::from_word(code).map_or(OnEnd::Forbidden, Code::fallback))
        }
        MessageState::Queued | MessageState::Claimed | MessageState::Sent | MessageState::Delivered => None,
    }
}

fn strongest(one: OnEnd, other: OnEnd) -> OnEnd {
    match (one, other) {
        (OnEnd::Forbidden, _) | (_, OnEnd::Forbidden) => OnEnd::Forbidden,
        (OnEnd::GoesOn, _) | (_, OnEnd::GoesOn) => OnEnd::GoesOn,
        (OnEnd::SaysNothing, OnEnd::SaysNothing) => OnEnd::SaysNothing,
    }
}

impl Situation<'_> {
    fn is_fixed(&self, channel: &str) -> bool {
        self.engine.channel(channel).is_some_and(|facts| facts.address == AddressKind::Fixed)
    }

    fn leg(&self, reach: &Reach, everybody: &Recipient, channel: &str, before: &[SentSoFar]) -> Leg {
        let fixed = self.is_fixed(channel);
        let reach_key = if fixed { FOR_ALL.to_owned() } else { reach.key.clone() };
        let used = before
            .iter()
            .filter(|message| message.reach_key == reach_key && message.channel == channel)
            .count();
        Leg {
            recipient: if fixed { everybody.clone() } else { reach.recipient.clone() },
            channel: channel.to_owned(),
            occurrence: u32::try_from(used).unwrap_or(u32::MAX),
            to: self.destination(reach, channel),
            reach_key,
        }
    }

    fn destination(&self, reach: &Reach, channel: &str) -> Result<Address, Ended> {
        let Some(facts) = self.engine.channel(channel) else {
            return Err(Code::NoChannel.end(format!("channel `{channel}` is not configured any more")));
        };
        if self.engine.muted(channel, self.event, &self.draft.names) {
            return Err(Code::Muted.end(format!("`never_on` of channel `{channel}` names this event")));
        }
        reach.recipient.address(facts.address).ok_or_else(|| {
            let kind = facts.address.as_str();
            let problem = reach.recipient.problems.iter().find(|problem| problem.field == kind);
            let why = problem.map_or_else(String::new, |problem| format!(": {}", problem.problem));
            Code::NoAddress.end(format!("the recipient has no usable `{kind}`{why}"))
        })
    }
}

#[cfg(test)]
mod tests;
