use std::collections::BTreeMap;

use proofbell_engine::{Case, EventId, Seen};
use proofbell_event::EventName;
use proofbell_notify::{Address, Body};
use proofbell_store::Suppression;
use uuid::Uuid;

use super::*;
use crate::RedirectTo;
use crate::testing::at;

/// A claimed message about a rejection at second 0, of a case that has gone on to `later`.
fn claimed(later: &[(EventName, i64)]) -> Claimed {
    let own = EventId(Uuid::from_u128(1));
    let seen = |event, name, second| Seen { event, name, at: at(second), spoke: Vec::new() };
    let mut history = vec![seen(own, EventName::ReshootNeeded, 0)];
    for (number, (name, second)) in later.iter().enumerate() {
        history.push(seen(EventId(Uuid::from_u128(10 + number as u128)), *name, *second));
    }
    Claimed {
        message: Message {
            id: Uuid::from_u128(7),
            made_at: at(0),
            to: Address::Email("ann@market.example".parse().unwrap()),
            to_name: None,
            locale: "en".to_owned(),
            case: None,
            thread: None,
            optional: false,
            body: Body::Text("Hello".to_owned()),
        },
        channel: "email".to_owned(),
        epoch: 1,
        tries: 1,
        event: Some(own),
        event_name: EventName::ReshootNeeded,
        event_at: at(0),
        send_stale: false,
        expires_at: at(100),
        case: Some(Case { history, ..Case::default() }),
        suppression: None,
    }
}

fn suppressed(kind: SuppressionKind) -> Claimed {
    let suppression = Suppression { kind, reason: "550".to_owned(), since: at(0) };
    Claimed { suppression: Some(suppression), ..claimed(&[]) }
}

/// Compares what becomes of a message 50 seconds later: `sent`, or its code and detail.
fn check(claimed: &Claimed, expected: &str) {
    let told = match gate(claimed, AddressKind::Email, None, at(50)) {
        Gate::Send => "sent".to_owned(),
        Gate::SendInstead(message) => format!("sent to {}", message.to.expose()),
        Gate::End(Ended::Suppressed { code, detail } | Ended::Dead { code, detail }) => {
            format!("{code}: {detail}")
        }
    };
    assert_eq!(told, expected);
}

#[test]
fn the_last_questions_are_asked_in_their_order() {
    let submitted = [(EventName::PhotosSubmitted, 20)];
    let newer = "00000000-0000-0000-0000-00000000000a";
    check(&claimed(&[]), "sent");
    check(&Claimed { expires_at: at(51), ..claimed(&[]) }, "sent");
    check(
        &Claimed { expires_at: at(50), ..claimed(&submitted) },
        &format!("expired: not sent before {}", at(50)),
    );
    check(&suppressed(SuppressionKind::BadAddress), &format!("bad_address: known since {}: 550", at(0)));
    check(&suppressed(SuppressionKind::OptedOut), &format!("opted_out: known since {}: 550", at(0)));
    check(&claimed(&submitted), &format!("overtaken: by event {newer}"));
    check(&claimed(&[(EventName::PhotosSubmitted, -20)]), "sent");
    check(&Claimed { send_stale: true, ..claimed(&submitted) }, "sent");
    check(&Claimed { case: None, ..claimed(&submitted) }, "sent");
    check(&Claimed { event: None, ..claimed(&submitted) }, "sent");
}

#[test]
fn a_verdict_is_never_overtaken() {
    let verdict = Claimed {
        event_name: EventName::Counterfeit,
        ..claimed(&[(EventName::Completed, 20), (EventName::Authentic, 30)])
    };
    check(&verdict, "sent");
}

#[test]
fn redirect_has_the_last_word() {
    let elsewhere = Address::Email("test@market.example".parse().unwrap());
    let to = BTreeMap::from([
        ("email".to_owned(), RedirectTo::Address(elsewhere)),
        ("phone".to_owned(), RedirectTo::Drop),
    ]);
    let redirect = Redirect { to, mark: None };
    let through = |claimed: &Claimed, kind| match gate(claimed, kind, Some(&redirect), at(50)) {
        Gate::Send => "sent as it is".to_owned(),
        Gate::SendInstead(message) => format!("sent to {}", message.to.expose()),
        Gate::End(ended) => Code::label(&ended).to_owned(),
    };
    assert_eq!(through(&claimed(&[]), AddressKind::Email), "sent to test@market.example");
    assert_eq!(through(&claimed(&[]), AddressKind::Phone), "redirected");
    assert_eq!(through(&claimed(&[]), AddressKind::Fixed), "redirected");
    assert_eq!(through(&suppressed(SuppressionKind::OptedOut), AddressKind::Email), "opted_out");
}
