//! Other sources while the doors are open, and what is told of reloads.

use std::collections::BTreeMap;

use jiff::Timestamp;
use proofbell_event::{BearerVerifier, MessageId, Verifier, sign};
use proofbell_server::answer::{ConfigurationStatus, Problem, ProblemPlace, Reload, ReloadOutcome};
use proofbell_server::{SourceSettings, Verify};

use crate::fake_store::Mood;
use crate::http::{Answer, ask};
use crate::rig::{LEGITMARK, RELAY, RELAY_TOKEN, Rig, SECRET, borrowed, signed, verdict};

const OTHER_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx";

/// Puts legitmark's secrets and path in the place of all sources.
fn replace(rig: &Rig, path: &str, secrets: &[&str]) {
    let legitmark = SourceSettings {
        name: "legitmark".to_owned(),
        path: path.to_owned(),
        verify: Verify::Svix(Verifier::new(secrets.iter().copied()).unwrap()),
    };
    metrics::with_local_recorder(&rig.counting, || rig.doors.replace_sources(vec![legitmark]));
}

async fn post(rig: &Rig, path: &str, id: &str, secret: &str) -> u16 {
    let (body, now, id) = (verdict(id), Timestamp::now(), id.parse::<MessageId>().unwrap());
    let headers = [
        ("Svix-Id", id.to_string()),
        ("Svix-Timestamp", now.as_second().to_string()),
        ("Svix-Signature", sign(secret, &id, now, &body).unwrap()),
    ];
    let headers = headers.map(|(name, value)| (name.to_owned(), value));
    ask(rig.public, "POST", path, &borrowed(&headers), &body).await.status
}

#[tokio::test]
async fn secrets_and_paths_change_between_two_requests() {
    let rig = Rig::open().await;
    assert_eq!(post(&rig, LEGITMARK, "1", SECRET).await, 200);
    replace(&rig, LEGITMARK, &[OTHER_SECRET, SECRET]);
    assert_eq!(post(&rig, LEGITMARK, "2", SECRET).await, 200);
    assert_eq!(post(&rig, LEGITMARK, "3", OTHER_SECRET).await, 200);
    replace(&rig, "/elsewhere", &[OTHER_SECRET]);
    assert_eq!(post(&rig, LEGITMARK, "4", OTHER_SECRET).await, 404);
    assert_eq!(post(&rig, "/elsewhere", "5", SECRET).await, 401);
    assert_eq!(post(&rig, "/elsewhere", "6", OTHER_SECRET).await, 200);
    assert_eq!(ask(rig.public, "POST", RELAY, &[], b"{}").await.status, 404);
    let counted = BTreeMap::from([
        ("proofbell_events_refused_total{source=legitmark,code=signature_invalid}".to_owned(), 1),
        ("proofbell_events_total{source=legitmark,status=accepted,name=counterfeit}".to_owned(), 4),
    ]);
    assert_eq!(rig.counting.counted(), counted, "one source of that name, whatever its secrets");
}

#[tokio::test]
async fn a_request_under_way_ends_with_the_source_it_came_to() {
    let rig = Rig::open().await;
    let mut under_way = rig.post_and_wait("msg_1", &verdict("MS-1")).await;
    let relay = SourceSettings {
        name: "relay".to_owned(),
        path: RELAY.to_owned(),
        verify: Verify::Bearer(BearerVerifier::new([RELAY_TOKEN]).unwrap()),
    };
    rig.doors.replace_sources(vec![relay]);
    rig.store.be(Mood::Works);
    assert_eq!(under_way.answer().await.status, 200);
    assert_eq!(rig.store.kept().first().map(|event| event.source.clone()).as_deref(), Some("legitmark"));
    assert_eq!(rig.post_with(&signed("msg_2", b"{}"), b"{}").await.status, 404);
}

fn refused() -> Reload {
    let place = ProblemPlace { file: "config/rules.toml".to_owned(), line: 3, column: 1 };
    let problem = Problem {
        severity: "error".to_owned(),
        code: "unknown-key".to_owned(),
        place: Some(place),
        message: "there is no key `wher`".to_owned(),
        hint: Some("did you mean `where`?".to_owned()),
    };
    let at = "2026-02-10T12:00:09Z".parse().unwrap();
    Reload { at, outcome: ReloadOutcome::Refused, changes: None, problems: vec![problem] }
}

#[tokio::test]
async fn a_refused_reload_is_told_to_each_door_as_it_should_be() {
    let rig = Rig::open().await;
    rig.reloads.tell(refused());
    let table = [
        (rig.public, "/readyz", "ready"),
        (rig.admin, "/readyz", "ready"),
        (
            rig.public,
            "/readyz?verbose",
            "ready\nconfiguration: loaded at 2026-02-10T12:00:00Z; last reload at 2026-02-10T12:00:09Z: refused, 1 error; the one loaded before stays\n",
        ),
        (
            rig.admin,
            "/readyz?verbose=1",
            "ready\nconfiguration: loaded at 2026-02-10T12:00:00Z; last reload at 2026-02-10T12:00:09Z: refused, 1 error; the one loaded before stays\nerror config/rules.toml:3:1: there is no key `wher` (did you mean `where`?)\n",
        ),
    ];
    for (door, path, expected) in table {
        let answer = ask(door, "GET", path, &[], b"").await;
        assert_eq!((answer.status, answer.body.as_str()), (200, expected), "{path}");
    }
    rig.doors.announce_stop();
    let answer = rig.get("/readyz?verbose").await;
    assert!(answer.status == 503 && answer.body.starts_with("stopping\nconfiguration: "), "{answer:?}");
    let status = ask(rig.admin, "GET", "/api/v1/configuration", &[], b"").await;
    let status: ConfigurationStatus = serde_json::from_str(&status.body).unwrap();
    assert_eq!(status.last_reload, Some(refused()));
}

#[tokio::test]
async fn problems_are_told_to_nobody_whom_the_api_refuses() {
    const TOKEN: &str = "admin-token-0123456789";
    let bearer = format!("Bearer {TOKEN}");
    type Asked<'a> = (Option<&'a str>, &'a [(&'a str, &'a str)], bool);
    let table: [Asked<'_>; 6] = [
        (Some(TOKEN), &[], false),
        (Some(TOKEN), &[("Authorization", "Bearer another")], false),
        (Some(TOKEN), &[("Authorization", &bearer)], true),
        (None, &[], true),
        (None, &[("Host", "evil.example")], false),
        (None, &[("Origin", "http://evil.example")], false),
    ];
    for (token, headers, expected) in table {
        let rig = Rig::with(proofbell_server::Limits::default(), token).await;
        rig.reloads.tell(refused());
        let answer = ask(rig.admin, "GET", "/readyz?verbose", headers, b"").await;
        assert!(answer.status == 200 && answer.body.contains("refused, 1 error"), "{answer:?}");
        assert_eq!(answer.body.contains("wher"), expected, "{token:?} {headers:?}");
    }
}

#[tokio::test]
async fn an_operator_asks_for_a_reload_and_is_told_what_came_of_it() {
    let mut rig = Rig::open().await;
    let admin = rig.admin;
    let wish = || async move {
        let json = [("Content-Type", "application/json")];
        ask(admin, "POST", "/api/v1/reload", &json, b"{}").await
    };
    let answered = async |rig: &mut Rig, reload: Reload| -> Answer {
        let asking = tokio::spawn(wish());
        rig.wishes.recv().await.unwrap().answer(reload);
        asking.await.unwrap()
    };
    let answer = answered(&mut rig, refused()).await;
    assert_eq!((answer.status, answer.text("/outcome").as_str()), (422, "refused"));
    assert_eq!(answer.text("/problems/0/place/file"), "config/rules.toml");
    let unchanged = Reload { outcome: ReloadOutcome::Unchanged, problems: Vec::new(), ..refused() };
    let answer = answered(&mut rig, unchanged).await;
    assert_eq!((answer.status, answer.text("/outcome").as_str()), (200, "unchanged"));

    let asking = tokio::spawn(wish());
    drop(rig.wishes.recv().await);
    let answer = asking.await.unwrap();
    assert_eq!((answer.status, answer.code().as_str()), (503, "not_now"));
    rig.wishes.close();
    assert_eq!(wish().await.code(), "not_now");
}
