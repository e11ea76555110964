//! The settings of kind `line`.

use proofbell_notify::ConfigError;
use proofbell_notify::http::{BaseUrl, SecretUrl, UrlError};
use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;

const DEFAULT_BASE: &str = "https://api.line.me";

/// Settings of a LINE channel.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LineConfig {
    /// The token from the "Messaging API" tab of the channel in the LINE Developers Console. Long-lived: tokens are not renewed here.
    #[schemars(with = "String", extend("writeOnly" = true))]
    pub channel_access_token: SecretString,
    /// The secret from the "Basic settings" tab. With it, LINE's calls to `/hooks/line/CHANNEL` are taken, which tell who blocks the
    /// account and who adds it again.
    #[serde(default)]
    #[schemars(with = "Option<String>", extend("writeOnly" = true))]
    pub channel_secret: Option<SecretString>,
    /// How messages look. Default: `"bubble"`.
    #[serde(default)]
    pub shape: Shape,
    /// Whether to ask LINE before each message to a person if that person can be reached: LINE takes messages to those who block the
    /// account and drops them. Costs one more call a message, which is not billed. Default: `true`.
    #[serde(default = "yes")]
    pub check_friend: bool,
    /// Whether messages arrive without a sound and without a notification on the phone. Default: `false`.
    #[serde(default)]
    pub notification_disabled: bool,
    /// Another endpoint: a proxy, a test double. `https`, or `http` to this machine. Default: `https://api.line.me`.
    #[serde(default)]
    pub base_url: Option<BaseUrl>,
}

/// How a message looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Shape {
    /// A Flex bubble: header in its colour, bold text, fields in two columns, buttons.
    #[default]
    Bubble,
    /// A plain text, which people can copy from and search for.
    Text,
}

fn yes() -> bool {
    true
}

/// Settings that were checked.
pub(crate) struct Settings {
    pub(crate) token: SecretString,
    pub(crate) secret: Option<SecretString>,
    pub(crate) shape: Shape,
    pub(crate) check_friend: bool,
    pub(crate) notification_disabled: bool,
    pub(crate) urls: Urls,
}

/// Where LINE is asked, by what for.
pub(crate) struct Urls {
    pub(crate) push: Url,
    /// A person's id is added to it.
    pub(crate) profile: BaseUrl,
    pub(crate) info: Url,
    pub(crate) quota: Url,
    pub(crate) consumption: Url,
}

impl Settings {
    /// Checks all settings.
    ///
    /// # Errors
    /// The first one that is wrong. No secret is repeated.
    pub(crate) fn check(config: LineConfig) -> Result<Settings, ConfigError> {
        let token = config.channel_access_token;
        if !token.expose_secret().bytes().all(|byte| byte.is_ascii_graphic()) {
            let message = "not a token: it has a space, a line break or a letter that is not ASCII in it";
            return Err(ConfigError::at("channel_access_token", message));
        }
        if token.expose_secret().is_empty() {
            let message = "empty; issue one in the \"Messaging API\" tab of the LINE Developers Console";
            return Err(ConfigError::at("channel_access_token", message));
        }
        if config.channel_secret.as_ref().is_some_and(|secret| secret.expose_secret().is_empty()) {
            let message = "empty, so that anybody could sign; it stands in the \"Basic settings\" tab of the LINE Developers Console";
            return Err(ConfigError::at("channel_secret", message));
        }
        Ok(Settings {
            token,
            secret: config.channel_secret,
            shape: config.shape,
            check_friend: config.check_friend,
            notification_disabled: config.notification_disabled,
            urls: Urls::below(config.base_url)?,
        })
    }
}

impl Urls {
    /// The token travels with each request, so plain http is for this machine alone.
    fn below(base_url: Option<BaseUrl>) -> Result<Urls, ConfigError> {
        let refused = |error: UrlError| ConfigError::at("base_url", error.to_string());
        let base = match base_url {
            None => DEFAULT_BASE.parse().map_err(refused)?,
            Some(base) => {
                base.as_url().as_str().parse::<SecretUrl>().map_err(refused)?;
                base
            }
        };
        let url = |path: &[&str]| {
            let url = base.join(["v2", "bot"].iter().chain(path).copied());
            url.map_err(|error| ConfigError::at("base_url", format!("cannot {error}")))
        };
        Ok(Urls {
            push: url(&["message", "push"])?,
            profile: url(&["profile"])?.as_str().parse().map_err(refused)?,
            info: url(&["info"])?,
            quota: url(&["message", "quota"])?,
            consumption: url(&["message", "quota", "consumption"])?,
        })
    }
}

#[cfg(test)]
mod tests;
