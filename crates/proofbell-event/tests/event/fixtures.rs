//! Every file in `fixtures/`: what it is read as, or what is wrong with it.

use std::collections::BTreeSet;
use std::path::PathBuf;

use proofbell_event::{Detail, Event, EventName, ParseError, Side, State};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

fn body(fixture: &str) -> Vec<u8> {
    std::fs::read(folder().join(format!("{fixture}.json"))).unwrap()
}

fn event(fixture: &str) -> Event {
    Event::parse(&body(fixture)).unwrap_or_else(|error| panic!("{fixture}: failed to {error}"))
}

/// Fixture, name, and state or type as a rule would write it.
const ACCEPTED: [(&str, &str, &str); 30] = [
    ("state_change_draft", "draft", "DRAFT/"),
    ("state_change_qc_null", "photos_submitted", "QC/"),
    ("state_change_qc_pending", "photos_submitted", "QC/PENDING"),
    ("state_change_qc_rejected", "photos_rejected", "QC/REJECTED"),
    ("state_change_qc_approved", "photos_approved", "QC/APPROVED"),
    ("state_change_qc_complete", "fast_tracked", "QC/COMPLETE"),
    ("state_change_queue", "queued", "QUEUE/"),
    ("state_change_underway_pending", "awaiting_assignment", "UNDERWAY/PENDING"),
    ("state_change_underway_assigned", "assigned", "UNDERWAY/ASSIGNED"),
    ("state_change_underway_approved", "examined", "UNDERWAY/APPROVED"),
    ("state_change_complete_approved", "authentic", "COMPLETE/APPROVED"),
    ("state_change_complete_rejected", "counterfeit", "COMPLETE/REJECTED"),
    ("state_change_complete_complete", "completed", "COMPLETE/COMPLETE"),
    ("state_change_cancelled", "cancelled", "CANCELLED/"),
    ("state_change_without_supplement", "photos_submitted", "QC/"),
    ("state_change_new_primary", "unknown", "APPEAL/OPEN"),
    ("state_change_new_supplement", "unknown", "COMPLETE/INCONCLUSIVE"),
    ("state_change_extra_fields", "assigned", "UNDERWAY/ASSIGNED"),
    ("state_change_numeric_reference", "authentic", "COMPLETE/APPROVED"),
    ("state_change_without_reference", "authentic", "COMPLETE/APPROVED"),
    ("state_change_unreadable_timestamp", "photos_approved", "QC/APPROVED"),
    ("media_rejected", "reshoot_needed", "media_rejected"),
    ("media_rejected_ja", "reshoot_needed", "media_rejected"),
    ("media_rejected_older_shape", "reshoot_needed", "media_rejected"),
    ("media_rejected_hostile_text", "reshoot_needed", "media_rejected"),
    ("media_rejected_no_sides", "reshoot_needed", "media_rejected"),
    ("invalidate_sr", "invalidated", "invalidate_sr"),
    ("invalidate_sr_new_code", "invalidated", "invalidate_sr"),
    ("new_type", "unknown", "certificate_ready"),
    ("new_type_bare", "unknown", "ping"),
];

/// Fixture, and what failed.
const REFUSED: [(&str, &str); 14] = [
    ("malformed_not_json", "read the body as JSON: it breaks off or goes wrong at line 1, column 1"),
    ("malformed_cut_off", "read the body as JSON: it breaks off or goes wrong at line 3, column 22"),
    ("malformed_list", "read the body as an event: it is no JSON object"),
    ("malformed_without_type", "read the event's field `event_type`: it is missing"),
    ("malformed_without_sr_uuid", "read the event's field `sr_uuid`: it is missing"),
    (
        "malformed_sr_uuid_with_space",
        "read the event's field `sr_uuid`: it is not an id of 1 to 128 visible ASCII characters",
    ),
    ("malformed_without_timestamp", "read the event's field `timestamp`: it is missing"),
    ("malformed_state_as_string", "read the event's field `state`: it is not an object"),
    ("malformed_without_primary", "read the event's field `state.primary`: it is missing"),
    ("malformed_without_sides", "read the event's field `sides`: it is missing"),
    ("malformed_side_without_reason", "read the event's field `sides[1].reason`: it is missing"),
    ("malformed_side_as_string", "read the event's field `sides[0]`: it is not an object"),
    ("malformed_without_invalidation_reason", "read the event's field `invalidation_reason`: it is missing"),
    (
        "malformed_invalidation_without_message",
        "read the event's field `invalidation_reason.message`: it is missing",
    ),
];

#[test]
fn every_fixture_is_in_one_of_the_tables() {
    let listed: BTreeSet<String> =
        ACCEPTED.map(|row| row.0).into_iter().chain(REFUSED.map(|row| row.0)).map(str::to_owned).collect();
    let present: BTreeSet<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(listed, present);
}

#[test]
fn accepted_payloads_have_their_name() {
    for (fixture, name, state_or_type) in ACCEPTED {
        let event = event(fixture);
        assert_eq!(event.name.as_str(), name, "{fixture}");
        let shown = match &event.detail {
            Detail::StateChange(state) => state.to_string(),
            Detail::MediaRejected { .. } | Detail::InvalidateSr { .. } | Detail::Unknown => {
                event.event_type.clone()
            }
        };
        assert_eq!(shown, state_or_type, "{fixture}");
        assert_eq!(event.payload, serde_json::from_slice::<serde_json::Value>(&body(fixture)).unwrap());
        let known = event.detail != Detail::Unknown;
        assert!(!known || event.sr_uuid.is_some() && event.timestamp.is_some(), "{fixture}");
    }
}

#[test]
fn refused_payloads_name_what_is_wrong() {
    for (fixture, expected) in REFUSED {
        let message = Event::parse(&body(fixture)).map_err(|error: ParseError| error.to_string());
        assert_eq!(message.unwrap_err(), expected, "{fixture}");
    }
}

#[test]
fn each_question_is_answered_yes_by_one_name() {
    type Question = fn(&Event) -> bool;
    let table: [(Question, EventName); 6] = [
        (Event::is_authentic, EventName::Authentic),
        (Event::is_counterfeit, EventName::Counterfeit),
        (Event::is_cancelled, EventName::Cancelled),
        (Event::needs_resubmission, EventName::ReshootNeeded),
        (Event::is_qc_approved, EventName::PhotosApproved),
        (Event::is_authentication_in_progress, EventName::Assigned),
    ];
    for (question, name) in table {
        for (fixture, ..) in ACCEPTED {
            let event = event(fixture);
            assert_eq!(question(&event), event.name == name, "{fixture} asked whether it is {name}");
        }
    }
}

fn side(side: &str, side_uuid: Option<&str>, reason: &str, message: Option<&str>) -> Side {
    Side {
        side: side.to_owned(),
        side_uuid: side_uuid.map(str::to_owned),
        reason: reason.to_owned(),
        message: message.map(str::to_owned),
    }
}

#[test]
fn sides_are_read_in_the_new_and_the_older_shape() {
    let blurry = "Hold the camera still and tap the item to focus.";
    assert_eq!(
        event("media_rejected").detail,
        Detail::MediaRejected {
            sides: vec![
                side("Front", None, "Image is Blurry", Some(blurry)),
                side("Label", None, "Not Visible", None),
            ],
            state: None,
        }
    );
    let (front, insole) = ("0b8f3f0e-6f59-4a55-9be4-0f1a1c2d3e4f", "5ad1f7f2-0d6b-4a4d-8f0f-7c7c1a2b3c4d");
    assert_eq!(
        event("media_rejected_older_shape").detail,
        Detail::MediaRejected {
            sides: vec![
                side("Front", Some(front), "BLURRY", Some("The image is too blurry.")),
                side("Insole Top", Some(insole), "POOR_LIGHTING", None),
            ],
            state: Some(State { primary: "QC".to_owned(), supplement: Some("REJECTED".to_owned()) }),
        }
    );
    assert_eq!(event("media_rejected_ja").sides()[1].reason, "照明不足");
    assert_eq!(event("media_rejected_no_sides").sides(), []);
    assert_eq!(event("state_change_qc_rejected").sides(), []);
}

#[test]
fn text_from_outside_is_kept_as_it_came() {
    let event = event("media_rejected_hostile_text");
    assert_eq!(event.reference_id.as_deref(), Some("../../admin?x=1"));
    assert_eq!(event.sides()[0].reason, "Dark\r\nBcc: all@market.example");
    assert_eq!(event.sides()[0].message.as_deref(), Some("<!channel> \0 \u{202e}"));
}

#[test]
fn the_common_fields_are_read() {
    let plain = event("media_rejected");
    assert_eq!(plain.sr_uuid.unwrap().as_str(), "3f0c1d52-8a4e-4f0b-9d0a-6f2d1f6f7c11");
    assert_eq!(plain.reference_id.as_deref(), Some("MS-48213"));
    assert_eq!(plain.timestamp.as_deref(), Some("2026-02-10T09:32:08.115Z"));
    assert_eq!(plain.occurred_at, Some("2026-02-10T09:32:08.115Z".parse().unwrap()));

    assert_eq!(event("state_change_cancelled").reference_id, None);
    assert_eq!(event("state_change_without_reference").reference_id, None);
    assert_eq!(event("state_change_numeric_reference").reference_id.as_deref(), Some("48213"));
    let unreadable = event("state_change_unreadable_timestamp");
    assert_eq!((unreadable.timestamp.is_some(), unreadable.occurred_at), (true, None));
    assert_eq!(event("state_change_extra_fields").payload["links"]["app"], "https://app.example/sr/LM7K2P");
    assert_eq!(
        event("invalidate_sr_new_code").detail,
        Detail::InvalidateSr {
            code: "UNSUPPORTED_BRAND".to_owned(),
            message: "The brand cannot be authenticated".to_owned(),
        }
    );
}
