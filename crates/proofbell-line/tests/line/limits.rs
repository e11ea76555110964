//! Whatever the message, LINE takes what is made of it.

use proofbell_line::{Shape, payload};
use proofbell_notify::{Block, Button, Chat, Field, Span};
use proptest::prelude::*;
use serde_json::{Value, json};
use unicode_segmentation::UnicodeSegmentation as _;

use crate::{PERSON, schema};

fn units(value: &Value) -> usize {
    value.as_str().unwrap().encode_utf16().count()
}

fn check(chat: &Chat) {
    for shape in [Shape::Bubble, Shape::Text] {
        let Some(message) = payload(chat, shape, "en") else { continue };
        match shape {
            Shape::Bubble => {
                assert!((1..=1_500).contains(&units(&message["altText"])), "{message}");
                let size = message["contents"].to_string().len();
                assert!(size <= 28_000, "a bubble of {size} bytes");
                let contents = message["contents"].as_object().unwrap();
                assert!(
                    ["header", "body", "footer"].iter().any(|block| contents.contains_key(*block)),
                    "{message}"
                );
                check_value(&message["contents"]);
            }
            Shape::Text => assert!((1..=5_000).contains(&units(&message["text"])), "{message}"),
        }
        if let Some(schema) = schema::push() {
            let problems = schema.problems(&json!({ "to": PERSON, "messages": [message] }));
            assert_eq!(problems, [""; 0], "{message}");
        }
    }
}

/// No text and no box is empty, no label or link too long, and links lead to the web.
fn check_value(value: &Value) {
    match value["type"].as_str() {
        Some("text" | "span") => {
            let shown = value["text"].as_str().is_some_and(|text| !text.is_empty());
            let spans = value["contents"].as_array().is_some_and(|spans| !spans.is_empty());
            assert!(shown != spans, "{value}");
        }
        Some("box") => assert_ne!(value["contents"], json!([])),
        Some("uri") => {
            let label = value["label"].as_str().unwrap();
            assert!((1..=40).contains(&label.graphemes(true).count()), "{value}");
            let uri = value["uri"].as_str().unwrap();
            assert!(uri.starts_with("https://") || uri.starts_with("http://"), "{value}");
            assert!(uri.len() <= 10_000 && uri.is_ascii() && !uri.contains(' '), "{value}");
        }
        _ => {}
    }
    match value {
        Value::Array(values) => values.iter().for_each(check_value),
        Value::Object(members) => members.values().for_each(check_value),
        _ => {}
    }
}

/// Short and long texts, with what somebody could read as markup or as a link in them.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => any::<String>(),
        2 => "[<>&*_~`@#!|:{}$./ \\n\"\\\\]{0,20}",
        1 => Just("@all {user} $ https://evil.example/x line://nv".to_owned()),
        1 => ("[a-z花&👩‍👧\\n]", 1..5_000_usize).prop_map(|(unit, count)| unit.repeat(count)),
    ]
}

fn url() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => (1..80_usize).prop_map(|length| format!("https://market.example/{}", "x".repeat(length))),
        1 => (9_900..10_100_usize).prop_map(|length| format!("https://market.example/{}", "x".repeat(length))),
        1 => "https?://[a-z花]{1,9}\\.example/[a-z花 %\"<>\\\\]{0,20}",
        1 => any::<String>(),
    ]
}

fn spans() -> impl Strategy<Value = Vec<Span>> {
    let span = prop_oneof![
        text().prop_map(Span::Text),
        text().prop_map(Span::Bold),
        (text(), url()).prop_map(|(text, url)| Span::Link { text, url }),
        prop_oneof![text(), "U[0-9a-f]{32}"].prop_map(Span::Mention),
        Just(Span::Break),
    ];
    prop::collection::vec(span, 0..6)
}

fn chat() -> impl Strategy<Value = Chat> {
    let block = prop_oneof![
        spans().prop_map(Block::Paragraph),
        prop::collection::vec(spans(), 0..8).prop_map(Block::List),
    ];
    let field = (text(), text()).prop_map(|(name, value)| Field { name, value });
    let button = (text(), url()).prop_map(|(text, url)| Button { text, url });
    (
        prop::option::of(text()),
        prop::option::of(prop_oneof!["#[0-9a-f]{6}", any::<String>()]),
        prop::collection::vec(block, 0..60),
        prop::collection::vec(field, 0..14),
        prop::collection::vec(button, 0..14),
    )
        .prop_map(|(header, color, body, fields, buttons)| Chat { header, color, body, fields, buttons })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_message_is_one_that_line_takes(chat in chat()) {
        check(&chat);
    }
}

#[test]
fn the_fullest_message_is_one_that_line_takes() {
    let long = "花\"\\".repeat(2_000);
    let link = |length| format!("https://market.example/{}", "x".repeat(length));
    check(&Chat {
        header: Some(long.clone()),
        color: Some("#a4262c".into()),
        body: vec![
            Block::List(vec![
                vec![
                    Span::Bold(long.clone()),
                    Span::Link { text: long.clone(), url: link(9_000) }
                ];
                8
            ]);
            60
        ],
        fields: vec![Field { name: long.clone(), value: long.clone() }; 20],
        buttons: vec![Button { text: long.clone(), url: link(9_900) }; 40],
    });
    check(&Chat { body: vec![Block::Paragraph(vec![Span::Text("x".into())]); 2_000], ..Chat::default() });
    check(&Chat { body: vec![Block::Paragraph(vec![Span::Text("\n\nx".repeat(2_000))])], ..Chat::default() });
}
