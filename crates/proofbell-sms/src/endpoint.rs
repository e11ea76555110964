//! URLs in the settings: where the gateway is, and where it reports.

use proofbell_notify::ConfigError;
use proofbell_notify::http::{BaseUrl, SecretUrl, UrlError};
use url::Url;

/// The setting `base_url`, or the gateway's own. Credentials travel with each request, so plain http is for this machine alone.
///
/// # Errors
/// When it leads over plain http to another machine.
pub(crate) fn base_url(setting: Option<BaseUrl>, default: &str) -> Result<BaseUrl, ConfigError> {
    let Some(base) = setting else {
        return default.parse().map_err(|error: UrlError| ConfigError::at("base_url", error.to_string()));
    };
    only_private(base.as_url(), "base_url")?;
    Ok(base)
}

/// The setting `status_callback`: the public URL under which the gateway reaches `POST /hooks/KIND/CHANNEL`. Reports hold numbers, so
/// they travel over https.
///
/// # Errors
/// When it is not https, or the gateways would refuse its host.
pub(crate) fn status_callback(setting: Option<BaseUrl>) -> Result<Option<Url>, ConfigError> {
    let Some(base) = setting else { return Ok(None) };
    let url = base.as_url();
    only_private(url, "status_callback")?;
    // https://www.twilio.com/docs/api/errors/21609
    if url.host_str().is_some_and(|host| host.contains('_')) {
        return Err(ConfigError::at(
            "status_callback",
            "a `_` in the host's name, which gateways do not call",
        ));
    }
    Ok(Some(url.clone()))
}

fn only_private(url: &Url, setting: &str) -> Result<(), ConfigError> {
    let checked = url.as_str().parse::<SecretUrl>();
    checked.map(|_| ()).map_err(|error| ConfigError::at(setting, error.to_string()))
}
