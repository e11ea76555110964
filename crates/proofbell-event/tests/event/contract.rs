//! The published Standard Webhooks vectors, from a folder that `PROOFBELL_CONTRACTS` names.

use std::io::Write as _;
use std::path::Path;

use jiff::Timestamp;
use proofbell_event::{MessageId, Verifier, VerifyError, sign};
use serde_json::Value;

fn vectors() -> Option<Value> {
    let Some(folder) = std::env::var_os("PROOFBELL_CONTRACTS") else {
        // Not `eprintln`, which the test harness keeps to itself while a test passes.
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: the published signature vectors, because PROOFBELL_CONTRACTS names no folder"
        );
        return None;
    };
    let path = Path::new(&folder).join("standard-webhooks/vectors.json");
    let text = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Some(serde_json::from_slice(&text).unwrap())
}

struct Vector<'v> {
    verifier: Verifier,
    id: &'v str,
    seconds: i64,
    body: &'v [u8],
}

impl<'v> Vector<'v> {
    fn new(vector: &'v Value) -> Self {
        Vector {
            verifier: Verifier::new([vector["secret"].as_str().unwrap()]).unwrap(),
            id: vector["id"].as_str().unwrap(),
            seconds: vector["timestamp"].as_i64().unwrap(),
            body: vector["payload"].as_str().unwrap().as_bytes(),
        }
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.seconds).unwrap()
    }

    fn verify(&self, signature: &str) -> Result<MessageId, VerifyError> {
        let seconds = self.seconds.to_string();
        let headers = [("svix-id", self.id), ("svix-timestamp", &seconds), ("svix-signature", signature)];
        let lines = headers.map(|(name, value)| (name, value.as_bytes()));
        self.verifier.verify(lines, self.body, self.now())
    }
}

#[test]
fn every_vector_signs_and_verifies() {
    let Some(contract) = vectors() else { return };
    let vectors = contract["vectors"].as_array().unwrap();
    assert!(vectors.len() >= 3, "the file holds {} vectors", vectors.len());
    for value in vectors {
        let vector = Vector::new(value);
        let signature = value["signature"].as_str().unwrap();
        let id: MessageId = vector.id.parse().unwrap();
        let secret = value["secret"].as_str().unwrap();
        assert_eq!(sign(secret, &id, vector.now(), vector.body).unwrap(), signature);
        assert_eq!(vector.verify(signature), Ok(id.clone()));

        let rotation = contract["rotation_header_example"].as_str().unwrap();
        assert_eq!(vector.verify(&rotation.replace("<valid>", signature)), Ok(id));
        assert_eq!(vector.verify(&rotation.replace("<valid> ", "")), Err(VerifyError::Invalid));
    }
}

#[test]
fn what_must_be_rejected_is() {
    let Some(contract) = vectors() else { return };
    let second = Vector::new(&contract["vectors"][1]);
    let signatures = contract["must_reject_for_vector_2"].as_array().unwrap();
    assert!(!signatures.is_empty());
    for signature in signatures {
        assert!(second.verify(signature.as_str().unwrap()).is_err(), "{signature}");
    }
    let secrets = contract["must_reject_secrets"].as_array().unwrap();
    assert!(!secrets.is_empty());
    for secret in secrets {
        assert!(Verifier::new([secret.as_str().unwrap()]).is_err(), "{secret}");
    }
}
