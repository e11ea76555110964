//! Whether it is Twilio who calls (<https://www.twilio.com/docs/usage/security#validating-requests>).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use proofbell_notify::{Callback, CallbackError};
use secrecy::{ExposeSecret, SecretString};
use sha1::Sha1;
use url::{Url, form_urlencoded};

/// The fields of a form, in their order.
pub(super) type Fields = Vec<(String, String)>;

/// The fields of a call that Twilio has signed with the account's token. What is signed is `public`, the URL that Twilio was given,
/// with the query that came in; a `Host` header is anybody's to write and is not asked.
///
/// # Errors
/// [`CallbackError::Forged`] when the signature is missing or wrong.
pub(super) fn check(
    callback: &Callback,
    public: &Url,
    token: &SecretString,
) -> Result<Fields, CallbackError> {
    let forged = |why: &str| CallbackError::Forged(why.to_owned());
    let header = callback
        .header("x-twilio-signature")
        .ok_or_else(|| forged("there is no X-Twilio-Signature, or more than one"))?;
    let signature = STANDARD.decode(header).map_err(|_| forged("X-Twilio-Signature is not base64"))?;
    let fields: Fields = form_urlencoded::parse(&callback.body).into_owned().collect();
    let signed = sorted(&fields);
    let holds = spellings(public)
        .any(|url| mac(token, &with_query(url, &callback.query), &signed).verify_slice(&signature).is_ok());
    match holds {
        true => Ok(fields),
        false => Err(forged(
            "X-Twilio-Signature is not the account's for `status_callback`; it is made with the primary auth token",
        )),
    }
}

fn mac(token: &SecretString, url: &str, signed: &[&(String, String)]) -> Hmac<Sha1> {
    let key = token.expose_secret().as_bytes();
    let mut mac = <Hmac<Sha1> as Mac>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(url.as_bytes());
    for (name, value) in signed {
        mac.update(name.as_bytes());
        mac.update(value.as_bytes());
    }
    mac
}

/// By name, then by value; a pair that is there twice counts once, as in Twilio's own libraries.
fn sorted(fields: &Fields) -> Vec<&(String, String)> {
    let mut sorted: Vec<&(String, String)> = fields.iter().collect();
    sorted.sort_unstable();
    sorted.dedup();
    sorted
}

/// The URL as it is set, and with or without a port: Twilio drops one or adds the scheme's own, and its libraries take either.
fn spellings(url: &Url) -> impl Iterator<Item = String> {
    let spell = |port: Option<u16>| {
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        format!("{}://{}{port}{}", url.scheme(), url.host_str().unwrap_or_default(), url.path())
    };
    let other = match url.port() {
        Some(_) => None,
        None => url.port_or_known_default(),
    };
    [spell(url.port()), spell(other)].into_iter()
}

fn with_query(url: String, query: &str) -> String {
    match query.is_empty() {
        true => url,
        false => format!("{url}?{query}"),
    }
}

#[cfg(test)]
mod tests;
