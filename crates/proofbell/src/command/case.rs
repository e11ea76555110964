//! `proofbell case`: what was sent about a request, to whom, when, and why something was not.

use proofbell_config::Secrets;
use proofbell_store::{ChannelPause, MessageView, Store};

use super::rows;
use crate::cli::Globals;
use crate::command::Stop;
use crate::loading;
use crate::output::{self, Tone, paint};

pub(crate) async fn run(globals: &Globals, sr_uuid: &str) -> Result<(), Stop> {
    let wired = loading::wired(globals, Secrets::Assume)?;
    let store = loading::reading(&wired)?;
    let (view, pauses) = (store.case(sr_uuid).await?, store.pauses().await?);
    if globals.json {
        output::json(&view);
        return Ok(());
    }
    let state = view.case.state.as_ref().map_or_else(|| "no state yet".to_owned(), ToString::to_string);
    let item = view.case.reference_id.as_deref().unwrap_or("no reference id");
    output::line(&paint(&format!("{sr_uuid}  {item}  {state}"), Tone::Strong));
    for event in &view.events {
        output::line("");
        let name = event.name.as_deref().or(event.event_type.as_deref()).unwrap_or("?");
        output::line(&format!(
            "{}  {}  {}",
            rows::time(event.received_at),
            paint(name, Tone::Strong),
            paint(&event.id.to_string(), Tone::Quiet)
        ));
        for decided in view.decisions.iter().filter(|decided| decided.decision.event.0 == event.id) {
            rows::decision(&decided.decision, wired.runtime.engine.rules());
        }
        for draft in view.drafts.iter().filter(|draft| draft.event == event.id) {
            let reason = draft.reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
            let again =
                draft.due_at.map(|due| format!(", asked again at {}", rows::time(due))).unwrap_or_default();
            output::line(&format!(
                "  draft {} → {}  {}{reason}{again}",
                draft.rule,
                draft.audience,
                paint(&draft.state, output::tone_of(&draft.state))
            ));
            for message in view.messages.iter().filter(|message| message.draft == Some(draft.id)) {
                told(message, &pauses);
            }
        }
    }
    Ok(())
}

fn told(message: &MessageView, pauses: &[ChannelPause]) {
    let why = message.reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
    let code = message.code.as_deref().map(|code| format!("({code})")).unwrap_or_default();
    output::line(&format!(
        "    {}{}  {}{code}{why}  {}  {}",
        message.channel,
        if message.to.is_empty() { String::new() } else { format!(" to {}", message.to) },
        paint(&message.state, output::tone_of(&message.state)),
        paint(&output::shorten(&message.title, 60), Tone::Quiet),
        paint(&message.id.to_string(), Tone::Quiet),
    ));
    rows::history(message, pauses);
}
