//! Whatever is thrown at them, templates do not panic, and values do not become markup.

use proofbell_notify::{Block, Span};
use proptest::prelude::*;

use super::*;

/// Pieces of which templates are made, whole and broken.
const SHARDS: [&str; 40] = [
    "{{",
    "}}",
    "{{{",
    "}}}",
    "{{#if ",
    "{{#each ",
    "{{/if}}",
    "{{/each}}",
    "{{else}}",
    "{{else if ",
    "{{> p}}",
    "{{> ",
    "{{!--",
    "--}}",
    "{{~",
    "~}}",
    "rule",
    "sides",
    "name",
    "../",
    "this",
    "@index",
    "(len sides)",
    "(",
    ")",
    "\"",
    "'",
    "\\",
    "=",
    "|",
    "as |x|",
    " ",
    "\n",
    "é",
    "写真",
    "[",
    "]",
    "<a href=\"",
    "\">",
    "1.5",
];

fn hostile() -> impl Strategy<Value = String> {
    let sharp = prop::sample::select(vec![
        "<",
        ">",
        "\"",
        "'",
        "&",
        "\n",
        "\n\n",
        "**",
        "](",
        "[",
        "https://evil.example/",
        "`",
        "\\",
        "{{",
        "}}",
        "- ",
        "# ",
        "\u{e000}",
        "\u{e001}",
        "0",
        "\u{0}",
        "\u{202e}",
        "<script>",
        "@here",
        "か\u{3099}",
        "😀",
        "<!--",
        "-->",
        "&lt;",
    ]);
    prop_oneof![any::<String>(), prop::collection::vec(sharp, 0..12).prop_map(|parts| parts.concat()),]
}

fn with_values(values: &[String]) -> Value {
    let mut root = context();
    let value = |index: usize| json!(values[index % values.len()]);
    root["recipient"]["name"] = value(0);
    root["sides"][0]["name"] = value(1);
    root["sides"][1]["name"] = value(2);
    root["sides"][0]["reason"]["name"] = value(3);
    root["sides"][1]["message"] = value(4);
    root["case"]["reference_id"] = value(5);
    root
}

const HTML: &str = "<p title=\"{{recipient.name}}\">{{recipient.name}}</p>{{#each sides}}<li class='{{name}}'>{{name}}: {{reason.name}}\
    {{#if message}}<i>{{message}}</i>{{/if}}</li>{{/each}}<a href=\"https://m.example/{{case.reference_id}}\">{{truncate case.reference_id 5}}</a>\
    {{button \"help\" text=recipient.name}}";

const CHAT: &str = "# {{recipient.name}}\n\n**{{recipient.name}}** and {{case.reference_id}}\n\n{{#each sides}}\n- {{name}}: `{{reason.name}}` {{message}}\n{{/each}}\n\n\
    {{link \"help\" text=recipient.name}} [{{recipient.name}}](https://m.example/{{case.reference_id}})";

/// All but the tags.
fn tags(html: &str) -> Vec<String> {
    html.split('<').skip(1).map(|tag| tag.split(['>', ' ']).next().unwrap_or_default().to_owned()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_source_panics(shards in prop::collection::vec(prop::sample::select(SHARDS.to_vec()), 0..40)) {
        let body = shards.concat();
        for source in [source(Form::Text, &body), email(&body)] {
            if let Ok(templates) = compile(source, &[("p", "{{rule}}")]) {
                prop_assert_eq!(templates.names().count(), 1);
            }
        }
        // What was taken can also be rendered.
        if compile(source(Form::Chat, &body), &[("p", "{{rule}}")]).is_ok() {
            let rendered = rendered(source(Form::Chat, &body), &[("p", "{{rule}}")], context(), Style::Chat);
            prop_assert!(rendered.is_ok());
        }
    }

    #[test]
    fn values_never_become_tags(values in prop::collection::vec(hostile(), 6)) {
        let expected = rendered(email(HTML), &[], with_values(&["x".to_owned()]), Style::Html).unwrap().text;
        let html = rendered(email(HTML), &[], with_values(&values), Style::Html).unwrap().text;
        let (mut expected, mut found) = (tags(&expected), tags(&html));
        // The note of a side is there when it is not empty.
        expected.retain(|tag| !tag.ends_with('i'));
        found.retain(|tag| !tag.ends_with('i'));
        prop_assert_eq!(found, expected);
        // Quotes belong to the template: two for each of its attributes.
        let quotes = |text: &str| text.matches('"').count();
        let harmless = rendered(email(HTML), &[], with_values(&["x".to_owned()]), Style::Html).unwrap().text;
        prop_assert_eq!(quotes(&html), quotes(&harmless));
    }

    #[test]
    fn values_never_become_links_or_blocks(values in prop::collection::vec(hostile(), 6)) {
        let body = rendered(source(Form::Chat, CHAT), &[], with_values(&values), Style::Chat).unwrap();
        let mut urls = Vec::new();
        let mut lists = 0;
        for block in blocks(&body) {
            let spans = match block {
                Block::Paragraph(spans) => spans,
                Block::List(items) => {
                    lists += 1;
                    prop_assert!(items.len() <= 2);
                    items.concat()
                }
            };
            urls.extend(spans.into_iter().filter_map(|span| match span {
                Span::Link { url, .. } => Some(url),
                Span::Mention(_) => Some("mention".to_owned()),
                _ => None,
            }));
        }
        prop_assert!(lists <= 1);
        prop_assert!(urls.len() <= 2);
        for url in urls {
            prop_assert!(url.starts_with("https://m.example/"), "{}", url);
        }
    }
}
