//! How many events a second go the whole way through the store: accepted, planned, addressed, claimed, recorded.
//!
//! `cargo bench -p proofbell-store [-- EVENTS]`. Each size stands for how many deliveries are in flight at once, and
//! how many rows the pipeline takes at a time; 1 shows what an fsync each costs.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use proofbell_engine::{
    Case, CaseFacts, Decision, Draft, EventId, RuleDecision, Seen, Verdict, draft_id, message_id,
};
use proofbell_event::{EventName, SrUuid};
use proofbell_notify::{Address, Body, Email, Message, Recipient};
use proofbell_store::{
    Acceptance, Addressed, ClaimOnly, ClaimRequest, Claimed, DraftEnd, DueDraft, Finish, MessageState,
    NewEvent, NewMessage, Next, Plan, PlanResult, Reach, Shape, SqliteOptions, SqliteStore, Store, Unplanned,
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

const DEFAULT_EVENTS: usize = 20_000;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "a benchmark prints its numbers")]
async fn main() {
    // `cargo test --benches` runs this too, with a flag: a few events are enough to see that it works.
    let mut numbers = std::env::args().skip(1).filter_map(|word| word.parse().ok());
    let testing = !std::env::args().any(|word| word == "--bench");
    let events = numbers.next_back().unwrap_or(if testing { 300 } else { DEFAULT_EVENTS });
    for (size, count) in [(1, events / 50), (64, events), (256, events)] {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let store = SqliteStore::open(&directory.path().join("bench.db"), SqliteOptions::default());
        let store = Arc::new(store.expect("a fresh store"));
        let accepting = accept(&store, count, size).await;
        let accepted = store.write_counts();
        let steps = carry(store.as_ref(), size).await;
        let (all, done) = (accepting + steps.total(), store.write_counts());
        println!(
            "{size:>4} at a time: {:>6.0} events/s the whole way ({count} in {:.2} s); accept {:.2} s ({:.1} events a commit), {steps}; {:.2} commits an event",
            rate(count, all),
            all.as_secs_f64(),
            accepting.as_secs_f64(),
            ratio(accepted.writes, accepted.commits),
            ratio(done.commits, u64::try_from(count).unwrap_or(u64::MAX)),
        );
    }
}

/// Time spent in each step after acceptance.
#[derive(Default)]
struct Steps {
    plan: Duration,
    address: Duration,
    claim: Duration,
    record: Duration,
}

impl Steps {
    fn total(&self) -> Duration {
        self.plan + self.address + self.claim + self.record
    }
}

impl std::fmt::Display for Steps {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let seconds = |time: &Duration| time.as_secs_f64();
        let (plan, address) = (seconds(&self.plan), seconds(&self.address));
        let (claim, record) = (seconds(&self.claim), seconds(&self.record));
        write!(f, "plan {plan:.2} s, address {address:.2} s, claim {claim:.2} s, record {record:.2} s")
    }
}

/// Accepts events with so many in flight at once.
async fn accept(store: &Arc<SqliteStore>, count: usize, in_flight: usize) -> Duration {
    let events: Vec<NewEvent> = (0..count).map(event).collect();
    let mut shares: Vec<Vec<NewEvent>> = (0..in_flight).map(|_| Vec::new()).collect();
    for (index, event) in events.into_iter().enumerate() {
        shares[index % in_flight].push(event);
    }
    let start = Instant::now();
    let senders: Vec<_> =
        shares.into_iter().map(|share| tokio::spawn(send(Arc::clone(store), share))).collect();
    for sender in senders {
        sender.await.expect("accepting does not panic");
    }
    start.elapsed()
}

async fn send(store: Arc<SqliteStore>, events: Vec<NewEvent>) {
    for event in events {
        let answer = store.accept(event).await.expect("room on the disk");
        assert!(matches!(answer, Acceptance::Accepted(_)), "{answer:?}");
    }
}

/// Takes what waits through all further steps, so many at a time.
async fn carry(store: &dyn Store, size: usize) -> Steps {
    let mut steps = Steps::default();
    loop {
        let start = Instant::now();
        let events = store.unplanned(size).await.expect("a healthy store");
        if events.is_empty() {
            return steps;
        }
        let now = Timestamp::now();
        let plans = plan_all(&events);
        let results = store.commit_plans(plans, now).await.expect("a healthy store");
        assert!(results.iter().all(|result| *result == PlanResult::Committed), "{results:?}");
        steps.plan += start.elapsed();

        let start = Instant::now();
        let drafts = store.due_drafts("seller", now, size).await.expect("a healthy store");
        let addressed = drafts.iter().map(address).collect();
        store.commit_addressed(addressed, now).await.expect("a healthy store");
        steps.address += start.elapsed();

        let start = Instant::now();
        let lease = Duration::from_secs(60);
        let request =
            ClaimRequest { channel: "email".to_owned(), now, limit: size, lease, only: ClaimOnly::Due };
        let claim = store.claim(request).await.expect("a healthy store");
        assert_eq!(claim.messages.len(), drafts.len());
        steps.claim += start.elapsed();

        let start = Instant::now();
        store.record(claim.messages.iter().map(finish).collect()).await.expect("a healthy store");
        steps.record += start.elapsed();
    }
}

/// A small, true-to-life event; four of them in a row are of one case.
fn event(index: usize) -> NewEvent {
    let sr_uuid =
        Uuid::from_u128(0x3f0c_1d52_0000_4000_8000_0000_0000_0000 + (index as u128 / 4)).to_string();
    let body = format!(
        r#"{{"event_type":"media_rejected","sr_uuid":"{sr_uuid}","reference_id":"MS-{index}","sides":[{{"side":"Front","reason":"Image is Blurry","message":"Hold the camera still and tap the item to focus."}},{{"side":"Label","reason":"Not Visible"}}],"timestamp":"2026-02-10T09:32:08.115Z"}}"#
    );
    let received_at = Timestamp::now();
    NewEvent {
        id: EventId(Uuid::now_v7()),
        source: "legitmark".to_owned(),
        message_id: format!("msg_{}", Uuid::now_v7().simple()).parse().ok(),
        body_hash: Sha256::digest(&body).into(),
        received_at,
        headers: vec![("svix-timestamp".to_owned(), "1770715928".to_owned())],
        body: body.into_bytes(),
        shape: Shape::Event {
            name: EventName::ReshootNeeded,
            event_type: "media_rejected".to_owned(),
            sr_uuid: sr_uuid.parse().ok(),
            reference_id: Some(format!("MS-{index}")),
            at: received_at,
        },
    }
}

/// One draft an event. A case with several events in a batch goes from one to the next.
fn plan_all(events: &[Unplanned]) -> Vec<Plan> {
    let mut cases: HashMap<SrUuid, Case> = HashMap::new();
    let mut plan_next = |unplanned: &Unplanned| {
        let id = unplanned.case.sr_uuid.clone().expect("every event has a case");
        let case = cases.entry(id).or_insert_with(|| unplanned.case.clone());
        plan(unplanned, case)
    };
    events.iter().map(&mut plan_next).collect()
}

fn plan(unplanned: &Unplanned, case: &mut Case) -> Plan {
    let (id, at) = (unplanned.event.id, unplanned.event.received_at);
    case.version += 1;
    case.history.push(Seen {
        event: id,
        name: EventName::ReshootNeeded,
        at,
        spoke: vec!["reshoot".to_owned()],
    });
    let verdicts = [Verdict::Matched { drafts: 1 }, Verdict::OtherEvent];
    let rules = ["reshoot", "reshoot-label"].into_iter().zip(verdicts);
    Plan {
        event: id,
        generation: 0,
        expected_version: case.version - 1,
        case: Some(case.clone()),
        decision: Decision {
            event: id,
            generation: 0,
            names: vec![EventName::ReshootNeeded],
            round: 1,
            stale: None,
            twin: None,
            rules: rules.map(|(rule, verdict)| RuleDecision { rule: rule.to_owned(), verdict }).collect(),
            failed: None,
        },
        drafts: vec![draft(id, at, case)],
    }
}

fn draft(event: EventId, at: Timestamp, case: &Case) -> Draft {
    Draft {
        id: draft_id(event, 0, "reshoot", "seller", None),
        event,
        generation: 0,
        event_name: EventName::ReshootNeeded,
        names: vec![EventName::ReshootNeeded],
        event_at: at,
        rule: "reshoot".to_owned(),
        audience: "seller".to_owned(),
        template: "reshoot".to_owned(),
        side: None,
        sides: vec![0, 1],
        via: vec!["email".to_owned()],
        else_via: vec!["sms".to_owned()],
        else_at: None,
        urgent: false,
        optional: false,
        thread_by_case: false,
        send_stale: false,
        expires_at: at + Duration::from_secs(172_800),
        case: CaseFacts { sr_uuid: case.sr_uuid.clone(), round: 1, ..CaseFacts::default() },
        nobody_for: None,
    }
}

/// One recipient with one e-mail of 4 KiB.
fn address(due: &DueDraft) -> Addressed {
    let draft = &due.draft;
    let recipient = Recipient { email: "hanako@example.jp".parse().ok(), ..Recipient::default() };
    let key = recipient.key();
    let id = message_id(draft.id, &key, "email", 0);
    let to = Address::Email("hanako@example.jp".parse().expect("an address"));
    let (html, text) =
        ("<p>Please retake the photo.</p>".repeat(100), "Please retake the photo.\n".repeat(40));
    let body = Body::Email(Email { subject: "Please retake 2 photos".to_owned(), html, text });
    let made_at = draft.event_at;
    let message = Message {
        id,
        made_at,
        to,
        to_name: None,
        locale: "en".to_owned(),
        case: None,
        thread: None,
        optional: false,
        body,
    };
    let message = NewMessage {
        message: Some(message),
        id,
        draft: Some(draft.id),
        reach_key: key.clone(),
        channel: "email".to_owned(),
        event: Some(draft.event),
        event_name: draft.event_name,
        event_at: draft.event_at,
        sr_uuid: draft.case.sr_uuid.as_ref().map(ToString::to_string),
        rule: draft.rule.clone(),
        template: "reshoot/email.en".to_owned(),
        send_stale: false,
        made_at,
        due_at: made_at,
        expires_at: draft.expires_at,
        measure: None,
        state: MessageState::Queued,
    };
    Addressed {
        draft: draft.id,
        end: DraftEnd::Addressed,
        reaches: vec![Reach { key, recipient, next_else: 0 }],
        messages: vec![message],
        look_at: None,
        drafts: Vec::new(),
    }
}

fn finish(claimed: &Claimed) -> Finish {
    Finish {
        message: claimed.message.id,
        epoch: claimed.epoch,
        at: Timestamp::now(),
        outcome: "sent".to_owned(),
        reason: None,
        next: Next::Sent { provider_id: Some("250 2.0.0 queued".to_owned()) },
        remember: None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "a rate for people to read")]
fn rate(count: usize, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}

#[expect(clippy::cast_precision_loss, reason = "a ratio for people to read")]
fn ratio(part: u64, whole: u64) -> f64 {
    part as f64 / whole.max(1) as f64
}
