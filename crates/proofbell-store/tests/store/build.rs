//! What tests put into a store: everything valid, and told apart by small numbers.

use jiff::Timestamp;
use proofbell_engine::{Case, CaseFacts, Decision, Draft, EventId, Seen};
use proofbell_event::{EventName, SrUuid};
use proofbell_notify::{Address, Body, Measure, Message, Recipient};
use proofbell_store::{
    Acceptance, Addressed, Claim, ClaimOnly, ClaimRequest, Claimed, DraftEnd, Fallback, Finish, MessageState,
    NewEvent, NewMessage, Next, Plan, PlanResult, Reach, Shape, Store,
};
use sha2::{Digest, Sha256};
use std::time::Duration;
use uuid::Uuid;

/// The case that most events are of.
pub(crate) const SR: &str = "3f0c1d52-8a4e-4f0b-9d0a-6f2d1f6f7c11";
/// The recipient of most messages.
pub(crate) const HANAKO: &str = "email:hanako@example.jp";
/// How long claims hold.
pub(crate) const LEASE: Duration = Duration::from_secs(60);

/// So many seconds after the beginning of the test's time.
pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_770_000_000 + second).unwrap()
}

pub(crate) fn event_id(number: u128) -> EventId {
    EventId(Uuid::from_u128(number))
}

/// The draft that [`plan`] makes of this event.
pub(crate) fn draft_id(number: u128) -> Uuid {
    Uuid::from_u128(1_000 + number)
}

/// The message that [`addressed`] makes of this event's draft.
pub(crate) fn message_id(number: u128) -> Uuid {
    Uuid::from_u128(2_000 + number)
}

/// A delivery received at its number's second.
pub(crate) fn delivery(number: u128, message_id: Option<&str>, body: &str) -> NewEvent {
    let second = i64::try_from(number).unwrap();
    NewEvent {
        id: event_id(number),
        source: "legitmark".to_owned(),
        message_id: message_id.map(|id| id.parse().unwrap()),
        body_hash: Sha256::digest(body).into(),
        received_at: at(second),
        headers: vec![("svix-id".to_owned(), message_id.unwrap_or_default().to_owned())],
        body: body.as_bytes().to_vec(),
        shape: shape(SR, second),
    }
}

pub(crate) fn shape(sr_uuid: &str, second: i64) -> Shape {
    Shape::Event {
        name: EventName::ReshootNeeded,
        event_type: "media_rejected".to_owned(),
        sr_uuid: Some(sr_uuid.parse().unwrap()),
        reference_id: Some("MS-48213".to_owned()),
        at: at(second),
    }
}

/// An event of its own, as Legitmark sends it.
pub(crate) fn event(number: u128) -> NewEvent {
    let body = format!(
        r#"{{"event_type":"media_rejected","sr_uuid":"{SR}","reference_id":"MS-{number}","sides":[],"timestamp":"{}"}}"#,
        at(i64::try_from(number).unwrap())
    );
    delivery(number, Some(&format!("msg_{number}")), &body)
}

pub(crate) fn case(version: u64, events: &[u128]) -> Case {
    let seen = |number: &u128| Seen {
        event: event_id(*number),
        name: EventName::ReshootNeeded,
        at: at(i64::try_from(*number).unwrap()),
        spoke: vec!["reshoot".to_owned()],
    };
    Case {
        sr_uuid: Some(SR.parse::<SrUuid>().unwrap()),
        version,
        reference_id: Some("MS-48213".to_owned()),
        history: events.iter().map(seen).collect(),
        ..Case::default()
    }
}

pub(crate) fn decision(number: u128, generation: u32) -> Decision {
    Decision {
        event: event_id(number),
        generation,
        names: vec![EventName::ReshootNeeded],
        round: 1,
        stale: None,
        twin: None,
        rules: Vec::new(),
        failed: None,
    }
}

pub(crate) fn draft(number: u128, id: Uuid) -> Draft {
    Draft {
        id,
        event: event_id(number),
        generation: 0,
        event_name: EventName::ReshootNeeded,
        names: vec![EventName::ReshootNeeded],
        event_at: at(i64::try_from(number).unwrap()),
        rule: "reshoot".to_owned(),
        audience: "seller".to_owned(),
        template: "reshoot".to_owned(),
        side: None,
        sides: vec![0],
        via: vec!["email".to_owned()],
        else_via: vec!["sms".to_owned()],
        else_at: None,
        urgent: false,
        optional: false,
        thread_by_case: false,
        send_stale: false,
        expires_at: at(10_000),
        case: CaseFacts::default(),
        nobody_for: None,
    }
}

/// A plan that makes one draft, of an event that is the case's only one so far.
pub(crate) fn plan(number: u128) -> Plan {
    Plan {
        event: event_id(number),
        generation: 0,
        expected_version: 0,
        case: None,
        decision: decision(number, 0),
        drafts: vec![draft(number, draft_id(number))],
    }
}

pub(crate) fn recipient(email: &str) -> Recipient {
    Recipient {
        name: Some("花子".to_owned()),
        email: Some(email.parse().unwrap()),
        locale: Some("ja".to_owned()),
        ..Recipient::default()
    }
}

pub(crate) fn reach(key: &str) -> Reach {
    Reach { key: key.to_owned(), recipient: recipient("hanako@example.jp"), next_else: 0 }
}

/// A queued message of this event's draft, due at once.
pub(crate) fn message(number: u128, id: Uuid) -> NewMessage {
    let second = i64::try_from(number).unwrap();
    NewMessage {
        message: Some(Message {
            id,
            made_at: at(second),
            to: Address::Email("hanako@example.jp".parse().unwrap()),
            to_name: Some("花子".to_owned()),
            locale: "ja".to_owned(),
            case: Some(SR.to_owned()),
            thread: None,
            optional: false,
            body: Body::Text("写真をもう一度".to_owned()),
        }),
        id,
        draft: Some(draft_id(number)),
        reach_key: HANAKO.to_owned(),
        channel: "email".to_owned(),
        event: Some(event_id(number)),
        event_name: EventName::ReshootNeeded,
        event_at: at(second),
        sr_uuid: Some(SR.to_owned()),
        rule: "reshoot".to_owned(),
        template: "reshoot/text.ja".to_owned(),
        send_stale: false,
        made_at: at(second),
        due_at: at(second),
        expires_at: at(10_000),
        measure: Some(Measure { segments: 2, encoding: "UCS-2".to_owned() }),
        state: MessageState::Queued,
    }
}

/// What addressing makes of this event's draft: one recipient with one message.
pub(crate) fn addressed(number: u128) -> Addressed {
    Addressed {
        draft: draft_id(number),
        end: DraftEnd::Addressed,
        reaches: vec![reach(HANAKO)],
        messages: vec![message(number, message_id(number))],
        look_at: None,
        drafts: Vec::new(),
    }
}

pub(crate) fn fallback(number: u128) -> Fallback {
    Fallback { draft: draft_id(number), ..Fallback::default() }
}

pub(crate) fn request(now: i64, limit: usize, only: ClaimOnly) -> ClaimRequest {
    ClaimRequest { channel: "email".to_owned(), now: at(now), limit, lease: LEASE, only }
}

/// The end of the attempt of a claim.
pub(crate) fn finish(claimed: &Claimed, second: i64, outcome: &str, next: Next) -> Finish {
    Finish {
        message: claimed.message.id,
        epoch: claimed.epoch,
        at: at(second),
        outcome: outcome.to_owned(),
        reason: Some("451 try again".to_owned()),
        next,
        remember: None,
    }
}

/// Keeps an event, plans and addresses it: its message is queued then.
pub(crate) async fn queue(store: &dyn Store, number: u128) {
    plan_one(store, number).await;
    store.commit_addressed(vec![addressed(number)], at(0)).await.unwrap();
}

/// Keeps an event and plans it: its draft waits then.
pub(crate) async fn plan_one(store: &dyn Store, number: u128) {
    let accepted = store.accept(event(number)).await.unwrap();
    assert_eq!(accepted, Acceptance::Accepted(event_id(number)));
    let planned = store.commit_plans(vec![plan(number)], at(0)).await.unwrap();
    assert_eq!(planned, [PlanResult::Committed]);
}

pub(crate) async fn claim(store: &dyn Store, now: i64) -> Claim {
    store.claim(request(now, 100, ClaimOnly::Due)).await.unwrap()
}

/// Claims the only message that is due.
pub(crate) async fn claim_one(store: &dyn Store, now: i64) -> Claimed {
    let mut messages = claim(store, now).await.messages;
    assert_eq!(messages.len(), 1, "one message is due at {now}");
    messages.remove(0)
}
