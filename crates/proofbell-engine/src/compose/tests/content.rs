//! The templates and the glossary that the project ships: each of them compiles, and composes for every recipient.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use proptest::prelude::*;
use toml::{Table, Value as Toml};

use super::*;
use crate::{Each, TemplateProblem};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn table(path: &str) -> Table {
    fs::read_to_string(root().join(path)).unwrap().parse().unwrap()
}

fn string(value: Option<&Toml>) -> Option<String> {
    value.and_then(Toml::as_str).map(str::to_owned)
}

fn shipped_glossary() -> Glossary {
    let toml = table("config/glossary.toml");
    let entries = |key: &str| -> BTreeMap<String, GlossaryEntry> {
        let entry = |value: &Toml| GlossaryEntry {
            matches: value["match"]
                .as_array()
                .unwrap()
                .iter()
                .filter_map(|word| string(Some(word)))
                .collect(),
            text: value["text"]
                .as_table()
                .unwrap()
                .iter()
                .map(|(tag, word)| {
                    let name = string(word.get("name")).unwrap();
                    (tag.clone(), Word { name, advice: string(word.get("advice")) })
                })
                .collect(),
        };
        toml[key].as_table().unwrap().iter().map(|(code, value)| (code.clone(), entry(value))).collect()
    };
    let terms = toml["term"].as_table().unwrap().iter().map(|(code, value)| {
        let forms = |forms: &Toml| {
            forms
                .as_table()
                .unwrap()
                .iter()
                .map(|(name, text)| (name.clone(), string(Some(text)).unwrap()))
                .collect()
        };
        let text = value["text"]
            .as_table()
            .unwrap()
            .iter()
            .map(|(tag, value)| (tag.clone(), forms(value)))
            .collect();
        (code.clone(), Term { text })
    });
    Glossary::new(entries("side"), entries("reason"), terms.collect())
}

/// A template file and its front matter.
fn shipped(name: &str, path: &Path) -> TemplateSource {
    let text = fs::read_to_string(path).unwrap();
    let (front, body) = match text.strip_prefix("+++\n").and_then(|rest| rest.split_once("\n+++\n")) {
        Some((front, body)) => (front.parse().unwrap(), body),
        None => (Table::new(), text.as_str()),
    };
    let list = |key: &str| front.get(key).and_then(Toml::as_array).cloned().unwrap_or_default();
    let target = |button: &Toml| match string(button.get("link")) {
        Some(link) => ButtonTarget::Link(link),
        None => ButtonTarget::Url(string(button.get("url")).unwrap()),
    };
    let file = path.file_name().unwrap().to_str().unwrap();
    let mut parts = file.split('.');
    let form = parts.next().unwrap();
    TemplateSource {
        name: name.to_owned(),
        form: Form::ALL.into_iter().find(|known| known.as_str() == form).unwrap(),
        locale: parts.next().unwrap().to_owned(),
        path: format!("{name}/{file}"),
        front: FrontMatter {
            subject: string(front.get("subject")),
            preheader: string(front.get("preheader")),
            header: string(front.get("header")),
            color: string(front.get("color")),
            fields: list("fields")
                .iter()
                .map(|field| (string(field.get("name")).unwrap(), string(field.get("value")).unwrap()))
                .collect(),
            buttons: list("buttons")
                .iter()
                .map(|button| ButtonSource {
                    text: string(button.get("text")).unwrap(),
                    target: target(button),
                })
                .collect(),
        },
        body: body.to_owned(),
        markup: crate::Markup::OfForm,
        body_line: u32::try_from(text[..text.len() - body.len()].lines().count() + 1).unwrap(),
        text_part: None,
    }
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn shipped_templates() -> (Vec<TemplateSource>, Vec<PartialSource>) {
    let (mut sources, mut partials) = (Vec::new(), Vec::new());
    for dir in files(&root().join("templates")) {
        let name = dir.file_name().unwrap().to_str().unwrap();
        for path in files(&dir) {
            if name == "partials" {
                let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
                let body = fs::read_to_string(&path).unwrap();
                partials.push(PartialSource { path: format!("partials/{stem}.hbs"), name: stem, body });
            } else {
                sources.push(shipped(name, &path));
            }
        }
    }
    (sources, partials)
}

fn shipped_engine() -> Engine {
    let toml = table("config/proofbell.toml");
    let vars: Map<String, Value> = toml["vars"]
        .as_table()
        .unwrap()
        .iter()
        .map(|(key, value)| (key.clone(), json!(value.as_str())))
        .collect();
    let links: BTreeMap<String, Link> = toml["link"]
        .as_table()
        .unwrap()
        .iter()
        .map(|(name, link)| (name.clone(), Link::parse(link["url"].as_str().unwrap(), &vars).unwrap()))
        .collect();
    let (sources, partials) = shipped_templates();
    let templates = Templates::compile(sources, partials, &links, "en")
        .unwrap_or_else(|problems| panic!("{problems:#?}"));
    let glossary = shipped_glossary();
    assert_eq!(templates.check_words(&vars, &glossary), []);
    let channels = Form::ALL.map(|form| {
        (form.as_str().to_owned(), ChannelFacts { form, address: AddressKind::Fixed, never_on: Vec::new() })
    });
    let defaults = Defaults { locale: "en".to_owned(), tz: "Asia/Tokyo".to_owned() };
    Engine::new(Setup {
        channels: channels.into(),
        glossary,
        vars,
        templates,
        links,
        defaults,
        ..Setup::default()
    })
}

fn events() -> Vec<Event> {
    let event = |mut payload: Value| {
        payload["sr_uuid"] = json!("b16c763b-1723-455d-ba29-164418044886");
        payload["timestamp"] = json!("2026-02-10T12:15:00.000Z");
        Event::parse(payload.to_string().as_bytes()).unwrap()
    };
    let state = |primary: &str, supplement: Value| {
        event(json!({ "event_type": "state_change", "reference_id": "MS-48213",
            "state": { "primary": primary, "supplement": supplement } }))
    };
    let sides = json!([
        { "side": "Front", "reason": "画像がぼやけている" },
        { "side": "Interior Size Tag or Stamp", "reason": "Poor Lighting", "message": "Open the bag & use a <lamp>." },
        { "side": "Something New", "reason": "Odd Reason" },
    ]);
    vec![
        event(json!({ "event_type": "media_rejected", "reference_id": "MS-48213", "sides": sides })),
        event(json!({ "event_type": "media_rejected", "reference_id": "MS-48213", "sides": [] })),
        state("COMPLETE", json!("APPROVED")),
        state("COMPLETE", json!("REJECTED")),
        state("CANCELLED", Value::Null),
        event(json!({ "event_type": "invalidate_sr", "reference_id": "MS-48213",
            "invalidation_reason": { "code": "FRAUD", "message": "Not <b>what</b> it says" } })),
    ]
}

#[test]
fn every_shipped_template_composes_for_every_event() {
    let engine = shipped_engine();
    let shown = std::env::var_os("PROOFBELL_SHOW");
    for event in &events() {
        for name in engine.templates().names() {
            for (form, locale) in engine.templates().forms(name) {
                let mut draft = draft(event);
                name.clone_into(&mut draft.template);
                draft.side = (!event.sides().is_empty()).then_some(0);
                let composed = compose(&engine, &draft, event, Some(&locale), form.as_str());
                let composed = composed.unwrap_or_else(|error| panic!("{name}: {error}"));
                assert_eq!(composed.template, format!("{name}/{form}.{locale}"));
                if let Some(dir) = &shown {
                    write(Path::new(dir), event, &composed);
                }
            }
        }
    }
}

/// Leaves messages to be looked at: `PROOFBELL_SHOW=/tmp/shown cargo test -p proofbell-engine shipped`.
fn write(dir: &Path, event: &Event, composed: &Composed) {
    let sides = event.sides().len();
    let stem = format!("{}-{}{sides}", composed.template.replace('/', "-"), event.name);
    fs::create_dir_all(dir).unwrap();
    match &composed.body {
        Body::Email(email) => {
            fs::write(dir.join(format!("{stem}.html")), &email.html).unwrap();
            fs::write(dir.join(format!("{stem}.txt")), format!("{}\n\n{}\n", email.subject, email.text))
                .unwrap();
        }
        Body::Chat(chat) => {
            fs::write(dir.join(format!("{stem}.txt")), format!("{}\n\n{chat:#?}", chat.plain_text())).unwrap()
        }
        Body::Text(text) => fs::write(dir.join(format!("{stem}.txt")), text).unwrap(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_an_event_says_the_shipped_templates_compose(words in prop::collection::vec(any::<String>(), 1..9), name: String) {
        static ENGINE: LazyLock<Engine> = LazyLock::new(shipped_engine);
        let word = |index: usize| &words[index % words.len()];
        let sides: Vec<Value> = (0..words.len())
            .map(|index| json!({ "side": word(index), "reason": word(index + 1), "message": word(index + 2) }))
            .collect();
        let event = Event::parse(json!({ "event_type": "media_rejected", "sr_uuid": "s", "reference_id": word(0),
            "timestamp": word(1), "sides": sides, "state": { "primary": word(2) } }).to_string().as_bytes()).unwrap();
        let recipient = Recipient { name: Some(name), locale: Some(word(3).clone()), tz: Some(word(4).clone()), ..Recipient::default() };
        for name in ["reshoot", "reshoot-label", "nobody-found"] {
            for channel in ["email", "chat", "text"] {
                let mut draft = draft(&event);
                name.clone_into(&mut draft.template);
                draft.side = Some(0);
                match ENGINE.compose(&Compose { draft: &draft, event: &event, recipient: &recipient, channel }) {
                    Ok(_) | Err(ComposeError::NoTemplate { .. } | ComposeError::Link { .. }) => {}
                    Err(error) => prop_assert!(false, "{}", error),
                }
            }
        }
    }
}

#[test]
fn rules_can_use_the_shipped_templates() {
    let engine = shipped_engine();
    for (name, rule) in table("config/rules.toml")["rule"].as_table().unwrap() {
        let each = if rule.get("each").is_some() { Each::Side } else { Each::Event };
        let problems: Vec<TemplateProblem> = engine.templates().check_use(name, each);
        assert_eq!(problems, [], "{name}");
    }
}
