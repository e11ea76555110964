//! Drafts: due, put off, addressed; and looked at again.

use proofbell_store::{
    Addressed, DraftEnd, Ended, FOR_ALL, Fallback, MessageState, NewMessage, Next, Plan, Reach, Store,
    StoreError,
};

use crate::build::*;

pub(crate) async fn drafts_are_due_by_audience_and_time(store: &dyn Store) {
    store.accept(event(1)).await.unwrap();
    let mut drafts = vec![draft(1, draft_id(1)), draft(1, draft_id(2))];
    drafts[1].audience = "operations".to_owned();
    store.commit_plans(vec![Plan { drafts, ..plan(1) }], at(5)).await.unwrap();
    let due = async |audience, now| store.due_drafts(audience, at(now), 10).await.unwrap().len();
    assert_eq!(due("seller", 4).await, 0);
    assert_eq!(due("seller", 5).await, 1);
    assert_eq!(due("operations", 5).await, 1);
    assert_eq!(due("nobody", 5).await, 0);
    let expected = [("operations".to_owned(), at(5)), ("seller".to_owned(), at(5))];
    assert_eq!(store.waiting_audiences().await.unwrap(), expected);

    let end = DraftEnd::RetryAt { at: at(60), reason: "503".to_owned() };
    let put_off = Addressed { end, reaches: vec![], messages: vec![], ..addressed(1) };
    store.commit_addressed(vec![put_off], at(6)).await.unwrap();
    assert_eq!(due("seller", 59).await, 0);
    assert_eq!(store.waiting_audiences().await.unwrap()[1], ("seller".to_owned(), at(60)));
    assert_eq!(store.due_drafts("seller", at(60), 10).await.unwrap()[0].tries, 1);
}

pub(crate) async fn a_draft_ends_in_each_way_with_its_reason(store: &dyn Store) {
    let table = [
        (1, DraftEnd::Addressed, "addressed", None),
        (2, DraftEnd::Suppressed("nobody".to_owned()), "suppressed", Some("nobody")),
        (3, DraftEnd::Dead("unavailable".to_owned()), "dead", Some("unavailable")),
    ];
    for (number, end, state, reason) in table {
        plan_one(store, number).await;
        let ended = Addressed { end, reaches: vec![], messages: vec![], ..addressed(number) };
        store.commit_addressed(vec![ended], at(0)).await.unwrap();
        let drafts = store.case(SR).await.unwrap().drafts;
        let draft = drafts.iter().find(|draft| draft.id == draft_id(number)).unwrap();
        assert_eq!((draft.state.as_str(), draft.reason.as_deref()), (state, reason));
    }
    assert!(store.waiting_audiences().await.unwrap().is_empty());
}

pub(crate) async fn a_draft_that_ended_is_left_alone(store: &dyn Store) {
    queue(store, 1).await;
    let other = Addressed { messages: vec![message(1, message_id(9))], ..addressed(1) };
    store.commit_addressed(vec![other], at(0)).await.unwrap();
    let messages = store.case(SR).await.unwrap().messages;
    assert_eq!(messages.iter().map(|message| message.id).collect::<Vec<_>>(), [message_id(1)]);
}

pub(crate) async fn what_addressing_made_commits_as_a_whole_or_not_at_all(store: &dyn Store) {
    plan_one(store, 1).await;
    plan_one(store, 2).await;
    // Its message is for a recipient that it does not have: a mistake of the caller.
    let wrong = Addressed { reaches: vec![reach("email:somebody@else.jp")], ..addressed(1) };
    let error = store.commit_addressed(vec![wrong, addressed(2)], at(0)).await.unwrap_err();
    assert!(matches!(error, StoreError::Refused(_)), "{error}");
    assert!(!error.to_string().contains("hanako"), "{error}");
    let waiting = store.due_drafts("seller", at(10), 10).await.unwrap();
    assert_eq!(waiting.iter().map(|due| due.draft.id).collect::<Vec<_>>(), [draft_id(1)]);
    assert_eq!(claim_one(store, 10).await.message.id, message_id(2));
}

pub(crate) async fn a_nobody_draft_waits_for_its_own_audience(store: &dyn Store) {
    plan_one(store, 1).await;
    let mut nobody = draft(1, draft_id(9));
    (nobody.audience, nobody.nobody_for) = ("operations".to_owned(), Some(draft_id(1)));
    let end = DraftEnd::Suppressed("nobody".to_owned());
    let told =
        Addressed { end, reaches: vec![], messages: vec![], drafts: vec![nobody.clone()], ..addressed(1) };
    store.commit_addressed(vec![told], at(0)).await.unwrap();
    assert_eq!(store.due_drafts("operations", at(0), 10).await.unwrap()[0].draft, nobody);
}

pub(crate) async fn a_message_that_ends_unsent_makes_its_draft_due(store: &dyn Store) {
    let rejected = Ended::Dead { code: "rejected".to_owned(), detail: "no".to_owned() };
    let table = [
        (1, Next::Sent { provider_id: None }, false),
        (2, Next::RetryAt(at(9_000)), false),
        (3, Next::WaitUntil(at(9_000)), false),
        (4, Next::End(rejected), true),
    ];
    for (number, next, due) in table {
        queue(store, number).await;
        let claimed = claim_one(store, 20).await;
        store.record(vec![finish(&claimed, 21, "x", next.clone())]).await.unwrap();
        let found = store.due_fallbacks(at(21), 10).await.unwrap();
        assert_eq!(found.iter().any(|found| found.draft.id == draft_id(number)), due, "{next:?}");
        assert_eq!(store.next_fallback().await.unwrap(), due.then(|| at(21)));
    }
}

pub(crate) async fn a_due_draft_comes_with_all_that_was_tried(store: &dyn Store) {
    plan_one(store, 1).await;
    let muted = Ended::Suppressed { code: "muted".to_owned(), detail: "never_on".to_owned() };
    let for_all = NewMessage {
        message: None,
        reach_key: FOR_ALL.to_owned(),
        channel: "authenticity".to_owned(),
        state: MessageState::Ended(muted.clone()),
        ..message(1, message_id(2))
    };
    let both = vec![message(1, message_id(1)), for_all];
    let reaches = vec![reach(HANAKO), Reach { next_else: 1, ..reach("email:a@example.jp") }];
    let made = Addressed { reaches: reaches.clone(), messages: both, look_at: Some(at(50)), ..addressed(1) };
    store.commit_addressed(vec![made], at(0)).await.unwrap();
    assert!(store.due_fallbacks(at(49), 10).await.unwrap().is_empty());
    let due = store.due_fallbacks(at(50), 10).await.unwrap();
    assert_eq!(due.len(), 1);
    assert_eq!(due[0].reaches, reaches, "in the order in which they were found");
    assert_eq!(due[0].event.id, event_id(1));
    let messages: Vec<_> =
        due[0].messages.iter().map(|so_far| (so_far.id, so_far.reach_key.as_str(), &so_far.state)).collect();
    let expected = [
        (message_id(1), HANAKO, &MessageState::Queued),
        (message_id(2), FOR_ALL, &MessageState::Ended(muted)),
    ];
    assert_eq!(messages, expected);
}

pub(crate) async fn a_fallback_goes_on_to_the_next_channel(store: &dyn Store) {
    queue(store, 1).await;
    let sms = NewMessage { channel: "sms".to_owned(), ..message(1, message_id(2)) };
    let cut = Ended::Suppressed { code: "else_after".to_owned(), detail: String::new() };
    let decided = Fallback {
        moved: vec![(HANAKO.to_owned(), 1)],
        messages: vec![sms],
        cancelled: vec![(message_id(1), cut.clone())],
        look_at: Some(at(70)),
        ..fallback(1)
    };
    store.commit_fallbacks(vec![decided.clone()], at(60)).await.unwrap();
    assert_eq!(store.next_fallback().await.unwrap(), Some(at(70)));
    let due = store.due_fallbacks(at(70), 10).await.unwrap();
    assert_eq!(due[0].reaches[0].next_else, 1);
    let states: Vec<_> = due[0].messages.iter().map(|so_far| so_far.state.clone()).collect();
    assert_eq!(states, [MessageState::Ended(cut), MessageState::Queued]);

    // Done again after a crash it changes nothing.
    store.commit_fallbacks(vec![decided], at(61)).await.unwrap();
    assert_eq!(store.case(SR).await.unwrap().messages.len(), 2);
    store.commit_fallbacks(vec![fallback(1)], at(71)).await.unwrap();
    assert_eq!(store.next_fallback().await.unwrap(), None);
}

pub(crate) async fn a_message_being_sent_is_not_called_off(store: &dyn Store) {
    queue(store, 1).await;
    let claimed = claim_one(store, 10).await;
    let cut = Ended::Suppressed { code: "else_after".to_owned(), detail: String::new() };
    let sms = NewMessage { channel: "sms".to_owned(), ..message(1, message_id(2)) };
    let decided = Fallback { messages: vec![sms], cancelled: vec![(message_id(1), cut)], ..fallback(1) };
    store.commit_fallbacks(vec![decided], at(11)).await.unwrap();
    assert_eq!(store.message(message_id(1)).await.unwrap().state, "claimed");
    assert_eq!(store.case(SR).await.unwrap().messages.len(), 1, "nothing stands in beside it");
    assert_eq!(store.next_fallback().await.unwrap(), Some(at(12)), "it is looked at again soon");
    store.record(vec![finish(&claimed, 12, "sent", Next::Sent { provider_id: None })]).await.unwrap();
    assert_eq!(store.message(message_id(1)).await.unwrap().state, "sent");
}

pub(crate) async fn an_end_between_the_look_and_the_commit_is_not_lost(store: &dyn Store) {
    plan_one(store, 1).await;
    let two = vec![message(1, message_id(1)), NewMessage { due_at: at(20), ..message(1, message_id(2)) }];
    store.commit_addressed(vec![Addressed { messages: two, ..addressed(1) }], at(0)).await.unwrap();
    let rejected = || Next::End(Ended::Dead { code: "rejected".to_owned(), detail: String::new() });
    let first = claim_one(store, 10).await;
    store.record(vec![finish(&first, 11, "rejected", rejected())]).await.unwrap();
    assert_eq!(store.due_fallbacks(at(11), 10).await.unwrap().len(), 1);

    let second = claim_one(store, 20).await;
    store.record(vec![finish(&second, 21, "rejected", rejected())]).await.unwrap();
    store.commit_fallbacks(vec![fallback(1)], at(22)).await.unwrap();
    let again = store.due_fallbacks(at(22), 10).await.unwrap();
    assert_eq!(again.len(), 1, "the second end came after the look");
    store.commit_fallbacks(vec![fallback(1)], at(23)).await.unwrap();
    assert!(store.due_fallbacks(at(24), 10).await.unwrap().is_empty());
}

pub(crate) async fn a_look_that_was_never_committed_comes_again(store: &dyn Store) {
    queue(store, 1).await;
    store.cancel(message_id(1), at(5)).await.unwrap();
    for _ in 0..2 {
        assert_eq!(store.due_fallbacks(at(5), 10).await.unwrap().len(), 1);
    }
}
