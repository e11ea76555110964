//! Whole mails out of MJML.

use super::*;
use crate::Markup;

/// A template as a shop would write it.
const RESHOOT: &str = include_str!("../../../fixtures/mjml/reshoot/email.en.mjml.hbs");

fn mjml(front: FrontMatter, body: &str) -> TemplateSource {
    TemplateSource { markup: Markup::Mjml, ..template(Form::Email, "en", front, body) }
}

fn reshoot() -> TemplateSource {
    let (_, body) = RESHOOT.strip_prefix("+++\n").and_then(|rest| rest.split_once("\n+++\n")).unwrap();
    let front = FrontMatter { preheader: Some("Which photos & why.".to_owned()), ..subject("Retake") };
    mjml(front, &body.replace("\"reshoot\"", "\"item\""))
}

fn mail(source: TemplateSource, sides: Value) -> Result<Email, ComposeError> {
    let engine = engine(vec![source], Vec::new());
    let event = event(sides);
    match compose(&engine, &draft(&event), &event, None, "email")?.body {
        Body::Email(email) => Ok(email),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_mail_is_made_with_its_preheader_and_a_text_part_that_reads_well() {
    let sides = json!([
        { "side": "Label", "reason": "Image is Blurry" },
        { "side": "Sole <b>", "reason": "<mj-text>{{x}}</mj-text>" },
    ]);
    let mail = mail(reshoot(), sides).unwrap();
    assert_eq!(
        mail.text,
        "Maison\n\n2 photos to take again\n\nDear 花子,\n\n\
         Thank you for the photos of your item MS-1. To authenticate it, the\n\
         specialists at our partner Legitmark need a better view of some details.\n\n\
         label\n\nReason: blurry\n\nHold still.\n\n\
         Sole <b>\n\nReason: <mj-text>{{x}}</mj-text>\n\n\
         Please take a new picture of this part in good light, in focus, and with\nall of it in view.\n\n\
         Upload new photos (https://m.example/MS-1)\n\n\
         Format: JPG or PNG\nSize: at least 600\u{a0}×\u{a0}600 pixels, at most 5\u{a0}MB\n\n\
         Kind regards,\nMaison"
    );
    let (before, after) = mail.html.split_once("Which photos &amp; why.").unwrap();
    assert!(before.contains("<body") && before.ends_with("line-height:1px;\">"), "{before}");
    assert!(after.contains("</div><div"), "{after}");
    assert!(
        mail.html.contains("Sole &lt;b&gt;") && mail.html.contains("&lt;mj-text&gt;{{x}}"),
        "{}",
        mail.html
    );
    assert!(mail.html.contains("<html lang=\"en\"") && !mail.html.contains("<mj"), "{}", mail.html);
}

#[test]
fn a_text_part_of_its_own_goes_on_to_work() {
    let part = TextPart { path: "t/email.en.txt.hbs".to_owned(), body: "own text".to_owned(), body_line: 1 };
    let mail = mail(TemplateSource { text_part: Some(part), ..reshoot() }, json!([])).unwrap();
    assert_eq!(mail.text, "own text");
    assert!(mail.html.starts_with("<!doctype html>"), "{}", mail.html);
}

#[test]
fn what_cannot_be_made_of_values_costs_the_message_and_says_why() {
    let head = "<mj-section><mj-column><mj-text>Hi</mj-text></mj-column></mj-section>";
    let many = "<mj-section/>".repeat(200);
    let body = format!("<mjml><mj-body>{head}{{{{#each sides}}}}{many}{{{{/each}}}}</mj-body></mjml>");
    let sides = |count| json!(vec![json!({ "side": "Label", "reason": "secret" }); count]);
    assert!(mail(mjml(subject("s"), &body), sides(1)).is_ok());
    let error = mail(mjml(subject("s"), &body), sides(60)).unwrap_err().to_string();
    assert_eq!(error, "render t/email.en: the HTML made of the MJML is too large");
    let error = mail(mjml(subject("s"), &body), sides(200)).unwrap_err().to_string();
    assert!(error.ends_with("the text grows past 262144 bytes"), "{error}");
}

#[test]
fn a_template_is_in_html_or_in_mjml() {
    let html = template(Form::Email, "en", subject("s"), "<p>x</p>");
    let twice = TemplateSource { path: "t/email.en.mjml.hbs".to_owned(), ..reshoot() };
    let links = [("item".to_owned(), Link::parse("https://m.example/", &Map::new()).unwrap())].into();
    let problems = Templates::compile(vec![html, twice], Vec::new(), &links, "en").unwrap_err();
    let messages: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(messages, ["the same template in the same language as t/email.en.hbs"]);
    let chat = TemplateSource { form: Form::Chat, front: FrontMatter::default(), ..reshoot() };
    let problems = Templates::compile(vec![chat], Vec::new(), &links, "en").unwrap_err();
    assert!(
        problems.iter().any(|problem| problem.message == "only an e-mail is written in MJML"),
        "{problems:?}"
    );
}
