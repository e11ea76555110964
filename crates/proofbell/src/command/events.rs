//! `proofbell events`: what came in, and planning it again.

use proofbell_config::Secrets;
use proofbell_engine::EventId;
use proofbell_store::{EventFilter, Store};
use serde_json::{Value, json};

use super::rows;
use crate::change::{Change, Changer};
use crate::cli::{EventsAction, Globals};
use crate::command::Stop;
use crate::loading;
use crate::output::{self, Tone, paint};

pub(crate) async fn run(globals: &Globals, action: EventsAction) -> Result<(), Stop> {
    match action {
        EventsAction::List { sr, name, status, limit } => {
            let store = loading::reading(&loading::wired(globals, Secrets::Assume)?)?;
            let events = store.events(EventFilter { sr_uuid: sr, name, status, limit }).await?;
            match globals.json {
                true => output::json(&events),
                false => rows::events(&events),
            }
            Ok(())
        }
        EventsAction::Show { id } => show(globals, &id).await,
        EventsAction::Replay { ids } => replay(globals, &ids).await,
    }
}

async fn show(globals: &Globals, id: &str) -> Result<(), Stop> {
    let id = parse(id)?;
    let wired = loading::wired(globals, Secrets::Assume)?;
    let store = loading::reading(&wired)?;
    let (event, decisions) = store.event(id).await?;
    if globals.json {
        output::json(&json!({ "event": event, "decisions": decisions }));
        return Ok(());
    }
    rows::events(std::slice::from_ref(&event));
    if let Some(problem) = &event.problem {
        output::line(&paint(&output::harmless(problem), Tone::Bad));
    }
    for decided in &decisions {
        output::line("");
        rows::decision(&decided.decision, wired.runtime.engine.rules());
    }
    output::line("");
    match &event.body {
        Some(body) => output::line(&output::harmless_text(body)),
        None => output::line("(the body is past `store.keep` and gone)"),
    }
    Ok(())
}

/// All ids are read before the first one is replayed, so that a typing error does nothing.
async fn replay(globals: &Globals, ids: &[String]) -> Result<(), Stop> {
    let ids: Vec<EventId> = ids.iter().map(|id| parse(id)).collect::<Result<_, _>>()?;
    let mut changer = Changer::new(globals)?;
    for id in ids {
        let answer = changer.make(&Change::Replay(id)).await?;
        told(globals, id, answer.get("generation").and_then(Value::as_u64).unwrap_or_default());
    }
    Ok(())
}

fn told(globals: &Globals, id: EventId, generation: u64) {
    match globals.json {
        true => output::json(&json!({ "id": id, "generation": generation })),
        false => output::line(&format!("{id}  planned again, generation {generation}")),
    }
}

fn parse(id: &str) -> Result<EventId, Stop> {
    id.parse().map_err(|_| Stop::Usage(format!("`{id}` is no event id; `proofbell events list` shows them")))
}
