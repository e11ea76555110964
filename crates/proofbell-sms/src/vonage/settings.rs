//! The settings of kind `vonage`.

use proofbell_notify::ConfigError;
use proofbell_notify::http::BaseUrl;
use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;

use crate::endpoint;
use crate::fit::{Fitting, TooLong};
use crate::number::Countries;
use crate::sender::Sender;

const DEFAULT_BASE: &str = "https://rest.nexmo.com";

/// Settings of an SMS channel over Vonage's SMS API.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VonageConfig {
    /// The account's API key from Vonage's dashboard: 8 letters and digits.
    pub api_key: String,
    /// The API secret that goes with it.
    #[schemars(with = "String", extend("writeOnly" = true))]
    pub api_secret: SecretString,
    /// Whom the SMS comes from: a number of the account as `+815012345678`, a short code, or a sender name of up to 11 letters and
    /// digits where the country allows one.
    pub from: String,
    /// The only countries that are texted, as ISO 3166-1 alpha-2 codes (`["JP", "US"]`). Numbers elsewhere are refused before
    /// anything is sent, which guards against toll fraud.
    #[schemars(length(min = 1))]
    pub countries: Vec<String>,
    /// The most parts that a text may be billed as, 1 to 255. Default: 255.
    #[serde(default)]
    #[schemars(range(min = 1, max = 255))]
    pub segments_at_most: Option<u32>,
    /// What becomes of a text that is too long. Default: `"cut"`.
    #[serde(default)]
    pub too_long: TooLong,
    /// The public URL under which Vonage reaches Proofbell's `POST /hooks/vonage/CHANNEL`, without `?`. With it, what became of each
    /// message is reported, and people can say STOP and START. It needs `signature_secret`. Default: nothing is reported.
    #[serde(default)]
    pub status_callback: Option<BaseUrl>,
    /// The account's signature secret, by which Vonage signs what it reports. Its support has to switch signed webhooks on.
    #[serde(default)]
    #[schemars(with = "Option<String>", extend("writeOnly" = true))]
    pub signature_secret: Option<SecretString>,
    /// How Vonage signs, as the dashboard is set. Default: `"sha256"`.
    #[serde(default)]
    pub signature_method: SignatureMethod,
    /// Another endpoint: a proxy, a test double. `https`, or `http` to this machine. Default: `https://rest.nexmo.com`.
    #[serde(default)]
    pub base_url: Option<BaseUrl>,
}

/// How Vonage signs what it reports. MD5 and SHA-1, which it offers too, are not taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SignatureMethod {
    /// `SHA-256 HMAC`
    #[default]
    Sha256,
    /// `SHA-512 HMAC`
    Sha512,
}

/// Settings that were checked.
pub(super) struct Settings {
    pub(super) api_key: String,
    pub(super) api_secret: SecretString,
    pub(super) from: Sender,
    pub(super) countries: Countries,
    pub(super) fitting: Fitting,
    pub(super) reports: Option<Reports>,
    /// Where messages are posted.
    pub(super) messages_url: Url,
    /// Where the account tells its balance.
    pub(super) balance_url: Url,
}

/// Where reports come to, and how they are signed.
pub(super) struct Reports {
    pub(super) url: Url,
    pub(super) secret: SecretString,
    pub(super) method: SignatureMethod,
}

impl Settings {
    /// Checks all settings.
    ///
    /// # Errors
    /// The first one that is wrong. Key and secrets are not repeated.
    pub(super) fn check(config: VonageConfig) -> Result<Settings, ConfigError> {
        // What may be left out comes first: a wrong key is taken away to see what else is wrong, and that ends at one that must be there.
        let fitting = Fitting::check(config.segments_at_most, config.too_long, None)?;
        let url = endpoint::status_callback(config.status_callback)?;
        let api_key = config.api_key;
        if api_key.len() != 8 || !api_key.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(ConfigError::at("api_key", "not an API key; it is 8 letters and digits"));
        }
        if config.api_secret.expose_secret().trim().is_empty() {
            return Err(ConfigError::at(
                "api_secret",
                "empty; it stands beside the API key in Vonage's dashboard",
            ));
        }
        let from = Sender::parse(&config.from).map_err(|problem| ConfigError::at("from", problem))?;
        let countries = Countries::check(&config.countries)?;
        let reports = reports(url, config.signature_secret, config.signature_method)?;
        let base = endpoint::base_url(config.base_url, DEFAULT_BASE)?;
        let url = |segments: [&str; 2]| {
            base.join(segments).map_err(|error| ConfigError::at("base_url", format!("cannot {error}")))
        };
        Ok(Settings {
            api_key,
            api_secret: config.api_secret,
            from,
            countries,
            fitting,
            reports,
            messages_url: url(["sms", "json"])?,
            balance_url: url(["account", "get-balance"])?,
        })
    }
}

/// Reports that nobody signs could be anybody's.
fn reports(
    url: Option<Url>,
    secret: Option<SecretString>,
    method: SignatureMethod,
) -> Result<Option<Reports>, ConfigError> {
    match (url, secret) {
        (None, None) => Ok(None),
        (Some(_), Some(secret)) if secret.expose_secret().trim().is_empty() => {
            Err(ConfigError::at("signature_secret", "empty; it stands in the settings of Vonage's dashboard"))
        }
        (Some(url), Some(secret)) => Ok(Some(Reports { url, secret, method })),
        (Some(_), None) => Err(ConfigError::at(
            "",
            "missing field `signature_secret`, without which nothing that comes to `status_callback` is believed",
        )),
        (None, Some(_)) => Err(ConfigError::at(
            "",
            "missing field `status_callback`, to which comes what `signature_secret` is for",
        )),
    }
}

#[cfg(test)]
mod tests;
