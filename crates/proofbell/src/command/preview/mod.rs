//! `proofbell preview`: what readers will see, before anything is sent.

mod browser;
mod gallery;
mod selection;
mod shot;
mod tell;
mod uses;

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use proofbell_engine::{CaseFacts, Stimulus};
use proofbell_event::Event;
use proofbell_notify::Form;

use self::gallery::Masthead;
use self::shot::{Light, Shot};
use crate::cli::Globals;
use crate::command::Stop;
use crate::command::explain::subject::{self, Subject};
use crate::wiring::Wired;
use crate::{loading, output};

/// Where the gallery goes when nothing else is said.
const GALLERY: &str = "gallery.html";

/// `proofbell preview`
#[derive(Debug, Args)]
pub(crate) struct PreviewArgs {
    /// The template: the name of its folder.
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    pub(crate) template: Option<String>,
    /// A page with all templates, in all forms and languages: gallery.html, unless --out says otherwise.
    #[arg(long)]
    pub(crate) all: bool,
    /// Only this form.
    #[arg(long, value_enum)]
    pub(crate) form: Option<FormWord>,
    /// As a reader of this language sees it (BCP 47: ja, en-US); all languages that there are when left out.
    #[arg(long, value_name = "TAG")]
    pub(crate) locale: Option<String>,
    /// With this event instead of a sample: a file with its JSON, `-` for standard input, or the id of a stored one.
    #[arg(long, value_name = "FILE|ID")]
    pub(crate) event: Option<String>,
    /// Write a page of it, which needs nothing but itself to be looked at.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Show that page in a browser.
    #[arg(long)]
    pub(crate) open: bool,
}

/// The forms, as they stand in the names of template files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormWord {
    Email,
    Chat,
    Text,
}

impl FormWord {
    fn form(self) -> Form {
        match self {
            FormWord::Email => Form::Email,
            FormWord::Chat => Form::Chat,
            FormWord::Text => Form::Text,
        }
    }
}

pub(crate) async fn run(globals: &Globals, args: PreviewArgs) -> Result<(), Stop> {
    let wired = loading::wired_to_decide(globals)?;
    let wanted = selection::of(&wired, &args)?;
    let light = light(&wired, args.event.as_deref()).await?;
    let shots: Vec<Shot> = wanted.iter().map(|wanted| shot::take(&wired.runtime, wanted, &light)).collect();
    let page = match (&args.out, args.open, args.all) {
        (Some(path), _, _) => Some(path.clone()),
        (None, true, false) => Some(browser::page_of_its_own()?),
        (None, _, true) => Some(PathBuf::from(GALLERY)),
        (None, false, false) => None,
    };
    match &page {
        Some(path) => write(&wired, &light, &shots, path)?,
        None if globals.json => {}
        None => tell::all(&shots),
    }
    if globals.json {
        output::json(&shots);
    }
    if let (Some(path), true) = (&page, args.open) {
        browser::open(path)?;
    }
    failures(&shots)
}

fn write(wired: &Wired, light: &Light, shots: &[Shot], path: &Path) -> Result<(), Stop> {
    let masthead = Masthead::new(&wired.runtime.engine, light);
    let page = gallery::page(&masthead, shots);
    std::fs::write(path, page)
        .map_err(|error| Stop::Failed(format!("failed to write {}: {error}", path.display())))?;
    output::note(&format!("{} previews in {}", shots.len(), path.display()));
    Ok(())
}

/// A template that cannot be rendered is shown as such, and fails the command.
fn failures(shots: &[Shot]) -> Result<(), Stop> {
    let failed: Vec<&Shot> = shots.iter().filter(|shot| shot.shown.is_err()).collect();
    match failed.first() {
        None => Ok(()),
        Some(first) => Err(Stop::Failed(format!(
            "{} of {} could not be rendered, {} first: {}",
            failed.len(),
            shots.len(),
            first.label(),
            first.shown.as_ref().err().map_or("", String::as_str),
        ))),
    }
}

/// What all previews are made with.
async fn light(wired: &Wired, event: Option<&str>) -> Result<Light, Stop> {
    let now = Timestamp::now();
    let Some(what) = event else { return Ok(Light { now, event: None, case: None }) };
    match subject::find(wired, what, None).await? {
        Subject::Known(known) => {
            let event: &Event = &known.event;
            let stimulus = Stimulus { id: known.id, generation: 0, received_at: known.received_at, event };
            let step = wired.runtime.engine.explain(&known.case, &stimulus);
            // An event may say less than its case: an earlier one had the item's id.
            let case = Some(CaseFacts::of(&step.case, step.decision.round));
            Ok(Light { now: known.received_at, case, event: Some(known.event) })
        }
        Subject::Unreadable(unreadable) => {
            Err(Stop::Failed(format!("`{what}` cannot be shown: {}", unreadable.problem)))
        }
    }
}
