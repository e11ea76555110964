//! Previews on a terminal.

use proofbell_notify::Body;

use super::shot::{Shot, Shown};
use crate::output::{self, Tone, harmless, paint, plural};
use crate::readable;

pub(super) fn all(shots: &[Shot]) {
    let mut template = "";
    for shot in shots {
        if shot.template != template {
            uses(shot);
            template = &shot.template;
        }
        output::line("");
        one(shot);
    }
}

fn uses(shot: &Shot) {
    output::line(&paint(&shot.template, Tone::Strong));
    if shot.uses.is_empty() {
        output::line(&paint("  No rule uses it.", Tone::Wary));
    }
    for used in &shot.uses {
        output::line(&paint(&format!("  {}", used.sentence()), Tone::Quiet));
    }
}

fn one(shot: &Shot) {
    output::line(&paint(&shot.label(), Tone::Strong));
    match &shot.shown {
        Ok(shown) => seen(shot, shown),
        Err(problem) => output::line(&paint(&format!("  {problem}"), Tone::Bad)),
    }
}

fn seen(shot: &Shot, shown: &Shown) {
    if shown.locale != shot.locale {
        let note = format!("  what a reader of `{}` gets: the nearest language that it has", shot.locale);
        output::line(&paint(&note, Tone::Quiet));
    }
    let mut facts: Vec<(&str, String)> = Vec::new();
    facts.extend(shown.sender.clone().map(|sender| ("From", sender)));
    if let Body::Email(email) = &shown.body {
        facts.push(("Subject", email.subject.clone()));
    }
    facts.extend(shown.preheader.clone().map(|preheader| ("Preheader", preheader)));
    if let (Some(segments), Some(encoding)) = (shown.segments, &shown.encoding) {
        facts.push(("Billed as", format!("{} {encoding}", plural(segments, "segment"))));
    }
    if !shown.missing_words.is_empty() {
        facts.push(("No name in the glossary for", shown.missing_words.join(", ")));
    }
    for (name, value) in facts {
        output::line(&format!("  {name}: {}", harmless(&value)));
    }
    for line in readable::text(&shown.body).trim_end().lines() {
        output::line(&format!("    {} {}", paint("│", Tone::Quiet), harmless(line)));
    }
}
