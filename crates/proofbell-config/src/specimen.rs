//! Every template that is used is rendered once for each of its events, so that what cannot be rendered is found before it is sent.

use std::collections::BTreeSet;

use jiff::Timestamp;
use proofbell_engine::{ComposeError, Engine, Glossary, Specimen};
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
        // Where only patterns lead to a template, an event of which nothing is known has to do.
        let known = engine.events_of(variant.name);
        let is_like_life = !known.is_empty() && !templates.reads_what_nobody_knows(&variant);
        let names = if known.is_empty() { vec![EventName::Unknown] } else { known };
        let failed = names.into_iter().find_map(|name| {
            let event = sample(name, engine.glossary())?;
            let error = render(engine, &variant, &event).err()?;
            counts(&error, is_like_life).then_some((name, error))
        });
        if let Some((name, error)) = failed {
            report(cx, templates, &variant, name, &error);
        }
    }
}

/// Whether an error means something; `is_like_life` when the event has all that the template asks for.
fn counts(error: &ComposeError, is_like_life: bool) -> bool {
    match error {
        // What is not there, or has another fault, is told of elsewhere.
        ComposeError::NoTemplate { .. } => false,
        ComposeError::Empty { .. } => is_like_life,
        ComposeError::Link { .. }
        | ComposeError::TooLarge { .. }
        | ComposeError::TooLong { .. }
        | ComposeError::Mjml { .. }
        | ComposeError::NoChannel { .. }
        | ComposeError::Panicked { .. } => true,
    }
}

fn render(engine: &Engine, variant: &Variant<'_>, event: &Event) -> Result<(), ComposeError> {
    let recipient = Recipient {
        name: Some("Hanako Example".to_owned()),
        locale: Some(variant.locale.to_owned()),
        ..Recipient::default()
    };
    let specimen = Specimen {
        template: variant.name,
        form: variant.form,
        event,
        recipient: &recipient,
        round: 1,
        now: NOW,
    };
    engine.specimen(&specimen).map(|_| ())
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
