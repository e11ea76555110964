//! Whether it is Vonage who calls (<https://developer.vonage.com/getting-started/concepts/signing-messages>).

use std::collections::BTreeMap;
use std::fmt;

use hmac::digest::InvalidLength;
use hmac::{Hmac, Mac};
use proofbell_notify::{Callback, CallbackError};
use secrecy::{ExposeSecret, SecretString};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use sha2::{Sha256, Sha512};
use url::form_urlencoded;

use super::settings::SignatureMethod;

/// The fields of a call by name.
pub(super) type Fields = BTreeMap<String, String>;

const SIGNATURE: &str = "sig";

/// The fields of a call that Vonage has signed; of its body, which is a form or JSON as the account is set.
///
/// # Errors
/// [`CallbackError::Forged`] when the signature is missing or wrong.
pub(super) fn check(
    callback: &Callback,
    secret: &SecretString,
    method: SignatureMethod,
) -> Result<Fields, CallbackError> {
    let forged = |why: &str| CallbackError::Forged(why.to_owned());
    let mut fields = fields(&callback.body)
        .ok_or_else(|| forged("neither a form nor flat JSON, each name once and plain"))?;
    let signature = fields
        .remove(SIGNATURE)
        .ok_or_else(|| forged("there is no `sig`; Vonage's support switches signed webhooks on"))?;
    let signature = bytes(&signature).ok_or_else(|| forged("`sig` is not hexadecimal"))?;
    let (key, signed) = (secret.expose_secret().as_bytes(), signed(&fields));
    let holds = match method {
        SignatureMethod::Sha256 => holds::<Hmac<Sha256>>(key, &signed, &signature),
        SignatureMethod::Sha512 => holds::<Hmac<Sha512>>(key, &signed, &signature),
    };
    match holds {
        Ok(true) => Ok(fields),
        Ok(false) | Err(_) => {
            Err(forged("`sig` is not the account's; check signature_secret and signature_method"))
        }
    }
}

fn holds<M: Mac + hmac::digest::KeyInit>(
    key: &[u8],
    signed: &str,
    signature: &[u8],
) -> Result<bool, InvalidLength> {
    let mut mac = <M as Mac>::new_from_slice(key)?;
    mac.update(signed.as_bytes());
    Ok(mac.verify_slice(signature).is_ok())
}

/// A name that is there twice is nothing that Vonage sends, and would be read one way here and another there. Nor is one with `&` or
/// `=` in it, with which the same signature would hold for other fields: what is signed has no escape for them in names.
fn fields(body: &[u8]) -> Option<Fields> {
    let pairs: Vec<(String, String)> = match body.trim_ascii_start().first() {
        Some(b'{') => {
            let Members(members) = serde_json::from_slice(body).ok()?;
            members.into_iter().map(|(name, value)| Some((name, scalar(value)?))).collect::<Option<_>>()?
        }
        Some(_) | None => form_urlencoded::parse(body).into_owned().collect(),
    };
    let count = pairs.len();
    let fields: Fields = pairs.into_iter().collect();
    (fields.len() == count && fields.keys().all(|name| is_name(name))).then_some(fields)
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
}

/// The members of a JSON object as they are written, where a map would keep the last of two with one name and say nothing.
struct Members(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Members, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Members(members))
    }
}

fn scalar(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// `&name=value` for each field, by name; what would part them is a `_` inside a value.
fn signed(fields: &Fields) -> String {
    let pair = |(name, value): (&String, &String)| format!("&{name}={}", value.replace(['&', '='], "_"));
    fields.iter().map(pair).collect()
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = hex
        .chars()
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect::<Option<_>>()?;
    let pairs = digits.chunks_exact(2);
    pairs.remainder().is_empty().then(|| pairs.map(|pair| pair[0] << 4 | pair[1]).collect())
}

#[cfg(test)]
mod tests;
