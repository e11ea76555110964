//! Posts chat messages to a Discord channel through its webhook: the notifier kind `discord`.
//!
//! `docs/write-a-notifier.md` walks through it.

mod answer;
mod post;

use proofbell_notify::http::{Client, SecretUrl, SendError};
use proofbell_notify::{
    AddressKind, Body, ConfigError, Form, Message, Notifier, Outcome, ProbeError, Proof, Reason, Toolkit,
};
use schemars::JsonSchema;
use serde::Deserialize;

/// The settings of `kind = "discord"`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DiscordConfig {
    /// The URL that Discord shows in the channel's settings, under "Integrations". Whoever knows it can post, so it is a secret.
    pub webhook_url: SecretUrl,
    /// The name that stands above the messages, up to 80 characters, without `discord` and `clyde` in it. Default: the webhook's own.
    #[serde(default)]
    pub username: Option<String>,
}

/// Longest name above a message: <https://discord.com/developers/docs/resources/webhook#execute-webhook>.
const USERNAME_LIMIT: usize = 80;

/// In no name of a webhook, in capitals or not: <https://discord.com/developers/docs/resources/webhook#create-webhook>.
const NOT_IN_USERNAME: [&str; 2] = ["clyde", "discord"];

/// Posts to one Discord channel.
#[derive(Clone, Debug)]
pub struct Discord {
    http: Client,
    webhook_url: SecretUrl,
    username: Option<String>,
}

impl Notifier for Discord {
    const KIND: &'static str = "discord";
    type Config = DiscordConfig;

    fn from_config(config: DiscordConfig, kit: &Toolkit) -> Result<Discord, ConfigError> {
        let length = config.username.as_ref().map(|name| name.trim().chars().count());
        if length.is_some_and(|length| !(1..=USERNAME_LIMIT).contains(&length)) {
            let message = "is empty or too long for Discord; write 1 to 80 characters";
            return Err(ConfigError::at("username", message));
        }
        let name = config.username.as_deref().unwrap_or_default().to_lowercase();
        if NOT_IN_USERNAME.iter().any(|word| name.contains(word)) {
            let message = "Discord takes no name that has `discord` or `clyde` in it; choose another";
            return Err(ConfigError::at("username", message));
        }
        Ok(Discord { http: kit.http.clone(), webhook_url: config.webhook_url, username: config.username })
    }

    fn form(&self) -> Form {
        Form::Chat
    }

    fn address(&self) -> AddressKind {
        AddressKind::Fixed
    }

    async fn send(&self, message: &Message) -> Outcome {
        let Body::Chat(chat) = &message.body else {
            return Outcome::Rejected { reason: Reason::new("form", "Discord takes chat messages only") };
        };
        let Some(post) = post::post(chat, self.username.as_deref()) else {
            return Outcome::Rejected { reason: Reason::new("empty", "the message is empty") };
        };
        // Without `wait`, Discord answers before it has looked at the message, and gives no id.
        let mut url = self.webhook_url.expose().clone();
        url.query_pairs_mut().append_pair("wait", "true");
        match self.http.post(&url).json(&post).send().await {
            Ok(answer) => answer::outcome(&answer),
            Err(error) => error.outcome(),
        }
    }

    /// Asks the webhook to describe itself, which delivers nothing.
    async fn probe(&self) -> Result<Proof, ProbeError> {
        let answer = self.http.get(self.webhook_url.expose()).send().await;
        answer::probed(&answer.map_err(SendError::probe_error)?)
    }
}
