//! Engines, drafts and recipients of unit tests, written as short texts.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use proofbell_engine::{
    Audience, CaseFacts, ChannelFacts, Draft, Each, Engine, EventId, FrontMatter, Need, Nobody, On, Rule,
    Setup, StalePolicy, TemplateSource, Templates, Threading, Urgency,
};
use proofbell_event::{Event, EventName};
use proofbell_notify::{AddressKind, FieldProblem, Form, PhoneNumber, Recipient};
use uuid::Uuid;

use crate::Runtime;

/// A second of the tests' day.
pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_770_724_800 + second).unwrap()
}

/// The body of an event in which a label must be photographed again.
pub(crate) const REJECTED: &str = r#"{"event_type": "media_rejected", "sr_uuid": "sr-1", "reference_id": "MS-1",
    "timestamp": "2026-02-10T12:00:00Z", "sides": [{"side": "Label", "reason": "Image is Blurry"}]}"#;

pub(crate) fn event() -> Event {
    Event::parse(REJECTED.as_bytes()).unwrap()
}

/// A runtime without notifiers or directories: `email`, `sms` (which never says counterfeit), `slack` by name, and the
/// places `desk` and `lobby`; the seller, of whom `operations` hear when nobody is reached.
pub(crate) fn runtime() -> Runtime {
    Runtime {
        engine: std::sync::Arc::new(engine()),
        channels: BTreeMap::new(),
        audiences: BTreeMap::new(),
        redirect: None,
        keep: Duration::from_secs(90 * 86_400),
    }
}

pub(crate) fn engine() -> Engine {
    engine_of(Vec::new())
}

/// The same with one rule, which sends by this channel.
pub(crate) fn engine_with_rule(via: &str) -> Engine {
    engine_of(vec![Rule {
        name: "reshoot".to_owned(),
        on: vec![On::parse("reshoot_needed").unwrap()],
        to: words("seller"),
        via: Some(words(via)),
        else_via: None,
        else_after: None,
        template: "reshoot".to_owned(),
        each: Each::Event,
        conditions: Vec::new(),
        exceptions: Vec::new(),
        urgency: Urgency::Normal,
        need: Need::Needed,
        thread: Threading::Apart,
        stale: StalePolicy::Suppress,
        expire: Duration::from_secs(48 * 3600),
    }])
}

fn engine_of(rules: Vec<Rule>) -> Engine {
    let channel = |form, address, never_on: &[&str]| ChannelFacts {
        form,
        address,
        never_on: never_on.iter().map(|on| On::parse(on).unwrap()).collect(),
    };
    let nobody = Nobody { to: "operations".to_owned(), template: "nobody".to_owned() };
    let seller = Audience { via: words("email"), else_via: words("sms"), nobody: Some(nobody.clone()) };
    let operations = Audience { via: words("desk"), else_via: words("email"), nobody: Some(nobody) };
    Engine::new(Setup {
        rules,
        audiences: BTreeMap::from([("seller".to_owned(), seller), ("operations".to_owned(), operations)]),
        channels: BTreeMap::from([
            ("email".to_owned(), channel(Form::Email, AddressKind::Email, &[])),
            ("sms".to_owned(), channel(Form::Text, AddressKind::Phone, &["counterfeit"])),
            ("slack".to_owned(), channel(Form::Chat, AddressKind::Named("slack"), &[])),
            ("desk".to_owned(), channel(Form::Chat, AddressKind::Fixed, &[])),
            ("lobby".to_owned(), channel(Form::Chat, AddressKind::Fixed, &[])),
        ]),
        templates: templates(),
        ..Setup::default()
    })
}

/// `reshoot` in every form, `mail-only` for e-mail, `nobody` for chats.
fn templates() -> Templates {
    let source = |name: &str, form: Form| TemplateSource {
        name: name.to_owned(),
        form,
        locale: "en".to_owned(),
        path: format!("{name}/{form}.en.hbs"),
        front: FrontMatter {
            subject: (form == Form::Email).then(|| "About {{case.reference_id}}".to_owned()),
            ..FrontMatter::default()
        },
        body: match form {
            Form::Chat => "{{mention}} Please look at {{case.reference_id}}.".to_owned(),
            Form::Email | Form::Text => "Please look at {{case.reference_id}}.".to_owned(),
        },
        markup: proofbell_engine::Markup::OfForm,
        body_line: 1,
        text_part: None,
    };
    let mut sources: Vec<TemplateSource> = Form::ALL.iter().map(|form| source("reshoot", *form)).collect();
    sources.push(source("mail-only", Form::Email));
    sources.push(source("nobody", Form::Chat));
    Templates::compile(sources, Vec::new(), &BTreeMap::new(), "en").unwrap()
}

/// A draft for the seller, of `VIA > ELSE_VIA`, each with blanks between.
pub(crate) fn draft(ways: &str) -> Draft {
    let (via, else_via) = ways.split_once('>').unwrap_or((ways, ""));
    Draft {
        id: Uuid::from_u128(1),
        event: EventId(Uuid::from_u128(2)),
        generation: 0,
        event_name: EventName::ReshootNeeded,
        names: vec![EventName::ReshootNeeded],
        event_at: at(0),
        rule: "reshoot".to_owned(),
        audience: "seller".to_owned(),
        template: "reshoot".to_owned(),
        side: None,
        sides: vec![0],
        via: words(via),
        else_via: words(else_via),
        else_at: None,
        urgent: false,
        optional: false,
        thread_by_case: false,
        send_stale: false,
        expires_at: at(48 * 3600),
        case: CaseFacts { reference_id: Some("MS-1".to_owned()), ..CaseFacts::default() },
        nobody_for: None,
    }
}

/// A recipient of `NAME ADDRESS…`: `e` for e-mail, `p` for a phone, `s` for Slack, `x` for an e-mail that cannot be used; `@` for somebody
/// who can be mentioned.
pub(crate) fn recipient(text: &str) -> Recipient {
    let mut words = text.split(' ');
    let name = words.next().unwrap();
    let mut recipient = Recipient { name: Some(name.to_owned()), ..Recipient::default() };
    for address in words {
        match address {
            "e" => recipient.email = Some(format!("{name}@market.example").parse().unwrap()),
            "p" => recipient.phone = PhoneNumber::parse("+819012345678", None).ok(),
            "s" => drop(recipient.named.insert("slack".to_owned(), format!("U{name}"))),
            "@" => recipient.mentions.push(format!("U{}", name.to_uppercase())),
            "x" => recipient
                .problems
                .push(FieldProblem { field: "email".to_owned(), problem: "not an address".to_owned() }),
            other => panic!("{other}"),
        }
    }
    recipient
}

pub(crate) fn recipients(texts: &[&str]) -> Vec<Recipient> {
    texts.iter().map(|text| recipient(text)).collect()
}

pub(crate) fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}
