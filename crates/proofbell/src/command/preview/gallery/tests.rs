//! The page as text; what it looks like is seen by the end-to-end tests.

use proofbell_notify::{Button, Chat, Email, Field, Span};

use super::*;
use crate::command::preview::uses::Use;

const EVIL: &str = "<b>\"x\" 'y' & {{style}}</b>";

fn masthead() -> Masthead {
    Masthead {
        marketplace: EVIL.to_owned(),
        made_with: "sample data",
        now: Timestamp::UNIX_EPOCH,
        zone: TimeZone::UTC,
    }
}

fn shown(form: Form) -> Shown {
    let body = match form {
        Form::Email => Body::Email(Email {
            subject: EVIL.to_owned(),
            html: format!("<!doctype html><head></head><p>{}</p>", "poison\"><script>"),
            text: String::new(),
        }),
        Form::Chat => Body::Chat(Chat {
            header: Some(EVIL.to_owned()),
            color: Some("#a4262c".to_owned()),
            body: vec![proofbell_notify::Block::Paragraph(vec![
                Span::Bold(EVIL.to_owned()),
                Span::Link { text: EVIL.to_owned(), url: "https://a.example/\"><b>".to_owned() },
                Span::Mention(EVIL.to_owned()),
            ])],
            fields: vec![Field { name: EVIL.to_owned(), value: EVIL.to_owned() }],
            buttons: vec![Button { text: EVIL.to_owned(), url: "https://a.example/".to_owned() }],
        }),
        Form::Text => Body::Text(EVIL.to_owned()),
    };
    Shown {
        file: format!("t/{form}.en"),
        locale: "en".to_owned(),
        channel: None,
        sender: Some(format!("{EVIL} <a@b.example>")),
        preheader: Some(EVIL.to_owned()),
        body,
        segments: Some(1),
        encoding: Some("GSM-7".to_owned()),
        missing_words: vec![EVIL.to_owned()],
    }
}

fn shot(form: Form, shown: Result<Shown, String>) -> Shot {
    let used = Use {
        rule: Some(EVIL.to_owned()),
        on: vec![EVIL.to_owned()],
        nobody_of: None,
        to: vec![EVIL.to_owned()],
        via: Vec::new(),
        else_via: Vec::new(),
        each_side: false,
    };
    Shot { template: "the-t".to_owned(), form, locale: "en".to_owned(), uses: vec![used], shown }
}

#[test]
fn nothing_from_outside_becomes_markup() {
    let mut shots: Vec<Shot> = Form::ALL.map(|form| shot(form, Ok(shown(form)))).into();
    shots.push(shot(Form::Text, Err(EVIL.to_owned())));
    let page = page(&masthead(), &shots);
    assert!(page.contains("&lt;b&gt;&quot;x&quot; &#39;y&#39; &amp; {{style}}&lt;/b&gt;"), "escaped once");
    for markup in ["<b>", "poison\">", "&amp;amp;amp;", "example/\"><"] {
        assert!(!page.contains(markup), "{markup}");
    }
    assert_eq!(page.matches("<script>").count(), 1, "the page's own script alone");
    assert_eq!(page.matches("sandbox=\"allow-same-origin\"").count(), 2, "a mail runs no script");
}

#[test]
fn a_preview_that_failed_says_why_and_hides_none_of_the_others() {
    let shots =
        [shot(Form::Text, Err("failed to do it".to_owned())), shot(Form::Chat, Ok(shown(Form::Chat)))];
    let page = page(&masthead(), &shots);
    assert!(page.contains("Cannot be rendered.</strong> failed to do it"));
    assert!(page.contains("id=\"the-t-text-en\"") && page.contains("id=\"the-t-chat-en\""));
    assert!(page.contains("<h2 id=\"the-t\">The t</h2>"), "a heading for each template");
}

#[test]
fn the_page_runs_its_own_script_and_asks_for_nothing() {
    let page = page(&masthead(), &[]);
    let (_, rest) = page.split_once("script-src '").unwrap();
    let (allowed, _) = rest.split_once('\'').unwrap();
    let (_, rest) = page.split_once("<script>").unwrap();
    let (script, _) = rest.split_once("</script>").unwrap();
    assert_eq!(allowed, format!("sha256-{}", BASE64.encode(Sha256::digest(script.as_bytes()))));
    for request in ["http://", "https://", " src=", "@import", "url("] {
        assert!(!page.contains(request), "{request}");
    }
}
