//! Addressing one audience's drafts: who is behind each, and which messages that makes.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use proofbell_directory::{Lookup, LookupError};
use proofbell_engine::Draft;
use proofbell_event::Event;
use proofbell_notify::Recipient;
use proofbell_store::{Addressed, DraftEnd, DueDraft, MessageState, NewMessage, StoreError};

use crate::address;
use crate::shared::{GoOn, LOOK, STORE_REST, Shared};

/// Drafts addressed in one transaction.
const BATCH: usize = 256;
/// How long one lookup may take.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(5);

/// Addresses drafts of `audience` until the pipeline stops. One worker an audience: a hanging directory delays no other.
pub(crate) async fn run(shared: Arc<Shared>, audience: String) {
    loop {
        let rest = match round(&shared, &audience).await {
            Ok(BATCH) => continue,
            Ok(_) => LOOK,
            Err(error) => {
                tracing::warn!(%error, audience, "addressing waits for the store");
                STORE_REST
            }
        };
        let Some(wake) = shared.audiences.get(&audience) else { return };
        if shared.rest(wake, rest).await == GoOn::No {
            return;
        }
    }
}

async fn round(shared: &Shared, audience: &str) -> Result<usize, StoreError> {
    let due = shared.store.due_drafts(audience, shared.clock.now(), BATCH).await?;
    if due.is_empty() || shared.stopping() {
        return Ok(0);
    }
    let count = due.len();
    let addressed = join_all(due.iter().map(|due| address_one(shared, due))).await;
    let messages: Vec<NewMessage> =
        addressed.iter().flat_map(|addressed| addressed.messages.clone()).collect();
    let audiences: BTreeSet<String> = addressed
        .iter()
        .flat_map(|addressed| &addressed.drafts)
        .map(|draft| draft.audience.clone())
        .collect();
    for addressed in &addressed {
        count_draft(&addressed.end);
    }
    shared.store.commit_addressed(addressed, shared.clock.now()).await?;
    announce(shared, &messages);
    shared.wake_audiences(audiences.iter().map(String::as_str));
    Ok(count)
}

async fn address_one(shared: &Shared, due: &DueDraft) -> Addressed {
    let now = shared.clock.now();
    if due.draft.expires_at <= now {
        return ended(&due.draft, DraftEnd::Dead("expired: nobody could be looked up in time".to_owned()));
    }
    let recipients = lookup(shared, &due.draft).await;
    let event = match Event::parse(&due.event.body) {
        Ok(event) => event,
        Err(error) => return ended(&due.draft, DraftEnd::Dead(format!("event cannot be read: {error}"))),
    };
    match recipients {
        Ok(recipients) => {
            address::address(&shared.runtime, &due.draft, &event, recipients, shared.clock.now())
        }
        Err(error) => address::put_off(due, &error.to_string(), shared.clock.now(), rand::random()),
    }
}

async fn lookup(shared: &Shared, draft: &Draft) -> Result<Vec<Recipient>, LookupError> {
    let Some(directory) = shared.runtime.directories.get(&draft.audience) else {
        return Err(LookupError::Misconfigured(format!("audience `{}` has no directory", draft.audience)));
    };
    let query = Lookup {
        reference_id: draft.case.reference_id.clone(),
        sr_uuid: draft.case.sr_uuid.as_ref().map(ToString::to_string),
    };
    let found = match tokio::time::timeout(LOOKUP_TIMEOUT, directory.lookup(&query)).await {
        Ok(found) => found,
        Err(_) => Err(LookupError::Unavailable(format!("no answer within {} s", LOOKUP_TIMEOUT.as_secs()))),
    };
    if let Err(error) = &found {
        metrics::counter!("proofbell_lookups_failed_total", "audience" => draft.audience.clone())
            .increment(1);
        tracing::warn!(audience = draft.audience, draft = %draft.id, %error, "lookup failed, the draft waits");
    }
    found
}

pub(crate) fn ended(draft: &Draft, end: DraftEnd) -> Addressed {
    Addressed {
        draft: draft.id,
        end,
        reaches: Vec::new(),
        messages: Vec::new(),
        look_at: None,
        drafts: Vec::new(),
    }
}

/// Tells channels and watchers of messages that were committed.
pub(crate) fn announce(shared: &Shared, messages: &[NewMessage]) {
    let mut channels = BTreeSet::new();
    for message in messages {
        if message.state == MessageState::Queued {
            channels.insert(message.channel.as_str());
        }
        let state = match &message.state {
            MessageState::Ended(ended) => crate::observe_code(ended),
            MessageState::Queued | MessageState::Claimed | MessageState::Sent => "queued",
        };
        metrics::counter!("proofbell_messages_total", "channel" => message.channel.clone(), "state" => state)
            .increment(1);
        shared.observer.made(message);
    }
    for channel in channels {
        shared.wake_channel(channel);
    }
}

fn count_draft(end: &DraftEnd) {
    let word = match end {
        DraftEnd::Addressed => "addressed",
        DraftEnd::Suppressed(_) => "suppressed",
        DraftEnd::Dead(_) => "dead",
        DraftEnd::RetryAt { .. } => return,
    };
    metrics::counter!("proofbell_drafts_total", "end" => word).increment(1);
}
