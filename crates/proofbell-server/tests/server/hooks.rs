//! Calls that providers make.

use proofbell_server::Limits;

use crate::fake_store::Mood;
use crate::http::{Answer, ask};
use crate::rig::Rig;

const RIGHT: (&str, &str) = ("X-Signature", "right");
const HOOK: &str = "/hooks/desk/desk";

async fn call(rig: &Rig, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    ask(rig.admin, "POST", path, headers, body).await
}

fn told(rig: &Rig) -> usize {
    rig.store.log.lock().unwrap().iter().filter(|line| line.starts_with("report")).count()
}

#[tokio::test]
async fn a_call_that_the_channel_believes_is_kept() {
    let rig = Rig::with(Limits::default(), Some("admin-token-0123456789")).await;
    let host = ("Host", "hooks.market.example");
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    let answer = call(&rig, HOOK, &[RIGHT, host, form], b"MessageStatus=delivered").await;
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (204, ""),
        "it needs no token, and may come by any name"
    );
    let line = rig.store.log.lock().unwrap().last().cloned().unwrap();
    assert_eq!(line, "report desk delivered Message(00000000-0000-0000-0000-000000000007)");
    assert_eq!(call(&rig, &format!("{HOOK}?nothing"), &[RIGHT], b"").await.status, 204);
    assert_eq!(told(&rig), 1, "what tells nothing is not kept");
}

#[tokio::test]
async fn other_calls_are_refused_and_change_nothing() {
    let rig = Rig::open().await;
    let long = vec![b'x'; (64 << 10) + 1];
    type Row<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a [u8], u16, &'a str);
    let table: [Row; 8] = [
        (HOOK, &[], b"", 403, "signature_invalid"),
        (HOOK, &[("X-Signature", "wrong")], b"", 403, "signature_invalid"),
        (HOOK, &[RIGHT, RIGHT], b"", 403, "signature_invalid"),
        (HOOK, &[RIGHT], b"garbled", 400, "invalid"),
        (HOOK, &[RIGHT], b"off", 404, "not_offered"),
        (HOOK, &[RIGHT], &long, 413, "body_too_long"),
        ("/hooks/twilio/desk", &[RIGHT], b"", 404, "not_found"),
        ("/hooks/desk/fax", &[RIGHT], b"", 404, "not_found"),
    ];
    for (path, headers, body, status, code) in table {
        let answer = call(&rig, path, headers, body).await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{path} {headers:?}");
    }
    assert_eq!(ask(rig.admin, "GET", HOOK, &[RIGHT], b"").await.status, 405);
    assert_eq!(told(&rig), 0);
}

#[tokio::test]
async fn a_provider_calls_again_when_it_could_not_be_kept() {
    let rig = Rig::open().await;
    rig.store.be(Mood::Busy);
    let answer = call(&rig, HOOK, &[RIGHT], b"").await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("5")));
    assert!(!answer.body.contains("secret"), "{answer:?}");
}
