//! What LINE calls us for: somebody blocks the account, or adds it again. Signed by the channel's secret:
//! <https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/>.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use proofbell_notify::{About, Callback, CallbackError, News, Reason, Report};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use sha2::Sha256;

use crate::line::LineId;

/// Reads a call. LINE also calls with no events, to try the address, and with events that are nothing to us.
///
/// # Errors
/// When nobody gave us the secret, the signature does not hold, or there is no list of events.
pub(crate) fn reports(
    callback: &Callback,
    secret: Option<&SecretString>,
) -> Result<Vec<Report>, CallbackError> {
    let secret = secret.ok_or_else(|| CallbackError::NotOffered("it has no `channel_secret`".to_owned()))?;
    verify(callback, secret)?;
    let malformed = |what: &str| CallbackError::Malformed(what.to_owned());
    let body: Value = serde_json::from_slice(&callback.body).map_err(|_| malformed("not JSON"))?;
    let events = body["events"].as_array().ok_or_else(|| malformed("no list of events"))?;
    let mut events: Vec<&Value> = events.iter().collect();
    // The order in which they come need not be that in which they happened.
    events.sort_by_key(|event| event["timestamp"].as_i64());
    Ok(events.into_iter().filter_map(report).collect())
}

/// Compares in constant time.
fn verify(callback: &Callback, secret: &SecretString) -> Result<(), CallbackError> {
    let forged = |what: &str| CallbackError::Forged(what.to_owned());
    let signature =
        callback.header("x-line-signature").ok_or_else(|| forged("not exactly one x-line-signature"))?;
    let signature =
        STANDARD.decode(signature.trim()).map_err(|_| forged("x-line-signature is not base64"))?;
    let mac = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes());
    let mut mac = mac.map_err(|_| forged("the secret cannot be used"))?;
    mac.update(&callback.body);
    mac.verify_slice(&signature).map_err(|_| forged("not signed by this channel's secret"))
}

/// `follow` comes when somebody adds the account or no longer blocks it.
fn report(event: &Value) -> Option<Report> {
    let news = match event["type"].as_str()? {
        "follow" => News::OptedIn,
        "unfollow" => News::OptedOut { reason: Reason::new("unfollow", "the person blocks the account") },
        _ => return None,
    };
    let person = LineId::parse(event["source"]["userId"].as_str()?).filter(LineId::is_person)?;
    Some(Report { about: About::Address(person.into_address()), news })
}

#[cfg(test)]
mod tests;
