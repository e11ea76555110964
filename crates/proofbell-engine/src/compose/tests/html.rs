//! The text part that is made from HTML.

use super::super::html::{tidy, to_text, with_preheader};

#[test]
fn html_reads_as_text() {
    let check = |html: &str, expected: &str| assert_eq!(to_text(html), expected, "{html}");
    check("<p>a &amp; b</p><p>c<br>d</p>", "a & b\n\nc\nd");
    check("<h1>Title</h1><p>text</p>", "Title\n\ntext");
    check("<a href=\"https://m.example/a\">Open</a>", "Open (https://m.example/a)");
    check("<a href=\"https://m.example/a\">https://m.example/a</a>", "https://m.example/a");
    check("<a href=\"mailto:a@m.example\">a@m.example</a>", "a@m.example");
    check("<ul><li>a</li><li>b</li></ul>", "- a\n- b");
    check("<p>x</p><ul><li>a<p>b</p></li><li>c</li></ul>", "x\n\n- a\n\n  b\n\n- c");
    check("<ol><li>a</li><li>b</li></ol>", "1. a\n2. b");
    check("<style>p{}</style><title>t</title><p>a</p><!-- b -->", "a");
    check(
        "<table><tr><td><table><tr><td><p>a</p></td></tr><tr><td>b</td></tr></table></td></tr></table>",
        "a\n\nb",
    );
    check(
        "<table><tr><th>Ref</th><td>MS-1</td></tr><tr><th>Id</th><td>X</td></tr></table>",
        "Ref: MS-1\nId: X",
    );
    check("<b>a</b> <i>b</i> <code>c</code>", "a b c");
}

#[test]
fn lines_are_broken_where_a_reader_would() {
    let words = "word ".repeat(40);
    let text = to_text(&format!("<p>{words}</p>"));
    assert!(text.lines().count() > 2 && text.lines().all(|line| line.len() <= 72), "{text}");
    let item = to_text(&format!("<ul><li>{words}</li></ul>"));
    assert!(
        item.starts_with("- word") && item.lines().skip(1).all(|line| line.starts_with("  word")),
        "{item}"
    );
    let japanese = "お写真をお送りいただき、ありがとうございました。".repeat(8);
    assert_eq!(to_text(&format!("<p>{japanese}</p>")), japanese);
    let url = format!("https://m.example/{}", "a".repeat(100));
    assert_eq!(to_text(&format!("<p>Open {url} now</p>")), format!("Open\n{url}\nnow"));
}

#[test]
fn deep_html_does_not_end_the_process() {
    let html = "<div>".repeat(5_000) + "a";
    assert_eq!(to_text(&html), "a");
}

#[test]
fn a_preheader_stands_first_in_the_body() {
    let check = |html: &str, expected: &str| {
        let shown = with_preheader(html.to_owned(), "P<");
        let (before, after) = shown.split_once("<div style=\"display:none").unwrap();
        assert!(after.contains("P&lt;&#8199;"), "{after}");
        assert_eq!(before, expected, "{html}");
    };
    check("<html><BODY a='>'><p>", "<html><BODY a='>'>");
    check("<p>x</p>", "");
    check("<body", "");
    assert_eq!(with_preheader("<p>".to_owned(), ""), "<p>");
}

#[test]
fn text_is_tidied() {
    let check = |text: &str, expected: &str| assert_eq!(tidy(text), expected, "{text:?}");
    check("\n\n a  \n\n\n\nb\t\n", " a\n\nb");
    check(" \n", "");
}
