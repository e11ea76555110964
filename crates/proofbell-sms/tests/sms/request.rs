//! What goes out over the wire.

use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proofbell_notify::testkit::{Double, Fault, HttpAnswer, HttpRequest, describe};
use proofbell_notify::{Body, Measure, Notifier};
use serde_json::{Map, Value, json};

use crate::{NUMBER, SID, TOKEN, text, twilio};

const PATIENCE: Duration = Duration::from_secs(10);

/// Sends one text and hands back the outcome and what was asked of Twilio.
async fn send(to: &str, body: &str) -> (String, Vec<HttpRequest>) {
    let double =
        Double::start(std::sync::Arc::new(HttpAnswer::json(201, &json!({ "sid": "SM1" }))), Fault::None)
            .await;
    let outcome = twilio(double.address(), PATIENCE).send(&text(to, body)).await;
    let requests = double.heard().iter().filter_map(|unit| HttpRequest::parse(unit)).collect();
    (describe(&outcome), requests)
}

async fn sent_body(body: &str) -> String {
    let (_, requests) = send(NUMBER, body).await;
    requests[0].form().into_iter().find(|(name, _)| name == "Body").unwrap().1
}

#[tokio::test]
async fn a_message_is_posted_as_a_form() {
    let (outcome, requests) = send(NUMBER, "1 + 1 = 2 & 花\n").await;
    assert_eq!(outcome, "sent SM1");
    let [request] = requests.as_slice() else { panic!("one request, not {}", requests.len()) };
    assert_eq!(request.method, "POST");
    assert_eq!(request.path, format!("/2010-04-01/Accounts/{SID}/Messages.json"));
    assert_eq!(request.header("content-type"), Some("application/x-www-form-urlencoded"));
    let credentials = format!("Basic {}", STANDARD.encode(format!("{SID}:{TOKEN}")));
    assert_eq!(request.header("authorization"), Some(credentials.as_str()));
    let expected = [("To", NUMBER), ("From", "+815012345678"), ("Body", "1 + 1 = 2 & 花\n")];
    assert_eq!(request.form(), expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

/// What is stored and shown is what is sent, also where nobody has fitted it.
#[tokio::test]
async fn the_text_is_sent_as_it_is() {
    for body in ["か\u{3099}".to_owned(), "鑑".repeat(2000), "{to} %s\t".to_owned()] {
        assert_eq!(sent_body(&body).await, body);
    }
}

#[tokio::test]
async fn only_listed_countries_are_texted() {
    let table = [
        ("+819012345678", "sent SM1"),
        ("+12025550143", "sent SM1"),
        // The same +1, and the classics of toll fraud: Canada, Jamaica, the Dominican Republic.
        ("+14165550123", "rejected country_refused"),
        ("+18765550123", "rejected country_refused"),
        ("+18095550123", "rejected country_refused"),
        ("+447400123456", "rejected country_refused"),
        ("+80012345678", "rejected country_refused"),
    ];
    for (to, expected) in table {
        let (outcome, requests) = send(to, "hello").await;
        assert_eq!(outcome, expected, "{to}");
        assert_eq!(requests.len(), usize::from(expected.starts_with("sent")), "{to}");
    }
}

#[tokio::test]
async fn nothing_is_not_sent() {
    let (outcome, requests) = send(NUMBER, " \n").await;
    assert_eq!((outcome.as_str(), requests.len()), ("rejected empty", 0));
}

#[tokio::test]
async fn a_probe_asks_for_the_account() {
    let answer = HttpAnswer::json(200, &json!({ "status": "active" }));
    let double = Double::start(std::sync::Arc::new(answer), Fault::None).await;
    twilio(double.address(), PATIENCE).probe().await.unwrap();
    let request = HttpRequest::parse(&double.heard()[0]).unwrap();
    assert_eq!(request.method, "GET");
    assert_eq!(request.path, format!("/2010-04-01/Accounts/{SID}.json"));
    assert!(request.header("authorization").is_some());
}

#[tokio::test]
async fn what_is_fitted_is_measured() {
    let twilio = twilio("127.0.0.1:9".parse().unwrap(), PATIENCE);
    let measure = |text: &str| twilio.measure(&twilio.fit(Body::Text(text.to_owned())).unwrap());
    let parts = |segments, encoding: &str| Some(Measure { segments, encoding: encoding.to_owned() });
    assert_eq!(measure(&"か\u{3099}".repeat(70)), parts(1, "UCS-2"));
    assert_eq!(measure(&"a".repeat(5000)), parts(11, "GSM-7"));
    assert_eq!(twilio.measure(&Body::Chat(Default::default())), None);
}

/// The request's schema in Twilio's own description, with the constraints that its texts state.
fn strict_schema() -> Option<jsonschema::Validator> {
    let contracts = std::env::var_os("PROOFBELL_CONTRACTS")?;
    let file =
        std::fs::read(Path::new(&contracts).join("twilio/twilio_messages.strict.openapi.json")).unwrap();
    let description: Value = serde_json::from_slice(&file).unwrap();
    let form = "/paths/~12010-04-01~1Accounts~1{AccountSid}~1Messages.json/post/requestBody/content/application~1x-www-form-urlencoded/schema";
    let mut schema = description.pointer(form).unwrap().clone();
    // References are written from the root of the description.
    schema["components"] = description["components"].clone();
    Some(jsonschema::validator_for(&schema).unwrap())
}

#[tokio::test]
async fn requests_satisfy_the_strict_contract() {
    let Some(schema) = strict_schema() else {
        eprintln!(
            "SKIPPED: PROOFBELL_CONTRACTS is not set, so requests are not compared with Twilio's description"
        );
        return;
    };
    assert!(
        !schema.is_valid(&json!({ "To": "81 90", "From": "X", "Body": "" })),
        "the schema refuses nothing"
    );
    let texts = ["hello", "花子さん、ラベルの写真を撮り直してください。", "1 + 1 = 2 & more = [€]", "😀😀"]
        .map(str::to_owned);
    for body in texts.into_iter().chain(["a".repeat(3000), "鑑".repeat(3000), "😀".repeat(3000)]) {
        let fitted = twilio("127.0.0.1:9".parse().unwrap(), PATIENCE).fit(Body::Text(body.clone())).unwrap();
        let Body::Text(fitted) = fitted else { panic!("{fitted:?}") };
        let (outcome, requests) = send(NUMBER, &fitted).await;
        assert_eq!(outcome, "sent SM1");
        let form: Map<String, Value> =
            requests[0].form().into_iter().map(|(name, value)| (name, Value::String(value))).collect();
        let errors: Vec<String> =
            schema.iter_errors(&Value::Object(form)).map(|error| error.to_string()).collect();
        assert_eq!(errors, [""; 0], "{} characters", body.chars().count());
    }
}
