//! Signatures of mails (DKIM, RFC 6376, and RFC 8463 for Ed25519).
//!
//! The libraries that sign mails take the time from the clock, which would give each attempt other bytes, and both rest on an RSA
//! with a known timing leak (RUSTSEC-2023-0071). The rules are few, and the cryptography is *ring*, which TLS uses as well.

mod canonical;
mod key;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::Timestamp;
use proofbell_notify::ConfigError;
use ring::digest::{SHA256, digest};
use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Host;

use canonical::{relaxed_body, relaxed_field};
use key::Key;

/// Most characters of the signature on one of its lines.
const LINE: usize = 72;

/// The fields that are signed where they are there. RFC 6376, section 5.4.1, recommends them; RFC 8058, section 4, wants both fields of
/// the unsubscription.
const SIGNED: [&str; 10] = [
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "content-type",
    "reply-to",
    "list-unsubscribe",
    "list-unsubscribe-post",
];
/// The fields that are signed once more than they are there, so that nobody can add another one above them (RFC 6376, section 8.15).
const SEALED: [&str; 2] = ["from", "subject"];

/// How mails are signed.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DkimConfig {
    /// The domain that signs, `d=`. For DMARC it is the domain of `from`, or one above or below it.
    pub domain: String,
    /// Which of the domain's keys it is, `s=`: the public one stands at `SELECTOR._domainkey.DOMAIN` in the DNS.
    pub selector: String,
    /// The private key in PEM, PKCS#8 or PKCS#1: RSA of 2048 to 4096 bits, or Ed25519.
    #[schemars(with = "String")]
    pub key: SecretString,
}

/// Signs mails for one domain with one key.
pub(crate) struct Signer {
    domain: String,
    selector: String,
    key: Key,
}

/// The key could not be used just now: the system has no randomness to blind it with.
#[derive(Debug)]
pub(crate) struct SignError;

impl Signer {
    pub(crate) fn check(config: &DkimConfig) -> Result<Signer, ConfigError> {
        let domain = match Host::parse(&config.domain) {
            Ok(Host::Domain(domain)) if domain.contains('.') && is_name(&domain) => domain,
            Ok(_) | Err(_) => {
                return Err(ConfigError::at("dkim.domain", "is no domain; write market.example"));
            }
        };
        if !is_name(&config.selector) {
            let message = "is no selector; write the part before `._domainkey`, such as s1";
            return Err(ConfigError::at("dkim.selector", message));
        }
        let key =
            Key::read(config.key.expose_secret()).map_err(|message| ConfigError::at("dkim.key", message))?;
        Ok(Signer { domain, selector: config.selector.clone(), key })
    }

    /// The `DKIM-Signature` field for a mail, to stand above it: the same for the same mail and time.
    ///
    /// # Errors
    /// See [`SignError`].
    pub(crate) fn sign(&self, mail: &[u8], at: Timestamp) -> Result<Vec<u8>, SignError> {
        let (fields, body) = canonical::split(mail);
        let names = signed_names(&fields);
        let body_hash = BASE64.encode(digest(&SHA256, &relaxed_body(body)));
        let Signer { domain, selector, key } = self;
        let unsigned = format!(
            "DKIM-Signature: v=1; a={}; c=relaxed/relaxed; d={domain};\r\n s={selector}; t={};\r\n h={};\r\n bh={body_hash};\r\n b=",
            key.algorithm(),
            at.as_second(),
            names.join(":"),
        );
        let mut input = Vec::new();
        // Each mention of a name takes the lowest field of that name which is not taken yet, or none (section 5.4.2).
        let mut left = fields;
        for name in &names {
            if let Some(index) = left.iter().rposition(|field| field.is(name)) {
                input.extend(relaxed_field(left.remove(index).bytes));
                input.extend(b"\r\n");
            }
        }
        input.extend(relaxed_field(unsigned.as_bytes()));
        let signature = BASE64.encode(key.sign(&input).ok_or(SignError)?);
        Ok(folded(unsigned, &signature).into_bytes())
    }
}

/// The names to sign, in order and each as often as it is to be signed.
fn signed_names(fields: &[canonical::Field<'_>]) -> Vec<&'static str> {
    let times = |name: &str| {
        let there = fields.iter().filter(|field| field.is(name)).count();
        there + usize::from(SEALED.contains(&name))
    };
    SIGNED.into_iter().flat_map(|name| std::iter::repeat_n(name, times(name))).collect()
}

/// The field with its signature, on lines of a common length.
fn folded(mut field: String, signature: &str) -> String {
    let mut rest = signature;
    while !rest.is_empty() {
        let (line, tail) = rest.split_at(rest.len().min(LINE));
        field.push_str(line);
        field.push_str(if tail.is_empty() { "\r\n" } else { "\r\n " });
        rest = tail;
    }
    field
}

/// One or more labels of a domain name, as DKIM takes them (RFC 6376, section 3.1).
fn is_name(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    text.len() <= 253 && text.split('.').all(is_label)
}
