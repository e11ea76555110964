//! What goes out over the wire with a bot's token: `chat.postMessage` and `auth.test`.

use std::sync::Arc;
use std::time::Duration;

use proofbell_notify::http::Client;
use proofbell_notify::testkit::{self, Dialogue, Double, Fault, HttpAnswer, HttpRequest, Reply};
use proofbell_notify::{Block, Body, Button, Chat, Field, Message, Notifier, Span, Thread};
use serde_json::{Value, json};

use crate::schema;
use crate::token::{CHANNEL, TOKEN, TS, error, posted, slack, to};

/// What came of a message and the bodies that were posted for it.
async fn posts(dialogue: impl Dialogue, message: &Message) -> (String, Vec<Value>) {
    let double = Double::start(Arc::new(dialogue), Fault::None).await;
    let slack = slack(&Client::default(), double.address(), Duration::from_secs(8));
    let outcome = testkit::describe(&slack.send(message).await);
    let requests = double.heard().iter().filter_map(|unit| HttpRequest::parse(unit)).collect::<Vec<_>>();
    for request in &requests {
        assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/api/chat.postMessage"));
        assert_eq!(request.header("content-type"), Some("application/json"));
        assert_eq!(request.header("authorization"), Some(&*format!("Bearer {TOKEN}")));
    }
    (outcome, requests.iter().map(|request| request.json().unwrap()).collect())
}

#[tokio::test]
async fn a_message_is_posted_to_the_recipients_own_address() {
    for address in ["#ops", "C0DESKDESK", "U012AB3CD", "D024BE91L", "G012AC86C"] {
        let (outcome, posts) = posts(posted(), &to(address)).await;
        assert_eq!(outcome, "sent 1503435956.000247");
        let [post] = posts.as_slice() else { panic!("{posts:?}") };
        let expected = json!({
            "channel": address,
            "text": "Not authentic.",
            "blocks": post["blocks"],
            "unfurl_links": false,
            "unfurl_media": false,
        });
        assert_eq!(*post, expected);
    }
}

#[tokio::test]
async fn a_probe_asks_whose_the_token_is() {
    let whose = json!({ "ok": true, "team": "Maison 花", "user": "hanako" });
    let double = Double::start(Arc::new(HttpAnswer::json(200, &whose)), Fault::None).await;
    let proof = slack(&Client::default(), double.address(), Duration::from_secs(8)).probe().await.unwrap();
    let good = "the token is good for the workspace \"Maison 花\"; its scopes and channels are not asked";
    assert_eq!(proof.to_string(), good);
    let request = HttpRequest::parse(&double.heard()[0]).unwrap();
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/api/auth.test"));
    assert_eq!(request.header("authorization"), Some(&*format!("Bearer {TOKEN}")));
}

/// Says `error` to a reply in a thread and takes any other message.
struct LostThread(&'static str);

impl Dialogue for LostThread {
    fn unit(&self, heard: &[u8], before: &[Vec<u8>]) -> Option<usize> {
        posted().unit(heard, before)
    }

    fn hands_over(&self, unit: &[u8]) -> bool {
        !is_reply(unit)
    }

    fn reply(&self, unit: &[u8]) -> Reply {
        match is_reply(unit) {
            true => error(self.0).reply(unit),
            false => posted().reply(unit),
        }
    }
}

fn is_reply(unit: &[u8]) -> bool {
    let body = HttpRequest::parse(unit).and_then(|request| request.json()).unwrap_or_default();
    body.get("thread_ts").is_some()
}

fn in_thread(first: Option<&str>) -> Message {
    Message { thread: Some(Thread { first: first.map(str::to_owned) }), ..to(CHANNEL) }
}

/// What each post of a message says of its thread.
async fn threads(dialogue: impl Dialogue, message: &Message) -> (String, Vec<Option<String>>) {
    let (outcome, posts) = posts(dialogue, message).await;
    let thread = |post: &Value| post.get("thread_ts").and_then(Value::as_str).map(str::to_owned);
    (outcome, posts.iter().map(thread).collect())
}

#[tokio::test]
async fn a_message_joins_its_thread() {
    let sent = "sent 1503435956.000247".to_owned();
    let reply = Some("1700000000.000100".to_owned());
    let table = [
        (in_thread(Some("1700000000.000100")), reply.clone()),
        (in_thread(None), None),
        (to(CHANNEL), None),
        // Not what Slack names messages by: left by the demo's capture, for one.
        (in_thread(Some("captured")), None),
        (in_thread(Some("1700000000.")), None),
        (in_thread(Some("")), None),
    ];
    for (message, expected) in table {
        assert_eq!(threads(posted(), &message).await, (sent.clone(), vec![expected]), "{:?}", message.thread);
    }
}

#[tokio::test]
async fn a_lost_thread_loses_no_message() {
    let message = in_thread(Some("1700000000.000100"));
    let reply = Some("1700000000.000100".to_owned());
    for name in [
        "thread_not_found",
        "message_not_found",
        "invalid_thread_ts",
        "cannot_reply_to_message",
        "restricted_action_non_threadable_channel",
        "restricted_action_thread_locked",
    ] {
        let expected = ("sent 1503435956.000247".to_owned(), vec![reply.clone(), None]);
        assert_eq!(threads(LostThread(name), &message).await, expected, "{name}");
    }
    // Whatever else stands in the way, or may have posted, is not asked a second time.
    for (name, outcome) in [
        ("fatal_error", "unknown fatal_error"),
        ("internal_error", "unknown internal_error"),
        ("ratelimited", "throttled - channel"),
        ("channel_not_found", "bad_address channel_not_found 3600s"),
        ("invalid_auth", "channel_down invalid_auth"),
    ] {
        assert_eq!(threads(LostThread(name), &message).await, (outcome.to_owned(), vec![reply.clone()]));
    }
}

/// Slack repeats the whole message, each character beyond ASCII as six.
#[tokio::test]
async fn a_long_answer_is_read_to_its_end() {
    let repeated = "\\u82b1".repeat(20_000);
    let body = format!(r#"{{"ok":true,"message":{{"text":"{repeated}"}},"ts":"{TS}"}}"#);
    let (outcome, _) = posts(HttpAnswer::new(200, body), &to(CHANNEL)).await;
    assert_eq!(outcome, "sent 1503435956.000247");
}

#[tokio::test]
async fn requests_satisfy_the_contract() {
    let full = Chat {
        header: Some("Counterfeit".into()),
        color: Some("#a4262c".into()),
        body: vec![
            Block::Paragraph(vec![Span::Mention("U012AB3CD".into()), Span::Text(" 鑑定".repeat(2_000))]),
            Block::List(vec![
                vec![Span::Link { text: "a".into(), url: "https://market.example/".into() }];
                40
            ]),
        ],
        fields: vec![Field { name: "Reference".into(), value: "MS-1".into() }; 12],
        buttons: vec![Button { text: "Open".into(), url: "https://market.example/".into() }],
    };
    let full = Message { body: Body::Chat(full), ..in_thread(Some(TS)) };
    let schema = schema::message("ChatPostMessage");
    let parameters = schema::contract("slack_web_chat.swagger2.json")
        .map(|contract| contract["paths"]["/chat.postMessage"]["post"]["parameters"].clone());
    for message in [to("#ops"), full] {
        let (_, posts) = posts(posted(), &message).await;
        if let Some(schema) = &schema {
            schema::check(schema, &posts[0]);
        }
        if let Some(parameters) = &parameters {
            check_parameters(&posts[0], parameters.as_array().unwrap());
        }
    }
}

/// Each argument is one of the method's and of its type, and none that it needs is missing. The description is of the form; as JSON,
/// `blocks` is no string but the list itself.
fn check_parameters(post: &Value, parameters: &[Value]) {
    let of_body: Vec<&Value> = parameters.iter().filter(|parameter| parameter["in"] == "formData").collect();
    assert!(of_body.len() > 10, "{parameters:?}");
    for (name, value) in post.as_object().unwrap() {
        let parameter = of_body.iter().find(|parameter| parameter["name"] == **name);
        let parameter = parameter.unwrap_or_else(|| panic!("chat.postMessage has no `{name}`"));
        let fits = match parameter["type"].as_str() {
            Some("boolean") => value.is_boolean(),
            _ if name == "blocks" => value.is_array(),
            _ => value.is_string(),
        };
        assert!(fits, "{name}: {value}");
    }
    for needed in of_body.iter().filter(|parameter| parameter["required"] == true) {
        assert!(post.get(needed["name"].as_str().unwrap()).is_some(), "{needed} is missing");
    }
}
