//! What goes out over the wire.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proofbell_notify::testkit::{Double, Fault, HttpAnswer, HttpRequest};
use proofbell_notify::{Body, Measure, Notifier};
use proofbell_sms::TwilioConfig;
use serde_json::{Value, json};

use super::{CALLBACK, SERVICE, SID, TOKEN, build, config, twilio, with_service_and_reports};
use crate::{ID, NUMBER, PATIENCE, contract, fitted, nowhere, owned, requests, text, texts, violations};

fn created() -> HttpAnswer {
    HttpAnswer::json(201, &json!({ "sid": "SM1" }))
}

async fn send(to: &str, body: &str) -> (String, Vec<HttpRequest>) {
    crate::send(twilio, created(), &text(to, body)).await
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
    assert_eq!(request.form(), owned(expected));
}

#[tokio::test]
async fn a_service_may_send_and_twilio_reports_of_each_message() {
    let (_, requests) = crate::send(with_service_and_reports, created(), &text(NUMBER, "hello")).await;
    let callback = format!("{CALLBACK}?message={ID}");
    let expected =
        [("To", NUMBER), ("MessagingServiceSid", SERVICE), ("Body", "hello"), ("StatusCallback", &callback)];
    assert_eq!(requests[0].form(), owned(expected));
}

/// What is stored and shown is what is sent, also where nobody has fitted it.
#[tokio::test]
async fn the_text_is_sent_as_it_is() {
    for body in ["か\u{3099}".to_owned(), "鑑".repeat(2000), "{to} %s\t".to_owned()] {
        let (_, requests) = send(NUMBER, &body).await;
        let sent = requests[0].form().into_iter().find(|(name, _)| name == "Body");
        assert_eq!(sent.map(|(_, value)| value), Some(body));
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

fn account(account: Value) -> Arc<HttpAnswer> {
    Arc::new(HttpAnswer::json(200, &account))
}

#[tokio::test]
async fn a_probe_asks_for_the_account() {
    let active = "the account is active; its sender and the countries it may send to are not asked";
    let double = Double::start(account(json!({ "status": "active", "type": "Full" })), Fault::None).await;
    assert_eq!(twilio(double.address()).probe().await.unwrap().to_string(), active);
    double.talk_like(account(json!({ "status": "active", "type": "Trial" })));
    let trial = "the account is active, on trial: it sends to numbers that Twilio has verified alone";
    assert_eq!(twilio(double.address()).probe().await.unwrap().to_string(), trial);
    let request = &requests(&double)[0];
    assert_eq!(request.method, "GET");
    assert_eq!(request.path, format!("/2010-04-01/Accounts/{SID}.json"));
    assert!(request.header("authorization").is_some());
}

#[tokio::test]
async fn the_sender_is_the_number_unless_a_service_chooses_it() {
    assert_eq!(twilio(nowhere()).sender().as_deref(), Some("+815012345678"));
    assert_eq!(with_service_and_reports(nowhere()).sender(), None);
}

#[tokio::test]
async fn what_is_fitted_is_measured() {
    let check = |segments_at_most: Option<u32>, body: String, segments: u32, encoding: &str| {
        let twilio = build(TwilioConfig { segments_at_most, ..config(nowhere()) }, PATIENCE);
        let measure = twilio.measure(&Body::Text(fitted(&twilio, &body)));
        assert_eq!(measure, Some(Measure { segments, encoding: encoding.to_owned() }));
    };
    check(None, "か\u{3099}".repeat(70), 1, "UCS-2");
    check(None, "a".repeat(5000), 11, "GSM-7");
    check(Some(2), "a".repeat(5000), 2, "GSM-7");
    check(Some(2), "鑑".repeat(5000), 2, "UCS-2");
    assert_eq!(twilio(nowhere()).measure(&Body::Chat(Default::default())), None);
}

/// The request's schema in Twilio's own description, with the constraints that its texts state.
fn strict_schema() -> Option<jsonschema::Validator> {
    let description: Value =
        serde_json::from_str(&contract("twilio/twilio_messages.strict.openapi.json")?).unwrap();
    let form = "/paths/~12010-04-01~1Accounts~1{AccountSid}~1Messages.json/post/requestBody/content/application~1x-www-form-urlencoded/schema";
    let mut schema = description.pointer(form).unwrap().clone();
    // References are written from the root of the description.
    schema["components"] = description["components"].clone();
    Some(jsonschema::options().should_validate_formats(true).build(&schema).unwrap())
}

#[tokio::test]
async fn requests_satisfy_the_strict_contract() {
    let Some(schema) = strict_schema() else { return };
    let refused = [
        json!({ "To": "81 90", "From": "X", "Body": "hello" }),
        json!({ "To": NUMBER, "Body": "hello" }),
        json!({ "To": NUMBER, "MessagingServiceSid": "MG1", "Body": "hello" }),
        json!({ "To": NUMBER, "From": "X", "Body": "hello", "StatusCallback": "no url" }),
    ];
    for request in refused {
        assert!(!schema.is_valid(&request), "the schema takes {request}");
    }
    for body in texts() {
        let message = text(NUMBER, &fitted(&twilio(nowhere()), &body));
        let plain = crate::send(twilio, created(), &message).await;
        let full = crate::send(with_service_and_reports, created(), &message).await;
        for (outcome, requests) in [plain, full] {
            assert_eq!(outcome, "sent SM1");
            assert_eq!(violations(&schema, &requests[0]), [""; 0], "{} characters", body.chars().count());
        }
    }
}
