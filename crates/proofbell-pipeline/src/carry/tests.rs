use proofbell_notify::{Address, Block, Span};
use proofbell_store::Ended;

use super::*;
use crate::reach::{first_legs, reaches};
use crate::testing::{at, draft, event, recipients, runtime};

/// Makes the first messages of a draft and tells of them: `WHO CHANNEL STATE`, then the draft that tells of nobody.
fn carried(draft: &Draft, people: &[&str]) -> (Vec<String>, Carried) {
    let (runtime, event) = (runtime(), event());
    let situation = Situation { engine: &runtime.engine, draft, event: &event, now: at(0) };
    let mut reaches = reaches(&situation, recipients(people));
    let legs = first_legs(&situation, &reaches);
    let carried = carry(&situation, &runtime, &mut reaches, Vec::new(), legs);
    let told = carried.messages.iter().map(|message| {
        let reach = reaches.iter().find(|reach| reach.key == message.reach_key);
        let who = reach.and_then(|reach| reach.recipient.name.as_deref()).unwrap_or("*");
        let state = match &message.state {
            MessageState::Queued => "queued",
            MessageState::Ended(ended) => Code::label(ended),
            other => panic!("{other:?}"),
        };
        format!("{who} {} {state}", message.channel)
    });
    (told.collect(), carried)
}

#[test]
fn what_ends_at_once_falls_back_at_once() {
    let check = |draft: Draft, people: &[&str], expected: &[&str]| {
        assert_eq!(carried(&draft, people).0, expected, "{people:?}");
    };
    check(draft("email > sms"), &["ann e p"], &["ann email queued"]);
    check(draft("email > sms"), &["ann p"], &["ann email no_address", "ann sms queued"]);
    check(
        draft("email > slack sms"),
        &["ann p"],
        &["ann email no_address", "ann slack no_address", "ann sms queued"],
    );
    check(draft("pager > email"), &["ann e"], &["ann pager no_channel", "ann email queued"]);
    let mail_only = Draft { template: "mail-only".to_owned(), ..draft("sms > email") };
    check(mail_only, &["ann e p"], &["ann sms render_failed", "ann email queued"]);
    check(
        draft("email > desk"),
        &["ann p", "bob s"],
        &["ann email no_address", "bob email no_address", "* desk queued"],
    );
}

#[test]
fn a_message_carries_what_sending_needs() {
    let (_, carried) = carried(&draft("email"), &["ann e"]);
    let [made] = &carried.messages[..] else { panic!("{:?}", carried.messages) };
    let message = made.message.as_ref().unwrap();
    assert_eq!((made.id, made.template.as_str()), (message.id, "reshoot/email.en"));
    assert_eq!((made.made_at, made.due_at, made.expires_at), (at(0), at(0), at(48 * 3600)));
    assert_eq!(message.to.expose(), "ann@market.example");
    let Body::Email(email) = &message.body else { panic!("{:?}", message.body) };
    assert_eq!((email.subject.as_str(), email.text.as_str()), ("About MS-1", "Please look at MS-1."));
}

#[test]
fn a_message_to_a_place_mentions_whom_it_is_for() {
    let spans = |people: &[&str]| {
        let (_, carried) = carried(&draft("desk"), people);
        let message = carried.messages[0].message.clone().unwrap();
        assert_eq!((message.to, message.to_name), (Address::Fixed, None));
        let Body::Chat(chat) = message.body else { panic!("{:?}", message.body) };
        let [Block::Paragraph(spans)] = &chat.body[..] else { panic!("{:?}", chat.body) };
        spans.clone()
    };
    let (text, mention) =
        (|text: &str| Span::Text(text.to_owned()), |name: &str| Span::Mention(name.to_owned()));
    let look = "Please look at MS-1.";
    let both = [mention("UANN"), text(" "), mention("UCID"), text(&format!(" {look}"))];
    assert_eq!(spans(&["ann e @", "bob e", "cid p @"]), both);
    assert_eq!(spans(&["bob e"]), [text(look)]);
}

#[test]
fn the_same_draft_makes_the_same_ids() {
    let ids = || -> Vec<uuid::Uuid> {
        let (_, carried) = carried(&draft("email sms desk"), &["ann e p", "bob e p"]);
        carried.messages.iter().map(|message| message.id).collect()
    };
    let (one, other) = (ids(), ids());
    assert_eq!(one, other);
    assert_eq!(one.iter().collect::<std::collections::BTreeSet<_>>().len(), 5);
}

#[test]
fn a_render_failure_says_why() {
    let (_, carried) = carried(&Draft { template: "mail-only".to_owned(), ..draft("sms") }, &["ann p"]);
    let MessageState::Ended(Ended::Dead { detail, .. }) = &carried.messages[0].state else {
        panic!("{:?}", carried.messages)
    };
    assert_eq!(detail, "find a template: there is no `mail-only/text.en.hbs`, nor one of its fallbacks");
    assert!(carried.messages[0].message.is_none());
}

#[test]
fn when_nothing_is_left_somebody_is_told_once() {
    let original = draft("email > sms");
    let (told, unreached) = carried(&original, &["ann s"]);
    assert_eq!(told, ["ann email no_address", "ann sms no_address"]);
    let notice = unreached.nobody.unwrap();
    assert_eq!(
        (notice.audience.as_str(), notice.template.as_str(), notice.nobody_for),
        ("operations", "nobody", Some(original.id))
    );
    assert_eq!(
        (&notice.via[..], &notice.else_via[..]),
        (&["desk".to_owned()][..], &["email".to_owned()][..])
    );
    assert_eq!(notice.expires_at, at(48 * 3600));
    let again = carried(&original, &["ann s"]).1.nobody.unwrap();
    assert_eq!(notice.id, again.id, "derived, so that looking twice tells once");
    assert_ne!(notice.id, original.id);

    let (told, unreached) = carried(&Draft { via: vec!["sms".to_owned()], ..notice }, &["ann s"]);
    assert_eq!(told, ["ann sms no_address", "ann email no_address"]);
    assert!(unreached.nobody.is_none(), "a notice never makes a further one");
}

#[test]
fn nobody_is_told_while_somebody_may_still_be_reached() {
    assert!(carried(&draft("email"), &["ann s", "bob e"]).1.nobody.is_none());
    assert!(carried(&draft("email"), &["ann s"]).1.nobody.is_some());
    let unknown = Draft { audience: "strangers".to_owned(), ..draft("email") };
    assert!(carried(&unknown, &["ann s"]).1.nobody.is_none());
}

#[test]
fn else_after_is_looked_at_in_time() {
    let timed = Draft { else_at: Some(at(60)), ..draft("email > sms") };
    let (told, waiting) = carried(&timed, &["ann e p"]);
    assert_eq!((told, waiting.look_at), (vec!["ann email queued".to_owned()], Some(at(60))));
    let late = Draft { else_at: Some(at(0)), ..timed };
    let (told, cut) = carried(&late, &["ann e p"]);
    assert_eq!(told, ["ann email else_after", "ann sms queued"], "one of the two goes out, not both");
    assert_eq!((cut.cancelled.len(), cut.look_at), (0, None));
}

#[test]
fn what_stands_in_for_an_expired_message_has_as_long_again() {
    let (runtime, event, draft) = (runtime(), event(), draft("email > sms"));
    let late = at(50 * 3600);
    let situation = Situation { engine: &runtime.engine, draft: &draft, event: &event, now: late };
    let mut reaches = reaches(&situation, recipients(&["ann e p"]));
    let expired = SentSoFar {
        id: uuid::Uuid::from_u128(1),
        reach_key: reaches[0].key.clone(),
        channel: "email".to_owned(),
        state: MessageState::Ended(Code::Expired.end("")),
    };
    let carried = carry(&situation, &runtime, &mut reaches, vec![expired], Vec::new());
    let [made] = &carried.messages[..] else { panic!("{:?}", carried.messages) };
    assert_eq!((made.channel.as_str(), made.expires_at), ("sms", at(98 * 3600)));
}
