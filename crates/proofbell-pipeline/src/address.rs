//! What a lookup makes of a draft. Pure.

use std::time::Duration;

use jiff::Timestamp;
use proofbell_directory::LookupError;
use proofbell_engine::Draft;
use proofbell_event::Event;
use proofbell_notify::Recipient;
use proofbell_store::{Addressed, DraftEnd, DueDraft};
use uuid::Uuid;

use crate::carry::{NOBODY_EXPIRES, carry, nobody};
use crate::reach::{Situation, first_legs, reaches};
use crate::runtime::Runtime;
use crate::schedule::lookup_wait;
use crate::settle::later;

/// What the recipients found make of a draft: its messages, rendered, and how it ends. Pure, so that explaining does what serving does.
pub fn address(
    runtime: &Runtime,
    draft: &Draft,
    event: &Event,
    recipients: Vec<Recipient>,
    now: Timestamp,
) -> Addressed {
    let situation = Situation { engine: &runtime.engine, draft, event, now };
    address_found(runtime, &situation, recipients, "nobody: the directory knows nobody behind this case")
}

/// What a case that no directory can be asked about makes of a draft: the same as nobody behind it, with this reason. Pure.
pub fn unaskable(runtime: &Runtime, draft: &Draft, event: &Event, reason: &str, now: Timestamp) -> Addressed {
    let situation = Situation { engine: &runtime.engine, draft, event, now };
    address_found(runtime, &situation, Vec::new(), &format!("unaskable: {reason}"))
}

/// `nobody_because` is why the draft ends where nobody is found.
fn address_found(
    runtime: &Runtime,
    situation: &Situation<'_>,
    recipients: Vec<Recipient>,
    nobody_because: &str,
) -> Addressed {
    let draft = situation.draft;
    let mut reaches = reaches(situation, recipients);
    if reaches.is_empty() {
        let drafts = Vec::from_iter(nobody(situation));
        let told = if drafts.is_empty() { "" } else { "; somebody is told" };
        let end = DraftEnd::Suppressed(format!("{nobody_because}{told}"));
        return Addressed { drafts, ..ended(draft.id, end) };
    }
    let legs = first_legs(situation, &reaches);
    let carried = carry(situation, runtime, &mut reaches, Vec::new(), legs);
    Addressed {
        draft: draft.id,
        end: DraftEnd::Addressed,
        reaches,
        messages: carried.messages,
        look_at: carried.look_at,
        drafts: Vec::from_iter(carried.nobody),
    }
}

/// Why a draft still has no recipients, and when they are looked up again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Delay {
    /// Why.
    pub(crate) reason: String,
    /// When.
    pub(crate) again: Again,
}

/// When recipients are looked up again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Again {
    /// On the schedule of lookups that failed, but not before so long: their directory asked for it.
    Scheduled { not_before: Duration },
    /// After exactly so long: when the directory is probed.
    In(Duration),
}

impl Delay {
    /// What a lookup that failed asks for; an error that waiting does not mend comes back.
    pub(crate) fn of(error: LookupError) -> Result<Delay, String> {
        let scheduled = |reason, not_before| Ok(Delay { reason, again: Again::Scheduled { not_before } });
        match error {
            LookupError::Unavailable { reason, after } => scheduled(reason, after.unwrap_or_default()),
            LookupError::Misconfigured(reason) => scheduled(reason, Duration::ZERO),
            LookupError::Unaskable(reason) => Err(reason),
        }
    }
}

/// What a delay makes of a draft: another try, or its end once it has waited as long as its audience allows.
pub(crate) fn put_off(
    due: &DueDraft,
    delay: &Delay,
    give_up: Duration,
    now: Timestamp,
    jitter: f64,
) -> Addressed {
    let wait = match delay.again {
        // Those who were asked to wait for so long must not all come back at once.
        Again::Scheduled { not_before } => {
            lookup_wait(due.tries, jitter).max(not_before.mul_f64(1.0 + 0.2 * jitter.clamp(0.0, 1.0)))
        }
        Again::In(wait) => wait,
    };
    let last = last_lookup(due, give_up);
    // The time to give up comes exactly then, with one last lookup, however long the wait.
    let at = later(now, wait).min(last);
    if now >= last || at >= due.draft.expires_at {
        return ended(due.draft.id, DraftEnd::Dead(format!("unavailable: {}", delay.reason)));
    }
    ended(due.draft.id, DraftEnd::RetryAt { at, reason: delay.reason.clone() })
}

/// When a draft is looked up for the last time: so long after its event came, or after it was made to tell that nobody was reached.
/// A replay was asked for by a person, maybe long after its event came: it waits as long as it is of use.
fn last_lookup(due: &DueDraft, give_up: Duration) -> Timestamp {
    let draft = &due.draft;
    match (draft.nobody_for, draft.generation) {
        (Some(_), _) => {
            let made = draft.expires_at.checked_sub(NOBODY_EXPIRES).unwrap_or(Timestamp::MIN);
            later(made, give_up)
        }
        (None, 0) => later(due.event.received_at, give_up),
        (None, _) => draft.expires_at,
    }
}

/// A draft that died before anybody was found tells whoever is told that nobody could be found.
pub(crate) fn tell(
    runtime: &Runtime,
    draft: &Draft,
    event: &Event,
    addressed: Addressed,
    now: Timestamp,
) -> Addressed {
    match addressed.end {
        DraftEnd::Dead(_) if addressed.drafts.is_empty() => {
            let situation = Situation { engine: &runtime.engine, draft, event, now };
            Addressed { drafts: Vec::from_iter(nobody(&situation)), ..addressed }
        }
        DraftEnd::Addressed | DraftEnd::Suppressed(_) | DraftEnd::Dead(_) | DraftEnd::RetryAt { .. } => {
            addressed
        }
    }
}

/// A draft that ends without a message, or waits.
pub(crate) fn ended(draft: Uuid, end: DraftEnd) -> Addressed {
    Addressed { draft, end, reaches: Vec::new(), messages: Vec::new(), look_at: None, drafts: Vec::new() }
}

#[cfg(test)]
mod tests;
