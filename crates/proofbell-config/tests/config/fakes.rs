//! Notifiers that take the same settings as the built-in ones and send nothing.

use std::collections::BTreeMap;

use proofbell_notify::{
    AddressKind, Advice, ConfigError, Exclusive, Form, Message, Notifier, Outcome, ProbeError, Proof,
    Receipt, Registry, Threads, Toolkit,
};
use schemars::JsonSchema;
use serde::Deserialize;

/// The kinds that the program has, by their own names.
pub(crate) fn registry() -> Registry {
    Registry::new().with::<Smtp>().with::<Slack>().with::<Twilio>().with::<Webhook>()
}

/// The same, and one that refuses whatever it is given and says what that was.
pub(crate) fn registry_with_echo() -> Registry {
    registry().with::<Echo>()
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "settings of a notifier that sends nothing")]
pub(crate) struct SmtpConfig {
    url: String,
    username: Option<String>,
    password: Option<String>,
    /// The sender, `Name <name@domain>` or `name@domain`; also the envelope's sender, to which bounces go. More about it.
    from: String,
    reply_to: Option<String>,
    ca: Option<String>,
    helo: Option<String>,
    dkim: Option<DkimConfig>,
    bounces: Option<BouncesConfig>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BouncesConfig {
    imap: String,
    username: String,
    #[serde(rename = "password")]
    _password: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DkimConfig {
    domain: String,
    #[serde(rename = "selector")]
    _selector: String,
    #[serde(rename = "key")]
    _key: String,
}

pub(crate) struct Smtp {
    exclusive: Option<Exclusive>,
    advice: Vec<Advice>,
}

impl Notifier for Smtp {
    const KIND: &'static str = "smtp";
    type Config = SmtpConfig;

    fn from_config(config: SmtpConfig, _: &Toolkit) -> Result<Smtp, ConfigError> {
        if config.url.contains('@') {
            return Err(ConfigError::at("url", format!("no password in it, {}; write it apart", config.url)));
        }
        if !config.url.starts_with("smtp") {
            return Err(ConfigError::at("url", format!("not an smtp URL: {}", config.url)));
        }
        if !config.from.contains('@') {
            return Err(ConfigError::at(
                "from",
                "is no sender; write `Name <name@domain>` or `name@domain`, the address in ASCII",
            ));
        }
        let exclusive = config.bounces.map(|bounces| Exclusive {
            what: format!("the bounces in INBOX at {}:993", bounces.imap.trim_start_matches("imaps://")),
            key: format!("{} {}", bounces.imap, bounces.username),
        });
        let foreign = config.dkim.filter(|dkim| !config.from.contains(&dkim.domain)).map(|dkim| Advice {
            path: "dkim.domain".to_owned(),
            message: format!("signs for {}, but mails come from elsewhere", dkim.domain),
            cure: "write the domain of `from`".to_owned(),
        });
        let advice = foreign.into_iter().collect();
        match config.username.is_some() == config.password.is_some() {
            true => Ok(Smtp { exclusive, advice }),
            false => Err(ConfigError::at("username", "goes together with password")),
        }
    }

    fn form(&self) -> Form {
        Form::Email
    }

    fn address(&self) -> AddressKind {
        AddressKind::Email
    }

    fn exclusive(&self) -> Option<Exclusive> {
        self.exclusive.clone()
    }

    fn advice(&self) -> Vec<Advice> {
        self.advice.clone()
    }

    async fn send(&self, _: &Message) -> Outcome {
        Outcome::Sent(Receipt::default())
    }

    async fn probe(&self) -> Result<Proof, ProbeError> {
        Ok(Proof::of("it works"))
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "settings of a notifier that sends nothing")]
pub(crate) struct SlackConfig {
    webhook_url: Option<String>,
    token: Option<String>,
    base_url: Option<String>,
}

/// With a webhook it is its own address; with a token it has names, and threads.
pub(crate) enum Slack {
    Webhook,
    Token,
}

impl Notifier for Slack {
    const KIND: &'static str = "slack";
    type Config = SlackConfig;

    fn from_config(config: SlackConfig, _: &Toolkit) -> Result<Slack, ConfigError> {
        match (config.webhook_url, config.token) {
            // Repeating the value is what a plugin must not do: the tests see that it is masked all the same.
            (Some(url), None) if !url.starts_with("https://") || url.contains(' ') => {
                Err(ConfigError::at("webhook_url", format!("`{url}` is no https URL")))
            }
            (Some(_), None) => Ok(Slack::Webhook),
            (None, Some(token)) if !token.starts_with("xox") => Err(ConfigError::at(
                "token",
                format!("`{token}` is no token; write one that begins with xoxb-"),
            )),
            (None, Some(_)) => Ok(Slack::Token),
            (Some(_), Some(_)) => {
                Err(ConfigError::at("token", "does not go together with `webhook_url`; write one of the two"))
            }
            (None, None) => {
                Err(ConfigError::at("", "has neither `webhook_url` nor `token`; write one of the two"))
            }
        }
    }

    fn form(&self) -> Form {
        Form::Chat
    }

    fn address(&self) -> AddressKind {
        match self {
            Slack::Webhook => AddressKind::Fixed,
            Slack::Token => AddressKind::Named("slack"),
        }
    }

    fn threads(&self) -> Threads {
        match self {
            Slack::Webhook => Threads::Ignored,
            Slack::Token => Threads::Kept,
        }
    }

    async fn send(&self, _: &Message) -> Outcome {
        Outcome::Sent(Receipt::default())
    }

    async fn probe(&self) -> Result<Proof, ProbeError> {
        Ok(Proof::of("it works"))
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "settings of a notifier that sends nothing")]
pub(crate) struct TwilioConfig {
    account_sid: String,
    auth_token: String,
    from: String,
    #[schemars(length(min = 1))]
    countries: Vec<String>,
    #[schemars(range(min = 1, max = 255))]
    segments_at_most: Option<u32>,
    #[serde(default)]
    too_long: TooLong,
    base_url: Option<String>,
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum TooLong {
    /// It is cut.
    #[default]
    Cut,
    /// It is not sent.
    Refuse,
}

pub(crate) struct Twilio;

impl Notifier for Twilio {
    const KIND: &'static str = "twilio";
    type Config = TwilioConfig;

    fn from_config(config: TwilioConfig, _: &Toolkit) -> Result<Twilio, ConfigError> {
        if !config.account_sid.starts_with("AC") {
            return Err(ConfigError::at("account_sid", "begins with AC"));
        }
        match config.countries.iter().position(|country| country.len() != 2) {
            Some(index) => Err(ConfigError::at(format!("countries[{index}]"), "not a country of ISO 3166")),
            None => Ok(Twilio),
        }
    }

    fn form(&self) -> Form {
        Form::Text
    }

    fn address(&self) -> AddressKind {
        AddressKind::Phone
    }

    async fn send(&self, _: &Message) -> Outcome {
        Outcome::Sent(Receipt::default())
    }

    async fn probe(&self) -> Result<Proof, ProbeError> {
        Ok(Proof::of("it works"))
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "settings of a notifier that sends nothing")]
pub(crate) struct WebhookConfig {
    url: Option<String>,
    #[schemars(length(min = 1, max = 4))]
    secrets: Vec<String>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
}

/// Without a URL of its own it goes to each recipient's.
pub(crate) struct Webhook {
    address: AddressKind,
}

impl Notifier for Webhook {
    const KIND: &'static str = "webhook";
    type Config = WebhookConfig;

    fn from_config(config: WebhookConfig, _: &Toolkit) -> Result<Webhook, ConfigError> {
        let address = if config.url.is_some() { AddressKind::Fixed } else { AddressKind::Named("webhook") };
        Ok(Webhook { address })
    }

    fn form(&self) -> Form {
        Form::Chat
    }

    fn address(&self) -> AddressKind {
        self.address
    }

    async fn send(&self, _: &Message) -> Outcome {
        Outcome::Sent(Receipt::default())
    }

    async fn probe(&self) -> Result<Proof, ProbeError> {
        Ok(Proof::of("it works"))
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EchoConfig {
    json: serde_json::Value,
    /// Where the error is said to be.
    at: String,
}

pub(crate) struct Echo;

impl Notifier for Echo {
    const KIND: &'static str = "echo";
    type Config = EchoConfig;

    fn from_config(config: EchoConfig, _: &Toolkit) -> Result<Echo, ConfigError> {
        Err(ConfigError::at(config.at, config.json.to_string()))
    }

    fn form(&self) -> Form {
        Form::Text
    }

    fn address(&self) -> AddressKind {
        AddressKind::Phone
    }

    async fn send(&self, _: &Message) -> Outcome {
        Outcome::Sent(Receipt::default())
    }

    async fn probe(&self) -> Result<Proof, ProbeError> {
        Ok(Proof::of("it works"))
    }
}
