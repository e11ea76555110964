//! Whatever the message, the post is one that Discord's own description allows. `PROOFBELL_CONTRACTS` names the folder with it.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use proofbell_discord::Discord;
use proofbell_notify::testkit::{self, Double, Fault, HttpAnswer, HttpRequest, describe};
use proofbell_notify::{Address, Block, Body, Button, Chat, Field, Registry, Span, Toolkit};
use serde_json::{Value, json};

/// The schema of a post; `None`, said aloud, where it is not at hand.
fn schema() -> Option<jsonschema::Validator> {
    let Some(folder) = std::env::var_os("PROOFBELL_CONTRACTS") else {
        // Not `eprintln`, which the test harness keeps to itself while a test passes.
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: Discord's description, because PROOFBELL_CONTRACTS names no folder"
        );
        return None;
    };
    let path = Path::new(&folder).join("discord/discord_execute_webhook.openapi.json");
    let file = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let description: Value = serde_json::from_slice(&file).unwrap();
    let schema = json!({
        "$ref": "#/components/schemas/IncomingWebhookRequestPartial",
        "components": description["components"],
    });
    Some(jsonschema::validator_for(&schema).unwrap())
}

async fn posted(chat: Chat) -> (String, Option<Value>) {
    let double = Double::start(Arc::new(HttpAnswer::json(200, &json!({ "id": "1234" }))), Fault::None).await;
    let settings = json!({ "webhook_url": format!("http://{}/api/webhooks/4711/t0ken", double.address()) });
    let discord = Registry::new().with::<Discord>().build("discord", settings, &Toolkit::default()).unwrap();
    let outcome = discord.send(&testkit::message(Address::Fixed, Body::Chat(chat))).await;
    (describe(&outcome), double.heard().first().map(|unit| HttpRequest::parse(unit).unwrap().json().unwrap()))
}

/// How much of the embed Discord counts against its 6,000.
fn size(embed: &Value) -> usize {
    let mut texts = vec![&embed["title"], &embed["description"]];
    for field in embed["fields"].as_array().unwrap() {
        texts.extend([&field["name"], &field["value"]]);
    }
    texts.iter().map(|text| text.as_str().unwrap().encode_utf16().count()).sum()
}

fn fullest(unit: &str) -> Chat {
    let long = unit.repeat(3_000);
    let span = |text: &str| {
        [
            Span::Text(text.to_owned()),
            Span::Bold(text.to_owned()),
            Span::Link { text: text.to_owned(), url: "https://market.example/(1)".to_owned() },
            Span::Mention(text.to_owned()),
            Span::Break,
        ]
    };
    Chat {
        header: Some(long.clone()),
        color: Some("#ffffff".to_owned()),
        body: vec![Block::List(vec![span(&long).to_vec(), span("short").to_vec()]); 20],
        fields: vec![Field { name: long.clone(), value: long.clone() }; 40],
        buttons: vec![Button { text: long, url: "https://market.example/".to_owned() }; 10],
    }
}

#[tokio::test]
async fn the_fullest_post_is_one_that_discord_takes() {
    let schema = schema();
    for unit in ["a", "*", "花", "😀", "\n", "[x](https://evil.example) "] {
        let (outcome, post) = posted(fullest(unit)).await;
        assert_eq!(outcome, "sent 1234");
        let post = post.unwrap();
        let size = size(&post["embeds"][0]);
        assert!((1..=6_000).contains(&size), "{size} units of {unit:?}");
        let Some(schema) = &schema else { continue };
        let problems: Vec<String> =
            schema.iter_errors(&post).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(problems.is_empty(), "{unit:?}: {problems:?}");
    }
    if let Some(schema) = schema {
        assert!(
            !schema.is_valid(&json!({ "embeds": [{ "title": "a".repeat(257) }] })),
            "the schema refuses nothing"
        );
    }
}

#[tokio::test]
async fn text_from_outside_stays_text() {
    let evil = "**b** <@123> @everyone [x](https://evil.example) https://evil.example `c` # h";
    let body = vec![Block::Paragraph(vec![Span::Text(evil.to_owned())])];
    let (_, post) = posted(Chat { body, ..Chat::default() }).await;
    let shown = post.unwrap()["embeds"][0]["description"].as_str().unwrap().to_owned();
    let signs: Vec<char> = shown.chars().collect();
    let mut at = 0;
    while at < signs.len() {
        let escaped = signs[at] == '\\';
        assert!(escaped || !signs[at].is_ascii_punctuation(), "`{}` is not escaped in {shown}", signs[at]);
        at += if escaped { 2 } else { 1 };
    }
    assert_eq!(shown.replace('\\', ""), evil);
}

#[tokio::test]
async fn nothing_is_not_sent() {
    for chat in [Chat::default(), Chat { header: Some(" ".to_owned()), ..Chat::default() }] {
        assert_eq!(posted(chat).await, ("rejected empty".to_owned(), None));
    }
}

#[tokio::test]
async fn a_cut_is_between_characters_as_people_see_them() {
    for character in ["👨\u{200d}👩\u{200d}👧\u{200d}👦", "e\u{301}\u{323}", "🇯🇵", "*\u{20e3}"]
    {
        let chat = Chat { header: Some(character.repeat(300)), ..Chat::default() };
        let post = posted(chat).await.1.unwrap();
        let title = post["embeds"][0]["title"].as_str().unwrap();
        let whole = title.strip_suffix('…').unwrap().replace('\\', "");
        assert!(!whole.is_empty() && whole.replace(character, "").is_empty(), "{title}");
        assert!(title.encode_utf16().count() <= 256, "{title}");
    }
}

#[test]
fn a_name_that_discord_refuses_is_refused_at_once() {
    let build = |name: &str| {
        let settings =
            json!({ "webhook_url": "https://discord.com/api/webhooks/4711/t0ken", "username": name });
        Registry::new().with::<Discord>().build("discord", settings, &Toolkit::default()).map(|_| ())
    };
    for name in ["Authenticity desk", "鑑定", "Disco desk", &"a".repeat(80)] {
        assert!(build(name).is_ok(), "{name}");
    }
    for name in ["Discord", "my DISCORD desk", "Clyde", "not clyde's", " ", &"a".repeat(81)] {
        let error = build(name).unwrap_err().to_string();
        assert!(error.contains("username"), "{name}: {error}");
    }
}
