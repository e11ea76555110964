use super::*;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OTHER: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const TIMESTAMP: &str = "1614265330";
const BODY: &str = "{\"test\": 2432232314}";
const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

type Headers = Vec<(&'static str, Vec<u8>)>;

fn headers(id: &str, timestamp: &str, signature: &str) -> Headers {
    vec![("svix-id", id.into()), ("svix-timestamp", timestamp.into()), ("svix-signature", signature.into())]
}

fn published() -> Headers {
    headers(ID, TIMESTAMP, SIGNATURE)
}

fn verify_at(headers: &Headers, body: &[u8], now: i64) -> Result<MessageId, VerifyError> {
    let now = Timestamp::from_second(now).unwrap();
    let lines = headers.iter().map(|(name, value)| (*name, value.as_slice()));
    Verifier::new([SECRET]).unwrap().verify(lines, body, now)
}

/// `Ok` or the error's code, for these headers over the published body at the published time.
fn outcome(headers: &Headers) -> &'static str {
    verify_at(headers, BODY.as_bytes(), 1_614_265_330).map_or_else(|error| error.code(), |_| "ok")
}

#[test]
fn the_published_vectors_verify_under_both_families() {
    let vectors = [
        (
            OTHER,
            "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
            1_649_367_553,
            r#"{"email":"test@example.com","username":"test_user"}"#,
            "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
        ),
        (SECRET, ID, 1_614_265_330, BODY, SIGNATURE),
        (
            OTHER,
            "msg_jp",
            1_700_000_000,
            r#"{"summary":"鑑定完了 “OG”"}"#,
            "v1,hKicodbE23wdiWo5M3bw38dUxAPE6UloTgWjak0Q7P8=",
        ),
    ];
    for (secret, id, seconds, body, signature) in vectors {
        let now = Timestamp::from_second(seconds).unwrap();
        let id: MessageId = id.parse().unwrap();
        assert_eq!(sign(secret, &id, now, body.as_bytes()).unwrap(), signature);
        let verifier = Verifier::new([secret]).unwrap();
        for family in ["svix", "webhook", "Svix", "WEBHOOK"] {
            let names = ["id", "timestamp", "signature"].map(|part| format!("{family}-{part}"));
            let values = [id.as_str().to_owned(), seconds.to_string(), signature.to_owned()];
            let lines = names
                .iter()
                .zip(&values)
                .map(|(name, value)| (name.as_str(), value.as_bytes()))
                .chain([("content-type", b"application/json".as_slice()), ("x-binary", b"\xff".as_slice())]);
            assert_eq!(verifier.verify(lines, body.as_bytes(), now), Ok(id.clone()), "{family}");
        }
    }
}

#[test]
fn each_header_must_be_there_once() {
    for index in 0..3 {
        let mut missing = published();
        let (name, _) = missing.remove(index);
        let error = verify_at(&missing, BODY.as_bytes(), 1_614_265_330).unwrap_err();
        assert_eq!(error, VerifyError::Missing { header: name });
        assert_eq!(error.code(), "signature_missing");

        let mut twice = published();
        twice.push(twice[index].clone());
        assert_eq!(outcome(&twice), "signature_malformed", "{name} twice");
    }
    let mut thrice = published();
    thrice.extend([thrice[0].clone(), thrice[0].clone()]);
    assert_eq!(outcome(&thrice), "signature_malformed");
    assert_eq!(outcome(&vec![]), "signature_missing");
    assert_eq!(outcome(&published()), "ok");
}

#[test]
fn families_do_not_mix() {
    for name in ["webhook-id", "Webhook-Timestamp", "webhook-signature"] {
        let mut mixed = published();
        mixed.push((name, b"anything".to_vec()));
        assert_eq!(outcome(&mixed), "signature_malformed", "{name} beside svix-*");
    }
    let mut half = published();
    half[2].0 = "webhook-signature";
    assert_eq!(outcome(&half), "signature_malformed");
}

#[test]
fn header_values_have_one_spelling() {
    let long = "9".repeat(4097);
    let ids = ["", "msg.1", "msg 1", "msg\u{e9}", "msg\n", &"m".repeat(129), &long];
    for id in ids {
        assert_eq!(outcome(&headers(id, TIMESTAMP, SIGNATURE)), "signature_malformed", "id {id:?}");
    }
    let timestamps = [
        "",
        "+1614265330",
        "-1614265330",
        "01614265330",
        "00",
        "1614265330.0",
        "1614265330 ",
        " 1614265330",
        "0x60378AF2",
        "１６１４２６５３３０",
        "99999999999999999999",
        &long,
    ];
    for timestamp in timestamps {
        assert_eq!(outcome(&headers(ID, timestamp, SIGNATURE)), "signature_malformed", "{timestamp:?}");
    }
    for timestamp in ["0", "9223372036854775807"] {
        assert_eq!(
            outcome(&headers(ID, timestamp, SIGNATURE)),
            "timestamp_out_of_tolerance",
            "{timestamp:?}"
        );
    }
    for index in 0..3 {
        let mut binary = published();
        binary[index].1.push(0xff);
        assert_eq!(outcome(&binary), "signature_malformed", "{} not UTF-8", binary[index].0);
    }
}

#[test]
fn one_good_signature_of_version_1_is_enough_and_needed() {
    let foreign = "v1,tFtCZ5RDCPxzWQRWXWPgrCgE2frDBe9gjpbWQxnVfsQ=";
    let too_many = vec![foreign; 86].join(" ");
    let table = [
        (SIGNATURE.to_owned(), "ok"),
        (format!("{foreign} {SIGNATURE}"), "ok"),
        (format!("{SIGNATURE} {foreign}"), "ok"),
        (format!("v2,whatever {SIGNATURE} v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5B"), "ok"),
        (foreign.to_owned(), "signature_invalid"),
        ("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OA=".to_owned(), "signature_invalid"),
        ("v1,R3PTzyfHASBKHH98a7yexTwaJ4yNIcGhFQc1yuN+BPU=".to_owned(), "signature_invalid"),
        (SIGNATURE.replace("v1,", "v2,"), "signature_invalid"),
        (SIGNATURE.replace("v1,", "V1,"), "signature_invalid"),
        ("v1,g0hM9SsE+OTPJTGt".to_owned(), "signature_invalid"),
        // A prefix of the right signature, and the right one with more behind it.
        ("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ".to_owned(), "signature_invalid"),
        ("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OEA".to_owned(), "signature_invalid"),
        // The same 32 bytes as the right one, in base64 that no encoder writes.
        ("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OF=".to_owned(), "signature_malformed"),
        ("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE".to_owned(), "signature_malformed"),
        ("v1,g0hM9SsE-OTPJTGt_tmIKtSyZlE3uFJELVlNIOLJ1OE=".to_owned(), "signature_malformed"),
        ("".to_owned(), "signature_malformed"),
        ("v1".to_owned(), "signature_malformed"),
        ("v1,".to_owned(), "signature_malformed"),
        (",g0hM9SsE".to_owned(), "signature_malformed"),
        (SIGNATURE.replace("v1,", ""), "signature_malformed"),
        (format!("{SIGNATURE}  {foreign}"), "signature_malformed"),
        (format!("{SIGNATURE} "), "signature_malformed"),
        (format!(" {SIGNATURE}"), "signature_malformed"),
        (format!("{SIGNATURE}\t{foreign}"), "signature_malformed"),
        (format!("{SIGNATURE},{foreign}"), "signature_malformed"),
        (format!("v2,\u{1} {SIGNATURE}"), "signature_malformed"),
        (format!("{SIGNATURE} v1,"), "signature_malformed"),
        (too_many, "signature_malformed"),
    ];
    for (signature, expected) in table {
        assert_eq!(outcome(&headers(ID, TIMESTAMP, &signature)), expected, "{signature}");
    }
}

#[test]
fn what_was_signed_must_be_what_came() {
    let now = 1_614_265_330;
    assert!(verify_at(&published(), BODY.as_bytes(), now).is_ok());
    for body in ["", "{\"test\": 2432232315}", "{\"test\": 2432232314} ", "{\"test\":2432232314}"] {
        assert_eq!(verify_at(&published(), body.as_bytes(), now), Err(VerifyError::Invalid), "{body:?}");
    }
    assert_eq!(outcome(&headers("msg_other", TIMESTAMP, SIGNATURE)), "signature_invalid");
    assert_eq!(outcome(&headers(ID, "1614265331", SIGNATURE)), "signature_invalid");
}

#[test]
fn the_tolerance_is_five_minutes_either_way() {
    for (offset, expected) in
        [(-301, "late"), (-300, "ok"), (-1, "ok"), (0, "ok"), (1, "ok"), (300, "ok"), (301, "late")]
    {
        let outcome = verify_at(&published(), BODY.as_bytes(), 1_614_265_330 + offset);
        let expected =
            if expected == "ok" { Ok(ID.parse().unwrap()) } else { Err(VerifyError::OutOfTolerance) };
        assert_eq!(outcome, expected, "{offset} s");
    }
    assert_eq!(VerifyError::OutOfTolerance.code(), "timestamp_out_of_tolerance");
}

#[test]
fn a_body_need_not_be_text() {
    let body = b"\xff\x00 not UTF-8";
    let now = Timestamp::from_second(1_614_265_330).unwrap();
    let signature = sign(SECRET, &ID.parse().unwrap(), now, body).unwrap();
    assert!(verify_at(&headers(ID, TIMESTAMP, &signature), body, 1_614_265_330).is_ok());
}

#[test]
fn any_of_the_secrets_will_do_while_they_are_rotated() {
    let now = Timestamp::from_second(1_614_265_330).unwrap();
    let by = |secret| sign(secret, &ID.parse().unwrap(), now, BODY.as_bytes()).unwrap();
    let third = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";
    let table: [(&[&str], String, bool); 6] = [
        (&[SECRET, OTHER], by(SECRET), true),
        (&[SECRET, OTHER], by(OTHER), true),
        (&[SECRET, OTHER], by(third), false),
        (&[SECRET, OTHER], format!("{} {}", by(third), by(OTHER)), true),
        (&[SECRET], by(OTHER), false),
        (&[third, third, third, OTHER], by(OTHER), true),
    ];
    for (secrets, signature, valid) in table {
        let verifier = Verifier::new(secrets.iter().copied()).unwrap();
        let headers = headers(ID, TIMESTAMP, &signature);
        let lines = headers.iter().map(|(name, value)| (*name, value.as_slice()));
        assert_eq!(verifier.verify(lines, BODY.as_bytes(), now).is_ok(), valid, "{secrets:?} {signature}");
    }
}

#[test]
fn bad_secrets_make_no_verifier() {
    let table: [(&[&str], SecretError); 12] = [
        (&[], SecretError::NoSecret),
        (&[SECRET, SECRET, SECRET, SECRET, SECRET], SecretError::TooMany),
        (&[""], SecretError::Empty { number: 1 }),
        (&["\n"], SecretError::Empty { number: 1 }),
        (&["whsec_"], SecretError::Empty { number: 1 }),
        (&[SECRET, "whsec_\n"], SecretError::Empty { number: 2 }),
        (&["whsec_%%%"], SecretError::NotBase64 { number: 1 }),
        (&["leo_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], SecretError::NotBase64 { number: 1 }),
        (&["whsec_MfKQ9r8GKYqr TwjUPD8ILPZIo2LaLaSw"], SecretError::NotBase64 { number: 1 }),
        (&["whsec_AA=="], SecretError::TooShort { number: 1, length: 1, least: 24 }),
        (
            &["whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRY="],
            SecretError::TooShort { number: 1, length: 23, least: 24 },
        ),
        (
            &[SECRET, OTHER, SECRET, "whsec_dGVzdA=="],
            SecretError::TooShort { number: 4, length: 4, least: 24 },
        ),
    ];
    for (secrets, expected) in table {
        assert_eq!(Verifier::new(secrets.iter().copied()).unwrap_err(), expected, "{secrets:?}");
    }
    let id: MessageId = ID.parse().unwrap();
    assert_eq!(sign("whsec_", &id, Timestamp::UNIX_EPOCH, b""), Err(SecretError::Empty { number: 1 }));
}

#[test]
fn a_newline_behind_a_secret_is_dropped_and_told() {
    let now = Timestamp::from_second(1_614_265_330).unwrap();
    let verifier = Verifier::new([OTHER, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\r\n"]).unwrap();
    assert!(verifier.was_trimmed());
    assert!(!Verifier::new([OTHER, SECRET]).unwrap().was_trimmed());
    let headers = published();
    let lines = headers.iter().map(|(name, value)| (*name, value.as_slice()));
    assert!(verifier.verify(lines, BODY.as_bytes(), now).is_ok());
}

#[test]
fn debug_and_errors_show_no_secret() {
    assert_eq!(format!("{:?}", Verifier::new([SECRET, OTHER]).unwrap()), "Verifier { secrets: 2, .. }");
    let error = Verifier::new(["whsec_hunter2!"]).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
}
