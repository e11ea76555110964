//! Whatever the message, its body is as it is described.

use std::sync::OnceLock;

use jsonschema::Validator;
use proofbell_notify::{Address, Block, Body, Button, Chat, Email, Field, Message, Span};
use proofbell_webhook::payload;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::message;

const SCHEMA: &str = include_str!("message.schema.json");

fn schema() -> &'static Validator {
    static SCHEMA_READ: OnceLock<Validator> = OnceLock::new();
    SCHEMA_READ.get_or_init(|| jsonschema::validator_for(&serde_json::from_str(SCHEMA).unwrap()).unwrap())
}

fn check(message: &Message) -> Option<Value> {
    let body = payload(message)?;
    let read: Value = serde_json::from_slice(&body).unwrap();
    let problems: Vec<String> =
        schema().iter_errors(&read).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(problems.is_empty(), "{problems:?} in {read}");
    assert_eq!(payload(message), Some(body), "another time it is another body");
    Some(read)
}

#[test]
fn the_schema_refuses_what_is_not_described() {
    let good = check(&message(Address::Fixed)).unwrap();
    let change = |pointer: &str, value: Value| {
        let mut changed = good.clone();
        *changed.pointer_mut(pointer).unwrap() = value;
        assert!(!schema().is_valid(&changed), "{pointer} may be anything");
    };
    change("/type", json!("massage"));
    change("/timestamp", json!("2026-02-10 13:30"));
    change("/data/id", json!("1"));
    change("/data/version", json!(2));
    change("/data/text", json!(" "));
    change("/data/chat/blocks/0/type", json!("table"));
    change("/data/chat/blocks/0/spans/0", json!({ "type": "text", "text": "a", "html": "<b>" }));
    change("/data/chat/fields/0", json!({ "name": "a" }));
}

#[test]
fn every_part_of_a_message_has_its_place() {
    let spans = vec![
        Span::Text("a\"<b>\u{0}\u{1f469}".into()),
        Span::Break,
        Span::Link { text: String::new(), url: "https://a.example/?b&c".into() },
        Span::Link { text: "d".into(), url: "https://e.example".into() },
        Span::Mention("U012AB3CD".into()),
    ];
    let chat = Chat { body: vec![Block::List(vec![spans])], ..Chat::default() };
    let message = Message { to_name: None, case: None, optional: true, ..message(Address::Fixed) };
    let body = check(&Message { body: Body::Chat(chat), ..message }).unwrap();
    assert_eq!(body["timestamp"], "2026-02-02T02:40:00Z");
    let data = &body["data"];
    assert_eq!(
        (&data["case"], &data["to_name"], &data["optional"]),
        (&json!(null), &json!(null), &json!(true))
    );
    let expected = json!([
        { "type": "text", "text": "a\"<b>\u{0}\u{1f469}" },
        { "type": "break" },
        { "type": "link", "text": "https://a.example/?b&c", "url": "https://a.example/?b&c" },
        { "type": "link", "text": "d", "url": "https://e.example" },
        { "type": "mention", "name": "U012AB3CD" },
    ]);
    assert_eq!(data["chat"]["blocks"][0]["items"][0], expected);
}

#[test]
fn a_mail_and_nothing_have_no_body() {
    let email = Email { subject: "a".into(), html: "b".into(), text: "c".into() };
    for body in [Body::Email(email), Body::Text(" \n".into()), Body::Chat(Chat::default())] {
        assert_eq!(payload(&Message { body, ..message(Address::Fixed) }), None);
    }
}

fn spans() -> impl Strategy<Value = Vec<Span>> {
    let span = prop_oneof![
        any::<String>().prop_map(Span::Text),
        any::<String>().prop_map(Span::Bold),
        any::<(String, String)>().prop_map(|(text, url)| Span::Link { text, url }),
        any::<String>().prop_map(Span::Mention),
        Just(Span::Break),
    ];
    prop::collection::vec(span, 0..5)
}

fn body() -> impl Strategy<Value = Body> {
    let block = prop_oneof![
        spans().prop_map(Block::Paragraph),
        prop::collection::vec(spans(), 0..4).prop_map(Block::List),
    ];
    let pairs = || prop::collection::vec(any::<(String, String)>(), 0..4);
    let chat =
        (any::<(Option<String>, Option<String>)>(), prop::collection::vec(block, 0..5), pairs(), pairs())
            .prop_map(|((header, color), body, fields, buttons)| Chat {
                header,
                color,
                body,
                fields: fields.into_iter().map(|(name, value)| Field { name, value }).collect(),
                buttons: buttons.into_iter().map(|(text, url)| Button { text, url }).collect(),
            });
    prop_oneof![3 => chat.prop_map(Body::Chat), 1 => any::<String>().prop_map(Body::Text)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_message_is_as_described(body in body(), to_name in any::<Option<String>>()) {
        check(&Message { body, to_name, ..message(Address::Fixed) });
    }
}
