//! `proofbell explain`: which rules match, which do not, which key decided, and what would go out.

use std::path::Path;

use jiff::Timestamp;
use proofbell_config::Secrets;
use proofbell_directory::{Lookup, LookupError};
use proofbell_engine::{Case, Draft, EventId, Stimulus};
use proofbell_event::Event;
use proofbell_notify::Body;
use proofbell_pipeline::{Runtime, Timing, address, unaskable};
use proofbell_store::{Addressed, DraftEnd, Ended, MessageState, NewMessage, Store, StoreError};
use serde_json::{Value, json};
use uuid::Uuid;

use super::rows;
use crate::cli::Globals;
use crate::command::Stop;
use crate::loading;
use crate::output::{self, Tone, paint};
use crate::wiring::Wired;

/// What is explained: an event, and its case before it.
struct Subject {
    id: EventId,
    received_at: Timestamp,
    event: Event,
    case: Case,
}

pub(crate) async fn run(globals: &Globals, what: &str) -> Result<(), Stop> {
    let wired = loading::wired(globals, Secrets::Assume)?;
    let subject = match what.parse() {
        Ok(id) => stored(&wired, id).await?,
        Err(_) => from_file(&wired, Path::new(what)).await?,
    };
    let stimulus =
        Stimulus { id: subject.id, generation: 0, received_at: subject.received_at, event: &subject.event };
    let step = wired.runtime.engine.explain(&subject.case, &stimulus);
    let mut told = Vec::new();
    for draft in &step.drafts {
        told.push((draft, addressed(&wired.runtime, draft, &subject).await));
    }
    if globals.json {
        let drafts: Vec<Value> = told.iter().map(|(draft, addressed)| draft_json(draft, addressed)).collect();
        output::json(&json!({ "decision": step.decision, "drafts": drafts }));
        return Ok(());
    }
    rows::decision(&step.decision);
    for (draft, addressed) in &told {
        output::line("");
        output::line(&paint(&format!("{} → {}", draft.rule, draft.audience), Tone::Strong));
        match addressed {
            Ok(addressed) => tell(addressed),
            Err(problem) => output::line(&paint(&format!("  would wait: {problem}"), Tone::Wary)),
        }
    }
    Ok(())
}

async fn stored(wired: &Wired, id: EventId) -> Result<Subject, Stop> {
    let store = loading::reading(wired)?;
    let stored = store.stored_event(id).await?;
    let case = store.case_before(id).await?;
    let event = Event::parse(&stored.body)
        .map_err(|error| Stop::Failed(format!("event {id} cannot be read: {error}")))?;
    Ok(Subject { id, received_at: stored.received_at, event, case })
}

/// An event out of a file, on top of what the store knows of its case, if there is a store that does.
async fn from_file(wired: &Wired, path: &Path) -> Result<Subject, Stop> {
    let body = std::fs::read(path).map_err(|error| {
        Stop::Usage(format!("`{}` is neither an event id nor a file to read: {error}", path.display()))
    })?;
    let event = Event::parse(&body)
        .map_err(|error| Stop::Failed(format!("{} would be quarantined: {error}", path.display())))?;
    let now = Timestamp::now();
    let fresh = Case { sr_uuid: event.sr_uuid.clone(), ..Case::default() };
    let case = match (&event.sr_uuid, loading::reading(wired)) {
        (Some(sr_uuid), Ok(store)) => match store.case(sr_uuid.as_str()).await {
            Ok(view) => view.case,
            Err(StoreError::NotFound { .. }) => fresh,
            Err(error) => return Err(error.into()),
        },
        (_, _) => fresh,
    };
    Ok(Subject { id: EventId(Uuid::now_v7()), received_at: now, event, case })
}

async fn addressed(runtime: &Runtime, draft: &Draft, subject: &Subject) -> Result<Addressed, String> {
    let audience = runtime.audiences.get(&draft.audience).ok_or("the audience has no directory")?;
    let query = Lookup {
        reference_id: draft.case.reference_id.clone(),
        sr_uuid: draft.case.sr_uuid.as_ref().map(ToString::to_string),
    };
    let found = tokio::time::timeout(Timing::default().lookup, audience.directory.lookup(&query)).await;
    let (event, at) = (&subject.event, subject.received_at);
    match found.map_err(|_| "the directory does not answer".to_owned())? {
        Ok(recipients) => Ok(address(runtime, draft, event, recipients, at)),
        Err(LookupError::Unaskable(reason)) => Ok(unaskable(runtime, draft, event, &reason, at)),
        Err(error @ (LookupError::Unavailable { .. } | LookupError::Misconfigured(_))) => {
            Err(format!("failed to {error}"))
        }
    }
}

fn tell(addressed: &Addressed) {
    if let DraftEnd::Suppressed(reason) | DraftEnd::Dead(reason) = &addressed.end {
        output::line(&paint(&format!("  {reason}"), Tone::Wary));
    }
    for draft in &addressed.drafts {
        output::line(&format!("  then {} is told with `{}`", draft.audience, draft.template));
    }
    for message in &addressed.messages {
        match &message.state {
            MessageState::Ended(Ended::Suppressed { code, detail } | Ended::Dead { code, detail }) => {
                output::line(&paint(
                    &format!("  {}  not sent ({code}): {detail}", message.channel),
                    Tone::Wary,
                ));
            }
            MessageState::Queued | MessageState::Claimed | MessageState::Sent | MessageState::Delivered => {
                shown(message)
            }
        }
    }
}

fn shown(made: &NewMessage) {
    let Some(message) = &made.message else { return };
    let cost = made
        .measure
        .as_ref()
        .map(|it| format!(", {} segments {}", it.segments, it.encoding))
        .unwrap_or_default();
    output::line(&format!(
        "  {} to {} ({}, {}{cost})",
        made.channel, message.to, made.template, message.locale
    ));
    let text = match &message.body {
        Body::Email(email) => format!("Subject: {}\n\n{}", email.subject, email.text),
        Body::Chat(chat) => chat.plain_text(),
        Body::Text(text) => text.clone(),
    };
    for line in text.trim_end().lines() {
        output::line(&format!("    {} {line}", paint("│", Tone::Quiet)));
    }
}

fn draft_json(draft: &Draft, addressed: &Result<Addressed, String>) -> Value {
    let messages: Vec<Value> =
        addressed.iter().flat_map(|addressed| &addressed.messages).map(message_json).collect();
    let (end, waits) = match addressed {
        Ok(addressed) => (Some(format!("{:?}", addressed.end)), None),
        Err(problem) => (None, Some(problem)),
    };
    json!({
        "rule": draft.rule, "audience": draft.audience, "template": draft.template,
        "end": end, "waits": waits, "messages": messages,
    })
}

fn message_json(made: &NewMessage) -> Value {
    let (state, code, detail) = match &made.state {
        MessageState::Ended(Ended::Suppressed { code, detail }) => ("suppressed", Some(code), Some(detail)),
        MessageState::Ended(Ended::Dead { code, detail }) => ("dead", Some(code), Some(detail)),
        MessageState::Queued | MessageState::Claimed | MessageState::Sent | MessageState::Delivered => {
            ("would be sent", None, None)
        }
    };
    json!({
        "channel": made.channel, "template": made.template, "state": state, "code": code, "reason": detail,
        "to": made.message.as_ref().map(|message| message.to.to_string()),
        "locale": made.message.as_ref().map(|message| message.locale.clone()),
        "segments": made.measure.as_ref().map(|measure| measure.segments),
        "body": made.message.as_ref().map(|message| &message.body),
    })
}
