use super::*;

const SECRET: &str = "signature-secret";

fn sign(signed: &str) -> String {
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(signed.as_bytes());
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn checked(body: &str, method: SignatureMethod) -> Result<Fields, CallbackError> {
    let callback = Callback { body: body.as_bytes().to_vec(), ..Callback::default() };
    check(&callback, &SECRET.into(), method)
}

#[test]
fn a_form_and_json_are_signed_alike() {
    let signature = sign("&a=1&b=x_y_z&timestamp=1");
    let forms = [
        format!("timestamp=1&b=x%26y%3Dz&a=1&sig={signature}"),
        format!("sig={}&a=1&b=x%26y%3Dz&timestamp=1", signature.to_uppercase()),
        format!(r#"{{"timestamp":1,"b":"x&y=z","sig":"{signature}","a":"1"}}"#),
    ];
    for body in forms {
        let fields = checked(&body, SignatureMethod::Sha256).unwrap();
        assert_eq!(fields.get("b").map(String::as_str), Some("x&y=z"), "{body}");
    }
}

/// Computed with Python's hmac: HMAC-SHA-256 and HMAC-SHA-512 of `&a=1&b=2` under `signature-secret`.
#[test]
fn another_implementation_agrees() {
    let sha256 = "d489c2a4e045b04f2692b9bf9c11e4950c5a57a441117920a7a1cedc834f7838";
    let sha512 = "021f98048204b855b5d5876b367d664ca596bb8ced7146144fe2e1bc2295762574884f770a240fde15e87f03bd22f8c5b58a851dfda63ee7eb91bf05208aceea";
    assert!(checked(&format!("a=1&b=2&sig={sha256}"), SignatureMethod::Sha256).is_ok());
    assert!(checked(&format!("a=1&b=2&sig={sha512}"), SignatureMethod::Sha512).is_ok());
    assert!(checked(&format!("a=1&b=2&sig={sha256}"), SignatureMethod::Sha512).is_err());
}

#[test]
fn nothing_else_is_believed() {
    let signature = sign("&a=1");
    let (both, empty) = (sign("&a=1&b=2"), sign("&=1&a=1"));
    let table = [
        String::new(),
        "a=1".to_owned(),
        "a=1&sig=".to_owned(),
        "a=1&sig=xyz".to_owned(),
        format!("a=2&sig={signature}"),
        format!("a=1&b=2&sig={signature}"),
        format!("a=1&a=1&sig={signature}"),
        format!("a=1&sig={}", &signature[..32]),
        format!(r#"{{"a":["1"],"sig":"{signature}"}}"#),
        format!(r#"["a","1","{signature}"]"#),
        // One signature for other fields than those that were signed.
        format!("a=1%26b%3D2&sig={both}"),
        format!("a%3D1%26b=2&sig={both}"),
        format!(r#"{{"a=1&b":"2","sig":"{both}"}}"#),
        format!(r#"{{"a\u003d1\u0026b":2,"sig":"{both}"}}"#),
        format!("=1&a=1&sig={empty}"),
        format!("a b=1&sig={}", sign("&a b=1")),
        // Names that are there twice, of which a map would keep the last.
        format!(r#"{{"a":"2","a":"1","sig":"{signature}"}}"#),
        format!(r#"{{"a":"1","sig":"x","sig":"{signature}"}}"#),
        format!(r#"{{"a":"1","sig":"{signature}"}} x"#),
    ];
    for body in table {
        let checked = checked(&body, SignatureMethod::Sha256);
        assert!(matches!(checked, Err(CallbackError::Forged(_))), "{body}: {checked:?}");
    }
}
