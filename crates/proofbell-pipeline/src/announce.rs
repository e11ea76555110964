//! Tells workers and watchers of what was committed.

use std::collections::BTreeSet;

use proofbell_engine::Draft;
use proofbell_store::{DraftEnd, MessageState, NewMessage};

use crate::observe::count_made;
use crate::shared::Shared;

/// Tells channels and watchers of messages, and audiences of drafts.
pub(crate) fn announce(shared: &Shared, messages: &[NewMessage], drafts: &[Draft]) {
    for message in messages {
        count_made(message);
        shared.observer.made(message);
    }
    let queued = messages.iter().filter(|message| message.state == MessageState::Queued);
    let channels: BTreeSet<&str> = queued.map(|message| message.channel.as_str()).collect();
    channels.into_iter().for_each(|channel| shared.wake_channel(channel));
    shared.wake_audiences(drafts.iter().map(|draft| &draft.audience));
}

/// Counts a draft that has ended.
pub(crate) fn count_draft(end: &DraftEnd) {
    let word = match end {
        DraftEnd::Addressed => "addressed",
        DraftEnd::Suppressed(_) => "suppressed",
        DraftEnd::Dead(_) => "dead",
        DraftEnd::RetryAt { .. } => return,
    };
    metrics::counter!("proofbell_drafts_total", "end" => word).increment(1);
}
