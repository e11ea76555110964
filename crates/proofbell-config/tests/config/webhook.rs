//! What is decided by a channel's kind and not by its form alone.

use std::path::PathBuf;

use proofbell_config::{Color, Embedded, Loaded, OnUnknown, Request, Secrets, load, render};
use proofbell_notify::{
    AddressKind, ConfigError, Form, Message, Notifier, Outcome, ProbeError, Proof, Receipt, Toolkit,
};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::fakes;

const SHOP: &str = r#"
[source.legitmark]
secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]

[channel.backoffice]
kind = "webhook"
secrets = [{ env = "ABSENT" }]

[audience.staff]
kind = "list"
members = [{ name = "Ops", webhook = "https://hooks.example/x" }]

[rule.counterfeit]
on = "counterfeit"
to = "staff"
"#;

/// A webhook that takes short texts and sends nothing.
struct Webhook;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WebhookConfig {
    secrets: Vec<String>,
}

impl Notifier for Webhook {
    const KIND: &'static str = "webhook";
    type Config = WebhookConfig;

    fn from_config(config: WebhookConfig, _: &Toolkit) -> Result<Webhook, ConfigError> {
        match config.secrets.iter().position(|secret| !secret.starts_with("whsec_")) {
            Some(index) => Err(ConfigError::at(format!("secrets[{index}]"), "begins with whsec_")),
            None => Ok(Webhook),
        }
    }

    fn form(&self) -> Form {
        Form::Text
    }

    fn address(&self) -> AddressKind {
        AddressKind::Named("webhook")
    }

    async fn send(&self, _: &Message) -> Outcome {
        Outcome::Sent(Receipt::default())
    }

    async fn probe(&self) -> Result<Proof, ProbeError> {
        Ok(Proof::of("it works"))
    }
}

fn loaded(shop: &str) -> Loaded {
    let template = ("templates/counterfeit/text.en.hbs", "Look at {{case.reference_id}}.");
    load(&Request {
        layers: &[PathBuf::from("config")],
        files: &Embedded::new([("config/all.toml", shop), template]),
        environment: &|_| None,
        secrets: Secrets::Assume,
        registry: &fakes::registry().with::<Webhook>(),
        toolkit: &Toolkit::default(),
    })
}

#[test]
fn a_webhook_is_sent_again_in_every_form() {
    let on_unknown = |shop: &str| {
        let loaded = loaded(shop);
        assert!(!loaded.has_errors(), "{}", render(&loaded.diagnostics, Color::Never));
        loaded.configuration.unwrap().channels["backoffice"].on_unknown
    };
    assert_eq!(on_unknown(SHOP), OnUnknown::Retry);
    let told = SHOP.replace("kind = \"webhook\"", "kind = \"webhook\"\non_unknown = \"dead\"");
    assert_eq!(on_unknown(&told), OnUnknown::Dead);
}
