use serde_json::json;

use super::*;

fn parse(payload: Value) -> Result<Event, ParseError> {
    Event::parse(payload.to_string().as_bytes())
}

/// A whole payload of each known type.
fn whole(event_type: &str) -> Value {
    let mut payload = json!({
        "event_type": event_type,
        "sr_uuid": "b16c763b-1723-455d-ba29-164418044886",
        "reference_id": "ITEM-1",
        "timestamp": "2026-02-10T12:00:00.000Z",
    });
    let own = match event_type {
        "state_change" => ("state", json!({ "primary": "QC", "supplement": "REJECTED" })),
        "media_rejected" => ("sides", json!([{ "side": "Front", "reason": "Image is Blurry" }])),
        "invalidate_sr" => {
            ("invalidation_reason", json!({ "code": "CANCELLED", "message": "Service request cancelled" }))
        }
        other => panic!("no payload of type {other}"),
    };
    payload[own.0] = own.1;
    payload
}

/// `whole` with `value` at `pointer`; without it when there is no value.
fn changed(event_type: &str, pointer: &str, value: Option<Value>) -> Value {
    let mut payload = whole(event_type);
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let parent = payload.pointer_mut(parent).unwrap();
    match (value, parent) {
        (Some(value), Value::Array(list)) => list[key.parse::<usize>().unwrap()] = value,
        (Some(value), parent) => parent[key] = value,
        (None, Value::Object(map)) => assert!(map.shift_remove(key).is_some(), "{pointer} is not there"),
        (None, _) => panic!("{pointer} cannot be removed"),
    }
    payload
}

#[test]
fn what_an_event_means_nothing_without_is_named() {
    let table: [(&str, &str, Option<Value>, &str); 24] = [
        ("state_change", "/event_type", None, "event_type"),
        ("state_change", "/event_type", Some(json!(null)), "event_type"),
        ("state_change", "/event_type", Some(json!(7)), "event_type"),
        ("state_change", "/event_type", Some(json!("")), "event_type"),
        ("state_change", "/sr_uuid", None, "sr_uuid"),
        ("media_rejected", "/sr_uuid", Some(json!(null)), "sr_uuid"),
        ("invalidate_sr", "/sr_uuid", Some(json!("a b")), "sr_uuid"),
        ("state_change", "/sr_uuid", Some(json!("")), "sr_uuid"),
        ("state_change", "/sr_uuid", Some(json!("x".repeat(129))), "sr_uuid"),
        ("state_change", "/sr_uuid", Some(json!("a\0b")), "sr_uuid"),
        ("media_rejected", "/timestamp", None, "timestamp"),
        ("invalidate_sr", "/timestamp", Some(json!(1_770_724_800)), "timestamp"),
        ("state_change", "/state", None, "state"),
        ("state_change", "/state", Some(json!("QC")), "state"),
        ("state_change", "/state/primary", None, "state.primary"),
        ("state_change", "/state/primary", Some(json!(null)), "state.primary"),
        ("media_rejected", "/sides", None, "sides"),
        ("media_rejected", "/sides", Some(json!({})), "sides"),
        ("media_rejected", "/sides/0", Some(json!("Front")), "sides[0]"),
        ("media_rejected", "/sides/0/side", None, "sides[0].side"),
        ("media_rejected", "/sides/0/reason", Some(json!(["x"])), "sides[0].reason"),
        ("invalidate_sr", "/invalidation_reason", None, "invalidation_reason"),
        ("invalidate_sr", "/invalidation_reason/code", None, "invalidation_reason.code"),
        ("invalidate_sr", "/invalidation_reason/message", Some(json!(null)), "invalidation_reason.message"),
    ];
    for (event_type, pointer, value, field) in table {
        let error = parse(changed(event_type, pointer, value.clone())).unwrap_err();
        assert_eq!(error.field(), Some(field), "{event_type} {pointer} {value:?}: {error}");
    }
}

#[test]
fn the_second_side_is_found_by_its_index() {
    let payload = changed(
        "media_rejected",
        "/sides",
        Some(json!([{ "side": "Front", "reason": "Dark" }, { "side": "Back" }])),
    );
    let error = parse(payload).unwrap_err();
    assert_eq!(error, ParseError::Missing { field: "sides[1].reason".to_owned() });
    assert_eq!(error.to_string(), "read the event's field `sides[1].reason`: it is missing");
}

#[test]
fn what_may_vary_is_accepted() {
    let table: [(&str, &str, Option<Value>, &str); 16] = [
        ("state_change", "/state/supplement", None, "photos_submitted"),
        ("state_change", "/state/supplement", Some(json!(null)), "photos_submitted"),
        ("state_change", "/state/supplement", Some(json!("NEWLY_INVENTED")), "unknown"),
        ("state_change", "/state/supplement", Some(json!(0)), "unknown"),
        ("state_change", "/state/primary", Some(json!("LIMBO")), "unknown"),
        ("state_change", "/state/since", Some(json!("2026")), "photos_rejected"),
        ("state_change", "/timestamp", Some(json!("yesterday")), "photos_rejected"),
        ("media_rejected", "/sides", Some(json!([])), "reshoot_needed"),
        ("media_rejected", "/sides/0/message", Some(json!(null)), "reshoot_needed"),
        ("media_rejected", "/sides/0/message", Some(json!({ "en": "x" })), "reshoot_needed"),
        ("media_rejected", "/sides/0/side_uuid", Some(json!(12)), "reshoot_needed"),
        ("media_rejected", "/state", Some(json!("QC")), "reshoot_needed"),
        ("media_rejected", "/state", Some(json!({ "supplement": "REJECTED" })), "reshoot_needed"),
        ("invalidate_sr", "/invalidation_reason/code", Some(json!("FRAUD")), "invalidated"),
        ("invalidate_sr", "/sr_uuid", Some(json!("not-a-uuid")), "invalidated"),
        ("state_change", "/event_type", Some(json!("state_changed")), "unknown"),
    ];
    for (event_type, pointer, value, name) in table {
        let event = parse(changed(event_type, pointer, value.clone())).unwrap();
        assert_eq!(event.name.as_str(), name, "{event_type} {pointer} {value:?}");
        assert_eq!(event.payload, changed(event_type, pointer, value));
    }
}

#[test]
fn the_reference_id_is_text_or_nothing() {
    let table = [
        (None, None),
        (Some(json!(null)), None),
        (Some(json!("ITEM-1")), Some("ITEM-1")),
        (Some(json!("商品１")), Some("商品１")),
        (Some(json!("")), Some("")),
        (Some(json!(48_213)), Some("48213")),
        (Some(json!(-7)), Some("-7")),
        (Some(json!(18_446_744_073_709_551_615_u64)), Some("18446744073709551615")),
        (Some(json!(1.5)), None),
        (Some(json!(1e22)), None),
        (Some(json!(true)), None),
        (Some(json!(["ITEM-1"])), None),
        (Some(json!({ "id": "ITEM-1" })), None),
    ];
    for (value, expected) in table {
        let event = parse(changed("state_change", "/reference_id", value.clone())).unwrap();
        assert_eq!(event.reference_id.as_deref(), expected, "{value:?}");
    }
}

#[test]
fn an_unknown_type_keeps_what_can_be_kept() {
    let bare = parse(json!({ "event_type": "certificate_ready" })).unwrap();
    assert_eq!((bare.name, &bare.detail), (EventName::Unknown, &Detail::Unknown));
    assert_eq!((bare.sr_uuid, bare.reference_id, bare.timestamp, bare.occurred_at), (None, None, None, None));

    let odd = parse(json!({ "event_type": "x", "sr_uuid": "a b", "timestamp": 5, "state": 1 })).unwrap();
    assert_eq!((odd.sr_uuid, odd.timestamp), (None, None));

    let full =
        parse(json!({ "event_type": "x", "sr_uuid": "sr", "timestamp": "2026-02-10T12:00:00Z" })).unwrap();
    assert_eq!(full.sr_uuid.unwrap().as_str(), "sr");
    assert_eq!(full.occurred_at, Some("2026-02-10T12:00:00Z".parse().unwrap()));
}

#[test]
fn what_is_no_json_object_is_told_apart() {
    let deep = [b"{\"event_type\":\"x\",\"a\":".repeat(50_000), b"1".to_vec()].concat();
    let deep_list = [b"[".repeat(200_000), b"]".repeat(200_000)].concat();
    let not_json: [&[u8]; 9] = [
        b"",
        b"   ",
        b"{",
        b"event_type=state_change",
        b"{\"event_type\":\"x\"} trailing",
        b"{\"event_type\":\"\xff\"}",
        b"\xef\xbb\xbf{\"event_type\":\"x\"}",
        &deep,
        &deep_list,
    ];
    for body in not_json {
        let error = Event::parse(body).unwrap_err();
        assert!(matches!(error, ParseError::NotJson { .. }), "{error:?}");
        assert_eq!(error.field(), None);
    }
    for body in ["null", "[]", "\"state_change\"", "7", "[{\"event_type\":\"x\"}]"] {
        assert_eq!(Event::parse(body.as_bytes()), Err(ParseError::NotAnObject), "{body}");
    }
}

#[test]
fn errors_quote_nothing_of_what_was_sent() {
    let bodies = [
        r#"{"event_type":"state_change","sr_uuid":"HANAKO SATO","timestamp":"x","state":{"primary":"QC"}}"#,
        r#"{"event_type":["HANAKO"]}"#,
        r#"{"event_type":"HANAKO"#,
        r#"{"HANAKO":}"#,
        r#""HANAKO""#,
        r#"HANAKO"#,
    ];
    for body in bodies {
        let error = Event::parse(body.as_bytes()).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("HANAKO"), "{error}");
    }
}

#[test]
fn of_a_repeated_key_the_last_value_counts() {
    let body = br#"{"event_type":"media_rejected","event_type":"x"}"#;
    assert_eq!(Event::parse(body).unwrap().event_type, "x");
}
