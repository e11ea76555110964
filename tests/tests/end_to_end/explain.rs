//! What `explain` says is what `serve` does: the same decisions, and the same messages byte for byte.

use std::fs;

use proofbell_notify::Body;
use proofbell_tests::{Delivery, Mail, Market, Seller, Server, root};
use serde_json::Value;

const HANAKO: Seller<'_> = Seller {
    reference_id: "ITEM-JA",
    name: "山田 花子 <b>",
    email: "hanako@example.jp",
    phone: "+819012345678",
    locale: "ja",
};

/// A store that knows nothing yet.
const ELSEWHERE: &str = "[store]\nurl = \"sqlite:elsewhere.db\"\n";

fn fixture(name: &str) -> String {
    root().join("tests/fixtures").join(name).display().to_string()
}

/// What the server made of an event: the event, its decision, and its messages with their texts.
struct Served {
    id: String,
    received_at: String,
    decision: Value,
    messages: Vec<Value>,
}

async fn served(server: &Server, payload: &str) -> Served {
    let body = fs::read(payload).unwrap();
    let sr_uuid = serde_json::from_slice::<Value>(&body).unwrap()["sr_uuid"].as_str().unwrap().to_owned();
    let id = Delivery::raw(body).accepted(server.public()).await;
    let sent = |view: &Value| {
        let of = |list: &str| view[list].as_array().cloned().unwrap_or_default();
        !of("messages").is_empty()
            && of("messages").iter().all(|message| message["state"] == "sent")
            && of("drafts").iter().all(|draft| draft["state"] == "addressed")
    };
    let view = server.case_when(&sr_uuid, "everything is sent", sent).await;
    let mut messages = Vec::new();
    for message in view["messages"].as_array().unwrap() {
        messages.push(server.json(&["messages", "show", message["id"].as_str().unwrap()]).await);
    }
    Served {
        id,
        received_at: view["events"][0]["received_at"].as_str().unwrap().to_owned(),
        decision: view["decisions"][0]["decision"].clone(),
        messages,
    }
}

/// All messages of an explanation.
fn explained(explanation: &Value) -> Vec<&Value> {
    let drafts = explanation["drafts"].as_array().unwrap();
    drafts.iter().flat_map(|draft| draft["messages"].as_array().unwrap()).collect()
}

/// The messages are those that were kept, with the same texts to the byte.
fn same(explanation: &Value, served: &Served) {
    let explained = explained(explanation);
    assert_eq!(explained.len(), served.messages.len(), "{explanation:#}");
    for message in explained {
        let alike = |kept: &&Value| {
            ["channel", "template", "to", "locale", "segments"].iter().all(|key| kept[key] == message[key])
        };
        let kept = served.messages.iter().find(alike);
        let kept = kept.unwrap_or_else(|| panic!("nothing like this was sent: {message:#}"));
        assert_eq!(message["state"], "sent", "{message:#}");
        assert_eq!(message["body"].to_string(), kept["body"].to_string());
    }
}

fn body(message: &Value) -> Body {
    serde_json::from_value(message["body"].clone()).unwrap()
}

/// Each message is what its provider was given.
async fn arrived(market: &Market, explanation: &Value) {
    for message in explained(explanation) {
        match body(message) {
            Body::Email(email) => {
                let mails = market.smtp.mails();
                let with_subject: Vec<&Mail> =
                    mails.iter().filter(|mail| mail.subject == email.subject).collect();
                let [mail] = with_subject.as_slice() else { panic!("{}: {with_subject:#?}", email.subject) };
                // Lines end otherwise on the wire.
                assert_eq!(mail.html.replace("\r\n", "\n"), email.html);
                assert_eq!(mail.text.replace("\r\n", "\n"), email.text);
            }
            Body::Chat(chat) => {
                let heard = market.slack.wait_for("ITEM-JA", 1).await.remove(0);
                let locale = message["locale"].as_str().unwrap();
                let posted = proofbell_slack::payload(&chat, locale).unwrap();
                assert_eq!(heard.payload.to_string(), posted.to_string());
            }
            Body::Text(text) => {
                let heard = market.twilio.wait_for("ラベル", 1).await.remove(0);
                assert_eq!(heard.payload["Body"], text);
            }
        }
    }
}

/// Every rule is there, with a reason where it keeps silent; what matched is what was decided.
fn reasons(explanation: &Value, decision: &Value, speaking: &[&str]) {
    let rules = explanation["rules"].as_array().unwrap();
    let names: Vec<&str> = rules.iter().map(|row| row["rule"].as_str().unwrap()).collect();
    let wanted =
        ["authentic", "cancelled", "counterfeit-alert", "reshoot", "reshoot-label", "verdict-changed"];
    assert_eq!(names, wanted);
    for row in rules {
        let name = row["rule"].as_str().unwrap();
        assert_eq!(row["matched"], speaking.contains(&name), "{row:#}");
        if row["matched"] == false {
            assert!(
                row["because"].is_string() && row["wants"].is_string() && row["saw"].is_string(),
                "{row:#}"
            );
        }
        let decided = decision["rules"].as_array().unwrap().iter().find(|decided| decided["rule"] == name);
        let spoke = decided.is_some_and(|decided| decided["verdict"]["matched"].is_object());
        assert_eq!(row["matched"], spoke, "{row:#}: {decision:#}");
    }
}

async fn explain(market: &Market, arguments: &[&str]) -> Value {
    market.bench.program().json(&[&["explain"], arguments].concat()).await
}

async fn check(payload: &str, speaking: &[&str]) {
    let mut market = Market::new(&[HANAKO]).await;
    let server = market.serve().await;
    let file = fixture(payload);
    let served = served(&server, &file).await;
    let at = served.received_at.as_str();

    // As the event that the store has, by its id and by its file, and as a file that a store has never seen.
    let stored = explain(&market, &[&served.id]).await;
    let known = explain(&market, &[&file, "--at", at]).await;
    assert_eq!(known["event"]["id"], served.id.as_str(), "what was sent already is recognised");
    market.bench.overlay("elsewhere.toml", ELSEWHERE);
    let fresh = explain(&market, &[&file, "--at", at]).await;
    assert_eq!(fresh["event"]["id"], Value::Null);
    for explanation in [&stored, &fresh, &known] {
        assert_eq!(explanation["event"]["received_at"], served.received_at.as_str());
        reasons(explanation, &served.decision, speaking);
        same(explanation, &served);
        arrived(&market, explanation).await;
    }
    for explanation in [&stored, &known] {
        assert_eq!(explanation["decision"]["round"], served.decision["round"]);
        for message in explained(explanation) {
            let id = &message["id"];
            assert!(served.messages.iter().any(|kept| kept["id"] == *id), "the same message: {message:#}");
        }
    }
    let told = server.run(&["explain", &served.id]).await.expect(0).stdout;
    for rule in speaking {
        assert!(told.contains(&format!("{rule} → ")), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_rejection_is_explained_as_it_is_served() {
    check("media_rejected.json", &["reshoot", "reshoot-label"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_counterfeit_verdict_is_explained_as_it_is_served() {
    check("counterfeit.json", &["counterfeit-alert"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancellation_is_explained_as_it_is_served() {
    check("invalidate_sr.json", &["cancelled"]).await;
}
