//! Every template that is used is rendered once for each of its events, so that what cannot be rendered is found before it is sent.

use std::collections::BTreeSet;

use jiff::Timestamp;
use proofbell_engine::{ComposeError, DeadLinks, Engine, Glossary, Specimen};
use proofbell_event::{Event, EventName, Sample};
use proofbell_notify::{Form, Recipient};

use crate::context::Context;
use crate::report::{Finding, code};
use crate::template::{TemplateSet, Variant};

/// 2026-01-15 12:00 in Tokyo. A check must come to the same at any time.
const NOW: Timestamp = Timestamp::constant(1_768_446_000, 0);

/// Renders the templates that are used, in each form that a channel takes and each language there is.
pub(crate) fn check(
    cx: &Context<'_>,
    templates: &TemplateSet,
    engine: &Engine,
    used: &BTreeSet<(String, Form)>,
) {
    for variant in templates.variants().filter(|it| used.contains(&(it.name.to_owned(), it.form))) {
        if let Some((name, error)) = fault(templates, engine, &variant) {
            report(cx, templates, &variant, name, &error);
        }
    }
}

/// The first event for which the variant cannot be rendered.
fn fault(
    templates: &TemplateSet,
    engine: &Engine,
    variant: &Variant<'_>,
) -> Option<(EventName, ComposeError)> {
    // Where only patterns lead to a template, an event of which nothing is known has to do.
    let mut names = engine.events_of(variant.name);
    if names.is_empty() {
        names.push(EventName::Unknown);
    }
    let samples: Vec<(EventName, Event)> =
        names.into_iter().filter_map(|name| Some((name, sample(name, engine.glossary())?))).collect();
    let recipient = Recipient {
        name: Some("Hanako Example".to_owned()),
        locale: Some(variant.locale.to_owned()),
        ..Recipient::default()
    };
    let specimen = |event| Specimen {
        dead_links: DeadLinks::Refuse,
        template: variant.name,
        form: variant.form,
        event,
        recipient: &recipient,
        case: None,
        now: NOW,
    };
    let likeness = match templates.reads_what_nobody_knows(variant) {
        true => Likeness::Sparse,
        false => Likeness::Whole,
    };
    let mut is_told = false;
    for (name, event) in &samples {
        let told = engine.told(&specimen(event), &planned_names(*name, event));
        is_told |= !told.is_empty();
        if let Some(error) = told.into_iter().filter_map(Result::err).find(|error| counts(error, likeness)) {
            return Some((*name, error));
        }
    }
    // What its rules keep silent about need not make sense.
    samples.iter().filter(|_| !is_told).find_map(|(name, event)| {
        let error = engine.specimen(&specimen(event)).err()?;
        counts(&error, Likeness::Foreign).then_some((*name, error))
    })
}

/// The names that planning would give to a sample.
fn planned_names(name: EventName, event: &Event) -> Vec<EventName> {
    match name {
        EventName::VerdictChanged => vec![event.name, name],
        _ => vec![event.name],
    }
}

/// How much a sample is like what a template is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Likeness {
    /// Its rules speak of it, and it has all that the template asks for.
    Whole,
    /// Its rules speak of it, but the template shows what only the marketplace's own events and people have.
    Sparse,
    /// None of its rules speaks of any sample.
    Foreign,
}

/// Whether an error means something.
fn counts(error: &ComposeError, likeness: Likeness) -> bool {
    match error {
        // What is not there, or has another fault, is told of elsewhere.
        ComposeError::NoTemplate { .. } => false,
        ComposeError::Empty { .. } => likeness == Likeness::Whole,
        ComposeError::Link { .. } => likeness != Likeness::Foreign,
        ComposeError::TooLarge { .. }
        | ComposeError::TooLong { .. }
        | ComposeError::Mjml { .. }
        | ComposeError::NoChannel { .. }
        | ComposeError::Panicked { .. } => true,
    }
}

/// An event as Legitmark would send it, about an item with its id.
fn sample(name: EventName, glossary: &Glossary) -> Option<Event> {
    let name = match name {
        // That it contradicts an earlier one is not in the event.
        EventName::VerdictChanged => EventName::Counterfeit,
        name => name,
    };
    let reasons: Vec<&str> =
        glossary.reason_codes().filter_map(|code| glossary.reason_words(code).next()).collect();
    let sides = glossary.side_codes().filter_map(|code| glossary.side_words(code).next());
    let mut sides: Vec<(String, String)> = sides
        .zip(reasons.iter().cycle())
        .take(2)
        .map(|(side, reason)| (side.to_owned(), (*reason).to_owned()))
        .collect();
    if sides.is_empty() {
        sides.push(("Label".to_owned(), "Image is Blurry".to_owned()));
    }
    let sample = Sample {
        name,
        sr_uuid: "00000000-0000-4000-8000-000000000000".to_owned(),
        reference_id: Some("ITEM-1001".to_owned()),
        at: NOW,
        sides,
    };
    Event::parse(sample.payload().ok()?.to_string().as_bytes()).ok()
}

fn report(
    cx: &Context<'_>,
    templates: &TemplateSet,
    variant: &Variant<'_>,
    name: EventName,
    error: &ComposeError,
) {
    let (place, message, hint) = match error {
        ComposeError::Link { link, place, error } => (
            Some(place),
            format!("[link.{link}] cannot be filled in for an ordinary `{name}`: {error}"),
            "put it into an {{#if}} that asks for what it needs, or change the link".to_owned(),
        ),
        ComposeError::TooLarge { place, limit } => (
            Some(place),
            format!("for `{name}` the text grows past {} KiB", limit / 1024),
            "shorten it; pictures are named by their URL".to_owned(),
        ),
        ComposeError::TooLong { place } => (
            Some(place),
            format!("for `{name}` the template repeats too much"),
            "loops within loops multiply: take one of them out".to_owned(),
        ),
        ComposeError::Mjml { why, .. } => (
            None,
            format!("for `{name}` no HTML can be made of it: {why}"),
            "what is filled in must leave whole MJML".to_owned(),
        ),
        ComposeError::Empty { .. } => (
            None,
            format!("for `{name}` the text comes out empty"),
            "write something outside of {{#if}} as well, or keep the event out of `on` of its rules"
                .to_owned(),
        ),
        ComposeError::NoChannel { .. } | ComposeError::NoTemplate { .. } | ComposeError::Panicked { .. } => {
            (None, format!("for `{name}` it cannot be rendered: failed to {error}"), "simplify it".to_owned())
        }
    };
    let at = place.and_then(|place| templates.place_in(cx, place));
    let at = at.or_else(|| templates.place_in(cx, variant.path));
    cx.report.push(Finding::error(code::TEMPLATE, at, message).hint(hint));
}
