//! What a lookup makes of a draft. Pure.

use jiff::Timestamp;
use proofbell_engine::Draft;
use proofbell_event::Event;
use proofbell_notify::Recipient;
use proofbell_store::{Addressed, DraftEnd, DueDraft};
use uuid::Uuid;

use crate::carry::{carry, nobody};
use crate::reach::{Situation, first_legs, reaches};
use crate::runtime::Runtime;
use crate::schedule::lookup_wait;
use crate::settle::later;

/// After so many lookups that failed a draft is given up: a day of them.
const MOST_LOOKUPS: u32 = 300;

/// What the recipients found make of a draft: its messages, rendered, and how it ends. Pure, so that explaining does what serving does.
pub fn address(
    runtime: &Runtime,
    draft: &Draft,
    event: &Event,
    recipients: Vec<Recipient>,
    now: Timestamp,
) -> Addressed {
    let situation = Situation { engine: &runtime.engine, draft, event, now };
    let mut reaches = reaches(&situation, recipients);
    if reaches.is_empty() {
        let drafts = Vec::from_iter(nobody(&situation));
        let told = if drafts.is_empty() { "" } else { "; somebody is told" };
        let end = DraftEnd::Suppressed(format!("nobody: the directory knows nobody behind this case{told}"));
        return Addressed { drafts, ..ended(draft.id, end) };
    }
    let legs = first_legs(&situation, &reaches);
    let carried = carry(&situation, runtime, &mut reaches, Vec::new(), legs);
    Addressed {
        draft: draft.id,
        end: DraftEnd::Addressed,
        reaches,
        messages: carried.messages,
        look_at: carried.look_at,
        drafts: Vec::from_iter(carried.nobody),
    }
}

/// What a failed lookup makes of a draft: another try, or its end once it has waited long enough.
pub(crate) fn put_off(due: &DueDraft, reason: &str, now: Timestamp, jitter: f64) -> Addressed {
    let at = later(now, lookup_wait(due.tries, jitter));
    if at >= due.draft.expires_at || due.tries >= MOST_LOOKUPS {
        return ended(due.draft.id, DraftEnd::Dead(format!("unavailable: {reason}")));
    }
    ended(due.draft.id, DraftEnd::RetryAt { at, reason: reason.to_owned() })
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
