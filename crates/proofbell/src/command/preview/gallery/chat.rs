//! A chat message as blocks, much as Slack shows it.

use proofbell_notify::{Block, Chat, Span};

use super::Masthead;
use super::markup::Html;
use crate::command::preview::shot::Shown;

const CHAT: &str = include_str!("chat.html");

pub(super) fn seen(masthead: &Masthead, shown: &Shown, chat: &Chat) -> Html {
    let header = chat.header.as_deref().map(|header| tagged("<p class=\"headline\">{{text}}</p>\n", header));
    let fields: Html = chat
        .fields
        .iter()
        .map(|field| {
            Html::fill(
                "<div><dt>{{name}}</dt><dd>{{value}}</dd></div>\n",
                &[("name", Html::text(&field.name)), ("value", Html::text(&field.value))],
            )
        })
        .collect();
    let buttons: Html = chat
        .buttons
        .iter()
        .map(|button| {
            Html::fill(
                "<li><span class=\"button\" title=\"{{url}}\">{{text}}</span></li>\n",
                &[("text", Html::text(&button.text)), ("url", Html::text(&button.url))],
            )
        })
        .collect();
    let group = |open, parts: Html, close, empty: bool| match empty {
        true => Html::default(),
        false => [Html::ours(open), parts, Html::ours(close)].into_iter().collect(),
    };
    // The engine lets no colour pass but #rrggbb.
    let color = chat.color.as_deref().unwrap_or("transparent");
    let initial: String = masthead.marketplace.chars().take(1).collect();
    Html::fill(
        CHAT,
        &[
            ("lang", Html::text(&shown.locale)),
            ("initial", Html::text(&initial)),
            ("name", Html::text(&masthead.marketplace)),
            ("time", Html::text(&masthead.clock())),
            ("color", Html::text(color)),
            ("header", header.unwrap_or_default()),
            ("body", chat.body.iter().map(block).collect()),
            ("fields", group("<dl>\n", fields, "</dl>\n", chat.fields.is_empty())),
            ("buttons", group("<ul class=\"buttons\">\n", buttons, "</ul>\n", chat.buttons.is_empty())),
        ],
    )
}

fn tagged(fragment: &'static str, text: &str) -> Html {
    Html::fill(fragment, &[("text", Html::text(text))])
}

fn block(block: &Block) -> Html {
    let line = |fragment, line: &[Span]| Html::fill(fragment, &[("spans", spans(line))]);
    match block {
        Block::Paragraph(spans) => line("<p>{{spans}}</p>\n", spans),
        Block::List(items) => {
            let items = items.iter().map(|item| line("<li>{{spans}}</li>\n", item));
            Html::fill("<ul>\n{{items}}</ul>\n", &[("items", items.collect())])
        }
    }
}

fn spans(spans: &[Span]) -> Html {
    spans
        .iter()
        .map(|span| match span {
            Span::Text(text) => Html::text(text),
            Span::Bold(text) => tagged("<strong>{{text}}</strong>", text),
            Span::Link { text, url } => {
                let shown = if text.is_empty() { url } else { text };
                Html::fill(
                    "<span class=\"link\" title=\"{{url}}\">{{text}}</span>",
                    &[("text", Html::text(shown)), ("url", Html::text(url))],
                )
            }
            Span::Mention(name) => tagged("<span class=\"mention\">@{{text}}</span>", name),
            Span::Break => Html::ours("<br>"),
        })
        .collect()
}
