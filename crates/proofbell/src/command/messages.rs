//! `proofbell messages`: what went out, or why not, and trying again.

use proofbell_config::Secrets;
use proofbell_notify::Body;
use proofbell_store::{MessageFilter, Store};
use serde_json::json;
use uuid::Uuid;

use super::rows;
use crate::change::{Change, Changer};
use crate::cli::{Globals, MessagesAction};
use crate::command::Stop;
use crate::loading;
use crate::output::{self, Tone, paint};
use crate::readable;

pub(crate) async fn run(globals: &Globals, action: MessagesAction) -> Result<(), Stop> {
    match action {
        MessagesAction::List { sr, channel, state, limit } => {
            let store = loading::reading(&loading::wired(globals, Secrets::Assume)?)?;
            let messages = store.messages(MessageFilter { sr_uuid: sr, channel, state, limit }).await?;
            match globals.json {
                true => output::json(&messages),
                false => rows::messages(&messages),
            }
            Ok(())
        }
        MessagesAction::Show { id } => show(globals, &id).await,
        MessagesAction::Retry { ids } => change(globals, &ids, Change::Retry, "on the queue again").await,
        MessagesAction::Cancel { ids } => change(globals, &ids, Change::Cancel, "cancelled").await,
    }
}

async fn show(globals: &Globals, id: &str) -> Result<(), Stop> {
    let id = parse(id)?;
    let store = loading::reading(&loading::wired(globals, Secrets::Assume)?)?;
    let (message, pauses) = (store.message(id).await?, store.pauses().await?);
    if globals.json {
        output::json(&message);
        return Ok(());
    }
    rows::messages(std::slice::from_ref(&message));
    if let Some(reason) = &message.reason {
        output::line(&paint(&output::harmless(reason), Tone::Wary));
    }
    if let Some(id) = &message.provider_id {
        output::line(&format!("the provider's id: {}", output::harmless(id)));
    }
    if let Some(segments) = message.segments {
        output::line(&format!("segments: {segments}"));
    }
    rows::history(&message, &pauses);
    output::line("");
    match &message.body {
        Some(body) => output::line(&output::harmless_text(&read(body))),
        None => output::line("(no text: nothing was rendered, or it is past `store.keep` and gone)"),
    }
    Ok(())
}

/// A stored text as its reader would see it; `--json` shows all of it.
fn read(body: &serde_json::Value) -> String {
    match serde_json::from_value::<Body>(body.clone()) {
        Ok(body) => readable::whole(&body).into_owned(),
        Err(_) => body.to_string(),
    }
}

/// All ids are read before the first one is changed, so that a typing error does nothing.
async fn change(
    globals: &Globals,
    ids: &[String],
    change: fn(Uuid) -> Change,
    done: &str,
) -> Result<(), Stop> {
    let ids: Vec<Uuid> = ids.iter().map(|id| parse(id)).collect::<Result<_, _>>()?;
    let mut changer = Changer::new(globals)?;
    for id in ids {
        changer.make(&change(id)).await?;
        match globals.json {
            true => output::json(&json!({ "id": id, "done": done })),
            false => output::line(&format!("{id}  {done}")),
        }
    }
    Ok(())
}

fn parse(id: &str) -> Result<Uuid, Stop> {
    id.parse()
        .map_err(|_| Stop::Usage(format!("`{id}` is no message id; `proofbell messages list` shows them")))
}
