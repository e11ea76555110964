//! The promises of the contract, one check each.

use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::double::PATIENCE;
use super::{Dialogue, Double, Fault, Probed, Rig, Row, describe, describe_probe, refusing_address};
use crate::{
    Address, AddressKind, Body, Chat, Email, Form, Message, Notifier, Outcome, PhoneNumber, ProbeError,
    Proof, Reason,
};

/// Given to notifiers that are answered: long, so that a busy machine fails no test.
const LONG: Duration = Duration::from_secs(8);
/// Given to notifiers that are not: short, for it is waited out.
const SHORT: Duration = Duration::from_millis(300);
/// Longest reason code.
const CODE_LIMIT: usize = 64;

/// Runs every check of the contract on a rig's notifier.
///
/// # Panics
/// When a promise is broken; the message says which, and what happened instead.
pub async fn run<R: Rig>(rig: &R) {
    answers(rig).await;
    probes(rig).await;
    refused(rig).await;
    cut_and_silent(rig).await;
    not_for_us(rig).await;
    attempts(rig).await;
    cancelled(rig).await;
}

/// Each answer in the table becomes the outcome that the table says.
async fn answers<R: Rig>(rig: &R) {
    for row in rig.table() {
        let double = Double::start(row.dialogue, Fault::None).await;
        let outcome = send(rig, &rig.notifier(double.address(), LONG), &rig.message()).await;
        assert_eq!(describe(&outcome), row.expected, "the answer `{}`: {outcome:?}", row.name);
    }
}

/// Each answer to a probe becomes the result that the rig says, and reaching nobody is `unreachable`.
async fn probes<R: Rig>(rig: &R) {
    for row in rig.probes() {
        let double = Double::start(row.dialogue, Fault::None).await;
        let result = probe(rig, &rig.notifier(double.address(), LONG)).await;
        let asked = result.as_ref().map_or(true, Proof::asked_somebody);
        assert!(asked, "the answer `{}` to a probe that says it asked nobody: {result:?}", row.name);
        assert_eq!(describe_probe(&result), row.expected, "the answer `{}` to a probe: {result:?}", row.name);
    }
    match rig.probed() {
        Probed::Provider => probe_of_a_provider_away(rig).await,
        Probed::Nobody => probe_of_nobody(rig).await,
    }
}

async fn probe_of_a_provider_away<R: Rig>(rig: &R) {
    let (at, _socket) = refusing_address();
    let result = probe(rig, &rig.notifier(at, LONG)).await;
    assert!(matches!(result, Err(ProbeError::Unreachable(_))), "a probe, connection refused: {result:?}");
    let double = Double::start(accepting(rig).dialogue, Fault::Silent).await;
    let result = probe(rig, &rig.notifier(double.address(), SHORT)).await;
    assert!(matches!(result, Err(ProbeError::Unreachable(_))), "a probe of a silent server: {result:?}");
}

async fn probe_of_nobody<R: Rig>(rig: &R) {
    let double = Double::start(accepting(rig).dialogue, Fault::None).await;
    let result = probe(rig, &rig.notifier(double.address(), LONG)).await;
    let said = result.as_ref().is_ok_and(|proof| !proof.asked_somebody());
    assert!(said, "a probe that has nobody to ask: {result:?}");
    assert_eq!(double.heard().len(), 0, "a probe that has nobody to ask asked somebody");
}

async fn refused<R: Rig>(rig: &R) {
    let (at, _socket) = refusing_address();
    let outcome = send(rig, &rig.notifier(at, LONG), &rig.message()).await;
    assert!(matches!(outcome, Outcome::RetryLater { .. }), "connection refused: {outcome:?}");
}

/// Before the message is across it is `retry_later` or `unknown`, as sure as the protocol lets us be; afterwards it is `unknown`.
async fn cut_and_silent<R: Rig>(rig: &R) {
    let bytes: usize = units_of(rig, accepting(rig).dialogue).await.iter().map(Vec::len).sum();
    let faults = [
        (Fault::CutAtOnce, LONG, Across::No),
        (Fault::CutAfterBytes(1), LONG, Across::No),
        (Fault::CutAfterBytes(bytes / 2), LONG, Across::No),
        (Fault::CutAfterBytes(bytes - 1), LONG, Across::No),
        (Fault::CutAfterMessage, LONG, Across::Yes),
        (Fault::Silent, SHORT, Across::No),
        (Fault::SilentAfterMessage, SHORT, Across::Yes),
    ];
    for (fault, deadline, across) in faults {
        let double = Double::start(accepting(rig).dialogue, fault).await;
        let outcome = send(rig, &rig.notifier(double.address(), deadline), &rig.message()).await;
        let allowed = match across {
            Across::No => matches!(outcome, Outcome::RetryLater { .. } | Outcome::Unknown { .. }),
            Across::Yes => matches!(outcome, Outcome::Unknown { .. }),
        };
        assert!(allowed, "{fault:?}, message across: {across:?}: {outcome:?}");
    }
}

#[derive(Clone, Copy, Debug)]
enum Across {
    No,
    Yes,
}

/// A message of another form, or to another kind of address, is refused before anything is sent.
async fn not_for_us<R: Rig>(rig: &R) {
    let double = Double::start(accepting(rig).dialogue, Fault::None).await;
    let notifier = rig.notifier(double.address(), LONG);
    let email = Email { subject: "hello".into(), html: "<p>hello</p>".into(), text: "hello".into() };
    let bodies = [Body::Email(email), Body::Chat(Chat::default()), Body::Text("hello".into())];
    for body in bodies.into_iter().filter(|body| body.form() != notifier.form()) {
        let form: Form = body.form();
        let outcome = send(rig, &notifier, &Message { body, ..rig.message() }).await;
        assert!(matches!(outcome, Outcome::Rejected { .. }), "a message of the form {form}: {outcome:?}");
    }
    for to in foreign_addresses(notifier.address()) {
        let shown = to.to_string();
        let outcome = send(rig, &notifier, &Message { to, ..rig.message() }).await;
        let allowed = matches!(outcome, Outcome::Rejected { .. } | Outcome::BadAddress { .. });
        assert!(allowed, "a message to the address {shown}: {outcome:?}");
    }
    assert_eq!(double.heard().len(), 0, "something was sent of a message that is not for this channel");
}

fn foreign_addresses(kind: AddressKind) -> Vec<Address> {
    let email = "someone@market.example".parse().map(Address::Email);
    let phone = PhoneNumber::parse("+819012345678", None).map(Address::Phone);
    let addresses = [email, phone].into_iter().flatten();
    match kind {
        AddressKind::Email => addresses.filter(|to| !matches!(to, Address::Email(_))).collect(),
        AddressKind::Phone => addresses.filter(|to| !matches!(to, Address::Phone(_))).collect(),
        AddressKind::Named(_) => addresses.collect(),
        // Such a channel has no use for the address, so any will do.
        AddressKind::Fixed => Vec::new(),
    }
}

/// Two attempts at a message send the same.
async fn attempts<R: Rig>(rig: &R) {
    let row = accepting(rig);
    let double = Double::start(Arc::clone(&row.dialogue), Fault::None).await;
    let mut attempts = Vec::new();
    for _ in 0..2 {
        let before = double.heard().len();
        send(rig, &rig.notifier(double.address(), LONG), &rig.message()).await;
        let heard = double.heard().split_off(before);
        let unit = heard.iter().find(|unit| row.dialogue.hands_over(unit));
        let unit =
            unit.unwrap_or_else(|| panic!("`{}` was reported, but no message came across", row.expected));
        attempts.push(rig.same_in_each_attempt(unit));
    }
    let [first, second] = [&attempts[0], &attempts[1]].map(|unit| String::from_utf8_lossy(unit));
    assert_eq!(first, second, "two attempts at one message differ");
}

/// A send dropped at any point leaves nothing behind that the next message could take for its own answer.
async fn cancelled<R: Rig>(rig: &R) {
    let (good, bad) = (accepting(rig), failing(rig));
    for (first, second) in [(&good, &bad), (&bad, &good)] {
        let units = units_of(rig, Arc::clone(&first.dialogue)).await.len();
        for point in 0..=units {
            let double = Double::start(Arc::clone(&first.dialogue), Fault::None).await;
            let notifier = rig.notifier(double.address(), LONG);
            let message = rig.message();
            double.hold_at(point);
            tokio::select! {
                biased;
                () = double.holding() => {}
                // What is left of the dialogue is a goodbye that nobody waits for.
                _ = notifier.send(&message) => continue,
            }
            double.talk_like(Arc::clone(&second.dialogue));
            double.answer_late().await;
            let other = Message { id: Uuid::from_u128(message.id.as_u128() + 1), ..message };
            let outcome = send(rig, &notifier, &other).await;
            assert_eq!(
                describe(&outcome),
                second.expected,
                "a send was dropped before the answer `{}` to unit {point} of {units}, then the next message got `{}`",
                first.name,
                second.name,
            );
        }
    }
}

fn accepting<R: Rig>(rig: &R) -> Row {
    let row = rig.table().into_iter().find(|row| row.expected.starts_with("sent"));
    row.expect("the rig's table has no row that is `sent`")
}

fn failing<R: Rig>(rig: &R) -> Row {
    let row = rig.table().into_iter().find(|row| !row.expected.starts_with("sent"));
    row.expect("the rig's table has no row that is not `sent`")
}

/// The units of a send up to the one that hands the message over; all of them when none does.
async fn units_of<R: Rig>(rig: &R, dialogue: Arc<dyn Dialogue>) -> Vec<Vec<u8>> {
    let double = Double::start(Arc::clone(&dialogue), Fault::None).await;
    send(rig, &rig.notifier(double.address(), LONG), &rig.message()).await;
    let mut units = double.heard();
    if let Some(last) = units.iter().position(|unit| dialogue.hands_over(unit)) {
        units.truncate(last + 1);
    }
    units
}

async fn send<R: Rig>(rig: &R, notifier: &R::Notifier, message: &Message) -> Outcome {
    let sent = tokio::time::timeout(PATIENCE, notifier.send(message)).await;
    let outcome = sent.unwrap_or_else(|_| panic!("send did not come back within {PATIENCE:?}"));
    discreet(rig, &format!("{outcome:?} {}", describe(&outcome)));
    let address = message.to.expose();
    let shown = format!("{:?} {}", message.to, message.to);
    assert!(address.is_empty() || !shown.contains(address), "an address prints unmasked: {shown}");
    if let Some(reason) = outcome.reason() {
        check_code(reason);
    }
    outcome
}

async fn probe<R: Rig>(rig: &R, notifier: &R::Notifier) -> Result<Proof, ProbeError> {
    let probed = tokio::time::timeout(PATIENCE, notifier.probe()).await;
    let result = probed.unwrap_or_else(|_| panic!("probe did not come back within {PATIENCE:?}"));
    match &result {
        Ok(proof) => {
            discreet(rig, &format!("{proof:?}"));
            assert!(!proof.to_string().is_empty(), "a probe that goes well says what it has proved");
        }
        Err(error) => {
            discreet(rig, &format!("{error:?} {error}"));
            let (ProbeError::Refused(reason) | ProbeError::Unreachable(reason)) = error;
            check_code(reason);
        }
    }
    result
}

/// No secret, no address and no name.
fn discreet<R: Rig>(rig: &R, text: &str) {
    let message = rig.message();
    let personal = [message.to.expose().to_owned(), message.to_name.unwrap_or_default()];
    for secret in rig.secrets().into_iter().chain(personal).filter(|secret| !secret.is_empty()) {
        assert!(!text.contains(&secret), "`{secret}` must not be shown, but is: {text}");
    }
}

/// Codes become metric labels and columns of lists.
fn check_code(reason: &Reason) {
    let code = reason.code();
    let fit = code.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-/".contains(&byte));
    assert!(fit && (1..=CODE_LIMIT).contains(&code.len()), "not fit for a metric label: the code `{code}`");
}
