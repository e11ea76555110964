//! The SMS notifiers against doubles of their gateways.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail the test")]

mod sms_http;
mod twilio;
mod vonage;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use proofbell_notify::http::Client;
use proofbell_notify::testkit::{self, Double, Fault, HttpAnswer, HttpRequest, describe};
use proofbell_notify::{Address, Body, Message, Notifier, PhoneNumber, Toolkit};
use serde_json::{Map, Value};

const NUMBER: &str = "+819012345678";
const PATIENCE: Duration = Duration::from_secs(10);

/// The id of each message here, as the kit makes it.
const ID: &str = "0193a5b0-0000-7000-8000-000000000001";

fn text(to: &str, text: &str) -> Message {
    testkit::message(Address::Phone(PhoneNumber::parse(to, None).unwrap()), Body::Text(text.to_owned()))
}

fn toolkit(deadline: Duration) -> Toolkit {
    Toolkit { http: Client::default().with_timeout(deadline) }
}

/// Where nobody listens, for what is never sent.
fn nowhere() -> SocketAddr {
    ([127, 0, 0, 1], 9).into()
}

/// Sends a message to a double that answers like this; hands back the outcome and what was asked.
async fn send<N: Notifier>(
    make: impl FnOnce(SocketAddr) -> N,
    answer: HttpAnswer,
    message: &Message,
) -> (String, Vec<HttpRequest>) {
    let double = Double::start(Arc::new(answer), Fault::None).await;
    let outcome = make(double.address()).send(message).await;
    (describe(&outcome), requests(&double))
}

fn requests(double: &Double) -> Vec<HttpRequest> {
    double.heard().iter().filter_map(|unit| HttpRequest::parse(unit)).collect()
}

/// The text as the pipeline stores it.
fn fitted(notifier: &impl Notifier, text: &str) -> String {
    match notifier.fit(Body::Text(text.to_owned())) {
        Ok(Body::Text(text)) => text,
        other => panic!("{other:?}"),
    }
}

/// Texts that a gateway must take: each alphabet, what a form must escape, and more than any SMS holds.
fn texts() -> Vec<String> {
    let short = ["hello", "花子さん、ラベルの写真を撮り直してください。", "1 + 1 = 2 & more = [€]", "😀😀"];
    let long = ["a", "鑑", "😀"].map(|text| text.repeat(3000));
    short.map(str::to_owned).into_iter().chain(long).collect()
}

/// A vendor's contract; `None`, loudly, when none are at hand.
fn contract(name: &str) -> Option<String> {
    match std::env::var_os("PROOFBELL_CONTRACTS") {
        Some(contracts) => Some(std::fs::read_to_string(Path::new(&contracts).join(name)).unwrap()),
        None => {
            eprintln!("SKIPPED: PROOFBELL_CONTRACTS is not set, so requests are not compared with {name}");
            None
        }
    }
}

/// What a schema does not like about a request's form.
fn violations(schema: &jsonschema::Validator, request: &HttpRequest) -> Vec<String> {
    let form: Map<String, Value> =
        request.form().into_iter().map(|(name, value)| (name, Value::String(value))).collect();
    schema.iter_errors(&Value::Object(form)).map(|error| error.to_string()).collect()
}

fn owned<const N: usize>(fields: [(&str, &str); N]) -> Vec<(String, String)> {
    fields.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
}
