use proofbell_event::Event;
use serde_json::json;

use super::*;
use crate::testing::glossary;

fn event() -> Event {
    let body = json!({
        "event_type": "media_rejected", "sr_uuid": "sr", "timestamp": "2026-02-10T12:00:00Z", "reference_id": "MS-1",
        "state": { "primary": "QC", "supplement": "REJECTED" },
        "sides": [
            { "side": "Interior Size Tag or Stamp", "reason": "Image is Blurry" },
            { "side": "Strap", "reason": "POOR LIGHTING " },
        ],
        "seller": { "country": "JP", "items": 12, "vip": true, "note": null, "tags": ["a", "b"], "a/b": "slash" },
    });
    Event::parse(&serde_json::to_vec(&body).unwrap()).unwrap()
}

fn is(text: &str) -> Matcher {
    Matcher::Is(text.to_owned())
}

fn all(ops: impl IntoIterator<Item = Op>) -> Matcher {
    Matcher::All(ops.into_iter().collect())
}

fn not(matcher: Matcher) -> Matcher {
    all([Op::Not(Box::new(matcher))])
}

fn glob(pattern: &str) -> Matcher {
    all([Op::glob(pattern).unwrap()])
}

/// On which sides the condition holds; in an event that has none it holds on the one place `None`, shown as `-`.
fn check(event: &Event, key: &Key, matcher: Matcher, expected: &str) {
    let facts = CaseFacts { reference_id: event.reference_id.clone(), round: 2, ..CaseFacts::default() };
    let glossary = glossary();
    let scene = Scene::new(event, &facts, &glossary);
    let condition = Condition { key: key.clone(), matcher };
    let held = match scene.narrow(std::slice::from_ref(&condition), &scene.places()) {
        Ok(places) => {
            let places: Vec<String> = places
                .into_iter()
                .map(|place| place.map_or_else(|| "-".to_owned(), |index| index.to_string()))
                .collect();
            places.join(" ")
        }
        Err(Deciding { saw, .. }) => format!("saw {}", saw.as_deref().unwrap_or("nothing")),
    };
    assert_eq!(held, expected, "{condition:?}");
}

#[test]
fn side_keys_see_raw_words_and_codes() {
    let event = event();
    let both = "saw Interior Size Tag or Stamp, Strap";
    for (matcher, expected) in [
        (is("label"), "0"),
        (is("Interior Size Tag or Stamp"), "0"),
        (is("Label"), both),
        (is("Strap"), "1"),
        (is("strap"), both),
        (Matcher::AnyOf(vec![is("Strap"), glob("la*")]), "0 1"),
        (Matcher::AnyOf(vec![]), both),
        (not(is("label")), "1"),
        (not(Matcher::AnyOf(vec![is("label"), is("Strap")])), both),
        (glob("*Stamp"), "0"),
        (glob("*a*"), "0 1"),
        (all([Op::Exists(true)]), "0 1"),
        (all([Op::Exists(false)]), both),
        (all([Op::regex("^l|^S").unwrap()]), "0 1"),
        (all([]), "0 1"),
    ] {
        check(&event, &Key::Side, matcher, expected);
    }
    check(&event, &Key::Reason, is("dark"), "1");
    check(&event, &Key::Reason, is("blurry"), "0");
    check(&event, &Key::Reason, is("bent"), "saw Image is Blurry, POOR LIGHTING ");
}

#[test]
fn other_keys_see_one_value() {
    let event = event();
    let payload = |pointer: &str| Key::payload(pointer).unwrap();
    let least = |number| all([Op::AtLeast(number)]);
    let most = |number| all([Op::AtMost(number)]);
    for (key, matcher, expected) in [
        (Key::EventType, is("media_rejected"), "0 1"),
        (Key::State, is("QC/REJECTED"), "0 1"),
        (Key::State, glob("QC/A*"), "saw QC/REJECTED"),
        (Key::ReferenceId, glob("MS-?"), "0 1"),
        (Key::Round, is("2"), "0 1"),
        (Key::Round, all([Op::AtLeast(2.0), Op::AtMost(2.0)]), "0 1"),
        (Key::Round, least(2.5), "saw 2"),
        (Key::Code, is("CANCELLED"), "saw nothing"),
        (Key::Code, not(is("CANCELLED")), "0 1"),
        (Key::Code, all([Op::Exists(false)]), "0 1"),
        (Key::Code, all([Op::Exists(false), Op::AtLeast(0.0)]), "saw nothing"),
        (payload("/seller/country"), is("JP"), "0 1"),
        (payload("/seller/items"), is("12"), "0 1"),
        (payload("/seller/items"), most(11.0), "saw 12"),
        (payload("/seller/vip"), is("true"), "0 1"),
        (payload("/seller/note"), all([Op::Exists(true)]), "saw nothing"),
        (payload("/seller/note"), glob("*"), "saw nothing"),
        (payload("/seller/tags"), is(r#"["a","b"]"#), "0 1"),
        (payload("/seller/tags/1"), is("b"), "0 1"),
        (payload("/seller/a~1b"), is("slash"), "0 1"),
        (payload("/seller/country"), least(0.0), "saw JP"),
        (payload("/nothing/there"), is(""), "saw nothing"),
    ] {
        check(&event, &key, matcher, expected);
    }
}

#[test]
fn an_event_without_sides_has_one_place_where_side_keys_see_nothing() {
    let body = json!({
        "event_type": "invalidate_sr", "sr_uuid": "sr", "timestamp": "", "reference_id": null,
        "invalidation_reason": { "code": "CANCELLED", "message": "m" },
    });
    let event = Event::parse(&serde_json::to_vec(&body).unwrap()).unwrap();
    check(&event, &Key::Side, is("label"), "saw nothing");
    check(&event, &Key::Side, not(is("label")), "-");
    check(&event, &Key::Reason, all([Op::Exists(false)]), "-");
    check(&event, &Key::Code, is("CANCELLED"), "-");
    check(&event, &Key::State, is(""), "saw nothing");
    check(&event, &Key::ReferenceId, all([Op::Exists(false)]), "-");
}

#[test]
fn infinite_numbers_are_no_numbers() {
    let body = json!({ "event_type": "x", "inf": "inf", "nan": "NaN", "large": "1e400" });
    let event = Event::parse(&serde_json::to_vec(&body).unwrap()).unwrap();
    for (pointer, saw) in [("/inf", "saw inf"), ("/nan", "saw NaN"), ("/large", "saw 1e400")] {
        check(&event, &Key::payload(pointer).unwrap(), all([Op::AtLeast(0.0)]), saw);
    }
}

#[test]
fn what_was_seen_is_shortened() {
    let body = json!({ "event_type": "x", "long": "正".repeat(200) });
    let event = Event::parse(&serde_json::to_vec(&body).unwrap()).unwrap();
    check(&event, &Key::payload("/long").unwrap(), is("x"), &format!("saw {}…", "正".repeat(80)));
    let sides: Vec<_> =
        (0..5_000).map(|number| json!({ "side": format!("s{number}"), "reason": "r" })).collect();
    let body = json!({ "event_type": "media_rejected", "sr_uuid": "sr", "timestamp": "", "sides": sides });
    let event = Event::parse(&serde_json::to_vec(&body).unwrap()).unwrap();
    let shown = (0..20).map(|number| format!("s{number}")).collect::<Vec<_>>().join(", ");
    check(&event, &Key::Side, is("x"), &format!("saw {}…", &shown[..80]));
}
