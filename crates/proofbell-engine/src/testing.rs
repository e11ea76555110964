//! Events, rules and cases of tests, written as short texts.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use proofbell_event::Event;
use proofbell_notify::{AddressKind, Form};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::{
    Audience, Case, ChannelFacts, Condition, Each, Engine, EventId, Glossary, GlossaryEntry, Key, Matcher,
    Need, On, Rule, Setup, StalePolicy, Step, Stimulus, Threading, Urgency, Verdict,
};

/// The id of the event with this number.
pub(crate) fn id(number: u128) -> EventId {
    EventId(Uuid::from_u128(number))
}

/// The time of an event, `12:00` or `12:00:00.123`, on the day of the tests.
pub(crate) fn at(time: &str) -> Timestamp {
    let seconds = if time.len() == 5 { ":00" } else { "" };
    format!("2026-02-10T{time}{seconds}Z").parse().unwrap()
}

/// When the event with this number is received: on the day after, so that any time of an event is believed.
pub(crate) fn received_at(number: u128) -> Timestamp {
    let start: Timestamp = "2026-02-11T00:00:00Z".parse().unwrap();
    start + SignedDuration::from_secs(i64::try_from(number).unwrap())
}

/// An event of `TIME NAME [KEY=VALUE; …]`. NAME may also be `PRIMARY/SUPPLEMENT` or `type:…`; the KEYs are sides, and
/// `ref` for the reference id.
pub(crate) fn event(line: &str) -> Event {
    let mut words = line.splitn(3, ' ');
    let (time, name, extras) =
        (words.next().unwrap(), words.next().unwrap(), words.next().unwrap_or_default());
    let mut payload = payload(name);
    payload.insert("sr_uuid".to_owned(), json!("sr-1"));
    payload.insert("timestamp".to_owned(), json!(at(time).to_string()));
    for (key, value) in extras.split("; ").filter_map(|pair| pair.split_once('=')) {
        match (key, payload.get_mut("sides").and_then(Value::as_array_mut)) {
            ("ref", _) | (_, None) => drop(payload.insert("reference_id".to_owned(), json!(value))),
            (side, Some(sides)) => sides.push(json!({ "side": side, "reason": value })),
        }
    }
    Event::parse(&serde_json::to_vec(&payload).unwrap()).unwrap()
}

fn payload(name: &str) -> Map<String, Value> {
    let state = match name {
        "draft" => "DRAFT/",
        "photos_submitted" => "QC/PENDING",
        "photos_rejected" => "QC/REJECTED",
        "photos_approved" => "QC/APPROVED",
        "assigned" => "UNDERWAY/ASSIGNED",
        "authentic" => "COMPLETE/APPROVED",
        "counterfeit" => "COMPLETE/REJECTED",
        "completed" => "COMPLETE/COMPLETE",
        "cancelled" => "CANCELLED/",
        other => other,
    };
    let value = match (name, state.split_once('/')) {
        ("reshoot_needed", _) => json!({ "event_type": "media_rejected", "sides": [] }),
        ("invalidated", _) => json!({ "event_type": "invalidate_sr", "invalidation_reason": {
            "code": "CANCELLED", "message": "Service request cancelled" } }),
        (_, Some((primary, supplement))) => json!({ "event_type": "state_change", "state": {
            "primary": primary, "supplement": (!supplement.is_empty()).then_some(supplement) } }),
        (other, None) => json!({ "event_type": other.strip_prefix("type:").unwrap() }),
    };
    value.as_object().unwrap().clone()
}

/// A rule on these events (with blanks between) that tells the seller.
pub(crate) fn rule(name: &str, on: &str) -> Rule {
    Rule {
        name: name.to_owned(),
        on: on.split(' ').map(|word| On::parse(word).unwrap()).collect(),
        to: vec!["seller".to_owned()],
        via: None,
        else_via: None,
        else_after: None,
        template: name.to_owned(),
        each: Each::Event,
        conditions: Vec::new(),
        exceptions: Vec::new(),
        urgency: Urgency::Normal,
        need: Need::Needed,
        thread: Threading::Apart,
        stale: StalePolicy::Suppress,
        expire: Duration::from_secs(48 * 3600),
    }
}

/// The condition that this key is exactly this, or any of these with `|` between.
pub(crate) fn is(key: &str, values: &str) -> Condition {
    let any = values.split('|').map(|value| Matcher::Is(value.to_owned())).collect();
    Condition { key: Key::parse(key).unwrap(), matcher: Matcher::AnyOf(any) }
}

/// The sides `label` and `front`, and the reasons `blurry` and `dark`.
pub(crate) fn glossary() -> Glossary {
    let entries = |table: &[(&str, &[&str])]| -> BTreeMap<String, GlossaryEntry> {
        let entry = |words: &[&str]| GlossaryEntry {
            matches: words.iter().map(|word| (*word).to_owned()).collect(),
            ..GlossaryEntry::default()
        };
        table.iter().map(|(code, words)| ((*code).to_owned(), entry(words))).collect()
    };
    let sides = entries(&[("label", &["Label", "Interior Size Tag or Stamp"]), ("front", &["Front"])]);
    let reasons =
        entries(&[("blurry", &["Image is Blurry", "画像がぼやけている"]), ("dark", &["Poor Lighting"])]);
    Glossary::new(sides, reasons, BTreeMap::new())
}

/// An engine with these rules, two audiences and three channels.
pub(crate) fn engine(rules: Vec<Rule>) -> Engine {
    let names = |names: &[&str]| -> Vec<String> { names.iter().map(|name| (*name).to_owned()).collect() };
    let channel = |form, address, never_on: &[&str]| ChannelFacts {
        form,
        address,
        never_on: never_on.iter().map(|on| On::parse(on).unwrap()).collect(),
    };
    Engine::new(Setup {
        rules,
        audiences: BTreeMap::from([
            (
                "seller".to_owned(),
                Audience { via: names(&["email"]), else_via: names(&["sms"]), nobody: None },
            ),
            ("staff".to_owned(), Audience { via: names(&["slack", "email"]), ..Audience::default() }),
        ]),
        channels: BTreeMap::from([
            ("email".to_owned(), channel(Form::Email, AddressKind::Email, &[])),
            ("slack".to_owned(), channel(Form::Chat, AddressKind::Fixed, &[])),
            ("sms".to_owned(), channel(Form::Text, AddressKind::Phone, &["counterfeit", "verdict_changed"])),
        ]),
        glossary: glossary(),
        ..Setup::default()
    })
}

/// One case to which events are delivered.
pub(crate) struct Delivery {
    pub(crate) engine: Engine,
    pub(crate) case: Case,
    events: BTreeMap<u128, (Event, u32)>,
}

impl Delivery {
    pub(crate) fn new(rules: Vec<Rule>) -> Delivery {
        Delivery { engine: engine(rules), case: Case::default(), events: BTreeMap::new() }
    }

    /// Delivers the event with this number.
    pub(crate) fn deliver(&mut self, number: u128, event: Event) -> Step {
        self.events.insert(number, (event, 0));
        self.plan(number)
    }

    /// Replays the event with this number.
    pub(crate) fn replay(&mut self, number: u128) -> Step {
        self.events.get_mut(&number).unwrap().1 += 1;
        self.plan(number)
    }

    fn plan(&mut self, number: u128) -> Step {
        let (event, generation) = &self.events[&number];
        let stimulus =
            Stimulus { id: id(number), generation: *generation, received_at: received_at(number), event };
        let step = self.engine.step(&self.case, &stimulus);
        self.case = step.case.clone();
        step
    }
}

/// Delivers the events, numbered from 1 (`again 1` replays the first), and compares what each led to.
pub(crate) fn check(rules: &[Rule], events: &[&str], expected: &[&str]) {
    let mut delivery = Delivery::new(rules.to_vec());
    let mut number = 0;
    let told: Vec<String> = events
        .iter()
        .map(|line| {
            let step = if let Some(earlier) = line.strip_prefix("again ") {
                delivery.replay(earlier.parse().unwrap())
            } else {
                number += 1;
                delivery.deliver(number, event(line))
            };
            told(&step)
        })
        .collect();
    assert_eq!(told, expected, "{events:#?}");
}

/// A step in one line: `NAMES rROUND[ stale<BY][ twin<OF]: RULE>AUDIENCE[SIDES], RULE: why not, …`.
pub(crate) fn told(step: &Step) -> String {
    let decision = &step.decision;
    let names: Vec<&str> = decision.names.iter().map(|name| name.as_str()).collect();
    let mut line = format!("{} r{}", names.join("+"), decision.round);
    if let Some(by) = decision.stale {
        line.push_str(&format!(" stale<{}", by.0.as_u128()));
    }
    if let Some(of) = decision.twin {
        line.push_str(&format!(" twin<{}", of.0.as_u128()));
    }
    let rules = decision.rules.iter().map(|decided| {
        let why = match &decided.verdict {
            Verdict::Matched { .. } => return spoken(step, &decided.rule),
            Verdict::OtherEvent => "other event".to_owned(),
            Verdict::Where { key, saw } => format!("where {key} saw {}", saw.as_deref().unwrap_or("nothing")),
            Verdict::Except { key, saw } => {
                format!("except {key} saw {}", saw.as_deref().unwrap_or("nothing"))
            }
            Verdict::Stale { by } => format!("stale<{}", by.0.as_u128()),
            Verdict::Twin { of } => format!("twin<{}", of.0.as_u128()),
        };
        format!("{}: {why}", decided.rule)
    });
    let rules: Vec<String> = rules.collect();
    if rules.is_empty() { line } else { format!("{line} | {}", rules.join(" | ")) }
}

fn spoken(step: &Step, rule: &str) -> String {
    let drafts = step.drafts.iter().filter(|draft| draft.rule == rule);
    let drafts: Vec<String> = drafts
        .map(|draft| match draft.sides.is_empty() {
            true => format!("{rule}>{}", draft.audience),
            false => format!("{rule}>{}{:?}", draft.audience, draft.sides),
        })
        .collect();
    drafts.join(" ")
}
