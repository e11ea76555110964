//! The settings of kind `slack`, and which of the two ways they choose.

use proofbell_notify::ConfigError;
use proofbell_notify::http::{BaseUrl, SecretUrl, UrlError};
use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::web::WebApi;

const DEFAULT_BASE: &str = "https://slack.com/api";

/// The settings of `kind = "slack"`: either `webhook_url` or `token`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SlackConfig {
    /// The URL from Slack's "Incoming Webhooks" page: posts to the one Slack channel that it belongs to. Whoever knows it can post, so it
    /// is a secret.
    #[serde(default)]
    pub webhook_url: Option<SecretUrl>,
    /// A bot's token (`xoxb-…`) with the scope `chat:write`: posts to each recipient's own `slack` address.
    #[serde(default)]
    #[schemars(with = "Option<String>", extend("writeOnly" = true))]
    pub token: Option<SecretString>,
    /// With `token`: where Slack's methods are, such as a proxy, a test double, or `https://slack-gov.com/api`. `https`, or `http` to
    /// this machine. Default: `https://slack.com/api`.
    #[serde(default)]
    pub base_url: Option<BaseUrl>,
}

/// How messages get to Slack.
#[derive(Clone, Debug)]
pub(crate) enum Way {
    /// To the Slack channel that the webhook belongs to.
    Webhook(SecretUrl),
    /// To whichever channel or person a message names.
    WebApi(WebApi),
}

impl Way {
    /// Checks all settings.
    ///
    /// # Errors
    /// The first one that is wrong. Neither secret is repeated.
    pub(crate) fn check(config: SlackConfig) -> Result<Way, ConfigError> {
        match (config.webhook_url, config.token) {
            (Some(_), Some(_)) => {
                let problem = "does not go together with `webhook_url`; write one of the two";
                Err(ConfigError::at("token", problem))
            }
            (None, None) => {
                let problem = "has neither `webhook_url` nor `token`; write one of the two";
                Err(ConfigError::at("", problem))
            }
            (Some(_), None) if config.base_url.is_some() => {
                let problem = "goes with `token` alone: a `webhook_url` is whole already";
                Err(ConfigError::at("base_url", problem))
            }
            (Some(webhook_url), None) => Ok(Way::Webhook(webhook_url)),
            (None, Some(token)) => web_api(token, config.base_url).map(Way::WebApi),
        }
    }
}

fn web_api(token: SecretString, base: Option<BaseUrl>) -> Result<WebApi, ConfigError> {
    check_token(token.expose_secret()).map_err(|problem| ConfigError::at("token", problem))?;
    let base = base_url(base).map_err(|error| ConfigError::at("base_url", error.to_string()))?;
    WebApi::new(token, &base).map_err(|error| ConfigError::at("base_url", format!("cannot {error}")))
}

/// The kinds of tokens: <https://docs.slack.dev/authentication/tokens>.
fn check_token(token: &str) -> Result<(), &'static str> {
    if token.starts_with("xapp-") {
        return Err("an app-level token, which cannot post; write the bot's, which begins with xoxb-");
    }
    match token.starts_with("xox") && token.bytes().all(|byte| byte.is_ascii_graphic()) {
        true => Ok(()),
        false => Err("not a token of Slack's; write the bot's, which begins with xoxb-"),
    }
}

/// The token travels with each request, so plain http is for this machine alone.
fn base_url(setting: Option<BaseUrl>) -> Result<BaseUrl, UrlError> {
    let Some(base) = setting else { return DEFAULT_BASE.parse() };
    base.as_url().as_str().parse::<SecretUrl>().map(|_| base)
}
