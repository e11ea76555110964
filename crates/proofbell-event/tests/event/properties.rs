//! What holds for any input. The `standardwebhooks` crate is the oracle for signatures: `svix` gives the same results
//! on the published vectors, but would bring more than a hundred crates along.

use jiff::Timestamp;
use proofbell_event::{BearerVerifier, Event, MessageId, Verifier, sign};
use proptest::prelude::*;
use serde_json::{Value, json};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// The keys and words that the parser looks for, so that random JSON reaches its depths.
fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "event_type",
            "state_change",
            "media_rejected",
            "invalidate_sr",
            "sr_uuid",
            "timestamp",
            "reference_id",
            "state",
            "primary",
            "supplement",
            "sides",
            "side",
            "reason",
            "message",
            "invalidation_reason",
            "code",
            "QC",
            "REJECTED",
            "2026-02-10T12:00:00.000Z",
        ])
        .prop_map(str::to_owned),
        any::<String>(),
    ]
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        // Eighths are exact in binary and in short decimals, so that they read back as they were written.
        any::<i32>().prop_map(|number| Value::from(f64::from(number) / 8.0)),
        word().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((word(), inner), 0..6)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

/// A payload of a known type whose fields hold anything at all.
fn near_event() -> impl Strategy<Value = Value> {
    let event_type = prop::sample::select(vec!["state_change", "media_rejected", "invalidate_sr"]);
    (event_type, prop::collection::vec(any_json(), 4), "[!-~]{1,40}").prop_map(
        |(event_type, mut any, sr_uuid)| {
            json!({
                "event_type": event_type,
                "sr_uuid": sr_uuid,
                "timestamp": "2026-02-10T12:00:00.000Z",
                "reference_id": any.pop(),
                "state": any.pop(),
                "sides": any.pop(),
                "invalidation_reason": any.pop(),
            })
        },
    )
}

fn header_name() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::sample::select(vec![
            "svix-id", "svix-timestamp", "svix-signature", "webhook-id", "webhook-timestamp", "Webhook-Signature",
            "authorization",
        ])
        .prop_map(str::to_owned),
        1 => any::<String>(),
    ]
}

fn header_value() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        "[0-9]{1,20}".prop_map(String::into_bytes),
        "(v1,[A-Za-z0-9+/]{43}= ?){0,3}".prop_map(String::into_bytes),
        "Bearer .{0,30}".prop_map(String::into_bytes),
        prop::collection::vec(any::<u8>(), 0..64),
    ]
}

fn now() -> Timestamp {
    Timestamp::from_second(1_770_724_800).unwrap()
}

proptest! {
    #[test]
    fn parse_takes_any_bytes(body in prop::collection::vec(any::<u8>(), 0..512)) {
        let _ = Event::parse(&body);
    }

    #[test]
    fn parse_takes_any_json_and_keeps_it(value in prop_oneof![any_json(), near_event()]) {
        let body = value.to_string();
        if let Ok(event) = Event::parse(body.as_bytes()) {
            prop_assert_eq!(event.payload.to_string(), body);
            prop_assert_eq!(Some(event.event_type.as_str()), value["event_type"].as_str());
            prop_assert!(event.effective_time(now()) <= now() + proofbell_event::FUTURE_TOLERANCE);
        }
    }

    #[test]
    fn verify_takes_any_headers(
        headers in prop::collection::vec((header_name(), header_value()), 0..6),
        body in prop::collection::vec(any::<u8>(), 0..64),
    ) {
        let lines = || headers.iter().map(|(name, value)| (name.as_str(), value.as_slice()));
        prop_assert!(Verifier::new([SECRET]).unwrap().verify(lines(), &body, now()).is_err());
        prop_assert!(BearerVerifier::new(["not-to-be-guessed"]).unwrap().verify(lines()).is_err());
    }

    #[test]
    fn any_text_is_a_secret_or_an_error(secret in ".{0,40}") {
        let _ = Verifier::new([secret.as_str()]);
        let _ = BearerVerifier::new([secret.as_str()]);
    }

    #[test]
    fn what_is_signed_verifies_and_one_flipped_bit_does_not(
        id in "[!-\\-/-~]{1,128}",
        body in prop::collection::vec(any::<u8>(), 1..256),
        offset in -300_i64..=300,
        flip in any::<prop::sample::Index>(),
    ) {
        let id: MessageId = id.parse().unwrap();
        let seconds = now().as_second() + offset;
        let signature = sign(SECRET, &id, Timestamp::from_second(seconds).unwrap(), &body).unwrap();
        let seconds = seconds.to_string();
        let headers = [("svix-id", id.as_str()), ("svix-timestamp", &seconds), ("svix-signature", &signature)];
        let lines = headers.map(|(name, value)| (name, value.as_bytes()));
        let verifier = Verifier::new([SECRET]).unwrap();
        prop_assert_eq!(verifier.verify(lines, &body, now()), Ok(id.clone()));

        let mut forged = body.clone();
        forged[flip.index(body.len())] ^= 1;
        prop_assert!(verifier.verify(lines, &forged, now()).is_err());
    }

    #[test]
    fn signatures_agree_with_the_reference_implementation(
        id in "[!-\\-/-~]{1,64}",
        body in any::<String>(),
        seconds in 0_i64..4_000_000_000,
        key in prop::collection::vec(any::<u8>(), 24..80),
    ) {
        use base64::Engine as _;
        let secret = format!("whsec_{}", base64::engine::general_purpose::STANDARD.encode(key));
        let reference = standardwebhooks::Webhook::new(&secret).unwrap();
        prop_assert_eq!(
            sign(&secret, &id.parse().unwrap(), Timestamp::from_second(seconds).unwrap(), body.as_bytes()).unwrap(),
            reference.sign(&id, seconds, body.as_bytes()).unwrap()
        );
    }
}
