use std::path::Path;

use serde_json::Value;

use super::*;

/// Signatures made with Twilio's own library for Python, 9.13.0.
fn vectors() -> Vec<(&'static str, &'static str, &'static str, &'static str)> {
    // The token, the URL, the body, the signature; the first is the example of Twilio's documentation.
    vec![
        (
            "12345",
            "https://mycompany.com/myapp.php?foo=1&bar=2",
            "CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212",
            "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
        ),
        (
            "tok",
            "https://bridge.example:8443/callbacks/twilio/evt_1?x=%E9%91%91",
            "MessageStatus=delivered&To=%2B819012345678&Body=%E9%91%91%E5%AE%9A+%E5%AE%8C%E4%BA%86",
            "LKA+lR5QOl3mQL33i5JJ+s2xEFU=",
        ),
    ]
}

fn callback(query: &str, body: &str, signatures: &[&str]) -> Callback {
    let header = |signature: &&str| ("x-twilio-signature".to_owned(), (*signature).to_owned());
    Callback {
        query: query.to_owned(),
        headers: signatures.iter().map(header).collect(),
        body: body.as_bytes().to_vec(),
    }
}

fn holds(token: &str, url: &str, body: &str, signatures: &[&str]) -> bool {
    let (public, query) = url.split_once('?').unwrap_or((url, ""));
    let checked = check(&callback(query, body, signatures), &public.parse().unwrap(), &token.into());
    match checked {
        Ok(fields) => !fields.is_empty() || body.is_empty(),
        Err(CallbackError::Forged(_)) => false,
        Err(other) => panic!("{other:?}"),
    }
}

/// What Twilio would send for these strings, one after the other.
fn sign(token: &str, signed: &[&str]) -> String {
    let mut mac = <Hmac<Sha1> as Mac>::new_from_slice(token.as_bytes()).unwrap();
    signed.iter().for_each(|text| mac.update(text.as_bytes()));
    STANDARD.encode(mac.finalize().into_bytes())
}

#[test]
fn twilios_own_signatures_hold() {
    for (token, url, body, signature) in vectors() {
        assert!(holds(token, url, body, &[signature]), "{url}");
    }
}

#[test]
fn nothing_of_what_is_signed_can_be_changed() {
    let (token, url, body, signature) = vectors()[0];
    let forgeries: [(&str, &str, &str, &[&str]); 11] = [
        ("12346", url, body, &[signature]),
        (token, "https://mycompany.com/myapp.php?foo=1&bar=3", body, &[signature]),
        (token, "https://mycompany.com/myapp.php?bar=2&foo=1", body, &[signature]),
        (token, "https://mycompany.com/myapp.php", body, &[signature]),
        (token, "https://evil.example/myapp.php?foo=1&bar=2", body, &[signature]),
        (token, url, &body.replace("1234&", "1235&"), &[signature]),
        (token, url, "", &[signature]),
        (token, url, body, &[]),
        (token, url, body, &[signature, signature]),
        (token, url, body, &["no base64!"]),
        (token, url, body, &["RSOYDt4T1cUTdK1PDd93"]),
    ];
    for (index, (token, url, body, signatures)) in forgeries.into_iter().enumerate() {
        assert!(!holds(token, url, body, signatures), "forgery {index}");
    }
}

#[test]
fn ports_may_be_written_or_left_out() {
    let url = "https://hooks.example/hooks/twilio/sms";
    let own = "https://hooks.example:443/hooks/twilio/sms";
    let other = "https://hooks.example:8443/hooks/twilio/sms";
    let table = [(url, url), (url, own), (own, url), (own, own), (other, other), (other, url)];
    for (set, signed) in table {
        assert!(holds("tok", set, "A=1", &[&sign("tok", &[signed, "A1"])]), "{set} and {signed}");
    }
    assert!(!holds("tok", url, "A=1", &[&sign("tok", &[other, "A1"])]));
}

#[test]
fn fields_are_sorted_and_twins_count_once() {
    let url = "https://hooks.example/x";
    let signature = sign("tok", &[url, "A1", "B1", "B2", "a0"]);
    assert!(holds("tok", url, "a=0&B=2&B=1&A=1&B=2", &[&signature]));
}

/// The vectors that are shared with other implementations.
#[test]
fn published_vectors_agree() {
    let Some(contracts) = std::env::var_os("PROOFBELL_CONTRACTS") else {
        eprintln!("SKIPPED: PROOFBELL_CONTRACTS is not set, so Twilio's signatures are not compared");
        return;
    };
    let file = std::fs::read(Path::new(&contracts).join("twilio/twilio_signature_vectors.json")).unwrap();
    let vectors: Value = serde_json::from_slice(&file).unwrap();
    let vectors = vectors["vectors"].as_array().unwrap();
    assert!(vectors.len() >= 3);
    for vector in vectors {
        let text = |key: &str| vector[key].as_str().unwrap();
        let mut body = form_urlencoded::Serializer::new(String::new());
        for (name, value) in vector["params"].as_object().unwrap() {
            body.append_pair(name, value.as_str().unwrap());
        }
        let body = body.finish();
        assert!(holds(text("auth_token"), text("url"), &body, &[text("signature")]), "{}", vector["note"]);
    }
}
