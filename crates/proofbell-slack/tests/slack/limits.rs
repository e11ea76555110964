//! Whatever the message, the payload is one that Slack takes. `PROOFBELL_CONTRACTS` names the folder with Slack's schema.

use std::sync::OnceLock;

use jsonschema::Validator;
use proofbell_notify::{Block, Button, Chat, Field, Span};
use proofbell_slack::payload;
use proptest::prelude::*;
use serde_json::Value;

use crate::schema;

fn check(chat: &Chat) {
    let Some(payload) = payload(chat, "en") else { return };
    let blocks = payload["blocks"].as_array().unwrap();
    assert!((1..=50).contains(&blocks.len()), "{} blocks", blocks.len());
    let size = payload["blocks"].to_string().encode_utf16().count();
    assert!(size <= 13_000, "{size} units in all");
    let text = payload["text"].as_str().unwrap();
    assert!(text.encode_utf16().count() <= 3_000 && !text.contains(['<', '>']), "{text}");
    check_value(&payload["blocks"]);
    static SCHEMA: OnceLock<Option<Validator>> = OnceLock::new();
    if let Some(schema) = SCHEMA.get_or_init(|| schema::message("SlackMessage")) {
        schema::check(schema, &payload);
    }
}

/// No text object has markup to read, no text is empty, none is longer than Slack allows.
fn check_value(value: &Value) {
    if value["type"] == "plain_text" {
        let text = value["text"].as_str().unwrap();
        assert!(!text.contains(['<', '>']) && value["emoji"] == false, "{value}");
        assert!((1..=2_000).contains(&text.encode_utf16().count()), "{value}");
    }
    assert_ne!(value["type"], "mrkdwn");
    if matches!(value["type"].as_str(), Some("text" | "link")) {
        assert!((1..=3_000).contains(&value["text"].as_str().unwrap().encode_utf16().count()), "{value}");
    }
    match value {
        Value::Array(values) => values.iter().for_each(check_value),
        Value::Object(members) => members.values().for_each(check_value),
        _ => {}
    }
}

/// Short and long texts, with what Slack could read as markup in them.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => any::<String>(),
        2 => "[<>&*_~`@#!|: \\n]{0,20}",
        1 => Just("<!channel> <@U012AB3CD> <https://evil.example|x> *b* :x:".to_owned()),
        1 => ("[a-z花&👩‍👧\\n]", 1..5_000_usize).prop_map(|(unit, count)| unit.repeat(count)),
    ]
}

fn url() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => (1..80_usize).prop_map(|length| format!("https://market.example/{}", "x".repeat(length))),
        1 => (2_900..3_100_usize).prop_map(|length| format!("https://market.example/{}", "x".repeat(length))),
        1 => any::<String>(),
    ]
}

fn spans() -> impl Strategy<Value = Vec<Span>> {
    let span = prop_oneof![
        text().prop_map(Span::Text),
        text().prop_map(Span::Bold),
        (text(), url()).prop_map(|(text, url)| Span::Link { text, url }),
        prop_oneof![text(), "[UW][A-Z0-9]{4,24}"].prop_map(Span::Mention),
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
        prop::collection::vec(button, 0..30),
    )
        .prop_map(|(header, color, body, fields, buttons)| Chat { header, color, body, fields, buttons })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_message_is_one_that_slack_takes(chat in chat()) {
        check(&chat);
    }
}

#[test]
fn the_fullest_message_is_one_that_slack_takes() {
    let long = "<&>".repeat(2_000);
    check(&Chat {
        header: Some(long.clone()),
        color: Some("#a4262c".into()),
        body: vec![Block::List(vec![vec![Span::Bold(long.clone())]; 8]); 60],
        fields: vec![Field { name: long.clone(), value: long.clone() }; 20],
        buttons: vec![Button { text: long, url: "https://market.example/".into() }; 40],
    });
}
