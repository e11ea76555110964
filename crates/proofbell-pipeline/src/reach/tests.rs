use proofbell_event::EventName;

use super::*;
use crate::testing::{at, draft, engine, event, recipient, recipients};

/// The name of the recipient behind a key, `*` for all.
fn name(reaches: &[Reach], key: &str) -> String {
    let found = reaches.iter().find(|reach| reach.key == key && key != FOR_ALL);
    found.and_then(|reach| reach.recipient.name.clone()).unwrap_or_else(|| key.to_owned())
}

/// A leg in words: `WHO CHANNEL[#OCCURRENCE]`, with why not when it goes nowhere.
fn told(reaches: &[Reach], leg: &Leg) -> String {
    let mut line = format!("{} {}", name(reaches, &leg.reach_key), leg.channel);
    if leg.occurrence > 0 {
        line.push_str(&format!("#{}", leg.occurrence));
    }
    if let Err(ended) = &leg.to {
        line.push_str(&format!(": {}", Code::label(ended)));
    }
    line
}

fn first(ways: &str, people: &[&str]) -> Vec<String> {
    let (engine, event, draft) = (engine(), event(), draft(ways));
    let situation = Situation { engine: &engine, draft: &draft, event: &event, now: at(0) };
    let reaches = reaches(&situation, recipients(people));
    first_legs(&situation, &reaches).iter().map(|leg| told(&reaches, leg)).collect()
}

#[test]
fn via_is_each_channel_for_each_recipient_and_a_place_once() {
    let check = |ways: &str, people: &[&str], expected: &[&str]| {
        assert_eq!(first(ways, people), expected, "{ways} to {people:?}");
    };
    check("email", &["ann e"], &["ann email"]);
    check("email sms", &["ann e p", "bob e"], &["ann email", "bob email", "ann sms", "bob sms: no_address"]);
    check("slack", &["ann e s", "bob e"], &["ann slack", "bob slack: no_address"]);
    check("desk email", &["ann e", "bob e"], &["* desk", "ann email", "bob email"]);
    check("email", &["ann e", "ann e", "bob e"], &["ann email", "bob email"]);
    check("email email", &["ann e"], &["ann email"]);
    check("pager", &["ann e"], &["ann pager: no_channel"]);
    check("", &["ann e"], &[]);
    check("email", &[], &[]);
    check("desk", &[], &["* desk"]);
    check("desk email", &[], &["* desk", "* email: no_address"]);
}

/// Whom each leg mentions: `WHO CHANNEL: MENTIONS`.
fn mentioned(reaches: &[Reach], legs: &[Leg]) -> Vec<String> {
    let line = |leg: &Leg| {
        let nobody = Recipient { mentions: leg.recipient.mentions.clone(), ..Recipient::default() };
        if leg.reach_key == FOR_ALL {
            assert_eq!(leg.recipient, nobody, "a place learns whom to mention and nothing else");
        }
        let who = name(reaches, &leg.reach_key);
        format!("{who} {}: {}", leg.channel, leg.recipient.mentions.join(" "))
    };
    legs.iter().map(line).collect()
}

#[test]
fn a_place_mentions_all_and_a_person_is_mentioned_alone() {
    let check = |ways: &str, people: Vec<Recipient>, expected: &[&str]| {
        let (engine, event, draft) = (engine(), event(), draft(ways));
        let situation = Situation { engine: &engine, draft: &draft, event: &event, now: at(0) };
        let mut reaches = reaches(&situation, people);
        let legs = match draft.via.is_empty() {
            true => advance(&situation, &mut reaches, &[]).legs,
            false => first_legs(&situation, &reaches),
        };
        assert_eq!(mentioned(&reaches, &legs), expected, "{ways}");
    };
    let people = |texts: &[&str]| recipients(texts);
    check("desk", people(&["ann e @", "bob e", "cid @"]), &["* desk: UANN UCID"]);
    check("slack", people(&["ann s @", "bob s"]), &["ann slack: UANN", "bob slack: "]);
    check(
        "slack desk",
        people(&["ann s @", "bob s @"]),
        &["ann slack: UANN", "bob slack: UBOB", "* desk: UANN UBOB"],
    );
    check(" > desk", people(&["ann e @", "bob e @"]), &["* desk: UANN UBOB"]);
    check("desk", people(&[]), &["* desk: "]);
    check("desk", people(&["ann e @", "ann p @"]), &["* desk: UANN"]);
    let shared = ["ann @", "bob @", "bob @"].map(|text| {
        let mut person = recipient(text);
        person.named.insert("slack".to_owned(), "#desk".to_owned());
        person
    });
    check("slack", shared.to_vec(), &["ann slack: UANN UBOB"]);
    let crowd: Vec<Recipient> = (10..30).map(|number| recipient(&format!("n{number} @"))).collect();
    check("desk", crowd, &["* desk: UN10 UN11 UN12 UN13 UN14 UN15 UN16 UN17 UN18 UN19"]);
}

#[test]
fn a_missing_address_says_what_was_wrong_with_it() {
    let (engine, event, draft) = (engine(), event(), draft("email sms"));
    let situation = Situation { engine: &engine, draft: &draft, event: &event, now: at(0) };
    let reaches = reaches(&situation, recipients(&["ann x"]));
    let details: Vec<String> = first_legs(&situation, &reaches)
        .into_iter()
        .map(|leg| match leg.to {
            Err(Ended::Suppressed { detail, .. }) => detail,
            other => panic!("{other:?}"),
        })
        .collect();
    let expected =
        ["the recipient has no usable `email`: not an address", "the recipient has no usable `phone`"];
    assert_eq!(details, expected);
}

#[test]
fn never_on_beats_via_and_else_via() {
    let (engine, event) = (engine(), event());
    let counterfeit = Draft { names: vec![EventName::Counterfeit], ..draft("sms") };
    let situation = Situation { engine: &engine, draft: &counterfeit, event: &event, now: at(0) };
    let reaches = reaches(&situation, recipients(&["ann p"]));
    let legs: Vec<String> = first_legs(&situation, &reaches).iter().map(|leg| told(&reaches, leg)).collect();
    assert_eq!(legs, ["ann sms: muted"]);
}

/// Looks at a draft of `WAYS[ | else_after SECONDS]` again, `now` seconds after it was made. Each message is
/// `WHO CHANNEL STATE`, where STATE may be the code of its end.
struct Again {
    ways: &'static str,
    else_at: Option<i64>,
    people: &'static [&'static str],
    used: &'static [usize],
}

impl Again {
    fn check(&self, now: i64, so_far: &[&str], expected: &[&str]) {
        let (engine, event) = (engine(), event());
        let draft = Draft { else_at: self.else_at.map(at), ..draft(self.ways) };
        let situation = Situation { engine: &engine, draft: &draft, event: &event, now: at(now) };
        let mut reaches = reaches(&situation, recipients(self.people));
        for (reach, used) in reaches.iter_mut().zip(self.used) {
            reach.next_else = *used;
        }
        let messages: Vec<SentSoFar> =
            so_far.iter().enumerate().map(|(number, text)| so_far_one(&reaches, number, text)).collect();
        let advance = advance(&situation, &mut reaches, &messages);
        let mut lines: Vec<String> = advance.legs.iter().map(|leg| told(&reaches, leg)).collect();
        for id in &advance.cancelled {
            let message = messages.iter().find(|message| message.id == *id).unwrap();
            lines.push(format!("cut {} {}", name(&reaches, &message.reach_key), message.channel));
        }
        lines.extend(advance.look_at.map(|look| format!("look {}", look.duration_since(at(0)).as_secs())));
        lines.extend(advance.exhausted.then(|| "exhausted".to_owned()));
        assert_eq!(lines, expected, "{} at {now} of {so_far:?}", self.ways);
    }
}

fn so_far_one(reaches: &[Reach], number: usize, text: &str) -> SentSoFar {
    let words: Vec<&str> = text.split(' ').collect();
    let [who, channel, state] = words[..] else { panic!("{text}") };
    let key = reaches.iter().find(|reach| reach.recipient.name.as_deref() == Some(who));
    let state = match state {
        "queued" => MessageState::Queued,
        "claimed" => MessageState::Claimed,
        "sent" => MessageState::Sent,
        "delivered" => MessageState::Delivered,
        "lost" => MessageState::Ended(Ended::Dead { code: "lost".to_owned(), detail: String::new() }),
        code => MessageState::Ended(Code::from_word(code).unwrap().end("")),
    };
    SentSoFar {
        id: Uuid::from_u128(number as u128),
        reach_key: key.map_or_else(|| FOR_ALL.to_owned(), |reach| reach.key.clone()),
        channel: channel.to_owned(),
        state,
    }
}

const ANN: Again = Again { ways: "email > sms slack", else_at: None, people: &["ann e p s"], used: &[0] };

#[test]
fn what_ended_unsent_begins_the_next_channel_or_forbids_it() {
    for code in Code::ALL {
        let ended = format!("ann email {}", code.as_str());
        match code.fallback() {
            OnEnd::GoesOn => ANN.check(1, &[&ended], &["ann sms"]),
            OnEnd::SaysNothing | OnEnd::Forbidden => ANN.check(1, &[&ended], &[]),
        }
    }
    ANN.check(1, &["ann email lost"], &[]);
}

#[test]
fn else_via_begins_when_all_of_via_has_ended_and_none_was_sent() {
    let both = Again { ways: "email slack > sms", ..ANN };
    both.check(1, &["ann email queued", "ann slack queued"], &[]);
    both.check(1, &["ann email rejected", "ann slack queued"], &[]);
    both.check(1, &["ann email rejected", "ann slack claimed"], &[]);
    both.check(1, &["ann email rejected", "ann slack sent"], &[]);
    both.check(1, &["ann email rejected", "ann slack exhausted"], &["ann sms"]);
    both.check(1, &["ann email rejected", "ann slack muted"], &["ann sms"]);
    both.check(1, &["ann email rejected", "ann slack unknown"], &[]);
    both.check(1, &["ann email overtaken", "ann slack overtaken"], &[]);
    Again { ways: " > sms", ..ANN }.check(1, &[], &["ann sms"]);
}

#[test]
fn else_via_is_used_in_its_order_and_then_exhausted() {
    ANN.check(1, &["ann email rejected"], &["ann sms"]);
    let one = Again { used: &[1], ..ANN };
    one.check(1, &["ann email rejected", "ann sms queued"], &[]);
    one.check(1, &["ann email rejected", "ann sms rejected"], &["ann slack"]);
    let two = Again { used: &[2], ..ANN };
    two.check(1, &["ann email rejected", "ann sms rejected", "ann slack rejected"], &["exhausted"]);
    two.check(1, &["ann email rejected", "ann sms rejected", "ann slack sent"], &[]);
    two.check(1, &["ann email rejected", "ann sms rejected", "ann slack cancelled"], &[]);
    let again = Again { ways: "email > email", ..ANN };
    again.check(1, &["ann email exhausted"], &["ann email#1"]);
}

const TWO: Again =
    Again { ways: "email > sms", else_at: None, people: &["ann e p", "bob e p"], used: &[0, 0] };

#[test]
fn recipients_fall_back_on_their_own_and_nobody_is_told_while_one_is_reached() {
    TWO.check(1, &["ann email rejected", "bob email sent"], &["ann sms"]);
    TWO.check(1, &["ann email rejected", "bob email rejected"], &["ann sms", "bob sms"]);
    let used = Again { used: &[1, 1], ..TWO };
    let ended = "ann sms rejected";
    used.check(1, &["ann email rejected", ended, "bob email sent"], &[]);
    used.check(1, &["ann email rejected", ended, "bob email queued"], &[]);
    used.check(1, &["ann email rejected", ended, "bob email muted"], &["exhausted"]);
    used.check(1, &["ann email rejected", ended, "bob email rejected", "bob sms expired"], &["exhausted"]);
    used.check(1, &["ann email unknown", "bob email unknown"], &[]);
}

#[test]
fn a_place_stands_in_for_everybody_once() {
    let place = Again { ways: "email > desk", ..TWO };
    place.check(1, &["ann email rejected", "bob email rejected"], &["* desk"]);
    let used = Again { used: &[1, 0], ..place };
    used.check(1, &["ann email rejected", "bob email queued", "* desk sent"], &[]);
    used.check(1, &["ann email rejected", "bob email rejected", "* desk queued"], &[]);
    used.check(1, &["ann email rejected", "bob email rejected", "* desk rejected"], &["* desk#1"]);
    let via = Again { ways: "desk > sms", ..TWO };
    via.check(1, &["* desk rejected"], &["ann sms", "bob sms"]);
    via.check(1, &["* desk sent"], &[]);
}

#[test]
fn else_after_ends_what_waits_but_not_what_is_being_sent() {
    let timed = Again { else_at: Some(60), ..ANN };
    timed.check(59, &["ann email queued"], &["look 60"]);
    timed.check(60, &["ann email queued"], &["ann sms", "cut ann email"]);
    timed.check(60, &["ann email claimed"], &["look 70"]);
    timed.check(60, &["ann email sent"], &[]);
    timed.check(10, &["ann email rejected"], &["ann sms"]);
    let begun = Again { used: &[1], ..timed };
    begun.check(90, &["ann email else_after", "ann sms queued"], &[]);
    let mixed = Again { ways: "email slack > sms", ..timed };
    mixed.check(60, &["ann email queued", "ann slack claimed"], &["look 70"]);
    mixed.check(60, &["ann email queued", "ann slack rejected"], &["ann sms", "cut ann email"]);
    // Where nothing may stand in, nothing is called off either.
    mixed.check(60, &["ann email queued", "ann slack unknown"], &[]);
    mixed.check(60, &["ann email rejected", "ann slack unknown"], &[]);
    Again { ways: "email", ..timed }.check(60, &["ann email queued"], &[]);
}

#[test]
fn else_after_leaves_alone_what_stands_in_already() {
    let timed = Again { ways: "email > desk", else_at: Some(60), used: &[1, 0], ..TWO };
    timed.check(60, &["ann email rejected", "bob email queued", "* desk queued"], &["cut bob email"]);
}
