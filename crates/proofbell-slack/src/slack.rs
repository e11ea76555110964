//! The notifier.

use proofbell_notify::http::{Client, SecretUrl, SendError};
use proofbell_notify::{
    AddressKind, Body, ConfigError, Form, Message, Notifier, Outcome, ProbeError, Reason, Toolkit,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::{answer, payload};

/// The settings of `kind = "slack"`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SlackConfig {
    /// The URL from Slack's "Incoming Webhooks" page. Whoever knows it can post, so it is a secret.
    pub webhook_url: SecretUrl,
}

/// Posts to one Slack channel through an incoming webhook.
#[derive(Clone, Debug)]
pub struct Slack {
    http: Client,
    webhook_url: SecretUrl,
}

impl Notifier for Slack {
    const KIND: &'static str = "slack";
    type Config = SlackConfig;

    fn from_config(config: SlackConfig, kit: &Toolkit) -> Result<Slack, ConfigError> {
        Ok(Slack { http: kit.http.clone(), webhook_url: config.webhook_url })
    }

    fn form(&self) -> Form {
        Form::Chat
    }

    fn address(&self) -> AddressKind {
        AddressKind::Fixed
    }

    async fn send(&self, message: &Message) -> Outcome {
        let Body::Chat(chat) = &message.body else {
            return rejected("form", "Slack takes chat messages only");
        };
        let Some(post) = payload(chat, &message.locale) else {
            return rejected("no_text", "the message is empty");
        };
        match self.http.post(self.webhook_url.expose()).json(&post).send().await {
            Ok(answer) => answer::outcome(&answer),
            Err(error) => error.outcome(),
        }
    }

    /// Posts an empty message, which a living webhook refuses; see the README.
    async fn probe(&self) -> Result<(), ProbeError> {
        let answer = self.http.post(self.webhook_url.expose()).json(&json!({})).send().await;
        answer::probe(&answer.map_err(SendError::probe_error)?)
    }
}

fn rejected(code: &str, detail: &str) -> Outcome {
    Outcome::Rejected { reason: Reason::new(code, detail) }
}
