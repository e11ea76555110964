//! What composing costs, for a chat message and for an e-mail: `cargo bench -p proofbell-engine --bench compose`.

#![expect(clippy::print_stdout, reason = "a benchmark tells its result on standard output")]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use proofbell_engine::{
    Audience, Case, ChannelFacts, Compose, Each, Engine, EventId, FrontMatter, Glossary, Link, Need, On,
    Rule, Setup, StalePolicy, Stimulus, TemplateSource, Templates, Threading, Urgency,
};
use proofbell_event::Event;
use proofbell_notify::{AddressKind, Form, Recipient};
use serde_json::Map;
use uuid::Uuid;

const MESSAGES: u32 = 2_000;
const ROUNDS: usize = 7;

const CHAT: &str = "**{{default recipient.name \"Hello\"}}**, round {{case.round}}:\n\n{{#each sides}}\n- {{name}}: \
    {{reason.name}}\n{{/each}}\n\n{{date event.timestamp}} {{button \"item\" text=\"Open\"}}\n";
const EMAIL: &str = "<html><body><h1>{{rule}}</h1><p>{{default recipient.name \"Hello\"}}</p><ul>{{#each sides}}<li>\
    <b>{{name}}</b>: {{reason.name}}</li>{{/each}}</ul>{{button \"item\" text=\"Open\"}}</body></html>";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let engine = engine()?;
    let event = Event::parse(
        br#"{"event_type": "media_rejected", "sr_uuid": "s", "reference_id": "MS-1", "timestamp": "2026-02-10T12:15:00Z",
            "sides": [{"side": "Front", "reason": "Image is Blurry"}, {"side": "Label", "reason": "Poor Lighting"}]}"#,
    )?;
    let received_at = "2026-02-10T12:15:03Z".parse()?;
    let stimulus = Stimulus { id: EventId(Uuid::nil()), generation: 0, received_at, event: &event };
    let step = engine.step(&Case::default(), &stimulus);
    let draft = step.drafts.first().ok_or("the rule made no draft")?;
    let recipient = Recipient { locale: Some("ja-JP".to_owned()), ..Recipient::default() };
    for channel in ["chat", "email"] {
        let request = Compose { draft, event: &event, recipient: &recipient, channel };
        let mut best = f64::INFINITY;
        for _ in 0..ROUNDS {
            let start = Instant::now();
            for _ in 0..MESSAGES {
                black_box(engine.compose(black_box(&request)))?;
            }
            best = best.min(start.elapsed().as_secs_f64() * 1e6 / f64::from(MESSAGES));
        }
        println!("{channel:<6} {best:>8.1} µs a message");
    }
    Ok(())
}

fn engine() -> Result<Engine, Box<dyn std::error::Error>> {
    let links =
        BTreeMap::from([("item".to_owned(), Link::parse("https://m.example/{reference_id}", &Map::new())?)]);
    let template = |form: Form, front: FrontMatter, body: &str| TemplateSource {
        name: "reshoot".to_owned(),
        form,
        locale: "en".to_owned(),
        path: format!("reshoot/{form}.en.hbs"),
        front,
        body: body.to_owned(),
        markup: proofbell_engine::Markup::OfForm,
        body_line: 1,
        text_part: None,
    };
    let subject = FrontMatter { subject: Some("{{len sides}} photos".to_owned()), ..FrontMatter::default() };
    let sources =
        vec![template(Form::Chat, FrontMatter::default(), CHAT), template(Form::Email, subject, EMAIL)];
    let templates =
        Templates::compile(sources, vec![], &links, "en").map_err(|problems| format!("{problems:?}"))?;
    let channel = |form, address| ChannelFacts { form, address, never_on: vec![] };
    let rule = Rule {
        name: "reshoot".to_owned(),
        on: vec![On::parse("reshoot_needed").map_err(|error| format!("{error:?}"))?],
        to: vec!["seller".to_owned()],
        via: None,
        else_via: None,
        else_after: None,
        template: "reshoot".to_owned(),
        each: Each::Event,
        conditions: vec![],
        exceptions: vec![],
        urgency: Urgency::Normal,
        need: Need::Needed,
        thread: Threading::Apart,
        stale: StalePolicy::Suppress,
        expire: Duration::from_secs(48 * 3600),
    };
    Ok(Engine::new(Setup {
        rules: vec![rule],
        audiences: BTreeMap::from([(
            "seller".to_owned(),
            Audience { via: vec!["chat".to_owned()], ..Audience::default() },
        )]),
        channels: BTreeMap::from([
            ("chat".to_owned(), channel(Form::Chat, AddressKind::Fixed)),
            ("email".to_owned(), channel(Form::Email, AddressKind::Email)),
        ]),
        glossary: Glossary::default(),
        templates,
        links,
        ..Setup::default()
    }))
}
