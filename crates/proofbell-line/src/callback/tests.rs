use proofbell_notify::Address;
use serde_json::json;

use super::*;

const SECRET: &str = "8c570fa6dd201bb328f1c1eac23a96d8";
const PERSON: &str = "U4af4980629aabbccddeeff0011223344";
const OTHER: &str = "U0123456789abcdef0123456789abcdef";

fn sign(body: &[u8], secret: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body);
    STANDARD.encode(mac.finalize().into_bytes())
}

fn call(body: &[u8], signatures: &[&str]) -> Callback {
    let headers =
        signatures.iter().map(|value| ("x-line-signature".to_owned(), (*value).to_owned())).collect();
    Callback { headers, body: body.to_vec(), ..Callback::default() }
}

/// What a well-signed body reports: `out U…` or `in U…` each.
fn read(body: &[u8]) -> Result<Vec<String>, CallbackError> {
    let reports = reports(&call(body, &[&sign(body, SECRET)]), Some(&SECRET.into()))?;
    let describe = |report: Report| {
        let About::Address(Address::Named(id)) = report.about else { panic!("{:?}", report.about) };
        match report.news {
            News::OptedOut { reason } => format!("out {id} {}", reason.code()),
            News::OptedIn => format!("in {id}"),
            other => panic!("{other:?}"),
        }
    };
    Ok(reports.into_iter().map(describe).collect())
}

fn event(kind: &str, source: Value, timestamp: u64) -> Value {
    json!({
        "type": kind,
        "source": source,
        "timestamp": timestamp,
        "mode": "active",
        "webhookEventId": "01FZ74ASS536FW97EX38NKCZQK",
        "deliveryContext": { "isRedelivery": false },
    })
}

fn person(id: &str) -> Value {
    json!({ "type": "user", "userId": id })
}

/// The signature that OpenSSL makes: `printf '{"destination":"U1","events":[]}' | openssl dgst -sha256 -hmac SECRET -binary | base64`.
#[test]
fn the_signature_is_the_one_that_others_make() {
    let body = br#"{"destination":"U1","events":[]}"#;
    let known = "wkdF2jkT9qcI9xo3dy8DgHvcuPACq9NJ3RqICYTQy/0=";
    assert_eq!(reports(&call(body, &[known]), Some(&SECRET.into())), Ok(Vec::new()));
}

#[test]
fn events_say_who_blocks_and_who_comes_back() {
    let check = |events: Vec<Value>, expected: &[&str]| {
        let body =
            json!({ "destination": "Uffffffffffffffffffffffffffffffff", "events": events }).to_string();
        assert_eq!(read(body.as_bytes()).unwrap(), expected, "{body}");
    };
    check(vec![], &[]);
    check(vec![event("unfollow", person(PERSON), 1)], &[&format!("out {PERSON} unfollow")]);
    check(vec![event("follow", person(PERSON), 1)], &[&format!("in {PERSON}")]);
    check(
        vec![
            event("follow", person(PERSON), 9),
            event("message", person(OTHER), 8),
            event("unfollow", person(OTHER), 7),
            event("unfollow", person(PERSON), 6),
        ],
        &[&format!("out {PERSON} unfollow"), &format!("out {OTHER} unfollow"), &format!("in {PERSON}")],
    );
    check(
        vec![
            event("join", json!({ "type": "group", "groupId": "C4af4980629aabbccddeeff0011223344" }), 1),
            event("unfollow", json!({ "type": "user" }), 1),
            event("unfollow", person("U1"), 1),
            event("unfollow", person("C4af4980629aabbccddeeff0011223344"), 1),
            event("unheardof", person(PERSON), 1),
            json!({ "source": person(PERSON) }),
            json!("follow"),
        ],
        &[],
    );
}

#[test]
fn only_this_channels_secret_is_believed() {
    let body = json!({ "events": [event("unfollow", person(PERSON), 1)] }).to_string();
    let body = body.as_bytes();
    let good = sign(body, SECRET);
    let secret: SecretString = SECRET.into();
    assert_eq!(reports(&call(body, &[&good]), Some(&secret)).unwrap().len(), 1);
    let wrong = "not signed by this channel's secret";
    let base64 = "x-line-signature is not base64";
    let one = "not exactly one x-line-signature";
    let changed = [body, b" "].concat();
    let (others, nothing) = (sign(body, "other"), sign(b"", SECRET));
    let table: [(&[u8], Vec<&str>, &str); 9] = [
        (body, vec![], one),
        (body, vec![&good, &good], one),
        (body, vec![""], wrong),
        (body, vec![&good[..43]], base64),
        (body, vec!["sha256=abc"], base64),
        (body, vec!["AAAA"], wrong),
        (&changed, vec![&good], wrong),
        (body, vec![&others], wrong),
        (body, vec![&nothing], wrong),
    ];
    for (body, signatures, expected) in table {
        let refused = reports(&call(body, &signatures), Some(&secret));
        assert_eq!(refused, Err(CallbackError::Forged(expected.to_owned())), "{signatures:?}");
    }
    let closed = reports(&call(body, &[&good]), None);
    assert_eq!(closed, Err(CallbackError::NotOffered("it has no `channel_secret`".to_owned())));
}

#[test]
fn signed_nonsense_is_malformed() {
    for body in ["", "{", "[]", "{}", r#"{"events": {}}"#, r#"{"events": null}"#, "\u{0}"] {
        let refused = read(body.as_bytes());
        assert!(matches!(refused, Err(CallbackError::Malformed(_))), "{body}: {refused:?}");
    }
}
