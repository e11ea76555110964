//! `proofbell channel`: the channels and their pauses.

use proofbell_config::Secrets;
use proofbell_pipeline::Handle;
use serde_json::json;

use super::rows;
use crate::change::{Change, Changer};
use crate::cli::{ChannelAction, Globals};
use crate::command::Stop;
use crate::loading;
use crate::output::{self, Table, Tone};

pub(crate) async fn run(globals: &Globals, action: ChannelAction) -> Result<(), Stop> {
    match action {
        ChannelAction::List => list(globals).await,
        ChannelAction::Pause { name, reason } => {
            change(globals, &name, &Change::Pause(name.clone(), reason), "paused").await
        }
        ChannelAction::Resume { name } => {
            change(globals, &name, &Change::Resume(name.clone()), "resumed").await
        }
    }
}

async fn list(globals: &Globals) -> Result<(), Stop> {
    let wired = loading::wired(globals, Secrets::Assume)?;
    let store = loading::reading(&wired)?;
    let handle = Handle::without_workers(store, std::sync::Arc::new(wired.runtime)).await?;
    let channels = handle.channels();
    if globals.json {
        output::json(&channels);
        return Ok(());
    }
    let mut table = Table::new(&["CHANNEL", "KIND", "FORM", "STATE", "SINCE", "WHY"]);
    for channel in channels {
        let state = if channel.paused.is_some() { "paused" } else { "open" };
        let (since, why) =
            channel.paused.map(|pause| (rows::time(pause.since), pause.reason)).unwrap_or_default();
        table.row(vec![
            (channel.name, Tone::Strong),
            (channel.kind, Tone::Plain),
            (channel.form, Tone::Plain),
            (state.to_owned(), output::tone_of(state)),
            (since, Tone::Plain),
            (output::shorten(&why, 60), Tone::Plain),
        ]);
    }
    table.print("no channels");
    Ok(())
}

async fn change(globals: &Globals, name: &str, change: &Change, done: &str) -> Result<(), Stop> {
    let mut changer = Changer::new(globals)?;
    changer.make(change).await?;
    match globals.json {
        true => output::json(&json!({ "channel": name, "done": done })),
        false => output::line(&format!("{name}  {done}")),
    }
    Ok(())
}
