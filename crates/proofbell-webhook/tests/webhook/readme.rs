//! What the README tells receivers is so.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::Arc;

use proofbell_notify::http::Client;
use proofbell_notify::testkit::{Double, Fault, HttpAnswer};
use proofbell_notify::{Address, Message, Notifier};
use proofbell_webhook::payload;
use serde_json::{Value, json};

use crate::{OLD_SECRET, PATIENCE, SECRET, fixed, message, requests};

const README: &str = include_str!("../../README.md");

/// The README's block of code in this language; there is one of each.
fn block(language: &str) -> &'static str {
    let (_, rest) = README.split_once(&format!("```{language}\n")).unwrap();
    rest.split_once("```").unwrap().0
}

#[test]
fn the_example_is_what_is_sent() {
    let mut example: Value = serde_json::from_str(block("json")).unwrap();
    let made_at = example["timestamp"].as_str().unwrap().parse().unwrap();
    let case = example["data"]["case"].as_str().map(str::to_owned);
    let sent = payload(&Message { made_at, case, to_name: None, ..message(Address::Fixed) }).unwrap();
    let sent: Value = serde_json::from_slice(&sent).unwrap();
    assert_eq!(example, sent);
    // The order of the keys is shown as it is, too.
    assert_eq!(example.take().to_string(), sent.to_string());
}

/// Runs a receiver's program, if this machine has the language.
fn run(program: &str, arguments: &[&str], input: &str) -> Option<bool> {
    let child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut child) = child else {
        let _ = writeln!(std::io::stderr(), "SKIPPED: the README's example for {program}, which is not here");
        return None;
    };
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    Some(child.wait().unwrap().success())
}

/// What a receiver has, and what it gets, as an argument for its program.
async fn received(body: impl FnOnce(&str) -> String, secret: &str) -> String {
    let double = Double::start(Arc::new(HttpAnswer::new(204, "")), Fault::None).await;
    fixed(double.address(), &Client::default(), PATIENCE).send(&message(Address::Fixed)).await;
    let request = requests(&double.heard()).remove(0);
    let headers: serde_json::Map<String, Value> =
        request.headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    let body = body(std::str::from_utf8(&request.body).unwrap());
    json!({ "secrets": [secret], "headers": headers, "body": body }).to_string()
}

async fn check(program: &str, arguments: &[&str], code: &str) {
    const FOREIGN: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let forged = |body: &str| body.replace("not", "now");
    let cases = [
        (received(str::to_owned, SECRET).await, true),
        (received(str::to_owned, OLD_SECRET).await, true),
        (received(str::to_owned, FOREIGN).await, false),
        (received(forged, SECRET).await, false),
    ];
    for (request, expected) in cases {
        // JSON in JSON is a literal string in both languages.
        let program_text = code.replace("REQUEST", &json!(request).to_string());
        let believed = run(program, arguments, &program_text);
        assert!(
            believed.is_none_or(|believed| believed == expected),
            "{program}: {expected}, but {believed:?}"
        );
    }
}

#[tokio::test]
async fn the_python_example_believes_what_it_should() {
    let rest = "\nrequest = json.loads(REQUEST)\n\
        message = verify(request['secrets'], request['headers'], request['body'].encode())\n\
        assert message['data']['chat']['header'] == 'Counterfeit verdict: MS-48213'\n";
    check("python3", &["-"], &format!("{}{rest}", block("python"))).await;
}

#[tokio::test]
async fn the_javascript_example_believes_what_it_should() {
    let rest = "\nconst request = JSON.parse(REQUEST);\n\
        const message = verify(request.secrets, request.headers, Buffer.from(request.body));\n\
        if (message.data.chat.header !== 'Counterfeit verdict: MS-48213') throw new Error('another message');\n";
    check("node", &["-"], &format!("{}{rest}", block("javascript"))).await;
}
