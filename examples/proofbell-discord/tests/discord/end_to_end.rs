//! From the page's configuration and template to what Discord hears.

use std::path::PathBuf;
use std::sync::Arc;

use proofbell_config::{Color, Configuration, Embedded, OnUnknown, Request, Secrets, load, render};
use proofbell_discord::Discord;
use proofbell_engine::{Case, Compose, EventId, Stimulus};
use proofbell_event::Event;
use proofbell_notify::testkit::{self, Double, Fault, HttpAnswer, HttpRequest, describe, describe_probe};
use proofbell_notify::{Address, Message, Recipient, Registry, Toolkit};
use serde_json::{Value, json};

const SHOP: &str = include_str!("shop.toml");
const TEMPLATE: &str = include_str!("chat.en.hbs");
const EVENT: &[u8] = br#"{
    "event_type": "state_change", "sr_uuid": "b16c763b-1723-455d-ba29-164418044886",
    "reference_id": "MS-1*@everyone*", "timestamp": "2026-02-10T12:15:00.000Z",
    "state": { "primary": "COMPLETE", "supplement": "REJECTED" }
}"#;

fn configuration(webhook_url: &str) -> Configuration {
    let loaded = load(&Request {
        layers: &[PathBuf::from("config")],
        files: &Embedded::new([
            ("config/shop.toml", SHOP),
            ("templates/counterfeit-alert/chat.en.hbs", TEMPLATE),
        ]),
        environment: &|name| match name {
            "LEGITMARK_WEBHOOK_SECRET" => Some("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned()),
            "DISCORD_WEBHOOK_URL" => Some(webhook_url.to_owned()),
            _ => None,
        },
        secrets: Secrets::Require,
        registry: &Registry::new().with::<Discord>(),
        toolkit: &Toolkit::default(),
    });
    assert_eq!(render(&loaded.diagnostics, Color::Never), "");
    loaded.configuration.unwrap()
}

#[tokio::test]
async fn an_event_becomes_a_post_in_discord() {
    let discord = Double::start(Arc::new(HttpAnswer::json(200, &json!({ "id": "1234" }))), Fault::None).await;
    let configuration = configuration(&format!("http://{}/api/webhooks/4711/t0ken", discord.address()));
    let channel = &configuration.channels["authenticity"];
    assert_eq!(channel.on_unknown, OnUnknown::Retry);

    let event = Event::parse(EVENT).unwrap();
    let id: EventId = "019c4734-0b5e-7c31-9d0e-3f5f0b0a7c11".parse().unwrap();
    let received_at = "2026-02-10T12:15:03Z".parse().unwrap();
    let stimulus = Stimulus { id, generation: 0, received_at, event: &event };
    let step = configuration.engine.step(&Case::default(), &stimulus);
    let [draft] = step.drafts.as_slice() else { panic!("one draft, not {}", step.drafts.len()) };
    let recipient = Recipient { name: Some("Desk".to_owned()), ..Recipient::default() };
    let compose = Compose { draft, event: &event, recipient: &recipient, channel: "authenticity" };
    let composed = configuration.engine.compose(&compose).unwrap();
    let message = Message { locale: composed.locale, ..testkit::message(Address::Fixed, composed.body) };
    assert_eq!(describe(&channel.notifier.send(&message).await), "sent 1234");
    assert_eq!(describe_probe(&channel.notifier.probe().await), "ok");

    let requests: Vec<HttpRequest> =
        discord.heard().iter().map(|unit| HttpRequest::parse(unit).unwrap()).collect();
    let asked: Vec<(&str, &str)> =
        requests.iter().map(|request| (request.method.as_str(), request.path.as_str())).collect();
    assert_eq!(asked, [("POST", "/api/webhooks/4711/t0ken?wait=true"), ("GET", "/api/webhooks/4711/t0ken")]);
    let post = requests[0].json().unwrap();
    assert_eq!(post["username"], "Authenticity desk");
    assert_eq!(post["allowed_mentions"], json!({ "parse": [] }));
    let embed: &Value = &post["embeds"][0];
    assert_eq!(embed["title"], r"Counterfeit\: MS\-1\*\@everyone\*");
    assert_eq!(embed["color"], 0x00a4_262c);
    let description =
        "Legitmark found this item **not authentic**\\.\n- Keep the item and the payout on hold\\.";
    assert_eq!(embed["description"], description);
    assert_eq!(embed["fields"][0]["value"], r"b16c763b\-1723\-455d\-ba29\-164418044886");
}
