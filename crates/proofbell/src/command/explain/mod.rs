//! `proofbell explain`: which rules match, which do not, which key decided, and what would go out.

mod explanation;
mod lookups;
mod outlook;
mod play;
mod rules;
pub(crate) mod subject;
mod tell;

use clap::Args;
use jiff::Timestamp;
use proofbell_engine::Stimulus;
use proofbell_store::ChannelPause;

use self::explanation::{EventFacts, Explanation};
use self::outlook::View;
use self::subject::{Known, Subject};
use crate::cli::Globals;
use crate::command::Stop;
use crate::wiring::Wired;
use crate::{loading, output};

/// `proofbell explain`
#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// A file with the event's JSON, `-` for standard input, or the id of a stored event.
    #[arg(value_name = "FILE|ID")]
    pub(crate) event: String,
    /// Play as if the event had been received then: 2026-02-10T22:30:00+09:00, or 2026-02-10T22:30:00[Asia/Tokyo].
    #[arg(long, value_name = "TIME", value_parser = play::time)]
    pub(crate) at: Option<Timestamp>,
    /// Play as if its case were in this round.
    #[arg(long, value_name = "N")]
    pub(crate) round: Option<u32>,
    /// Play as if this person were behind the case, instead of asking the directory: seller.email=hanako@example.jp, and so on;
    /// or seller=nobody, seller=unavailable. May be repeated.
    #[arg(long, value_name = "AUDIENCE.FIELD=VALUE")]
    pub(crate) lookup: Vec<String>,
}

pub(crate) async fn run(globals: &Globals, args: ExplainArgs) -> Result<(), Stop> {
    let mut wired = loading::wired_to_decide(globals)?;
    let played = lookups::play(&mut wired, &args.lookup)?;
    let subject = subject::find(&wired, &args.event, args.at).await?;
    let explanation = match subject {
        Subject::Known(known) => explain(&wired, *known, args.round, played).await?,
        Subject::Unreadable(unreadable) => Explanation::of_unreadable(unreadable),
    };
    match globals.json {
        true => output::json(&explanation),
        false => tell::all(&explanation),
    }
    Ok(())
}

async fn explain(
    wired: &Wired,
    known: Known,
    round: Option<u32>,
    mut notes: Vec<String>,
) -> Result<Explanation, Stop> {
    let engine = &wired.runtime.engine;
    let Known { id, received_at, event, mut case, note, .. } = known;
    let stimulus = Stimulus { id, generation: 0, received_at, event: &event };
    notes.splice(0..0, note);
    if let Some(round) = round {
        case = play::in_round(engine, &case, &stimulus, round)?;
        notes.push(format!("played in round {round}"));
    }
    let step = engine.explain(&case, &stimulus);
    let pauses = pauses(wired).await?;
    let view = View { runtime: &wired.runtime, pauses: &pauses, event: &event, at: received_at };
    let drafts = view.of(&step.drafts).await;
    let rules =
        step.decision.rules.iter().map(|decided| rules::row(engine, &step, &event, decided)).collect();
    Ok(Explanation {
        event: EventFacts::new(known.origin, &stimulus, &step.decision),
        notes,
        quarantined: None,
        rules,
        decision: Some(step.decision),
        drafts,
    })
}

/// The channels that are paused now, as far as there is a store that knows.
async fn pauses(wired: &Wired) -> Result<Vec<ChannelPause>, Stop> {
    match subject::store(wired)? {
        Some(store) => Ok(proofbell_store::Store::pauses(store.as_ref()).await?),
        None => Ok(Vec::new()),
    }
}
