//! Markdown of chat templates to rich text.

use proofbell_notify::{Block, Span};

use super::*;

/// A short notation: paragraphs in lines, `*bold*`, `<text|url>`, `/` for breaks, items behind `- `.
fn shown(blocks: &[Block]) -> String {
    let spans = |spans: &[Span]| -> String {
        let span = |span: &Span| match span {
            Span::Text(text) => text.clone(),
            Span::Bold(text) => format!("*{text}*"),
            Span::Link { text, url } => format!("<{text}|{url}>"),
            Span::Mention(name) => format!("<<{name}>>"),
            Span::Break => "⏎".to_owned(),
        };
        spans.iter().map(span).collect()
    };
    let block = |block: &Block| match block {
        Block::Paragraph(text) => spans(text),
        Block::List(items) => {
            items.iter().map(|item| format!("- {}", spans(item))).collect::<Vec<_>>().join("\n")
        }
    };
    blocks.iter().map(block).collect::<Vec<_>>().join("\n")
}

fn chat(body: &str, name: &str) -> String {
    let mut root = context();
    root["recipient"]["name"] = json!(name);
    shown(&blocks(&rendered(source(Form::Chat, body), &[], root, Style::Chat).unwrap()))
}

#[test]
fn the_small_markdown_becomes_blocks_and_spans() {
    let check = |body: &str, expected: &str| assert_eq!(chat(body, "N"), expected, "{body}");
    check("One **two** three\nfour\n\nfive", "One *two* three⏎four\nfive");
    check("- a\n- **b** c\n\nd", "- a\n- *b* c\nd");
    check("- a\n  - b\n- c", "- a\n- b\n- c");
    check("- a\n\n  more\n- b", "- a⏎more\n- b");
    check("2. a\n3. b\n", "2. a\n3. b");
    check("# Title\ntext", "*Title*\ntext");
    check("*it* _it_ `code` ![alt](https://x/) ~~s~~", "it it code alt ~~s~~");
    check("> quoted\n\n    code\n    more\n", "quoted\ncode⏎more");
    check("a <b>c</b>\n\n<div>d</div>", "a <b>c</b>\n<div>d</div>");
    check("a\n\n---\n\nb", "a\nb");
    check(
        "[x](https://m.example/a) <https://m.example>",
        "<x|https://m.example/a> <https://m.example|https://m.example/>",
    );
    check("[x](http://m.example/) [y](javascript:x) [z](//m.example) [a **b** c](/d)", "x y z a b c");
    check("a\\\nb  \nc", "a⏎b⏎c");
    check(
        "{{#each sides}}\n- {{name}}: {{reason.name}}\n{{/each}}\n\nend",
        "- front: blurry\n- label: dark\nend",
    );
    check("{{#if case.item}}\n\nx\n{{/if}}\n{{case.item}}\n\ny", "y");
}

#[test]
fn links_are_those_of_the_template() {
    let check =
        |body: &str, name: &str, expected: &str| assert_eq!(chat(body, name), expected, "{body} for {name}");
    check("{{link \"help\" text=recipient.name}}", "](x) **N**", "<](x) **N**|https://m.example/help>");
    check(
        "{{button \"help\" text=\"Go\"}} or {{url \"help\"}}",
        "N",
        "<Go|https://m.example/help> or <https://m.example/help|https://m.example/help>",
    );
    check("[go]({{url \"help\"}})", "N", "<go|https://m.example/help>");
    check("[go]({{case.certificate_url}})", "N", "<go|https://c.example/1?a&b>");
    check("[go]({{recipient.name}})", "javascript:x", "go");
    check("[go]({{recipient.name}})", "https://a.example/b c", "go");
    check("[go]({{recipient.name}})", "https://a.example/) [x](https://evil.example/", "go");
    check("[go](https://m.example/{{recipient.name}})", "../a?b", "<go|https://m.example/..%2Fa%3Fb>");
    check("[go](https://m.example{{recipient.name}})", ".evil.example", "go");
    check("[go](https://{{recipient.name}}/)", "evil.example", "go");
    check("[go]({{recipient.name}}/x)", "https://m.example", "<go|https://m.example/x>");
}

#[test]
fn recipients_are_mentioned_where_the_template_says() {
    let check = |body: &str, names: &[&str], expected: &str| {
        let source = source(Form::Chat, body);
        let files = [("desk", "{{#if rule}}{{mention}}{{/if}}")];
        let said = mentioning(source, &files, context(), Style::Chat, names).unwrap();
        assert_eq!(shown(&blocks(&said)), expected, "{body} for {names:?}");
    };
    check("{{mention}} please look", &["U1"], "<<U1>> please look");
    check("{{mention}} please look", &["U1", "U2"], "<<U1>> <<U2>> please look");
    check("{{mention}} please look", &[], " please look".trim());
    check("{{mention}}\n\nplease look", &[], "please look");
    check("a **{{mention}}** b", &["U1"], "a <<U1>> b");
    check("- {{> desk}}\n- `{{mention}}`", &["U1"], "- <<U1>>\n- <<U1>>");
    check("# For {{mention}}", &["U1"], "*For *<<U1>>");
    // A link is one span, and where it leads is nobody's name.
    check("[ask {{mention}} here](https://m.example/)", &["U1"], "<<U1>><ask  here|https://m.example/>");
    check("[go](https://m.example/{{mention}})", &["U1"], "go");
    check("[go]({{mention}})", &["U1"], "go");
}

/// Only the directory can mention: what a payload holds stays text, also where it looks like our own marks.
#[test]
fn nothing_else_mentions() {
    for name in ["<@U123>", "<@U012AB3CD>", "@channel", "<!here>", "{{mention}}", "\u{e000}0\u{e001}", "U1"] {
        let mut root = context();
        root["recipient"]["name"] = json!(name);
        root["event"]["payload"]["mention"] = json!(name);
        root["recipient"]["extra"]["mention"] = json!(name);
        let body = "{{recipient.name}} {{event.payload.mention}} **{{recipient.extra.mention}}** <@U123> @channel \
             {{link \"help\" text=recipient.name}} {{join event.payload.a.b}}";
        let said = blocks(&mentioning(source(Form::Chat, body), &[], root, Style::Chat, &["U9"]).unwrap());
        assert!(!format!("{said:?}").contains("Mention("), "{name}: {said:?}");
    }
}

#[test]
fn values_are_text_whatever_they_hold() {
    let check =
        |body: &str, name: &str, expected: &str| assert_eq!(chat(body, name), expected, "{body} for {name}");
    for name in [
        "**a**",
        "[x](https://evil.example/)",
        "<https://evil.example/>",
        "# a",
        "- a",
        "1. a",
        "> a",
        "`a`",
        "\\",
        "&amp;",
        "<@U123> @here <!channel>",
        "![x](https://evil.example/)",
        "| a |",
        "---",
        "[x]: https://evil.example/",
    ] {
        check("{{recipient.name}}", name, name);
        check("a **{{recipient.name}}** b", name, &format!("a *{name}* b"));
        check("- {{recipient.name}}\n- `{{recipient.name}}`", name, &format!("- {name}\n- {name}"));
    }
    check("a {{recipient.name}} b", "x\n\n# y\n- z", "a x  # y - z b");
    check("a {{recipient.name}} b", "\u{e000}0\u{e001}", "a 0 b");
    check("は**{{recipient.name}}**です", "「重要」", "は*「重要」*です");
    check("\u{e000}0\u{e001}{{recipient.name}}", "N", "0N");
}
