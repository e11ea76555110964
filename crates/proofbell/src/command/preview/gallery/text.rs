//! An SMS as a bubble, with what it costs.

use super::markup::Html;
use crate::command::preview::shot::Shown;
use crate::output::plural;

const TEXT: &str = include_str!("text.html");

pub(super) fn seen(shown: &Shown, sms: &str) -> Html {
    let mut facts = Vec::new();
    facts.extend(shown.segments.map(|segments| plural(segments, "segment")));
    facts.push(plural(sms.chars().count(), "character"));
    facts.extend(shown.encoding.clone());
    let fact = |text: &String| Html::fill("<li>{{text}}</li>\n", &[("text", Html::text(text))]);
    Html::fill(
        TEXT,
        &[
            ("lang", Html::text(&shown.locale)),
            ("sender", Html::text(shown.sender.as_deref().unwrap_or("SMS"))),
            ("text", Html::text(sms)),
            ("facts", facts.iter().map(fact).collect()),
        ],
    )
}
