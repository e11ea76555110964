//! The notifier.

use proofbell_notify::http::{Client, SecretUrl, SendError};
use proofbell_notify::{
    Address, AddressKind, Body, ConfigError, Form, Message, Notifier, Outcome, ProbeError, Proof, Reason,
    Threads, Toolkit,
};
use serde_json::{Value, json};

use crate::settings::{SlackConfig, Way};
use crate::{answer, payload};

/// Posts to one Slack channel through an incoming webhook, or to channels and people with a bot's token.
#[derive(Clone, Debug)]
pub struct Slack {
    http: Client,
    way: Way,
}

impl Notifier for Slack {
    const KIND: &'static str = "slack";
    type Config = SlackConfig;

    fn from_config(config: SlackConfig, kit: &Toolkit) -> Result<Slack, ConfigError> {
        Ok(Slack { http: kit.http.clone(), way: Way::check(config)? })
    }

    fn form(&self) -> Form {
        Form::Chat
    }

    fn address(&self) -> AddressKind {
        match self.way {
            Way::Webhook(_) => AddressKind::Fixed,
            Way::WebApi(_) => AddressKind::Named("slack"),
        }
    }

    fn threads(&self) -> Threads {
        match self.way {
            Way::Webhook(_) => Threads::Ignored,
            Way::WebApi(_) => Threads::Kept,
        }
    }

    async fn send(&self, message: &Message) -> Outcome {
        let Body::Chat(chat) = &message.body else {
            return rejected("form", "Slack takes chat messages only");
        };
        let Some(post) = payload(chat, &message.locale) else {
            return rejected("no_text", "the message is empty");
        };
        match (&self.way, &message.to) {
            (Way::Webhook(url), _) => match self.call(url, &post).await {
                Ok(answer) => answer::outcome(&answer),
                Err(error) => error.outcome(),
            },
            (Way::WebApi(api), Address::Named(to)) => {
                api.post(&self.http, to, message.thread.as_ref(), post).await
            }
            (Way::WebApi(_), Address::Email(_) | Address::Phone(_) | Address::Fixed) => {
                rejected("address", "a Slack channel or user is needed")
            }
        }
    }

    /// Posts an empty message, which a living webhook refuses, or asks whose the token is; see the README.
    async fn probe(&self) -> Result<Proof, ProbeError> {
        match &self.way {
            Way::Webhook(url) => {
                answer::probe(&self.call(url, &json!({})).await.map_err(SendError::probe_error)?)
            }
            Way::WebApi(api) => api.probe(&self.http).await,
        }
    }
}

impl Slack {
    async fn call(
        &self,
        webhook_url: &SecretUrl,
        body: &Value,
    ) -> Result<proofbell_notify::http::Answer, SendError> {
        self.http.post(webhook_url.expose()).json(body).send().await
    }
}

fn rejected(code: &str, detail: &str) -> Outcome {
    Outcome::Rejected { reason: Reason::new(code, detail) }
}
