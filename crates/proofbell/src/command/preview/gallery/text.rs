//! An SMS as a bubble, with what it costs.

use super::markup::Html;
use crate::command::preview::shot::Shown;

const TEXT: &str = include_str!("text.html");

pub(super) fn seen(shown: &Shown, sms: &str) -> Html {
    let count = |count: usize, one: &str| match count {
        1 => format!("1 {one}"),
        count => format!("{count} {one}s"),
    };
    let mut facts = Vec::new();
    facts.extend(
        shown.segments.map(|segments| count(usize::try_from(segments).unwrap_or(usize::MAX), "segment")),
    );
    facts.push(count(sms.chars().count(), "character"));
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
