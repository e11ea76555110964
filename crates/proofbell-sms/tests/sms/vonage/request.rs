//! What goes out over the wire.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proofbell_notify::Notifier;
use proofbell_notify::testkit::{Double, Fault, HttpAnswer, HttpRequest};
use serde_json::{Value, json};

use super::{CALLBACK, KEY, SECRET, vonage, with_reports};
use crate::{ID, NUMBER, contract, fitted, nowhere, owned, requests, text, texts, violations};

fn accepted() -> HttpAnswer {
    HttpAnswer::json(200, &json!({ "messages": [{ "status": "0", "message-id": "0A1" }] }))
}

async fn send(to: &str, body: &str) -> (String, Vec<HttpRequest>) {
    crate::send(vonage, accepted(), &text(to, body)).await
}

#[tokio::test]
async fn a_message_is_posted_as_a_form() {
    let (outcome, requests) = send(NUMBER, "1 + 1 = 2 & more").await;
    assert_eq!(outcome, "sent 0A1");
    let [request] = requests.as_slice() else { panic!("one request, not {}", requests.len()) };
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/sms/json"));
    assert_eq!(request.header("content-type"), Some("application/x-www-form-urlencoded"));
    let expected = [
        ("api_key", KEY),
        ("api_secret", SECRET),
        ("from", "815012345678"),
        ("to", "819012345678"),
        ("text", "1 + 1 = 2 & more"),
        ("type", "text"),
        ("client-ref", ID),
    ];
    assert_eq!(request.form(), owned(expected));
}

#[tokio::test]
async fn the_type_is_unicode_where_the_gsm_alphabet_lacks_a_character() {
    let table =
        [("hello [€]", "text"), ("花", "unicode"), ("`", "unicode"), ("ç", "unicode"), ("😀", "unicode")];
    for (body, expected) in table {
        let (_, requests) = send(NUMBER, body).await;
        let form = requests[0].form();
        assert!(form.contains(&("type".to_owned(), expected.to_owned())), "{body}: {form:?}");
        assert!(form.contains(&("text".to_owned(), body.to_owned())), "{body}: {form:?}");
    }
}

#[tokio::test]
async fn vonage_reports_where_it_is_told_to() {
    let (_, requests) = crate::send(with_reports, accepted(), &text(NUMBER, "hello")).await;
    let form = requests[0].form();
    for field in owned([("from", "MAISON"), ("callback", CALLBACK), ("client-ref", ID)]) {
        assert!(form.contains(&field), "{field:?}: {form:?}");
    }
}

#[tokio::test]
async fn only_listed_countries_are_texted() {
    let (outcome, requests) = send("+18765550123", "hello").await;
    assert_eq!((outcome.as_str(), requests.len()), ("rejected country_refused", 0));
}

#[tokio::test]
async fn a_probe_asks_for_the_balance() {
    let answer = HttpAnswer::json(200, &json!({ "value": 1.5, "autoReload": false }));
    let double = Double::start(Arc::new(answer), Fault::None).await;
    let proof = vonage(double.address()).probe().await.unwrap();
    assert_eq!(proof.to_string(), "the account takes our credentials and has credit");
    let request = &requests(&double)[0];
    assert_eq!((request.method.as_str(), request.path.as_str()), ("GET", "/account/get-balance"));
    let credentials = format!("Basic {}", STANDARD.encode(format!("{KEY}:{SECRET}")));
    assert_eq!(request.header("authorization"), Some(credentials.as_str()));
}

fn description() -> Option<Value> {
    Some(serde_saphyr::from_str(&contract("vonage/sms.yml")?).unwrap())
}

/// The request's schema in Vonage's own description, with what its texts state beside it: the number is digits and nothing
/// else, there is a text and a secret, a reference has 40 characters at most, and there is nothing that is not described.
fn strict_schema(description: &Value) -> jsonschema::Validator {
    let mut schema = description["components"]["schemas"]["NewMessage"].clone();
    schema["additionalProperties"] = json!(false);
    schema["required"] = json!(["api_key", "api_secret", "from", "to", "text"]);
    schema["properties"]["to"]["pattern"] = json!(r"^\d{7,15}$");
    schema["properties"]["client-ref"]["maxLength"] = json!(40);
    schema["properties"]["from"]["pattern"] = json!(r"^(\d+|[A-Za-z0-9 _&-]{1,11})$");
    jsonschema::validator_for(&schema).unwrap()
}

#[tokio::test]
async fn requests_satisfy_the_contract() {
    let Some(description) = description() else { return };
    let schema = strict_schema(&description);
    let with_plus =
        json!({ "api_key": KEY, "api_secret": SECRET, "from": "X", "to": NUMBER, "text": "hello" });
    assert!(!schema.is_valid(&with_plus), "the schema takes {with_plus}");
    for body in texts() {
        let message = text(NUMBER, &fitted(&vonage(nowhere()), &body));
        let plain = crate::send(vonage, accepted(), &message).await;
        let reported = crate::send(with_reports, accepted(), &message).await;
        for (outcome, requests) in [plain, reported] {
            assert_eq!(outcome, "sent 0A1");
            assert_eq!(violations(&schema, &requests[0]), [""; 0], "{} characters", body.chars().count());
        }
    }
}

#[tokio::test]
async fn every_status_that_vonage_describes_is_listed() {
    let Some(description) = description() else { return };
    let statuses = description["x-errors"].as_object().unwrap();
    assert!(statuses.len() > 15);
    for status in statuses.keys() {
        let answer = HttpAnswer::json(200, &json!({ "messages": [{ "status": status }] }));
        let double = Double::start(Arc::new(answer), Fault::None).await;
        let outcome = vonage(double.address()).send(&text(NUMBER, "hello")).await;
        let said = format!("{outcome:?}");
        assert!(!said.contains("see https") && !said.contains("Sent"), "{status}: {said}");
    }
}
