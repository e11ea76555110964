//! The settings of kind `twilio`.

use std::collections::BTreeSet;

use proofbell_notify::http::{BaseUrl, SecretUrl};
use proofbell_notify::{ConfigError, PhoneNumber};
use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;

use crate::sender::{Sender, is_sid};

const DEFAULT_BASE: &str = "https://api.twilio.com";

/// Settings of an SMS channel over Twilio.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TwilioConfig {
    /// The account's id from Twilio's console: `AC` and 32 hexadecimal digits.
    pub account_sid: String,
    /// The account's token from Twilio's console.
    #[schemars(with = "String", extend("writeOnly" = true))]
    pub auth_token: SecretString,
    /// Whom the SMS comes from: a number of the account as `+815012345678`, a short code, or a sender name of up to 11 letters and
    /// digits where the country allows one.
    pub from: String,
    /// The only countries that are texted, as ISO 3166-1 alpha-2 codes (`["JP", "US"]`). Numbers elsewhere are refused before
    /// anything is sent, which guards against toll fraud.
    #[schemars(length(min = 1))]
    pub countries: Vec<String>,
    /// Another endpoint: a proxy, a test double. `https`, or `http` to this machine. Default: `https://api.twilio.com`.
    #[serde(default)]
    pub base_url: Option<BaseUrl>,
}

/// Settings that were checked.
pub(crate) struct Settings {
    pub(crate) account_sid: String,
    pub(crate) auth_token: SecretString,
    pub(crate) from: Sender,
    pub(crate) countries: BTreeSet<String>,
    /// Where messages are posted.
    pub(crate) messages_url: Url,
    /// Where the account describes itself.
    pub(crate) account_url: Url,
}

impl Settings {
    /// Checks all settings.
    ///
    /// # Errors
    /// The first one that is wrong. The account and the token are not repeated.
    pub(crate) fn check(config: TwilioConfig) -> Result<Settings, ConfigError> {
        let account_sid = config.account_sid;
        if !is_sid("AC", &account_sid) {
            return Err(ConfigError::at(
                "account_sid",
                "not an account id; it is AC and 32 hexadecimal digits",
            ));
        }
        if config.auth_token.expose_secret().trim().is_empty() {
            return Err(ConfigError::at(
                "auth_token",
                "empty; it stands beside the account id in Twilio's console",
            ));
        }
        let from = Sender::parse(&config.from).map_err(|problem| ConfigError::at("from", problem))?;
        let countries = countries(&config.countries)?;
        let base = base_url(config.base_url)?;
        let url = |segments: &[&str]| {
            base.join(segments.iter().copied())
                .map_err(|error| ConfigError::at("base_url", format!("cannot {error}")))
        };
        let messages_url = url(&["2010-04-01", "Accounts", &account_sid, "Messages.json"])?;
        let account_url = url(&["2010-04-01", "Accounts", &format!("{account_sid}.json")])?;
        Ok(Settings {
            account_sid,
            auth_token: config.auth_token,
            from,
            countries,
            messages_url,
            account_url,
        })
    }
}

fn countries(codes: &[String]) -> Result<BTreeSet<String>, ConfigError> {
    if codes.is_empty() {
        return Err(ConfigError::at(
            "countries",
            "empty, so nobody could be texted; list codes like [\"JP\", \"US\"]",
        ));
    }
    let check = |(index, code): (usize, &String)| match PhoneNumber::is_region(code) {
        true => Ok(code.clone()),
        false => Err(ConfigError::at(
            format!("countries[{index}]"),
            format!(
                "`{code}` is not an ISO 3166 code of a country; it is two capitals, like \"JP\" (Britain is \"GB\")"
            ),
        )),
    };
    codes.iter().enumerate().map(check).collect()
}

/// The token travels with each request, so plain http is for this machine alone.
fn base_url(setting: Option<BaseUrl>) -> Result<BaseUrl, ConfigError> {
    let at_base_url =
        |error: proofbell_notify::http::UrlError| ConfigError::at("base_url", error.to_string());
    match setting {
        None => DEFAULT_BASE.parse().map_err(at_base_url),
        Some(base) => {
            base.as_url().as_str().parse::<SecretUrl>().map_err(at_base_url)?;
            Ok(base)
        }
    }
}

#[cfg(test)]
mod tests;
