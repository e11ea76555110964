//! The last questions before a claimed message leaves. Pure.

use jiff::Timestamp;
use proofbell_notify::{AddressKind, Message};
use proofbell_store::{Claimed, Ended, SuppressionKind};

use crate::{Code, Redirect};

/// Whether a claimed message leaves.
#[derive(Debug)]
pub(crate) enum Gate {
    /// It leaves.
    Send,
    /// This leaves instead of it.
    SendInstead(Box<Message>),
    /// It ends here.
    End(Ended),
}

/// Asks the last questions before a claimed message leaves.
pub(crate) fn gate(
    claimed: &Claimed,
    kind: AddressKind,
    redirect: Option<&Redirect>,
    now: Timestamp,
) -> Gate {
    if let Some(ended) = ends(claimed, now) {
        return Gate::End(ended);
    }
    let Some(redirect) = redirect else { return Gate::Send };
    match redirect.apply(claimed.message.clone(), kind) {
        Some(message) => Gate::SendInstead(Box::new(message)),
        None => Gate::End(Code::Redirected.end(format!("[redirect] drops `{}` addresses", kind.as_str()))),
    }
}

fn ends(claimed: &Claimed, now: Timestamp) -> Option<Ended> {
    if claimed.expires_at <= now {
        return Some(Code::Expired.end(format!("not sent before {}", claimed.expires_at)));
    }
    if let Some(suppression) = &claimed.suppression {
        let code = match suppression.kind {
            SuppressionKind::BadAddress => Code::BadAddress,
            SuppressionKind::OptedOut => Code::OptedOut,
        };
        return Some(code.end(format!("known since {}: {}", suppression.since, suppression.reason)));
    }
    let by = overtaken(claimed)?;
    Some(Code::Overtaken.end(format!("by event {by}")))
}

fn overtaken(claimed: &Claimed) -> Option<proofbell_engine::EventId> {
    if claimed.send_stale {
        return None;
    }
    claimed.case.as_ref()?.overtaken(claimed.event?, claimed.event_name, claimed.event_at)
}

#[cfg(test)]
mod tests;
