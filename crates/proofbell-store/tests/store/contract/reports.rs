//! What providers tell later, and threads.

use proofbell_notify::{About, Address, Message, Thread};
use proofbell_store::{
    Addressed, Claim, ClaimOnly, Ended, Memory, MessageState, NewMessage, Next, Remember, Reported, Store,
    SuppressionKind, Then, Told,
};

use crate::build::*;

fn hanako() -> Address {
    Address::Email("hanako@example.jp".parse().unwrap())
}

fn bounce() -> Then {
    Then::End(Ended::Suppressed { code: "bad_address".to_owned(), detail: "5.1.1".to_owned() })
}

fn told(about: About, then: Then, second: i64) -> Told {
    let news = match &then {
        Then::Delivered => "delivered",
        Then::End(_) => "bad_address",
        Then::Nothing => "opted_in",
    };
    Told {
        channel: "email".to_owned(),
        at: at(second),
        about,
        news: news.to_owned(),
        reason: None,
        then,
        memory: None,
    }
}

fn remember(kind: SuppressionKind) -> Option<Memory> {
    Some(Memory::Keep(Remember { kind, reason: "said so".to_owned(), until: None }))
}

async fn tell(store: &dyn Store, told: Told) -> Reported {
    store.report(vec![told]).await.unwrap()[0]
}

/// A message that was claimed, and its attempt ended so, if it did.
async fn after(store: &dyn Store, number: u128, next: Option<Next>) {
    queue(store, number).await;
    let claimed = claim_one(store, 10).await;
    if let Some(next) = next {
        store.record(vec![finish(&claimed, 11, "word", next)]).await.unwrap();
    }
}

pub(crate) async fn a_report_moves_on_what_left_and_nothing_else(store: &dyn Store) {
    let sent = || Some(Next::Sent { provider_id: None });
    let dead = |code: &str| Some(Next::End(Ended::Dead { code: code.to_owned(), detail: String::new() }));
    let table = [
        (1, sent(), Then::Delivered, Reported::Applied, "delivered"),
        (2, sent(), bounce(), Reported::Applied, "suppressed"),
        (3, None, Then::Delivered, Reported::Applied, "delivered"),
        (4, None, bounce(), Reported::Applied, "suppressed"),
        (5, dead("unknown"), Then::Delivered, Reported::Applied, "delivered"),
        (6, dead("unknown"), bounce(), Reported::Applied, "suppressed"),
        (7, dead("rejected"), Then::Delivered, Reported::TooLate, "dead"),
        (8, dead("rejected"), bounce(), Reported::TooLate, "dead"),
        (9, Some(Next::RetryAt(at(9_000))), bounce(), Reported::Applied, "suppressed"),
        (10, sent(), Then::Nothing, Reported::TooLate, "sent"),
    ];
    for (number, next, then, expected, state) in table {
        after(store, number, next).await;
        let about = About::Message(message_id(number));
        assert_eq!(tell(store, told(about, then, 20)).await, expected, "{number}");
        let message = store.message(message_id(number)).await.unwrap();
        assert_eq!(message.state, state, "{number}");
        let reports: Vec<_> = message.reports.iter().map(|report| report.result.as_str()).collect();
        assert_eq!(reports, [expected.as_str()], "{number}");
    }
}

pub(crate) async fn what_never_left_cannot_have_arrived(store: &dyn Store) {
    queue(store, 1).await;
    let about = || About::Message(message_id(1));
    assert_eq!(tell(store, told(about(), Then::Delivered, 20)).await, Reported::TooLate);
    assert_eq!(tell(store, told(about(), bounce(), 20)).await, Reported::TooLate);
    assert_eq!(store.message(message_id(1)).await.unwrap().state, "queued");
}

pub(crate) async fn a_repeated_or_foreign_report_is_harmless(store: &dyn Store) {
    after(store, 1, Some(Next::Sent { provider_id: None })).await;
    let about = || About::Message(message_id(1));
    let foreign = Told { channel: "sms".to_owned(), ..told(about(), bounce(), 20) };
    assert_eq!(tell(store, foreign).await, Reported::NoSuchMessage, "it is another channel's message");
    let nobodys = told(About::Message(message_id(99)), bounce(), 20);
    assert_eq!(tell(store, nobodys).await, Reported::NoSuchMessage);
    assert_eq!(tell(store, told(about(), Then::Delivered, 20)).await, Reported::Applied);
    assert_eq!(tell(store, told(about(), Then::Delivered, 21)).await, Reported::Repeated);
    assert_eq!(tell(store, told(about(), bounce(), 22)).await, Reported::TooLate, "it had arrived");
    let message = store.message(message_id(1)).await.unwrap();
    let told: Vec<_> = message.reports.iter().map(|report| (report.news.as_str(), report.at)).collect();
    assert_eq!(told, [("delivered", at(20)), ("bad_address", at(22))]);
    assert_eq!(message.state, "delivered");
}

pub(crate) async fn reports_of_one_message_are_bounded(store: &dyn Store) {
    after(store, 1, Some(Next::Sent { provider_id: None })).await;
    for number in 0..100 {
        let reason = Some(format!("{number}"));
        tell(store, Told { reason, ..told(About::Message(message_id(1)), Then::Delivered, number) }).await;
    }
    assert_eq!(store.message(message_id(1)).await.unwrap().reports.len(), 32);
}

pub(crate) async fn a_report_before_the_answer_was_kept_ends_the_attempt(store: &dyn Store) {
    queue(store, 1).await;
    let claimed = claim_one(store, 10).await;
    tell(store, told(About::Message(message_id(1)), Then::Delivered, 11)).await;
    store
        .record(vec![finish(&claimed, 12, "sent", Next::Sent { provider_id: Some("p".to_owned()) })])
        .await
        .unwrap();
    let message = store.message(message_id(1)).await.unwrap();
    assert_eq!((message.state.as_str(), message.provider_id.as_deref()), ("delivered", Some("p")));
    assert_eq!(message.attempts[0].outcome.as_deref(), Some("reported"));
    assert_eq!(message.attempts[0].ended_at, Some(at(11)));
}

pub(crate) async fn a_message_that_ends_by_a_report_makes_its_draft_due(store: &dyn Store) {
    after(store, 1, Some(Next::Sent { provider_id: None })).await;
    assert!(store.due_fallbacks(at(30), 10).await.unwrap().is_empty());
    tell(store, told(About::Message(message_id(1)), bounce(), 20)).await;
    let due = store.due_fallbacks(at(30), 10).await.unwrap();
    let state = &due[0].messages[0].state;
    assert!(matches!(state, MessageState::Ended(Ended::Suppressed { code, .. }) if code == "bad_address"));

    after(store, 2, Some(Next::Sent { provider_id: None })).await;
    tell(store, told(About::Message(message_id(2)), Then::Delivered, 20)).await;
    store.commit_fallbacks(vec![fallback(1)], at(30)).await.unwrap();
    assert!(store.due_fallbacks(at(40), 10).await.unwrap().is_empty(), "nothing is to be done about it");
}

pub(crate) async fn a_stop_is_remembered_until_a_start(store: &dyn Store) {
    let about = || About::Address(hanako());
    let stop = || Told { memory: remember(SuppressionKind::OptedOut), ..told(about(), Then::Nothing, 5) };
    let start = || Told {
        memory: Some(Memory::Forget(SuppressionKind::OptedOut)),
        ..told(about(), Then::Nothing, 6)
    };
    assert_eq!(tell(store, start()).await, Reported::Repeated, "nobody had stopped");
    assert_eq!(tell(store, stop()).await, Reported::Applied);
    assert_eq!(tell(store, stop()).await, Reported::Repeated);
    queue(store, 1).await;
    let claimed = claim_one(store, 10).await;
    assert_eq!(claimed.suppression.map(|it| it.kind), Some(SuppressionKind::OptedOut));
    assert_eq!(tell(store, start()).await, Reported::Applied);
    queue(store, 2).await;
    assert_eq!(claim_one(store, 10).await.suppression, None);
}

pub(crate) async fn a_start_does_not_mend_a_bad_address(store: &dyn Store) {
    after(store, 1, Some(Next::Sent { provider_id: None })).await;
    let memory = remember(SuppressionKind::BadAddress);
    tell(store, Told { memory, ..told(About::Message(message_id(1)), bounce(), 20) }).await;
    let memory = Some(Memory::Forget(SuppressionKind::OptedOut));
    let start = Told { memory, ..told(About::Address(hanako()), Then::Nothing, 21) };
    assert_eq!(tell(store, start).await, Reported::Repeated);
    queue(store, 2).await;
    let kind = claim_one(store, 30).await.suppression.map(|it| it.kind);
    assert_eq!(kind, Some(SuppressionKind::BadAddress));
}

pub(crate) async fn a_retry_forgets_that_an_address_was_bad_but_no_stop(store: &dyn Store) {
    for (number, kind) in [(1, SuppressionKind::BadAddress), (2, SuppressionKind::OptedOut)] {
        after(store, number, Some(Next::Sent { provider_id: None })).await;
        let told = told(About::Message(message_id(number)), bounce(), 20);
        tell(store, Told { memory: remember(kind), ..told }).await;
        let retried = store.retry(message_id(number), at(30), at(9_000)).await;
        match kind {
            SuppressionKind::BadAddress => {
                retried.unwrap();
                let claimed = claim_one(store, 40).await;
                assert_eq!((claimed.message.id, claimed.suppression), (message_id(1), None));
            }
            SuppressionKind::OptedOut => {
                let refused = retried.unwrap_err().to_string();
                assert!(refused.contains("said stop"), "{refused}");
            }
        }
    }
}

pub(crate) async fn what_was_told_before_a_retry_does_not_undo_it(store: &dyn Store) {
    after(store, 1, Some(Next::Sent { provider_id: None })).await;
    let bad = || Told {
        memory: remember(SuppressionKind::BadAddress),
        ..told(About::Message(message_id(1)), bounce(), 20)
    };
    assert_eq!(tell(store, bad()).await, Reported::Applied);
    store.retry(message_id(1), at(30), at(9_000)).await.unwrap();
    assert_eq!(tell(store, bad()).await, Reported::TooLate, "it is about the first attempt");
    let claimed = claim_one(store, 40).await;
    assert_eq!(claimed.suppression, None);
    store.record(vec![finish(&claimed, 41, "sent", Next::Sent { provider_id: None })]).await.unwrap();
    assert_eq!(tell(store, bad()).await, Reported::Applied, "and this one about the second");
    let results = store.message(message_id(1)).await.unwrap().reports;
    let results: Vec<_> = results.iter().map(|report| report.result.as_str()).collect();
    assert_eq!(results, ["applied", "applied"], "each that changed something is shown");
}

pub(crate) async fn repeating_does_not_make_an_address_bad_for_longer(store: &dyn Store) {
    after(store, 1, Some(Next::Sent { provider_id: None })).await;
    let bad = |until| {
        let kind = SuppressionKind::BadAddress;
        let memory = Remember { kind, reason: "said so".to_owned(), until: Some(at(until)) };
        let memory = Some(Memory::Keep(memory));
        Told { memory, ..told(About::Message(message_id(1)), bounce(), 20) }
    };
    tell(store, bad(100)).await;
    assert_eq!(tell(store, bad(500)).await, Reported::Repeated);
    queue(store, 2).await;
    assert_eq!(claim_one(store, 101).await.suppression, None);
}

/// A queued message that belongs to its case's thread.
async fn queue_threaded(store: &dyn Store, number: u128) {
    plan_one(store, number).await;
    let plain = message(number, message_id(number));
    let text = plain.message.map(|text| Message { thread: Some(Thread::default()), ..text });
    let messages = vec![NewMessage { message: text, ..plain }];
    store.commit_addressed(vec![Addressed { messages, ..addressed(number) }], at(0)).await.unwrap();
}

/// What each claimed message answers.
fn first(claim: &Claim) -> Vec<Option<&str>> {
    claim.messages.iter().map(|it| it.message.thread.as_ref().unwrap().first.as_deref()).collect()
}

pub(crate) async fn later_messages_of_a_case_name_the_first(store: &dyn Store) {
    for number in 1..=3 {
        queue_threaded(store, number).await;
    }
    let begins = claim(store, 10).await;
    assert_eq!(first(&begins), [None], "the others wait for it");
    assert!(claim(store, 10).await.messages.is_empty());
    assert!(claim(store, 11).await.messages.is_empty(), "it is still under way");
    let sent = Next::Sent { provider_id: Some("1700000000.000100".to_owned()) };
    store.record(vec![finish(&begins.messages[0], 11, "sent", sent)]).await.unwrap();
    let answers = claim(store, 13).await;
    assert_eq!(first(&answers), [Some("1700000000.000100"); 2]);
    let sent = Next::Sent { provider_id: Some("1700000000.000200".to_owned()) };
    store.record(vec![finish(&answers.messages[0], 14, "sent", sent)]).await.unwrap();
    queue_threaded(store, 4).await;
    assert_eq!(first(&claim(store, 15).await), [Some("1700000000.000100")], "the first, not the last");
}

pub(crate) async fn a_thread_that_waits_holds_up_nobody_else(store: &dyn Store) {
    for number in 1..=3 {
        queue_threaded(store, number).await;
    }
    let begins = claim(store, 10).await;
    assert_eq!(begins.messages.len(), 1);
    plan_one(store, 4).await;
    let other = NewMessage { due_at: at(12), ..message(4, message_id(4)) };
    let made = Addressed { messages: vec![other], ..addressed(4) };
    store.commit_addressed(vec![made], at(0)).await.unwrap();
    let held = store.claim(request(12, 1, ClaimOnly::Due)).await.unwrap();
    assert_eq!(held.messages.len(), 0);
    assert!(held.next_due.is_some_and(|due| due <= at(12)), "there is more to claim at once: {held:?}");

    let expired = store.claim(request(10_000, 10, ClaimOnly::Expired)).await.unwrap();
    assert_eq!(expired.messages.len(), 3, "what has expired ends, whatever its thread does");
}

pub(crate) async fn a_first_message_that_failed_begins_no_thread(store: &dyn Store) {
    queue_threaded(store, 1).await;
    queue_threaded(store, 2).await;
    let begins = claim(store, 10).await;
    let dead = Ended::Dead { code: "rejected".to_owned(), detail: String::new() };
    store.record(vec![finish(&begins.messages[0], 11, "rejected", Next::End(dead))]).await.unwrap();
    assert_eq!(first(&claim(store, 12).await), [None], "the next one begins it");
}
