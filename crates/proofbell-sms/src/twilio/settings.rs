//! The settings of kind `twilio`.

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

const DEFAULT_BASE: &str = "https://api.twilio.com";
/// Longest text Twilio takes. It speaks of characters; counted in UTF-16 units, the text fits whatever is meant by that.
const MOST_UNITS: usize = 1600;

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
    /// digits where the country allows one. Either this or `messaging_service_sid`.
    #[serde(default)]
    pub from: Option<String>,
    /// The Messaging Service that chooses the sender: `MG` and 32 hexadecimal digits. Either this or `from`.
    #[serde(default)]
    pub messaging_service_sid: Option<String>,
    /// The only countries that are texted, as ISO 3166-1 alpha-2 codes (`["JP", "US"]`). Numbers elsewhere are refused before
    /// anything is sent, which guards against toll fraud.
    #[schemars(length(min = 1))]
    pub countries: Vec<String>,
    /// The most parts that a text may be billed as, 1 to 255. Default: as many as Twilio's 1,600 characters make.
    #[serde(default)]
    #[schemars(range(min = 1, max = 255))]
    pub segments_at_most: Option<u32>,
    /// What becomes of a text that is too long. Default: `"cut"`.
    #[serde(default)]
    pub too_long: TooLong,
    /// The public URL under which Twilio reaches Proofbell's `POST /hooks/twilio/CHANNEL`, without `?`. With it, what became of each
    /// message is reported, and people can say STOP and START. Default: nothing is reported.
    #[serde(default)]
    pub status_callback: Option<BaseUrl>,
    /// Another endpoint: a proxy, a test double. `https`, or `http` to this machine. Default: `https://api.twilio.com`.
    #[serde(default)]
    pub base_url: Option<BaseUrl>,
}

/// Settings that were checked.
pub(super) struct Settings {
    pub(super) account_sid: String,
    pub(super) auth_token: SecretString,
    pub(super) sender: TwilioSender,
    pub(super) countries: Countries,
    pub(super) fitting: Fitting,
    pub(super) status_callback: Option<Url>,
    /// Where messages are posted.
    pub(super) messages_url: Url,
    /// Where the account describes itself.
    pub(super) account_url: Url,
}

/// Who sends.
pub(super) enum TwilioSender {
    /// This one.
    From(Sender),
    /// Whom the Messaging Service of this id chooses.
    Service(String),
}

impl Settings {
    /// Checks all settings.
    ///
    /// # Errors
    /// The first one that is wrong. The account and the token are not repeated.
    pub(super) fn check(config: TwilioConfig) -> Result<Settings, ConfigError> {
        // What may be left out comes first: a wrong key is taken away to see what else is wrong, and that ends at one that must be there.
        let fitting = Fitting::check(config.segments_at_most, config.too_long, Some(MOST_UNITS))?;
        let status_callback = endpoint::status_callback(config.status_callback)?;
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
        let countries = Countries::check(&config.countries)?;
        let base = endpoint::base_url(config.base_url, DEFAULT_BASE)?;
        let url = |segments: &[&str]| {
            base.join(segments.iter().copied())
                .map_err(|error| ConfigError::at("base_url", format!("cannot {error}")))
        };
        let messages_url = url(&["2010-04-01", "Accounts", &account_sid, "Messages.json"])?;
        let account_url = url(&["2010-04-01", "Accounts", &format!("{account_sid}.json")])?;
        let sender = sender(config.from, config.messaging_service_sid)?;
        Ok(Settings {
            account_sid,
            auth_token: config.auth_token,
            sender,
            countries,
            fitting,
            status_callback,
            messages_url,
            account_url,
        })
    }
}

fn sender(from: Option<String>, service: Option<String>) -> Result<TwilioSender, ConfigError> {
    match (from, service) {
        (Some(from), None) if is_sid("MG", &from) => Err(ConfigError::at(
            "from",
            "the id of a Messaging Service; write it as `messaging_service_sid`, without `from`",
        )),
        (Some(from), None) => {
            Sender::parse(&from).map(TwilioSender::From).map_err(|problem| ConfigError::at("from", problem))
        }
        (None, Some(sid)) if is_sid("MG", &sid) => Ok(TwilioSender::Service(sid)),
        (None, Some(_)) => Err(ConfigError::at(
            "messaging_service_sid",
            "not the id of a Messaging Service; it is MG and 32 hexadecimal digits",
        )),
        (Some(_), Some(_)) => Err(ConfigError::at(
            "messaging_service_sid",
            "the service chooses the sender, so `from` must not stand beside it; write one of the two",
        )),
        (None, None) => Err(ConfigError::at(
            "",
            "missing field `from` or `messaging_service_sid`; write the one or the other",
        )),
    }
}

/// Whether a text is one of Twilio's ids: two letters for the kind and 32 hexadecimal digits.
fn is_sid(kind: &str, text: &str) -> bool {
    text.strip_prefix(kind)
        .is_some_and(|id| id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests;
