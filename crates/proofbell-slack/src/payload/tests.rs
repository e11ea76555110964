use proofbell_notify::{Block, Chat, Field, Span};
use serde_json::{Value, json};

use super::*;

fn text(text: &str) -> Span {
    Span::Text(text.to_owned())
}

fn paragraph(spans: Vec<Span>) -> Chat {
    Chat { body: vec![Block::Paragraph(spans)], ..Chat::default() }
}

fn blocks(chat: &Chat) -> Vec<Value> {
    payload(chat, "en").unwrap()["blocks"].as_array().unwrap().clone()
}

#[test]
fn a_paragraph_becomes_literal_elements() {
    let check = |spans: Vec<Span>, expected: Value| {
        let block = json!({ "type": "rich_text", "elements": [{ "type": "rich_text_section", "elements": expected }] });
        assert_eq!(blocks(&paragraph(spans.clone())), [block], "{spans:?}");
    };
    check(
        vec![text("a *b* <!channel> &amp; :x:")],
        json!([{ "type": "text", "text": "a *b* <!channel> &amp; :x:" }]),
    );
    check(
        vec![Span::Bold("not authentic".into()), text(".")],
        json!([{ "type": "text", "text": "not authentic", "style": { "bold": true } }, { "type": "text", "text": "." }]),
    );
    check(
        vec![text("a"), Span::Break, Span::Break, text("b\r\nc\u{7}"), Span::Break],
        json!([
            { "type": "text", "text": "a" },
            { "type": "text", "text": "\n" },
            { "type": "text", "text": "\n" },
            { "type": "text", "text": "b" },
            { "type": "text", "text": "\n" },
            { "type": "text", "text": "c " },
        ]),
    );
    check(
        vec![Span::Link { text: "the <item>".into(), url: "https://market.example/?a=1&b=2".into() }],
        json!([{ "type": "link", "url": "https://market.example/?a=1&b=2", "text": "the <item>" }]),
    );
    check(
        vec![Span::Link { text: String::new(), url: "https://market.example/".into() }],
        json!([{ "type": "link", "url": "https://market.example/", "text": "https://market.example/" }]),
    );
    check(
        vec![Span::Link { text: "a trap".into(), url: "javascript:alert(1)".into() }],
        json!([{ "type": "text", "text": "a trap" }]),
    );
    check(vec![Span::Mention("U012AB3CD".into())], json!([{ "type": "user", "user_id": "U012AB3CD" }]));
    check(vec![Span::Mention("channel".into())], json!([{ "type": "text", "text": "@channel" }]));
    check(vec![Span::Mention("U<!here>".into())], json!([{ "type": "text", "text": "@U<!here>" }]));
}

#[test]
fn the_blocks_stand_in_reading_order() {
    let chat = Chat {
        header: Some(" Verdict:\n<MS-1> ".into()),
        color: Some("#a4262c".into()),
        body: vec![Block::List(vec![
            vec![text("one")],
            vec![],
            vec![text("two"), Span::Break, text("lines")],
        ])],
        fields: vec![
            Field { name: "Reference".into(), value: "a & b".into() },
            Field { name: String::new(), value: String::new() },
        ],
        buttons: vec![Button { text: "Open".into(), url: "https://market.example/1".into() }],
    };
    let item = |elements: Value| json!({ "type": "rich_text_section", "elements": elements });
    let one = item(json!([{ "type": "text", "text": "one" }]));
    let two = item(json!([
        { "type": "text", "text": "two" },
        { "type": "text", "text": "\n" },
        { "type": "text", "text": "lines" },
    ]));
    let expected = json!([
        { "type": "header", "text": { "type": "plain_text", "text": "🟥 Verdict: &lt;MS-1&gt;", "emoji": false } },
        { "type": "rich_text", "elements": [{ "type": "rich_text_list", "style": "bullet", "elements": [one, two] }] },
        { "type": "section", "fields": [{ "type": "plain_text", "text": "Reference\na &amp; b", "emoji": false }] },
        { "type": "actions", "elements": [{
            "type": "button",
            "action_id": "link-0",
            "text": { "type": "plain_text", "text": "Open", "emoji": false },
            "url": "https://market.example/1",
        }] },
    ]);
    assert_eq!(Value::from(blocks(&chat)), expected);
}

#[test]
fn the_fallback_formats_nothing() {
    let check = |said: &str, expected: &str| {
        assert_eq!(payload(&paragraph(vec![text(said)]), "en").unwrap()["text"], expected, "{said}");
    };
    check("<!channel> & <@U012AB3CD>", "&lt;!channel&gt; &amp; &lt;@U012AB3CD&gt;");
    check("MS_48_213 3*4", "MS_48_213 3*4");
    check("*all* _or_ ~none~ `x`", "∗all∗ ˍorˍ ∼none∼ ˋxˋ");
    check("a\u{0}b", "a b");
}

/// Text that looks like a mention is text; only a mention is one, and the fallback does not spell it.
#[test]
fn only_a_mention_mentions() {
    let users = |value: &Value| value.to_string().matches(r#""type":"user""#).count();
    for said in
        ["<@U012AB3CD>", "@channel", "<!channel>", "<!here|here>", "<!subteam^S012AB3CD>", "@U012AB3CD"]
    {
        let chat = Chat {
            header: Some(said.into()),
            fields: vec![Field { name: said.into(), value: said.into() }],
            buttons: vec![Button { text: said.into(), url: "https://market.example/".into() }],
            ..paragraph(vec![text(said), Span::Bold(said.into())])
        };
        let post = payload(&chat, "en").unwrap();
        assert_eq!(users(&post), 0, "{post}");
        for kind in ["broadcast", "usergroup", "mrkdwn"] {
            assert!(!post.to_string().contains(&format!(r#""type":"{kind}""#)), "{post}");
        }
        assert!(!post["text"].as_str().unwrap().contains('<'), "{post}");
    }
    let desk = paragraph(vec![Span::Mention("U012AB3CD".into()), text(" please look")]);
    let post = payload(&desk, "en").unwrap();
    assert_eq!((users(&post), post["text"].as_str()), (1, Some("please look")));
    let alone = payload(&paragraph(vec![Span::Mention("U012AB3CD".into())]), "en").unwrap();
    assert_eq!((users(&alone), alone["text"].as_str()), (1, Some("@U012AB3CD")));
}

#[test]
fn nothing_to_say_is_no_payload() {
    let field = Field { name: "\n".into(), value: "\0".into() };
    for chat in [
        Chat::default(),
        paragraph(vec![text(" \n"), Span::Break]),
        Chat { header: Some("\t".into()), ..Chat::default() },
        Chat { body: vec![Block::List(vec![vec![]])], ..Chat::default() },
        Chat { fields: vec![field], ..Chat::default() },
    ] {
        let said = payload(&chat, "en");
        assert!(said.is_none(), "{chat:?}: {said:?}");
    }
}

#[test]
fn cuts_are_visible_and_between_graphemes() {
    let header = |header: String| {
        let chat = Chat { header: Some(header), ..Chat::default() };
        blocks(&chat)[0]["text"]["text"].as_str().unwrap().to_owned()
    };
    assert_eq!(header("a".repeat(150)), "a".repeat(150));
    assert_eq!(header("a".repeat(151)), "a".repeat(149) + "…");
    assert_eq!(header("&".repeat(31)), "&amp;".repeat(29) + "…");
    // The family is eleven units; cut within, it would fall apart into its members.
    assert_eq!(header("a".repeat(140) + "👨‍👩‍👧‍👦"), "a".repeat(140) + "…");
    let line = blocks(&paragraph(vec![text(&"花".repeat(3_001)), text("unseen")]));
    let elements = line[0]["elements"][0]["elements"].as_array().unwrap();
    assert_eq!(elements.as_slice(), [json!({ "type": "text", "text": "花".repeat(2_999) + "…" })]);
}

#[test]
fn the_last_line_counts_what_was_left_out() {
    let check = |chat: Chat, locale: &str, expected: Option<&str>| {
        let payload = payload(&chat, locale).unwrap();
        let last = payload["blocks"].as_array().unwrap().last().unwrap();
        let line = last["elements"][0]["elements"][0]["text"].as_str().filter(|line| line.starts_with('…'));
        assert_eq!(line, expected);
        assert!(value_size(&payload["blocks"]) < 13_000, "{}", value_size(&payload["blocks"]));
    };
    let items = |count: usize| vec![Block::List(vec![vec![text(&"x".repeat(810))]; count])];
    let list = |count: usize| Chat { body: items(count), ..Chat::default() };
    check(list(12), "en", None);
    check(list(13), "en", Some("… 1 more line was left out"));
    check(list(42), "ja-JP", Some("… ほか30行を省略しました"));
    let paragraphs = vec![Block::Paragraph(vec![text("x")]); 48];
    check(Chat { body: paragraphs, ..Chat::default() }, "en", Some("… 2 more lines were left out"));
    let field = Field { name: "n".into(), value: "v".into() };
    check(Chat { fields: vec![field; 12], ..list(1) }, "en", Some("… 2 more lines were left out"));
    let button =
        |length| Button { text: "b".into(), url: format!("https://market.example/{}", "x".repeat(length)) };
    check(
        Chat { buttons: vec![button(10), button(3_000)], ..list(1) },
        "en",
        Some("… 1 more line was left out"),
    );
    let nowhere = Button { text: "b".into(), url: String::new() };
    check(Chat { buttons: vec![nowhere], ..Chat::default() }, "en", Some("… 1 more line was left out"));
    check(Chat { buttons: vec![button(1); 26], ..list(1) }, "en", Some("… 1 more line was left out"));
}

#[test]
fn a_colour_is_the_nearest_square() {
    let check = |color: &str, expected: Option<char>| assert_eq!(color::square(color), expected, "{color}");
    check("#a4262c", Some('🟥'));
    check("#ff0040", Some('🟥'));
    check("#b26a00", Some('🟧'));
    check("#ffd700", Some('🟨'));
    check("#2e7d32", Some('🟩'));
    check("#1565C0", Some('🟦'));
    check("#6a1b9a", Some('🟪'));
    check("#000000", Some('⬛'));
    check("#444444", Some('⬛'));
    check("#ffffff", Some('⬜'));
    check("#12345", None);
    check("a4262c", None);
    check("#花花", None);
    check("#+1+1+1", None);
}
