use std::io::Write as _;
use std::path::Path;

use serde_json::Value;

use super::*;

fn signer(secrets: &[&str]) -> Result<Signer, String> {
    let secrets: Vec<SecretString> = secrets.iter().map(|secret| SecretString::from(*secret)).collect();
    Signer::new(&secrets).map_err(|error| error.to_string())
}

/// A secret of a key of so many bytes.
fn secret(length: usize) -> String {
    format!("whsec_{}", STANDARD.encode(vec![7; length]))
}

/// The published vectors; `None`, said aloud, where they are not at hand.
fn vectors() -> Option<Value> {
    let Some(folder) = std::env::var_os("PROOFBELL_CONTRACTS") else {
        // Not `eprintln`, which the test harness keeps to itself while a test passes.
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: Standard Webhooks' vectors, because PROOFBELL_CONTRACTS names no folder"
        );
        return None;
    };
    let path = Path::new(&folder).join("standard-webhooks/vectors.json");
    let file = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Some(serde_json::from_slice(&file).unwrap())
}

#[test]
fn signatures_are_those_of_the_published_vectors() {
    let Some(contract) = vectors() else { return };
    let vectors = contract["vectors"].as_array().unwrap();
    assert!(vectors.len() >= 3, "hardly a vector");
    for vector in vectors {
        let text = |key: &str| vector[key].as_str().unwrap();
        let signer = signer(&[text("secret")]).unwrap();
        let timestamp = vector["timestamp"].as_i64().unwrap();
        let signature = signer.sign(text("id"), timestamp, text("payload").as_bytes());
        assert_eq!(signature, text("signature"), "{}", text("id"));
    }
    for refused in contract["must_reject_secrets"].as_array().unwrap() {
        assert!(signer(&[refused.as_str().unwrap()]).is_err(), "{refused}");
    }
}

#[test]
fn each_secret_signs_newest_first() {
    let (new, old) = (secret(24), secret(64));
    let sign = |secrets: &[&str]| signer(secrets).unwrap().sign("id", 1_700_000_000, "鑑定".as_bytes());
    let expected = format!("{} {}", sign(&[&new]), sign(&[&old]));
    assert_eq!(sign(&[&new, &old]), expected);
    assert_ne!(sign(&[&new]), sign(&[&old]));
}

#[test]
fn white_space_around_a_secret_is_dropped() {
    let sign = |secret: &str| signer(&[secret]).unwrap().sign("id", 1, b"{}");
    assert_eq!(sign(&format!(" {}\r\n", secret(24))), sign(&secret(24)));
}

#[test]
fn secrets_that_protect_nothing_are_refused() {
    let good = secret(24);
    let check = |secrets: &[&str], expected: &str| {
        let refused = signer(secrets).err().unwrap_or_default();
        assert!(refused.starts_with(expected), "{secrets:?}: {refused}");
    };
    check(&[], "`secrets`: empty");
    check(&[good.as_str(); 5], "`secrets`: more than 4");
    check(&[""], "`secrets[0]`: does not begin with whsec_");
    check(&[&good, "hunter2"], "`secrets[1]`: does not begin with whsec_");
    check(&["whsec_"], "`secrets[0]`: is a key of 0 bytes, at least 24");
    check(&[&secret(23)], "`secrets[0]`: is a key of 23 bytes");
    check(&[&format!("{good}!")], "`secrets[0]`: is not base64");
    check(&[good.trim_end_matches('=').get(..37).unwrap()], "`secrets[0]`: is not base64");
    assert!(signer(&[good.as_str(); 4]).is_ok());
    assert!(!signer(&["hunter2"]).err().unwrap().contains("hunter2"));
}
