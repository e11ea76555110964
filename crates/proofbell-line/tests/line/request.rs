//! What goes out over the wire, and what comes in.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use proofbell_notify::testkit::{Double, Fault, HttpAnswer, HttpRequest, describe};
use proofbell_notify::{About, Address, Callback, CallbackError, Message, News, Notifier};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::double::LineAnswers;
use crate::{PERSON, SECRET, TOKEN, line, message, schema};

const PATIENCE: Duration = Duration::from_secs(10);
const GROUP: &str = "C4af4980629aabbccddeeff0011223344";
const ROOM: &str = "R4af4980629aabbccddeeff0011223344";

/// Sends one message and hands back the outcome and what LINE was asked.
async fn send(answers: LineAnswers, settings: Value, message: &Message) -> (String, Vec<HttpRequest>) {
    let double = Double::start(Arc::new(answers), Fault::None).await;
    let outcome = line(double.address(), PATIENCE, settings).send(message).await;
    let requests = double.heard().iter().filter_map(|unit| HttpRequest::parse(unit)).collect();
    (describe(&outcome), requests)
}

fn asked(requests: &[HttpRequest]) -> Vec<String> {
    requests.iter().map(|request| format!("{} {}", request.method, request.path)).collect()
}

#[tokio::test]
async fn a_message_is_pushed_with_its_id_as_the_retry_key() {
    let message = message(PERSON);
    let (outcome, requests) = send(LineAnswers::default(), json!({ "shape": "text" }), &message).await;
    assert_eq!(outcome, "sent 461230966842064897");
    assert_eq!(
        asked(&requests),
        [format!("GET /v2/bot/profile/{PERSON}"), "POST /v2/bot/message/push".to_owned()]
    );
    let bearer = format!("Bearer {TOKEN}");
    for request in &requests {
        assert_eq!(request.header("authorization"), Some(bearer.as_str()));
    }
    // Asking for a profile supports no retry key, and LINE refuses requests that have one for nothing.
    assert_eq!(requests[0].header("x-line-retry-key"), None);
    let key = requests[1].header("x-line-retry-key").unwrap();
    assert_eq!(key, "0193a5b0-0000-7000-8000-000000000001");
    assert_eq!(key, message.id.to_string());
    assert_eq!(requests[1].header("content-type"), Some("application/json"));
    let expected = json!({ "to": PERSON, "messages": [{ "type": "text", "text": "ラベル: ぼやけている" }] });
    assert_eq!(requests[1].json(), Some(expected));
}

#[tokio::test]
async fn settings_change_what_is_pushed() {
    let pushed = async |settings| {
        let (_, requests) = send(LineAnswers::default(), settings, &message(PERSON)).await;
        requests.last().unwrap().json().unwrap()
    };
    let usual = pushed(json!({})).await;
    assert_eq!((&usual["messages"][0]["type"], usual.get("notificationDisabled")), (&json!("flex"), None));
    let quiet = pushed(json!({ "notification_disabled": true })).await;
    assert_eq!(quiet["notificationDisabled"], true);
    assert_eq!(quiet["messages"], usual["messages"]);
}

#[tokio::test]
async fn persons_are_asked_for_and_gone_ones_spared() {
    let well = LineAnswers::default;
    let gone = || LineAnswers::to_profile(HttpAnswer::json(404, &json!({ "message": "Not found" })));
    let (ask, push) = (format!("GET /v2/bot/profile/{PERSON}"), "POST /v2/bot/message/push".to_owned());
    let sent = "sent 461230966842064897";
    let table: [(&str, LineAnswers, Value, &str, &[&String]); 7] = [
        (PERSON, well(), json!({}), sent, &[&ask, &push]),
        // With the webhook too: a friend who was taken for gone never sends `follow`.
        (PERSON, gone(), json!({}), "bad_address not_a_friend 86400s", &[&ask]),
        (PERSON, gone(), json!({ "channel_secret": null }), "bad_address not_a_friend 86400s", &[&ask]),
        (PERSON, gone(), json!({ "check_friend": false }), sent, &[&push]),
        (GROUP, gone(), json!({}), sent, &[&push]),
        (ROOM, gone(), json!({}), sent, &[&push]),
        ("U4AF4980629AABBCCDDEEFF0011223344", well(), json!({}), sent, &[&ask, &push]),
    ];
    for (to, answers, settings, expected, paths) in table {
        let (outcome, requests) = send(answers, settings.clone(), &message(to)).await;
        assert_eq!(outcome, expected, "{to} {settings}");
        assert_eq!(asked(&requests).iter().collect::<Vec<_>>(), paths, "{to} {settings}");
        let pushed = requests.last().and_then(HttpRequest::json).map(|body| body["to"].clone());
        assert!(pushed.is_none_or(|id| id == to || id == PERSON), "{to} {settings}");
    }
}

#[tokio::test]
async fn what_is_no_id_is_not_asked_for() {
    for to in [
        "",
        "@hanako",
        "U123",
        "../info",
        "u4af4980629aabbccddeeff0011223344",
        "U4af4980629aabbccddeeff001122334g",
    ] {
        let (outcome, requests) = send(LineAnswers::default(), json!({}), &message(to)).await;
        assert_eq!((outcome.as_str(), requests.len()), ("bad_address address forever", 0), "{to}");
    }
}

#[tokio::test]
async fn nothing_is_not_sent() {
    let empty = Message { body: proofbell_notify::Body::Chat(Default::default()), ..message(PERSON) };
    let (outcome, requests) = send(LineAnswers::default(), json!({}), &empty).await;
    assert_eq!((outcome.as_str(), requests.len()), ("rejected no_text", 0));
}

#[tokio::test]
async fn a_lost_answer_is_found_again_by_the_retry_key() {
    let double = Double::start(Arc::new(LineAnswers::default()), Fault::CutAfterMessage).await;
    let outcome = line(double.address(), PATIENCE, json!({})).send(&message(PERSON)).await;
    assert_eq!(describe(&outcome), "unknown cut");
    let sent = json!({ "message": "The retry key is already accepted", "sentMessages": [{ "id": "7" }] });
    let (outcome, requests) =
        send(LineAnswers::to_push(HttpAnswer::json(409, &sent)), json!({}), &message(PERSON)).await;
    assert_eq!(outcome, "sent 7");
    assert_eq!(requests[1].header("x-line-retry-key"), Some(message(PERSON).id.to_string().as_str()));
}

#[tokio::test]
async fn a_probe_asks_for_the_account_and_its_month() {
    let probe = async |answers: LineAnswers| {
        let double = Double::start(Arc::new(answers), Fault::None).await;
        line(double.address(), PATIENCE, json!({})).probe().await.unwrap();
        let requests: Vec<HttpRequest> =
            double.heard().iter().filter_map(|unit| HttpRequest::parse(unit)).collect();
        assert!(requests.iter().all(|request| request.header("authorization").is_some()));
        asked(&requests)
    };
    let (info, quota) = ("GET /v2/bot/info", "GET /v2/bot/message/quota");
    assert_eq!(probe(LineAnswers::default()).await, [info, quota, "GET /v2/bot/message/quota/consumption"]);
    let unlimited = HttpAnswer::json(200, &json!({ "type": "none" }));
    assert_eq!(probe(LineAnswers { quota: unlimited, ..LineAnswers::default() }).await, [info, quota]);
}

#[tokio::test]
async fn a_signed_call_tells_who_blocks() {
    let body = json!({ "events": [{ "type": "unfollow", "source": { "type": "user", "userId": PERSON }, "timestamp": 1 }] });
    let body = body.to_string().into_bytes();
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(&body);
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    let headers = vec![("x-line-signature".to_owned(), signature)];
    let call = Callback { headers, body, ..Callback::default() };
    let nowhere = "127.0.0.1:9".parse().unwrap();
    let reports = line(nowhere, PATIENCE, json!({})).callback(&call).unwrap();
    let [report] = reports.as_slice() else { panic!("one report, not {}", reports.len()) };
    assert_eq!(report.about, About::Address(Address::Named(PERSON.to_owned())));
    assert!(matches!(&report.news, News::OptedOut { reason } if reason.code() == "unfollow"));
    let closed = line(nowhere, PATIENCE, json!({ "channel_secret": null })).callback(&call);
    assert!(matches!(closed, Err(CallbackError::NotOffered(_))), "{closed:?}");
}

#[tokio::test]
async fn requests_satisfy_the_strict_contract() {
    let Some(schema) = schema::push() else { return };
    assert!(
        !schema.problems(&json!({ "to": "U1", "messages": [] })).is_empty(),
        "the schema refuses nothing"
    );
    for to in [PERSON, GROUP, ROOM, "U4AF4980629AABBCCDDEEFF0011223344"] {
        for settings in [json!({}), json!({ "shape": "text", "notification_disabled": true })] {
            let (outcome, requests) = send(LineAnswers::default(), settings.clone(), &message(to)).await;
            assert_eq!(outcome, "sent 461230966842064897");
            let body = requests.last().and_then(HttpRequest::json).unwrap();
            assert_eq!(schema.problems(&body), [""; 0], "{settings}");
        }
    }
}
