//! Whole messages, from an event and a recipient to the text.

use std::collections::BTreeMap;

use proofbell_event::EventName;
use proofbell_notify::{AddressKind, Block, Span};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::*;
use crate::{
    ButtonSource, ButtonTarget, CaseFacts, ChannelFacts, Defaults, EventId, FrontMatter, Glossary,
    GlossaryEntry, Link, PartialSource, Setup, TemplateSource, Templates, Term, TextPart, Word,
};

mod content;
mod html;
mod mjml;

/// A template of this form and locale.
fn template(form: Form, locale: &str, front: FrontMatter, body: &str) -> TemplateSource {
    TemplateSource {
        name: "t".to_owned(),
        form,
        locale: locale.to_owned(),
        path: format!("t/{form}.{locale}.hbs"),
        front,
        body: body.to_owned(),
        markup: crate::Markup::OfForm,
        body_line: 1,
        text_part: None,
    }
}

fn subject(subject: &str) -> FrontMatter {
    FrontMatter { subject: Some(subject.to_owned()), ..FrontMatter::default() }
}

fn entry(words: &[&str], text: &[(&str, &str, Option<&str>)]) -> GlossaryEntry {
    let word =
        |name: &str, advice: Option<&str>| Word { name: name.to_owned(), advice: advice.map(str::to_owned) };
    GlossaryEntry {
        matches: words.iter().map(|word| (*word).to_owned()).collect(),
        text: text.iter().map(|(tag, name, advice)| ((*tag).to_owned(), word(name, *advice))).collect(),
    }
}

fn glossary() -> Glossary {
    let sides = [("label", entry(&["Label"], &[("en", "label", None), ("ja", "ラベル", None)]))];
    let reasons = [(
        "blurry",
        entry(
            &["Image is Blurry", "画像がぼやけている"],
            &[("en", "blurry", Some("Hold still.")), ("ja", "ぼやけ", Some("固定"))],
        ),
    )];
    let forms =
        |forms: &[(&str, &str)]| forms.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
    let photo = [
        ("en", forms(&[("one", "{n} photo"), ("other", "{n} photos")])),
        ("ja", forms(&[("other", "写真{n}枚")])),
    ];
    let term = Term { text: photo.map(|(tag, forms)| (tag.to_owned(), forms)).into() };
    let own = |(code, entry): (&str, GlossaryEntry)| (code.to_owned(), entry);
    Glossary::new(sides.map(own).into(), reasons.map(own).into(), [("photo".to_owned(), term)].into())
}

/// An engine with a channel for each form.
fn engine(sources: Vec<TemplateSource>, partials: Vec<PartialSource>) -> Engine {
    let vars = json!({ "marketplace": "Maison" }).as_object().cloned().unwrap();
    let link = |url: &str| Link::parse(url, &vars).unwrap();
    let links: BTreeMap<String, Link> = [
        ("item".to_owned(), link("https://m.example/{reference_id}")),
        ("micro".to_owned(), link("https://m.example/{micro_id}")),
    ]
    .into();
    let templates = Templates::compile(sources, partials, &links, "en").unwrap();
    let channel = |form, address| ChannelFacts { form, address, never_on: Vec::new() };
    let channels = [
        ("email".to_owned(), channel(Form::Email, AddressKind::Email)),
        ("chat".to_owned(), channel(Form::Chat, AddressKind::Fixed)),
        ("text".to_owned(), channel(Form::Text, AddressKind::Phone)),
    ];
    Engine::new(Setup {
        channels: channels.into(),
        glossary: glossary(),
        vars,
        templates,
        links,
        defaults: Defaults { locale: "en".to_owned(), tz: "Asia/Tokyo".to_owned() },
        ..Setup::default()
    })
}

fn event(sides: Value) -> Event {
    let payload = json!({
        "event_type": "media_rejected", "sr_uuid": "sr-1", "reference_id": "MS-1",
        "timestamp": "2026-02-10T12:15:00.000Z", "sides": sides, "extra": { "deep": ["x"] },
    });
    Event::parse(payload.to_string().as_bytes()).unwrap()
}

fn draft(event: &Event) -> Draft {
    Draft {
        id: Uuid::nil(),
        event: EventId(Uuid::nil()),
        generation: 0,
        event_name: event.name,
        names: vec![EventName::ReshootNeeded],
        event_at: "2026-02-10T12:15:00Z".parse().unwrap(),
        rule: "r".to_owned(),
        audience: "seller".to_owned(),
        template: "t".to_owned(),
        side: None,
        sides: (0..event.sides().len()).collect(),
        via: Vec::new(),
        else_via: Vec::new(),
        else_at: None,
        urgent: false,
        optional: false,
        thread_by_case: false,
        send_stale: false,
        expires_at: "2026-02-12T12:15:00Z".parse().unwrap(),
        case: CaseFacts {
            sr_uuid: event.sr_uuid.clone(),
            reference_id: event.reference_id.clone(),
            round: 1,
            ..CaseFacts::default()
        },
        nobody_for: None,
    }
}

fn compose(
    engine: &Engine,
    draft: &Draft,
    event: &Event,
    locale: Option<&str>,
    channel: &str,
) -> Result<Composed, ComposeError> {
    let recipient = Recipient {
        name: Some("花子".to_owned()),
        locale: locale.map(str::to_owned),
        ..Recipient::default()
    };
    engine.compose(&Compose { draft, event, recipient: &recipient, channel })
}

fn text_of(
    body: &str,
    locale: Option<&str>,
    change: impl FnOnce(&mut Draft),
) -> Result<String, ComposeError> {
    let engine = engine(vec![template(Form::Text, "en", FrontMatter::default(), body)], Vec::new());
    let event = event(json!([
        { "side": " label ", "reason": "画像がぼやけている", "message": "Come closer." },
        { "side": "Sole", "reason": "" },
    ]));
    let mut draft = draft(&event);
    change(&mut draft);
    compose(&engine, &draft, &event, locale, "text").map(|composed| match composed.body {
        Body::Text(text) => text,
        other => panic!("{other:?}"),
    })
}

#[test]
fn the_context_holds_what_is_documented() {
    let check = |body: &str, expected: &str| {
        assert_eq!(
            text_of(body, Some("ja-JP"), |draft| draft.side = Some(0)).as_deref(),
            Ok(expected),
            "{body}"
        );
    };
    check(
        "{{event.name}} {{event.type}} {{event.timestamp}} {{event.payload.extra.deep.0}}",
        "reshoot_needed media_rejected 2026-02-10T12:15:00.000Z x",
    );
    check("{{case.sr_uuid}} {{case.reference_id}} {{case.round}}{{case.state.primary}}", "sr-1 MS-1 1");
    check(
        "{{#each sides}}{{code}}/{{raw}}/{{name}}/{{reason.code}}/{{reason.raw}}/{{reason.name}}/{{reason.advice}}/{{message}}\n{{/each}}",
        "label/ label /ラベル/blurry/画像がぼやけている/ぼやけ/固定/Come closer.\n/Sole/Sole///—//",
    );
    check("{{side.name}} {{len event.sides}} {{rule}} {{vars.marketplace}}", "ラベル 2 r Maison");
    check(
        "{{recipient.name}} {{recipient.locale}} {{recipient.tz}}[{{recipient.extra.x}}]",
        "花子 ja-JP Asia/Tokyo[]",
    );
    check("{{date event.timestamp}} {{plural \"photo\" (len sides)}}", "2026年2月10日 21:15 写真2枚");
    check(
        "{{#if event.state}}a{{/if}}{{#if event.invalidation_reason}}b{{/if}}{{#if case.item}}c{{/if}}.",
        ".",
    );
}

#[test]
fn sides_are_those_that_matched() {
    let check = |sides: Vec<usize>, side: Option<usize>, expected: &str| {
        let body = "{{#each sides}}{{raw}},{{/each}}{{side.raw}}";
        let text = text_of(body, None, |draft| (draft.sides, draft.side) = (sides, side));
        assert_eq!(text.as_deref(), Ok(expected));
    };
    check(vec![1], None, "Sole,");
    check(vec![1, 0], Some(1), "Sole, label ,Sole");
    // Indices that the event does not have, of a draft that was stored wrongly, cost nothing.
    check(vec![7, 0], Some(9), " label ,");
}

#[test]
fn urls_of_the_case_are_checked() {
    let check = |url: &str, expected: &str| {
        let text = text_of("[{{case.certificate_url}}]", None, |draft| {
            draft.case.certificate_url = Some(url.to_owned())
        });
        assert_eq!(text.as_deref(), Ok(expected));
    };
    check("https://c.example/a.pdf", "[https://c.example/a.pdf]");
    check("javascript:alert(1)", "[]");
}

#[test]
fn an_unreadable_time_gives_way_to_the_time_that_counts() {
    let engine = engine(
        vec![template(Form::Text, "en", FrontMatter::default(), "{{date event.timestamp format=\"iso\"}}")],
        Vec::new(),
    );
    let payload =
        json!({ "event_type": "media_rejected", "sr_uuid": "s", "timestamp": "yesterday", "sides": [] });
    let event = Event::parse(payload.to_string().as_bytes()).unwrap();
    let composed = compose(&engine, &draft(&event), &event, None, "text").unwrap();
    assert_eq!(composed.body, Body::Text("2026-02-10T21:15:00+09:00".to_owned()));
}

#[test]
fn words_that_the_glossary_lacks_are_told() {
    let sources = vec![template(Form::Text, "en", FrontMatter::default(), "x")];
    let engine = engine(sources, Vec::new());
    let sides = json!([{ "side": "Sole", "reason": "Odd" }, { "side": "Sole", "reason": "BLURRY" }, { "side": "Heel", "reason": "Odd" }]);
    let event = event(sides);
    let mut draft = draft(&event);
    draft.sides = vec![0, 1];
    let composed = compose(&engine, &draft, &event, Some("ja"), "text").unwrap();
    let words: Vec<(&str, &str, &str)> = composed
        .missing_words
        .iter()
        .map(|word| (word.kind.as_str(), word.raw.as_str(), word.locale.as_str()))
        .collect();
    assert_eq!(words, [("side", "Sole", "ja"), ("reason", "Odd", "ja")]);
}

#[test]
fn template_and_glossary_fall_back_each_on_its_own() {
    let sources = vec![
        template(Form::Text, "en", FrontMatter::default(), "en {{#each sides}}{{name}}{{/each}}"),
        template(Form::Text, "ja", FrontMatter::default(), "ja {{#each sides}}{{name}}{{/each}}"),
        template(Form::Text, "fr", FrontMatter::default(), "fr {{#each sides}}{{name}}{{/each}}"),
        template(Form::Chat, "ja", FrontMatter::default(), "ja"),
    ];
    let engine = engine(sources, Vec::new());
    let event = event(json!([{ "side": "Label", "reason": "x" }]));
    let check = |locale: Option<&str>, expected: (&str, &str, &str)| {
        let composed = compose(&engine, &draft(&event), &event, locale, "text").unwrap();
        let Body::Text(text) = &composed.body else { panic!() };
        assert_eq!(
            (composed.locale.as_str(), composed.template.as_str(), text.as_str()),
            expected,
            "{locale:?}"
        );
    };
    check(Some("ja-JP"), ("ja", "t/text.ja", "ja ラベル"));
    check(Some("fr-CA"), ("fr", "t/text.fr", "fr label"));
    check(Some("de"), ("en", "t/text.en", "en label"));
    check(None, ("en", "t/text.en", "en label"));
    assert!(compose(&engine, &draft(&event), &event, Some("ja"), "chat").is_ok());
    let error = compose(&engine, &draft(&event), &event, Some("de"), "chat").unwrap_err();
    assert_eq!(error.to_string(), "find a template: there is no `t/chat.de.hbs`, nor one of its fallbacks");
}

#[test]
fn chat_messages_have_header_fields_and_buttons() {
    let own = str::to_owned;
    let button = |text: &str, target: ButtonTarget| ButtonSource { text: own(text), target };
    let front = FrontMatter {
        header: Some(own("New\n{{case.reference_id}}")),
        color: Some(own("#a4262c")),
        fields: vec![(own("Ref"), own("{{case.reference_id}} *x*")), (own("Id"), own("{{case.micro_id}}"))],
        buttons: vec![
            button("Open {{case.reference_id}}", ButtonTarget::Link(own("item"))),
            button("Micro", ButtonTarget::Link(own("micro"))),
            button("Cert", ButtonTarget::Url(own("{{case.certificate_url}}"))),
            button("Out", ButtonTarget::Url(own("https://o.example/?q={{case.reference_id}}"))),
            button("{{case.micro_id}}", ButtonTarget::Link(own("item"))),
            button("Odd", ButtonTarget::Url(own("ftp://o.example/"))),
        ],
        ..FrontMatter::default()
    };
    let engine = engine(vec![template(Form::Chat, "en", front, "**{{recipient.name}}**")], Vec::new());
    let event = event(json!([]));
    let composed = compose(&engine, &draft(&event), &event, None, "chat").unwrap();
    let expected = Chat {
        header: Some(own("New MS-1")),
        color: Some(own("#a4262c")),
        body: vec![Block::Paragraph(vec![Span::Bold(own("花子"))])],
        fields: vec![Field { name: own("Ref"), value: own("MS-1 *x*") }],
        buttons: vec![
            Button { text: own("Open MS-1"), url: own("https://m.example/MS-1") },
            Button { text: own("Out"), url: own("https://o.example/?q=MS-1") },
        ],
    };
    assert_eq!(composed.body, Body::Chat(expected));
}

#[test]
fn emails_have_subject_preheader_and_both_parts() {
    let front = FrontMatter {
        preheader: Some("Soon & {{recipient.name}}".to_owned()),
        ..subject("A <b>\n{{case.reference_id}} ")
    };
    let body = "<html><body class=\"a>b\"><p>Hi <b>{{recipient.name}}</b></p>{{button \"item\" text=\"Open\"}}</body></html>";
    let engine = engine(vec![template(Form::Email, "en", front, body)], Vec::new());
    let event = event(json!([]));
    let composed = compose(&engine, &draft(&event), &event, None, "email").unwrap();
    assert_eq!(composed.preheader.as_deref(), Some("Soon & 花子"));
    let Body::Email(email) = composed.body else { panic!() };
    assert_eq!(email.subject, "A <b> MS-1");
    assert_eq!(email.text, "Hi 花子\n\nOpen (https://m.example/MS-1)");
    let (before, after) = email.html.split_once("Soon &amp; 花子").unwrap();
    assert!(before.starts_with("<html><body class=\"a>b\"><div style=\"display:none;"), "{before}");
    assert!(after.contains("</div><p>Hi <b>花子</b></p><table"), "{after}");
}

#[test]
fn a_text_part_of_its_own_replaces_the_made_one() {
    let part = TextPart {
        path: "t/email.en.txt.hbs".to_owned(),
        body: "a & {{rule}}\n\n\n\nb  \n".to_owned(),
        body_line: 1,
    };
    let source =
        TemplateSource { text_part: Some(part), ..template(Form::Email, "en", subject("s"), "<p>html</p>") };
    let engine = engine(vec![source], Vec::new());
    let event = event(json!([]));
    let Body::Email(email) = compose(&engine, &draft(&event), &event, None, "email").unwrap().body else {
        panic!()
    };
    assert_eq!(email.text, "a & r\n\nb");
    assert_eq!(email.html, "<p>html</p>");
}

#[test]
fn subjects_are_cut() {
    let engine = engine(vec![template(Form::Email, "en", subject(&"写".repeat(400)), "x")], Vec::new());
    let event = event(json!([]));
    let Body::Email(email) = compose(&engine, &draft(&event), &event, None, "email").unwrap().body else {
        panic!()
    };
    assert_eq!(email.subject, format!("{}…", "写".repeat(249)));
}

#[test]
fn what_cannot_be_composed_says_why_and_quotes_nobody() {
    let check = |error: ComposeError, expected: &str| {
        let shown = format!("{error}");
        assert_eq!(shown, expected);
        for secret in ["花子", "MS-1", "sr-1"] {
            assert!(!shown.contains(secret) && !format!("{error:?}").contains(secret), "{error:?}");
        }
    };
    let text = |body: &str| text_of(body, None, |_| {}).unwrap_err();
    check(text("{{case.micro_id}}\n \n"), "render t/text.en: the text is empty");
    check(text(&"x".repeat(10 * 1024 + 1)), "render t/text.en.hbs:1:1: the text grows past 10240 bytes");
    let engine = engine(vec![template(Form::Email, "en", subject("{{case.micro_id}}"), "x")], Vec::new());
    let event = event(json!([]));
    let compose = |channel: &str| compose(&engine, &draft(&event), &event, None, channel).unwrap_err();
    check(compose("email"), "render t/email.en: the text is empty");
    check(compose("pigeon"), "find the channel `pigeon`: it is not configured any more");
    check(compose("text"), "find a template: there is no `t/text.en.hbs`, nor one of its fallbacks");
}

#[test]
fn a_link_that_cannot_be_made_is_refused_where_a_template_is_checked_with_the_place() {
    let check = |form: Form, front: FrontMatter, body: &str, expected: &str| {
        let engine = engine(vec![template(form, "en", front, body)], Vec::new());
        let event = event(json!([]));
        let compose =
            Compose { draft: &draft(&event), event: &event, recipient: &Recipient::default(), channel: "" };
        assert!(engine.compose_in(form, DeadLinks::LeaveOut, &compose).is_ok(), "{body}");
        let error = engine.compose_in(form, DeadLinks::Refuse, &compose).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("fill in [link.micro] at {expected}: the case has no micro_id")
        );
    };
    check(Form::Text, FrontMatter::default(), "a\n{{url \"micro\"}}", "t/text.en.hbs:2:3");
    check(Form::Email, subject("a {{url \"micro\"}}"), "x", "t/email.en.hbs, `subject`");
}

#[test]
fn the_same_request_gives_the_same_bytes() {
    let engine = engine(
        vec![template(
            Form::Text,
            "en",
            FrontMatter::default(),
            "{{#each event.payload}}{{@key}}={{this}} {{/each}}",
        )],
        Vec::new(),
    );
    let event = event(json!([{ "side": "Label", "reason": "x" }]));
    let first = compose(&engine, &draft(&event), &event, None, "text");
    assert!(first.is_ok());
    assert_eq!(first, compose(&engine, &draft(&event), &event, None, "text"));
}
