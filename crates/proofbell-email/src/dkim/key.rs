//! The private key of a signature.

use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use rustls::pki_types::{PrivateKeyDer, pem::PemObject};

use ring::digest::{SHA256, digest};

/// A key, ready to sign.
pub(super) enum Key {
    Rsa(Box<RsaKeyPair>),
    Ed25519(Ed25519KeyPair),
}

const WANTED: &str = "give an RSA or Ed25519 private key in PEM (-----BEGIN PRIVATE KEY-----)";

impl Key {
    /// Reads a key in PEM. The message says what is wrong and quotes nothing.
    pub(super) fn read(pem: &str) -> Result<Key, String> {
        let der = PrivateKeyDer::from_pem_slice(pem.as_bytes())
            .map_err(|_| format!("is no private key; {WANTED}"))?;
        let rsa = |read: Result<RsaKeyPair, ring::error::KeyRejected>| {
            read.map(|key| Key::Rsa(Box::new(key))).map_err(|error| match error.to_string().as_str() {
                "TooSmall" => "is an RSA key of fewer than 2048 bits, which receivers do not take".to_owned(),
                "TooLarge" => "is an RSA key of more than 4096 bits, which the DNS hardly holds".to_owned(),
                other => format!("cannot be used ({other}); {WANTED}"),
            })
        };
        match der {
            PrivateKeyDer::Pkcs1(der) => rsa(RsaKeyPair::from_der(der.secret_pkcs1_der())),
            // OpenSSL writes no public key into the file, which the other reader would want to see.
            PrivateKeyDer::Pkcs8(der) => {
                match Ed25519KeyPair::from_pkcs8_maybe_unchecked(der.secret_pkcs8_der()) {
                    Ok(key) => Ok(Key::Ed25519(key)),
                    Err(_) => rsa(RsaKeyPair::from_pkcs8(der.secret_pkcs8_der())),
                }
            }
            _ => Err(format!("is a key of another kind; {WANTED}")),
        }
    }

    /// The tag `a=`.
    pub(super) fn algorithm(&self) -> &'static str {
        match self {
            Key::Rsa(_) => "rsa-sha256",
            Key::Ed25519(_) => "ed25519-sha256",
        }
    }

    /// The signature of these bytes, always the same; `None` when the system has no randomness to blind an RSA key with.
    pub(super) fn sign(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        match self {
            Key::Rsa(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), bytes, &mut signature).ok()?;
                Some(signature)
            }
            // What is signed is the hash (RFC 8463, section 3).
            Key::Ed25519(key) => Some(key.sign(digest(&SHA256, bytes).as_ref()).as_ref().to_vec()),
        }
    }
}
