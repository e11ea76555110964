use proofbell_notify::{Block, Button, Field, Span};
use serde_json::Value;

use super::*;

fn text(text: &str) -> Span {
    Span::Text(text.to_owned())
}

fn link(text: &str, url: &str) -> Span {
    Span::Link { text: text.to_owned(), url: url.to_owned() }
}

fn paragraph(spans: Vec<Span>) -> Chat {
    Chat { body: vec![Block::Paragraph(spans)], ..Chat::default() }
}

fn field(name: &str, value: &str) -> Field {
    Field { name: name.to_owned(), value: value.to_owned() }
}

fn button(text: &str, url: &str) -> Button {
    Button { text: text.to_owned(), url: url.to_owned() }
}

fn bubble(chat: &Chat) -> Value {
    payload(chat, Shape::Bubble, "en").unwrap()["contents"].clone()
}

/// What the body of a bubble consists of.
fn body(chat: &Chat) -> Value {
    bubble(chat)["body"]["contents"].clone()
}

fn said(chat: &Chat) -> String {
    payload(chat, Shape::Text, "en").unwrap()["text"].as_str().unwrap().to_owned()
}

#[test]
fn a_bubble_reads_from_top_to_bottom() {
    let chat = Chat {
        header: Some(" Verdict:\nMS-1 ".into()),
        color: Some("#a4262c".into()),
        body: vec![Block::Paragraph(vec![text("It is "), Span::Bold("not".into()), text(" authentic.")])],
        fields: vec![field("Reference", "MS-1"), field("", "alone"), field("", "\n")],
        buttons: vec![button("Open", "https://market.example/花"), button("", "https://b.example")],
    };
    let small = |text: &str, color: &str, flex: u8| json!({ "type": "text", "text": text, "size": "sm", "color": color, "wrap": true, "flex": flex });
    let row =
        |halves: Value| json!({ "type": "box", "layout": "baseline", "spacing": "sm", "contents": halves });
    let boxed = |spacing: &str, contents: Value| json!({ "type": "box", "layout": "vertical", "spacing": spacing, "contents": contents });
    let pressed = |style: &str, label: &str, uri: &str| {
        let action = json!({ "type": "uri", "label": label, "uri": uri });
        json!({ "type": "button", "style": style, "height": "sm", "action": action })
    };
    let title = json!({
        "type": "text", "text": "Verdict: MS-1", "weight": "bold", "size": "lg", "wrap": true, "color": "#ffffff",
    });
    let spans = json!([
        { "type": "span", "text": "It is " },
        { "type": "span", "text": "not", "weight": "bold" },
        { "type": "span", "text": " authentic." },
    ]);
    let rows = json!([
        row(json!([small("Reference", "#767676", 2), small("MS-1", "#333333", 5)])),
        row(json!([small("alone", "#333333", 5)])),
    ]);
    let expected = json!({
        "type": "flex",
        "altText": "Verdict: MS-1\nIt is not authentic.\nReference: MS-1\nalone\nOpen",
        "contents": {
            "type": "bubble",
            "styles": { "header": { "backgroundColor": "#a4262c" } },
            "header": boxed("none", json!([title])),
            "body": boxed("md", json!([
                { "type": "text", "contents": spans, "wrap": true },
                { "type": "separator" },
                boxed("sm", rows),
            ])),
            "footer": boxed("sm", json!([
                pressed("primary", "Open", "https://market.example/%E8%8A%B1"),
                pressed("secondary", "https://b.example/", "https://b.example/"),
            ])),
        },
    });
    assert_eq!(payload(&chat, Shape::Bubble, "en").unwrap(), expected);
}

#[test]
fn lines_keep_their_order_and_their_gaps() {
    let line = |text: &str| json!({ "type": "text", "text": text, "wrap": true });
    let check = |spans: Vec<Span>, expected: Value| {
        assert_eq!(body(&paragraph(spans.clone())), expected, "{spans:?}");
    };
    check(vec![text("a *b* <c> @all {d} $ :e:")], json!([line("a *b* <c> @all {d} $ :e:")]));
    check(vec![Span::Break, text("a"), Span::Break, text(" "), Span::Break], json!([line("a")]));
    let mut gap = line("c ");
    gap["margin"] = json!("md");
    check(
        vec![text("a"), Span::Break, text("b\r\n\nc\u{7}")],
        json!([{ "type": "box", "layout": "vertical", "spacing": "none", "contents": [line("a"), line("b"), gap] }]),
    );
    let item = |text: &str| {
        let content = json!({ "type": "box", "layout": "vertical", "spacing": "none", "contents": [line(text)], "flex": 1 });
        let bullet = json!({ "type": "text", "text": "•", "flex": 0 });
        json!({ "type": "box", "layout": "horizontal", "spacing": "sm", "contents": [bullet, content] })
    };
    let list = vec![vec![text("one")], vec![], vec![text("two"), Span::Break, text(" ")]];
    let list = Chat { body: vec![Block::List(list)], ..Chat::default() };
    let items = json!([{ "type": "box", "layout": "vertical", "spacing": "xs", "contents": [item("one"), item("two")] }]);
    assert_eq!(body(&list), items);
}

#[test]
fn a_line_leads_where_its_link_leads() {
    let shown =
        |text: &str| json!({ "type": "span", "text": text, "color": "#1565c0", "decoration": "underline" });
    let open = |label: &str, uri: &str| json!({ "type": "uri", "label": label, "uri": uri });
    let one = paragraph(vec![text("see "), link("the item", "https://a.example/?a=1&b=2")]);
    let expected = json!([{
        "type": "text",
        "contents": [{ "type": "span", "text": "see " }, shown("the item")],
        "wrap": true,
        "action": open("the item", "https://a.example/?a=1&b=2"),
    }]);
    assert_eq!(body(&one), expected);

    let two = paragraph(vec![link("a", "https://a.example"), text(" or "), link("", "https://b.example")]);
    let lines = body(&two)[0]["contents"].clone();
    assert_eq!(lines.as_array().map(Vec::len), Some(3));
    assert_eq!(lines[0].get("action"), None);
    assert_eq!((&lines[1]["text"], &lines[1]["action"]), (&json!("→ a"), &open("a", "https://a.example/")));
    assert_eq!(lines[2]["action"], open("https://b.example/", "https://b.example/"));

    for url in
        ["javascript:alert(1)", "tel:0120", "line://nv/settings", "https://", "", "/path", "data:text/html,x"]
    {
        let trap = body(&paragraph(vec![link("a trap", url)]));
        assert_eq!(trap, json!([{ "type": "text", "text": "a trap", "wrap": true }]), "{url}");
    }
}

#[test]
fn the_header_can_be_read_on_its_colour() {
    let check = |color: &str, expected: Option<&str>| {
        let chat = Chat { header: Some("h".into()), color: Some(color.into()), ..Chat::default() };
        let bubble = bubble(&chat);
        let title = &bubble["header"]["contents"][0];
        assert_eq!(title.get("color").and_then(Value::as_str), expected, "{color}");
        assert_eq!(bubble.get("styles").is_some(), expected.is_some(), "{color}");
    };
    check("#a4262c", Some("#ffffff"));
    check("#1565C0", Some("#ffffff"));
    check("#2e7d32", Some("#ffffff"));
    check("#b26a00", Some("#111111"));
    check("#ffd700", Some("#111111"));
    check("#ffffff", Some("#111111"));
    check("#000000", Some("#ffffff"));
    for none in ["", "#fff", "red", "#12345g", "#花花", "#a4262c;", "a4262c0"] {
        check(none, None);
    }
}

#[test]
fn a_text_says_all_of_it() {
    let chat = Chat {
        header: Some("Counterfeit".into()),
        color: Some("#a4262c".into()),
        body: vec![
            Block::Paragraph(vec![text("It is "), Span::Bold("not".into()), Span::Break, text("authentic.")]),
            Block::Paragraph(vec![]),
            Block::List(vec![vec![text("one")], vec![link("two", "https://a.example/2")]]),
            Block::Paragraph(vec![link("https://b.example", "https://b.example")]),
        ],
        fields: vec![field("Reference", "MS-1"), field("Seller", "")],
        buttons: vec![button("Open", "https://c.example/x"), button("", "https://d.example/")],
    };
    let expected = "Counterfeit\n\nIt is not\nauthentic.\n\n• one\n• two (https://a.example/2)\n\nhttps://b.example/\n\n\
        Reference: MS-1\nSeller\n\nOpen\nhttps://c.example/x\nhttps://d.example/";
    assert_eq!(said(&chat), expected);
}

#[test]
fn a_text_makes_no_link_of_what_is_none() {
    let check = |from: &str, expected: &str| {
        let expected = expected.replace('|', "\u{200B}");
        assert_eq!(said(&paragraph(vec![text(from)])), expected, "{from}");
        let header = Chat { header: Some(from.into()), ..Chat::default() };
        assert_eq!(said(&header), expected, "{from}");
        let fields = Chat { fields: vec![field("", from)], ..Chat::default() };
        assert_eq!(said(&fields), expected, "{from}");
        let label = paragraph(vec![link(from, "https://a.example/")]);
        assert_eq!(said(&label), format!("{expected} (https://a.example/)"), "{from}");
    };
    check("https://evil.example/x", "https:|//evil|.example/x");
    check("line://nv", "line:|//nv");
    check("see www.evil.example.", "see www|.evil|.example.");
    check("花子.みんな", "花子|.みんな");
    check("t.co/x", "t|.co/x");
    check(
        "3.5 kg, MS-48.213, e.g. this. And ... a/b: c // d",
        "3.5 kg, MS-48.213, e.g. this. And ... a/b: c // d",
    );
    // A bubble makes links of nothing, so its texts stay as they are.
    assert_eq!(body(&paragraph(vec![text("https://evil.example")]))[0]["text"], "https://evil.example");
}

#[test]
fn a_mention_is_a_name_or_nothing() {
    let mention = |name: &str| said(&paragraph(vec![text("hello "), Span::Mention(name.into())]));
    assert_eq!(mention("hanako\n"), "hello @hanako");
    assert_eq!(mention("U4af4980629aabbccddeeff0011223344"), "hello");
}

#[test]
fn nothing_to_say_is_no_message() {
    for chat in [
        Chat::default(),
        paragraph(vec![text(" \n"), Span::Break, text("\0")]),
        Chat { header: Some("\t".into()), color: Some("#a4262c".into()), ..Chat::default() },
        Chat {
            body: vec![Block::List(vec![vec![], vec![text("")]]), Block::Paragraph(vec![])],
            ..Chat::default()
        },
        Chat { fields: vec![field("\n", "\0")], ..Chat::default() },
    ] {
        for shape in [Shape::Bubble, Shape::Text] {
            assert_eq!(payload(&chat, shape, "en"), None, "{shape:?} {chat:?}");
        }
    }
}

#[test]
fn cuts_are_visible_and_between_graphemes() {
    let header = |header: String| {
        bubble(&Chat { header: Some(header), ..Chat::default() })["header"]["contents"][0]["text"].clone()
    };
    assert_eq!(header("a".repeat(200)), "a".repeat(200));
    assert_eq!(header("a".repeat(201)), "a".repeat(199) + "…");
    // The family is eleven units; cut within, it would fall apart into its members.
    assert_eq!(header("a".repeat(190) + "👨‍👩‍👧‍👦"), "a".repeat(190) + "…");

    let label = |label: String| {
        let chat = Chat { buttons: vec![button(&label, "https://a.example")], ..Chat::default() };
        bubble(&chat)["footer"]["contents"][0]["action"]["label"].clone()
    };
    assert_eq!(label("👨‍👩‍👧‍👦".repeat(40)), "👨‍👩‍👧‍👦".repeat(40));
    assert_eq!(label("👨‍👩‍👧‍👦".repeat(41)), "👨‍👩‍👧‍👦".repeat(39) + "…");

    let long = paragraph(vec![text(&"花".repeat(1_990)), Span::Bold("b".repeat(20)), text("unseen")]);
    let cut = json!([
        { "type": "span", "text": "花".repeat(1_990) },
        { "type": "span", "text": "b".repeat(9) + "…", "weight": "bold" },
    ]);
    assert_eq!(body(&long)[0]["contents"], cut);
    let alternative = payload(&paragraph(vec![text(&"花".repeat(2_000))]), Shape::Bubble, "ja").unwrap();
    assert_eq!(alternative["altText"], "花".repeat(1_499) + "…");

    let room = 5_000 - 60 - 8;
    assert_eq!(said(&paragraph(vec![text(&"花".repeat(room - 1))])), "花".repeat(room - 1));
    assert_eq!(said(&paragraph(vec![text(&"花".repeat(6_000))])), "花".repeat(room - 2) + "…");
}

#[test]
fn the_last_line_counts_what_was_left_out() {
    let check = |chat: &Chat, locale: &str, bubble: Option<&str>, text: Option<&str>| {
        let in_bubble = payload(chat, Shape::Bubble, locale).unwrap();
        let last = in_bubble["contents"]["body"]["contents"].as_array().and_then(|all| all.last().cloned());
        let last = last.and_then(|last| last["text"].as_str().map(str::to_owned));
        assert_eq!(last.filter(|line| line.starts_with("… ")).as_deref(), bubble, "{locale}");
        let in_text = payload(chat, Shape::Text, locale).unwrap()["text"].as_str().unwrap().to_owned();
        let last = in_text.lines().last().filter(|line| line.starts_with("… "));
        assert_eq!(last, text, "{locale}");
    };
    let items = |count: usize| Chat {
        body: vec![Block::List(vec![vec![text(&"x".repeat(800))]; count])],
        ..Chat::default()
    };
    check(&items(6), "en", None, None);
    check(&items(8), "en", None, Some("… 1 more line was left out"));
    check(&items(36), "ja-JP", Some("… ほか10行を省略しました"), Some("… ほか29行を省略しました"));
    let unusable = Chat {
        buttons: vec![
            button("b", "javascript:x"),
            button("c", &format!("https://a.example/{}", "x".repeat(10_000))),
        ],
        ..items(1)
    };
    check(&unusable, "en", Some("… 2 more lines were left out"), Some("… 2 more lines were left out"));
    let alone = Chat { buttons: vec![button("b", "")], ..Chat::default() };
    check(&alone, "en", Some("… 1 more line was left out"), Some("… 1 more line was left out"));
    let many = Chat { buttons: vec![button("b", "https://a.example"); 11], ..items(1) };
    check(&many, "en", Some("… 1 more line was left out"), None);
    let fields = Chat { fields: vec![field("n", &"v".repeat(500)); 20], ..items(1) };
    check(&fields, "en", Some("… 14 more lines were left out"), Some("… 18 more lines were left out"));
}
