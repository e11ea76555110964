//! The settings of kind `sms-http`.

use std::collections::BTreeMap;

use proofbell_notify::http::SecretUrl;
use proofbell_notify::{ConfigError, PhoneNumber};
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::answer::Answers;
use super::headers;
use super::pattern::{Pattern, PatternConfig, check_pointer};
use super::payload::Payload;
use super::template::Place;
use crate::fit::{Fitting, TooLong};
use crate::meaning::Meaning;
use crate::number::Countries;

/// Settings of an SMS channel over a gateway that they describe.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SmsHttpConfig {
    /// Where messages are posted. `https`, or `http` to this machine.
    pub url: SecretUrl,
    /// A token that is sent as `Authorization: Bearer …`.
    #[serde(default)]
    #[schemars(with = "Option<String>", extend("writeOnly" = true))]
    pub bearer: Option<SecretString>,
    /// Headers that are sent with each request, by name.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>", extend("writeOnly" = true))]
    pub headers: BTreeMap<String, SecretString>,
    /// What is posted as JSON. In its strings, however deep, `{to}`, `{from}`, `{text}` and `{id}` are filled in; a brace itself is
    /// `{{` or `}}`. Either this or `form`.
    #[serde(default)]
    pub json: Option<Map<String, Value>>,
    /// What is posted as a form (`application/x-www-form-urlencoded`), filled in likewise. Either this or `json`.
    #[serde(default)]
    pub form: Option<Map<String, Value>>,
    /// Whom the SMS comes from, for `{from}`, as the gateway takes it.
    #[serde(default)]
    pub from: Option<String>,
    /// How `{to}` is written. Default: `"e164"`.
    #[serde(default)]
    pub to_format: ToFormat,
    /// The only countries that are texted, as ISO 3166-1 alpha-2 codes (`["JP", "US"]`). Numbers elsewhere are refused before
    /// anything is sent, which guards against toll fraud.
    #[schemars(length(min = 1))]
    pub countries: Vec<String>,
    /// The answer to a message that was accepted: its status and its JSON must both be as they are here. Default: any 2xx.
    #[serde(default)]
    pub success: Option<PatternConfig>,
    /// Answers that say that the person wants no messages. Of this and the next five, the status or the JSON suffices, and they are
    /// asked in this order before `success`.
    #[serde(default)]
    pub opted_out: Option<PatternConfig>,
    /// Answers that say that the number takes no SMS; remembered for 90 days.
    #[serde(default)]
    pub bad_address: Option<PatternConfig>,
    /// Answers that say that this message can never be sent.
    #[serde(default)]
    pub rejected: Option<PatternConfig>,
    /// Answers that say that nothing gets through until somebody acts; the channel pauses.
    #[serde(default)]
    pub down: Option<PatternConfig>,
    /// Answers that say that the channel has to wait; no attempt is used up.
    #[serde(default)]
    pub throttled: Option<PatternConfig>,
    /// Answers that say to try again later.
    #[serde(default)]
    pub retry: Option<PatternConfig>,
    /// Where the gateway's id for the message stands in the JSON of a success, as a pointer: `"/message_id"`.
    #[serde(default)]
    pub id: Option<String>,
    /// A URL that answers a GET with 2xx as long as the account works, such as the one of its balance. Default: `url` is asked, and any
    /// answer will do that refuses neither the credentials nor the service.
    #[serde(default)]
    pub probe_url: Option<SecretUrl>,
    /// The most parts that a text may be billed as, 1 to 255. Default: 255.
    #[serde(default)]
    #[schemars(range(min = 1, max = 255))]
    pub segments_at_most: Option<u32>,
    /// What becomes of a text that is too long. Default: `"cut"`.
    #[serde(default)]
    pub too_long: TooLong,
}

/// How a gateway takes numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ToFormat {
    /// `+819012345678`
    #[default]
    E164,
    /// `819012345678`
    Digits,
}

impl ToFormat {
    /// The number as the gateway takes it.
    pub(super) fn write(self, number: &PhoneNumber) -> &str {
        let e164 = number.expose();
        match self {
            ToFormat::E164 => e164,
            ToFormat::Digits => e164.strip_prefix('+').unwrap_or(e164),
        }
    }
}

/// Settings that were checked.
pub(super) struct Settings {
    pub(super) url: SecretUrl,
    pub(super) probe_url: Option<SecretUrl>,
    pub(super) bearer: Option<SecretString>,
    pub(super) headers: BTreeMap<String, SecretString>,
    pub(super) payload: Payload,
    pub(super) from: Option<String>,
    pub(super) to_format: ToFormat,
    pub(super) countries: Countries,
    pub(super) fitting: Fitting,
    pub(super) answers: Answers,
}

impl Settings {
    /// Checks all settings.
    ///
    /// # Errors
    /// The first one that is wrong. Neither the URL nor a header is repeated.
    pub(super) fn check(config: SmsHttpConfig) -> Result<Settings, ConfigError> {
        // What may be left out comes first: a wrong key is taken away to see what else is wrong, and that ends at one that must be there.
        headers::check(config.bearer.as_ref(), &config.headers)?;
        let fitting = Fitting::check(config.segments_at_most, config.too_long, None)?;
        let errors = check_errors([
            ("opted_out", config.opted_out, Meaning::OptedOut),
            ("bad_address", config.bad_address, Meaning::TakesNone),
            ("rejected", config.rejected, Meaning::Refused),
            ("down", config.down, Meaning::Account),
            ("throttled", config.throttled, Meaning::Slower),
            ("retry", config.retry, Meaning::Again),
        ])?;
        let success = config.success.map(|config| Pattern::check("success", config)).transpose()?;
        if let Some(pointer) = &config.id {
            check_pointer(pointer).map_err(|problem| ConfigError::at("id", problem))?;
        }
        check_url(&config.url)?;
        let countries = Countries::check(&config.countries)?;
        let payload = Payload::check(config.json, config.form)?;
        check_from(config.from.as_deref(), &payload)?;
        Ok(Settings {
            url: config.url,
            probe_url: config.probe_url,
            bearer: config.bearer,
            headers: config.headers,
            payload,
            from: config.from,
            to_format: config.to_format,
            countries,
            fitting,
            answers: Answers { errors, success, id: config.id },
        })
    }
}

/// The patterns of errors that are set, in the order in which they are asked.
fn check_errors(
    errors: [(&'static str, Option<PatternConfig>, Meaning); 6],
) -> Result<Vec<(&'static str, Pattern, Meaning)>, ConfigError> {
    let set = errors.into_iter().filter_map(|(setting, config, meaning)| Some((setting, config?, meaning)));
    set.map(|(setting, config, meaning)| Ok((setting, Pattern::check(setting, config)?, meaning))).collect()
}

/// A number in a path or a query would stand in the gateway's logs; and what is filled in could lead elsewhere.
fn check_url(url: &SecretUrl) -> Result<(), ConfigError> {
    let text = url.expose().as_str();
    let has_place = ["to", "from", "text", "id"]
        .iter()
        .any(|name| text.contains(&format!("{{{name}}}")) || text.contains(&format!("%7B{name}%7D")));
    match has_place {
        true => {
            Err(ConfigError::at("url", "nothing is filled into it; write placeholders in `json` or `form`"))
        }
        false => Ok(()),
    }
}

fn check_from(from: Option<&str>, payload: &Payload) -> Result<(), ConfigError> {
    let at = |message: &str| Err(ConfigError::at("from", message));
    match (from, payload.has(Place::From)) {
        (Some(from), _) if from.trim().is_empty() || from.contains(char::is_control) => {
            at("empty, or with a control character; write it as the gateway takes it")
        }
        (Some(_), true) | (None, false) => Ok(()),
        (Some(_), false) => at(
            "{from} is nowhere in the body, so it would not be sent; write {from} there, or leave this out",
        ),
        (None, true) => {
            Err(ConfigError::at("", "missing field `from`, for which the body has a place {from}"))
        }
    }
}

#[cfg(test)]
mod tests;
