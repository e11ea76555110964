//! What each answer of the API, and each way not to answer, comes to.

use std::sync::Arc;
use std::time::Duration;

use proofbell_directory::{Directory, Header};
use proofbell_notify::testkit::{Double, Fault, HttpAnswer, HttpRequest, refusing_address};
use serde_json::{Value, json};

use crate::rig::{Parts, Rig, told_error};

/// What a lookup comes to that is answered so, and the probe after it.
async fn check(answer: HttpAnswer, lookup: &str, probe: &str) {
    let text = format!("{answer:.300?}");
    let double = Double::start(Arc::new(answer), Fault::None).await;
    let rig = Rig::new(Parts::default(), double.address());
    assert_eq!(rig.ask("MS-1").await, lookup, "{text}");
    let probed = rig.directory.probe().await.unwrap_or_else(|error| told_error(&error));
    assert_eq!(probed, probe, "{text}");
}

fn unknown(status: u16) -> String {
    format!(
        "answers {status} for the probe's id, as for one that it does not know; a wrong path may answer so too: set `probe` to an id \
         that it knows, to prove more"
    )
}

fn ann() -> Value {
    json!({ "name": "Ann", "contact": { "email": "ann@example.com" } })
}

#[tokio::test]
async fn people_are_found_and_nobody_is_an_answer() {
    let nobody = "takes our credentials; nobody is behind the probe's id";
    check(HttpAnswer::json(200, &ann()), "people Ann", "takes our credentials; 1 behind the probe's id")
        .await;
    for empty in [json!(null), json!({}), json!({ "name": "", "contact": { "email": null } })] {
        check(HttpAnswer::json(200, &empty), "nobody", nobody).await;
    }
    check(HttpAnswer::new(404, "no such item"), "nobody", &unknown(404)).await;
    check(HttpAnswer::new(410, ""), "nobody", &unknown(410)).await;
    check(HttpAnswer::new(204, ""), "nobody", nobody).await;
}

#[tokio::test]
async fn what_may_pass_is_unavailable() {
    let same = async |answer: HttpAnswer, what: &str| {
        let text = format!("unavailable: ask the directory: {what}");
        check(answer, &text, &text).await;
    };
    same(HttpAnswer::new(500, "hanako@example.jp"), "it answered 500").await;
    same(HttpAnswer::new(503, ""), "it answered 503").await;
    same(HttpAnswer::new(408, ""), "it answered 408").await;
    same(HttpAnswer::json(201, &ann()), "it answered 201").await;
    same(HttpAnswer::new(429, ""), "it asks us to wait (429)").await;
    same(HttpAnswer::new(200, "<html>hanako@example.jp</html>"), "its answer is no JSON").await;
    same(HttpAnswer::new(200, r#"{"name": "Ann""#), "its answer is no JSON").await;
    same(HttpAnswer::new(200, ""), "its answer is no JSON").await;
    same(HttpAnswer::new(200, b"{\"name\": \"\xff\"}".to_vec()), "its answer is no JSON").await;
    same(HttpAnswer::new(200, "[".repeat(200_000)), "its answer is no JSON").await;
    same(HttpAnswer::json(200, &json!({ "data": ann() })), "none of `fields` leads anywhere in its answer")
        .await;
    let long = json!({ "name": "x".repeat(256 * 1024) });
    same(HttpAnswer::json(200, &long), "its answer is longer than 256 KiB").await;
}

/// A gzip file (RFC 1952) with its contents in a block that is not compressed (RFC 1951, section 3.2.4).
fn gzipped_ann() -> Vec<u8> {
    let body = br#"{"name":"Ann"}"#;
    let head = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    let block = [1, 14, 0, !14, !0];
    let crc = [0x5c, 0xd5, 0x1b, 0x4d];
    [&head[..], &block, body, &crc, &[14, 0, 0, 0]].concat()
}

#[tokio::test]
async fn what_comes_compressed_is_not_inflated() {
    for encoding in ["gzip", "deflate", "br", "zstd"] {
        let answer = HttpAnswer::new(200, gzipped_ann()).header("Content-Encoding", encoding);
        let text = "unavailable: ask the directory: its answer is no JSON";
        check(answer, text, text).await;
    }
}

#[tokio::test]
async fn what_somebody_must_mend_is_misconfigured() {
    let same = async |answer: HttpAnswer, what: &str| {
        let text = format!("misconfigured: ask the directory: {what}");
        check(answer, &text, &text).await;
    };
    same(HttpAnswer::new(401, "hanako@example.jp"), "it refuses our credentials (401)").await;
    same(HttpAnswer::new(403, ""), "it refuses our credentials (403)").await;
    same(HttpAnswer::new(405, ""), "it takes no GET at this URL (405)").await;
    let redirect = "which is not followed; configure the URL that answers";
    for status in [301, 302, 307] {
        let answer = HttpAnswer::new(status, "").header("Location", "http://127.0.0.1:1/elsewhere");
        same(answer, &format!("it redirects ({status}), {redirect}")).await;
    }
}

#[tokio::test]
async fn a_refused_id_is_no_refusal_of_ours() {
    for status in [400, 414, 422] {
        let lookup = format!("unavailable: ask the directory: it answered {status}");
        let probe = format!("answers ({status}); set `probe` to an id that it takes");
        check(HttpAnswer::new(status, ""), &lookup, &probe).await;
    }
}

#[tokio::test]
async fn no_answer_is_unavailable() {
    let same = async |rig: Rig, what: &str| {
        let text = format!("unavailable: ask the directory: {what}");
        assert_eq!(rig.ask("hanako@example.jp").await, text);
        assert_eq!(told_error(&rig.directory.probe().await.unwrap_err()), text);
    };
    let (address, _refuses) = refusing_address();
    same(Rig::new(Parts::default(), address), "connect: no connection: connection refused").await;
    let answer = || Arc::new(HttpAnswer::json(200, &ann()));
    let table = [
        (Fault::CutAtOnce, "cut: the connection ended before the whole answer came"),
        (Fault::CutAfterMessage, "cut: the connection ended before the whole answer came"),
        (Fault::Silent, "timeout: no whole answer within the time allowed"),
        (Fault::SilentAfterMessage, "timeout: no whole answer within the time allowed"),
    ];
    for (fault, what) in table {
        let double = Double::start(answer(), fault).await;
        let parts = Parts { timeout: Duration::from_millis(200), ..Parts::default() };
        same(Rig::new(parts, double.address()), what).await;
    }
}

#[tokio::test]
async fn an_api_that_asks_us_to_wait_is_left_alone() {
    let busy = HttpAnswer::new(429, "").header("Retry-After", "30");
    let double = Double::start(Arc::new(HttpAnswer::json(200, &ann())), Fault::None).await;
    let rig = Rig::new(Parts::default(), double.address());
    assert_eq!(rig.ask("known").await, "people Ann");
    rig.advance(600);
    double.talk_like(Arc::new(busy));
    assert_eq!(rig.ask("MS-1").await, "unavailable for 30 s: ask the directory: it asks us to wait (429)");
    rig.advance(10);
    assert_eq!(rig.ask("MS-2").await, "unavailable for 20 s: ask the directory: it asked us to wait");
    assert_eq!(rig.ask("known").await, "people Ann", "better than none");
    assert_eq!(double.heard().len(), 2, "nothing was asked meanwhile");
    double.talk_like(Arc::new(HttpAnswer::json(200, &ann())));
    rig.advance(20);
    assert_eq!(rig.ask("MS-2").await, "people Ann");
}

#[tokio::test]
async fn a_server_that_is_down_for_a_while_says_so_too() {
    let busy = HttpAnswer::new(503, "").header("Retry-After", "7");
    let double = Double::start(Arc::new(busy), Fault::None).await;
    let rig = Rig::new(Parts::default(), double.address());
    assert_eq!(rig.ask("MS-1").await, "unavailable for 7 s: ask the directory: it answered 503");
}

#[tokio::test]
async fn the_question_carries_what_was_configured() {
    let double = Double::start(Arc::new(HttpAnswer::json(200, &json!([ann()]))), Fault::None).await;
    let headers = vec![
        Header::bearer(&"t0ken".into()).unwrap(),
        Header::new("X-Tenant", "maison".to_owned().into()).unwrap(),
    ];
    let path = "/people?item={reference_id}&request={sr_uuid}";
    let parts = Parts { path, people: Some(""), headers, ..Parts::default() };
    let rig = Rig::new(parts, double.address());
    assert_eq!(rig.ask("MS 1").await, "people Ann");
    rig.directory.probe().await.unwrap();
    let heard: Vec<HttpRequest> = double.heard().iter().filter_map(|unit| HttpRequest::parse(unit)).collect();
    assert_eq!(
        (heard[0].method.as_str(), heard[0].path.as_str()),
        ("GET", "/people?item=MS%201&request=5f0c")
    );
    assert_eq!(heard[0].header("authorization"), Some("Bearer t0ken"));
    assert_eq!(heard[0].header("x-tenant"), Some("maison"));
    assert_eq!(heard[0].header("accept"), Some("application/json"));
    assert_eq!(heard[0].header("accept-encoding"), None);
    assert_eq!(heard[1].path, "/people?item=no-such-item&request=no-such-item");
}

#[tokio::test]
async fn without_credentials_none_are_taken() {
    let double = Double::start(Arc::new(HttpAnswer::json(200, &json!(null))), Fault::None).await;
    let rig = Rig::new(Parts { headers: Vec::new(), ..Parts::default() }, double.address());
    assert_eq!(rig.directory.probe().await.unwrap(), "answers; nobody is behind the probe's id");
}
