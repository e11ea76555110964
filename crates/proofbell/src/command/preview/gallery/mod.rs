//! A page of previews that needs nothing but itself: for a browser, and for a colleague.

mod chat;
mod mail;
mod markup;
mod text;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use proofbell_engine::Engine;
use proofbell_notify::{Body, Form};
use sha2::{Digest as _, Sha256};

use self::markup::Html;
use super::shot::{Light, Shot, Shown};
use crate::output::plural;
use crate::sample::language;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");
const CONTENTS: &str = include_str!("contents.html");
const CONTENT: &str = include_str!("content.html");
const TEMPLATE: &str = include_str!("template.html");
const SHOT: &str = include_str!("shot.html");

/// What stands above all previews.
pub(super) struct Masthead {
    marketplace: String,
    made_with: &'static str,
    now: Timestamp,
    zone: TimeZone,
}

impl Masthead {
    /// With the marketplace's name as templates know it: `vars.marketplace`.
    pub(super) fn new(engine: &Engine, light: &Light) -> Masthead {
        let named = engine.vars().get("marketplace").and_then(|name| name.as_str());
        Masthead {
            marketplace: named.unwrap_or("Proofbell").to_owned(),
            made_with: if light.event.is_some() { "the data of one event" } else { "sample data" },
            now: light.now,
            zone: TimeZone::get(&engine.defaults().tz).unwrap_or(TimeZone::UTC),
        }
    }

    fn date(&self) -> String {
        self.now.to_zoned(self.zone.clone()).strftime("%-d %B %Y").to_string()
    }

    fn clock(&self) -> String {
        self.now.to_zoned(self.zone.clone()).strftime("%H:%M").to_string()
    }
}

/// The page. Previews of one template stand together in `shots`.
pub(super) fn page(masthead: &Masthead, shots: &[Shot]) -> String {
    let templates: Vec<&[Shot]> = shots.chunk_by(|one, next| one.template == next.template).collect();
    let facts =
        [plural(templates.len(), "template"), plural(shots.len(), "message"), languages(shots).join(", ")];
    let script_hash = format!("sha256-{}", BASE64.encode(Sha256::digest(SCRIPT.as_bytes())));
    Html::fill(
        PAGE,
        &[
            ("marketplace", Html::text(&masthead.marketplace)),
            ("date", Html::text(&masthead.date())),
            ("facts", Html::text(&facts.join(" · "))),
            ("made_with", Html::text(masthead.made_with)),
            ("contents", all_contents(&templates)),
            ("templates", templates.iter().map(|shots| template(masthead, shots)).collect()),
            ("version", Html::text(env!("CARGO_PKG_VERSION"))),
            ("style", Html::ours(STYLE)),
            ("script", Html::ours(SCRIPT)),
            ("script_hash", Html::text(&script_hash)),
        ],
    )
    .into_string()
}

fn languages(shots: &[Shot]) -> Vec<&str> {
    let mut languages: Vec<&str> = Vec::new();
    for shot in shots {
        let language = language(&shot.locale);
        if !languages.contains(&language) {
            languages.push(language);
        }
    }
    languages
}

/// `counterfeit-alert` as a heading.
fn title(template: &str) -> String {
    let words = template.replace(['-', '_'], " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn form_title(form: Form) -> &'static str {
    match form {
        Form::Email => "E-mail",
        Form::Chat => "Chat",
        Form::Text => "SMS",
    }
}

/// The anchor of a preview. Names of templates are names of folders; whatever a link cannot hold is left out.
fn anchor(parts: &[&str]) -> String {
    let keep = |c: char| if c.is_alphanumeric() { c } else { '-' };
    parts.join("-").chars().map(keep).collect()
}

/// The way to each preview, where there is more than one template.
fn all_contents(templates: &[&[Shot]]) -> Html {
    match templates {
        [] | [_] => Html::default(),
        several => {
            let items = several.iter().map(|shots| contents(shots));
            Html::fill(CONTENTS, &[("items", items.collect())])
        }
    }
}

fn contents(shots: &[Shot]) -> Html {
    let Some(first) = shots.first() else { return Html::default() };
    let forms = shots.chunk_by(|one, next| one.form == next.form).map(|shots| {
        let form = shots.first().map_or("", |shot| form_title(shot.form));
        Html::fill(
            "<dt>{{form}}</dt>\n<dd>{{links}}</dd>\n",
            &[("form", Html::text(form)), ("links", shots.iter().map(link).collect())],
        )
    });
    Html::fill(
        CONTENT,
        &[
            ("anchor", Html::text(&anchor(&[&first.template]))),
            ("title", Html::text(&title(&first.template))),
            ("forms", forms.collect()),
        ],
    )
}

fn link(shot: &Shot) -> Html {
    let name = format!("{}, {}, {}", title(&shot.template), form_title(shot.form), language(&shot.locale));
    Html::fill(
        "<a href=\"#{{anchor}}\" aria-label=\"{{name}}\">{{locale}}</a>\n",
        &[
            ("anchor", Html::text(&anchor(&[&shot.template, shot.form.as_str(), &shot.locale]))),
            ("name", Html::text(&name)),
            ("locale", Html::text(&shot.locale)),
        ],
    )
}

fn template(masthead: &Masthead, shots: &[Shot]) -> Html {
    let Some(first) = shots.first() else { return Html::default() };
    let item = |text: &str| Html::fill("<li>{{text}}</li>\n", &[("text", Html::text(text))]);
    let uses = match first.uses.as_slice() {
        [] => item("No rule uses it."),
        uses => uses.iter().map(|used| item(&used.sentence())).collect(),
    };
    let forms = shots.chunk_by(|one, next| one.form == next.form);
    let forms = forms.map(|shots| {
        let Some(first) = shots.first() else { return Html::default() };
        Html::fill(
            "<h3>{{form}}</h3>\n<div class=\"shots {{kind}}\">\n{{shots}}</div>\n",
            &[
                ("form", Html::text(form_title(first.form))),
                ("kind", Html::text(first.form.as_str())),
                ("shots", shots.iter().map(|shot| one(masthead, shot)).collect()),
            ],
        )
    });
    Html::fill(
        TEMPLATE,
        &[
            ("anchor", Html::text(&anchor(&[&first.template]))),
            ("title", Html::text(&title(&first.template))),
            ("name", Html::text(&first.template)),
            ("uses", uses),
            ("forms", forms.collect()),
        ],
    )
}

fn one(masthead: &Masthead, shot: &Shot) -> Html {
    let shown = match &shot.shown {
        Ok(shown) => seen(masthead, shot, shown),
        Err(problem) => Html::fill(
            "<p class=\"problem\"><strong>Cannot be rendered.</strong> {{problem}}</p>",
            &[("problem", Html::text(problem))],
        ),
    };
    let mut notes = Vec::new();
    if let Ok(shown) = &shot.shown {
        if shown.locale != shot.locale {
            notes.push(format!("What a reader of {} gets: there is none in that language.", shot.locale));
        }
        if !shown.missing_words.is_empty() {
            notes.push(format!("The glossary has no name for: {}.", shown.missing_words.join(", ")));
        }
    }
    let note = |text: &String| Html::fill("<p class=\"note\">{{text}}</p>\n", &[("text", Html::text(text))]);
    Html::fill(
        SHOT,
        &[
            ("anchor", Html::text(&anchor(&[&shot.template, shot.form.as_str(), &shot.locale]))),
            ("language", Html::text(language(&shot.locale))),
            ("file", Html::text(&shot.label())),
            ("notes", notes.iter().map(note).collect()),
            ("shown", shown),
        ],
    )
}

fn seen(masthead: &Masthead, shot: &Shot, shown: &Shown) -> Html {
    match &shown.body {
        Body::Email(email) => mail::seen(masthead, shot, shown, email),
        Body::Chat(chat) => chat::seen(masthead, shown, chat),
        Body::Text(sms) => text::seen(shown, sms),
    }
}

#[cfg(test)]
mod tests;
