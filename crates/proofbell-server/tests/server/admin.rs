//! The admin door: who may, what is told, what is done.

use proofbell_server::{Limits, answer};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::fake_store::MESSAGE;
use crate::http::{Answer, ask};
use crate::rig::{Rig, verdict};

const TOKEN: &str = "admin-token-0123456789";
/// Headers, and the status and code that they lead to.
type Row<'a> = (&'a [(&'a str, &'a str)], u16, &'a str);

const JSON: (&str, &str) = ("Content-Type", "application/json");

async fn get(rig: &Rig, path: &str) -> Answer {
    ask(rig.admin, "GET", &format!("/api/v1/{path}"), &[], b"").await
}

async fn post(rig: &Rig, path: &str, body: Value) -> Answer {
    ask(rig.admin, "POST", &format!("/api/v1/{path}"), &[JSON], body.to_string().as_bytes()).await
}

fn check(answer: &Answer, status: u16, code: &str) {
    let said = if answer.status < 300 { String::new() } else { answer.code() };
    assert_eq!((answer.status, said.as_str()), (status, code), "{answer:?}");
}

#[tokio::test]
async fn the_api_asks_for_the_token() {
    let rig = Rig::with(Limits::default(), Some(TOKEN)).await;
    let right = format!("Bearer {TOKEN}");
    let table: [Row; 9] = [
        (&[], 401, "unauthorized"),
        (&[("Authorization", "Bearer wrong")], 401, "unauthorized"),
        (&[("Authorization", "Bearer ")], 401, "unauthorized"),
        (&[("Authorization", TOKEN)], 401, "unauthorized"),
        (&[("Authorization", &format!("Basic {TOKEN}"))], 401, "unauthorized"),
        (&[("Authorization", &right), ("Authorization", &right)], 401, "unauthorized"),
        (&[("Authorization", &right)], 200, ""),
        (&[("Authorization", &format!("bearer {TOKEN}"))], 200, ""),
        (&[("Authorization", &right), ("Host", "admin.example")], 200, ""),
    ];
    for (headers, status, code) in table {
        for path in ["/api/v1/events", "/api/v1/channels"] {
            let answer = ask(rig.admin, "GET", path, headers, b"").await;
            check(&answer, status, code);
            let challenge = (status == 401).then_some("Bearer");
            assert_eq!(answer.header("www-authenticate"), challenge);
            assert_eq!(answer.header("cache-control"), Some("no-store"));
        }
    }
    check(&post(&rig, "channels/desk/resume", json!({})).await, 401, "unauthorized");
    check(&get(&rig, "no/such/thing").await, 401, "unauthorized");
    assert!(rig.store.log.lock().unwrap().iter().all(|line| line.starts_with("events")));
}

#[tokio::test]
async fn metrics_and_health_need_no_token() {
    let rig = Rig::with(Limits::default(), Some(TOKEN)).await;
    let metrics = ask(rig.admin, "GET", "/metrics", &[], b"").await;
    assert_eq!((metrics.status, metrics.body.as_str()), (200, "up 1\n"));
    assert_eq!(metrics.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    assert_eq!(ask(rig.admin, "GET", "/healthz", &[], b"").await.body, "ok");
    assert_eq!(ask(rig.admin, "GET", "/readyz", &[], b"").await.body, "ready");
}

#[tokio::test]
async fn web_pages_are_kept_out() {
    let rig = Rig::open().await;
    let own = rig.admin.to_string();
    let own_origin = format!("http://{own}");
    let table: [Row; 11] = [
        (&[("Host", &own)], 200, ""),
        (&[("Host", "localhost:8081")], 200, ""),
        (&[("Host", "[::1]:8081")], 200, ""),
        (&[("Host", "evil.example:8081")], 403, "foreign_host"),
        (&[("Host", "127.0.0.1.evil.example")], 403, "foreign_host"),
        (&[("Host", &own), ("Host", "evil.example")], 403, "foreign_host"),
        (&[("Host", &own), ("Origin", &own_origin)], 200, ""),
        (&[("Host", &own), ("Origin", "https://evil.example")], 403, "foreign_origin"),
        (&[("Host", &own), ("Origin", "null")], 403, "foreign_origin"),
        (&[("Host", &own), ("Origin", "http://localhost:1")], 403, "foreign_origin"),
        (&[("Host", "localhost"), ("Origin", "http://localhost"), ("Origin", "null")], 403, "foreign_origin"),
    ];
    for (headers, status, code) in table {
        let headers = [headers, &[JSON]].concat();
        check(&ask(rig.admin, "GET", "/api/v1/channels", &headers, b"").await, status, code);
        check(&ask(rig.admin, "POST", "/api/v1/channels/desk/resume", &headers, b"{}").await, status, code);
    }
}

#[tokio::test]
async fn a_form_is_no_request() {
    let rig = Rig::open().await;
    let path = "/api/v1/channels/desk/pause";
    let body = br#"{"reason":"x"}"#;
    let check_kind = async |kind: &[(&str, &str)], status: u16, code: &str| {
        check(&ask(rig.admin, "POST", path, kind, body).await, status, code);
    };
    check_kind(&[], 415, "content_type").await;
    check_kind(&[("Content-Type", "text/plain")], 415, "content_type").await;
    check_kind(&[("Content-Type", "application/x-www-form-urlencoded")], 415, "content_type").await;
    check_kind(&[("Content-Type", "application/json-seq")], 415, "content_type").await;
    assert!(rig.store.log.lock().unwrap().is_empty());
    check_kind(&[("Content-Type", "Application/JSON; charset=utf-8")], 200, "").await;
}

#[tokio::test]
async fn events_are_listed_and_shown() {
    let rig = Rig::open().await;
    let id = rig.post("msg_1", &verdict("MS-1")).await.text("/id");
    let list: answer::Events = serde_json::from_value(get(&rig, "events").await.json()).unwrap();
    assert_eq!(list.events[0].id.to_string(), id);
    let one: answer::OneEvent =
        serde_json::from_value(get(&rig, &format!("events/{id}")).await.json()).unwrap();
    assert_eq!((one.event.id.to_string(), one.decisions.len()), (id, 0));
    check(&get(&rig, &format!("events/{}", Uuid::nil())).await, 404, "not_found");
    check(&get(&rig, "events/7").await, 400, "invalid");
}

#[tokio::test]
async fn lists_are_filtered_as_asked() {
    let rig = Rig::open().await;
    let table = [
        ("events", 200, r#"events EventFilter { sr_uuid: None, name: None, status: None, limit: 100 }"#),
        (
            "events?sr_uuid=sr%2D1&name=counterfeit&status=quarantined&limit=5",
            200,
            r#"events EventFilter { sr_uuid: Some("sr-1"), name: Some("counterfeit"), status: Some("quarantined"), limit: 5 }"#,
        ),
        (
            "messages?sr_uuid=sr-1&channel=desk&state=dead&limit=1000",
            200,
            r#"messages MessageFilter { sr_uuid: Some("sr-1"), channel: Some("desk"), state: Some("dead"), limit: 1000 }"#,
        ),
        ("events?limit=0", 400, ""),
        ("events?limit=1001", 400, ""),
        ("events?limit=many", 400, ""),
        ("events?name=fake", 400, ""),
        ("events?status=dead", 400, ""),
        ("events?state=dead", 400, ""),
        ("messages?state=quarantined", 400, ""),
        ("messages?name=counterfeit", 400, ""),
    ];
    for (path, status, asked) in table {
        let answer = get(&rig, path).await;
        check(&answer, status, if status == 200 { "" } else { "invalid" });
        let log = std::mem::take(&mut *rig.store.log.lock().unwrap());
        assert_eq!(log.join("\n"), asked, "{path}");
    }
}

#[tokio::test]
async fn messages_and_cases_are_told() {
    let rig = Rig::open().await;
    let list: answer::Messages = serde_json::from_value(get(&rig, "messages").await.json()).unwrap();
    assert_eq!(list.messages[0].id, MESSAGE);
    assert_eq!(get(&rig, &format!("messages/{MESSAGE}")).await.text("/to"), "h…@example.jp");
    check(&get(&rig, &format!("messages/{}", Uuid::nil())).await, 404, "not_found");
    assert_eq!(get(&rig, "cases/sr-1").await.text("/case/sr_uuid"), "sr-1");
    check(&get(&rig, "cases/sr-2").await, 404, "not_found");
    check(&get(&rig, "cases/a%2Fb%20c").await, 404, "not_found");
    assert_eq!(rig.store.log.lock().unwrap().last().map(String::as_str), Some("case a/b c"));
    check(&get(&rig, "cases/broken").await, 500, "store_error");
    let busy = get(&rig, "cases/busy").await;
    check(&busy, 503, "store_busy");
    assert_eq!(busy.header("retry-after"), Some("5"));
}

#[tokio::test]
async fn events_and_messages_are_done_again() {
    let rig = Rig::open().await;
    let id = rig.post("msg_1", &verdict("MS-1")).await.text("/id");
    let unreadable = rig.post("msg_2", b"?").await.text("/id");
    let replayed = post(&rig, &format!("events/{id}/replay"), json!({})).await;
    assert_eq!(replayed.json(), json!({ "generation": 1 }));
    check(&post(&rig, &format!("events/{unreadable}/replay"), json!({})).await, 409, "refused");
    check(&post(&rig, &format!("events/{}/replay", Uuid::nil()), json!({})).await, 404, "not_found");
    assert_eq!(post(&rig, &format!("messages/{MESSAGE}/retry"), json!({})).await.json(), json!({}));
    check(&post(&rig, &format!("messages/{}/retry", Uuid::nil()), json!({})).await, 404, "not_found");
    let refused = post(&rig, &format!("messages/{MESSAGE}/cancel"), json!({})).await;
    check(&refused, 409, "refused");
    assert_eq!(refused.text("/error/message"), "the message has ended already");
    let log = rig.store.log.lock().unwrap();
    assert_eq!(*log, [format!("replay {id}"), format!("retry {MESSAGE}")]);
}

#[tokio::test]
async fn channels_are_paused_and_resumed() {
    let rig = Rig::open().await;
    let paused = async || get(&rig, "channels").await.text("/channels/0/paused/reason");
    assert_eq!(paused().await, "");
    assert_eq!(post(&rig, "channels/desk/pause", json!({ "reason": "moving" })).await.json(), json!({}));
    assert_eq!(paused().await, "moving");
    assert_eq!(post(&rig, "channels/desk/resume", json!({})).await.json(), json!({}));
    assert_eq!(paused().await, "");
    check(&post(&rig, "channels/none/pause", json!({ "reason": "x" })).await, 400, "invalid");
    check(&post(&rig, "channels/desk/pause", json!({})).await, 400, "invalid");
    check(&post(&rig, "channels/desk/pause", json!({ "reason": "x", "why": "y" })).await, 400, "invalid");
    let channels: answer::Channels = serde_json::from_value(get(&rig, "channels").await.json()).unwrap();
    assert_eq!((channels.channels[0].name.as_str(), channels.channels[0].form.as_str()), ("desk", "text"));
}

#[tokio::test]
async fn audiences_are_told_with_their_directories() {
    let rig = Rig::open().await;
    let audiences: answer::Audiences = serde_json::from_value(get(&rig, "audiences").await.json()).unwrap();
    let [staff] = audiences.audiences.as_slice() else { panic!("one audience") };
    assert_eq!((staff.name.as_str(), staff.kind.as_str(), &staff.paused), ("staff", "list", &None));
}

#[tokio::test]
async fn a_test_message_is_sent_and_said_so() {
    let rig = Rig::open().await;
    let test = |text: &str, to: Value| json!({ "channel": "desk", "to": to, "body": { "text": text }, "locale": "en" });
    let sent = post(&rig, "test-messages", test("hello", json!("a@example.jp"))).await;
    check(&sent, 200, "");
    let tested: answer::Tested = serde_json::from_value(sent.json()).unwrap();
    assert_eq!((tested.outcome.as_str(), tested.reason), ("sent", None));
    let message = rig.sent.lock().unwrap().pop().unwrap();
    assert_eq!((message.id, message.to.expose()), (tested.id, "a@example.jp"));

    let rejected = post(&rig, "test-messages", test("no", json!("a@example.jp"))).await;
    assert_eq!(rejected.text("/outcome"), "rejected");
    assert_eq!(rejected.text("/reason"), "550: not like this");
    check(&post(&rig, "test-messages", test("hello", json!("nobody"))).await, 400, "invalid");
    check(&post(&rig, "test-messages", test("hello", Value::Null)).await, 400, "invalid");
    check(&post(&rig, "test-messages", json!({ "channel": "desk" })).await, 400, "invalid");
    let kept = rig.store.log.lock().unwrap().len();
    assert_eq!(kept, 2, "what was sent and what was rejected");
}

#[tokio::test]
async fn other_paths_and_methods_are_refused_in_json() {
    let rig = Rig::open().await;
    check(&get(&rig, "no/such/thing").await, 404, "not_found");
    check(&ask(rig.admin, "GET", "/", &[], b"").await, 404, "not_found");
    let wrong = ask(rig.admin, "DELETE", "/api/v1/events", &[], b"").await;
    check(&wrong, 405, "method_not_allowed");
    assert_eq!(wrong.header("allow"), Some("GET,HEAD"));
    let wrong = ask(rig.admin, "POST", "/metrics", &[], b"").await;
    check(&wrong, 405, "method_not_allowed");
    let long = ask(rig.admin, "POST", "/api/v1/test-messages", &[JSON], &vec![b' '; 256 * 1024 + 1]).await;
    check(&long, 413, "body_too_long");
}
