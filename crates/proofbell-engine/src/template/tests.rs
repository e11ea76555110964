//! Templates as written, against what they say about themselves and what they print.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use proofbell_notify::Form;
use serde_json::{Map, Value, json};

use super::output::Rendered;
use super::*;
use crate::locale::Fallback;
use crate::{CaseFacts, Each, Glossary, Link, Term};

mod chat;
mod names;
mod oracle;
mod properties;
mod refusals;
mod rendering;

/// An e-mail template of this body.
pub(super) fn email(body: &str) -> TemplateSource {
    let front = FrontMatter { subject: Some("s".to_owned()), ..FrontMatter::default() };
    TemplateSource { front, ..source(Form::Email, body) }
}

fn source(form: Form, body: &str) -> TemplateSource {
    TemplateSource {
        name: "t".to_owned(),
        form,
        locale: "en".to_owned(),
        path: "t.hbs".to_owned(),
        front: FrontMatter::default(),
        body: body.to_owned(),
        markup: crate::Markup::OfForm,
        body_line: 1,
        text_part: None,
    }
}

fn partials(partials: &[(&str, &str)]) -> Vec<PartialSource> {
    let partial = |(name, body): &(&str, &str)| PartialSource {
        name: (*name).to_owned(),
        path: format!("partials/{name}.hbs"),
        body: (*body).to_owned(),
    };
    partials.iter().map(partial).collect()
}

fn links() -> BTreeMap<String, Link> {
    let link = |path: &str| Link::parse(&format!("https://m.example/{path}"), &Map::new()).unwrap();
    [
        ("reshoot", link("sell/{reference_id}/photos?a=1&b=2")),
        ("help", link("help")),
        ("micro", link("{micro_id}")),
    ]
    .map(|(name, link)| (name.to_owned(), link))
    .into()
}

fn compile(source: TemplateSource, files: &[(&str, &str)]) -> Result<Templates, Vec<TemplateProblem>> {
    Templates::compile(vec![source], partials(files), &links(), "en")
}

/// What is wrong, a line each: `file:line:column: message | hint`.
pub(super) fn problems(source: TemplateSource, files: &[(&str, &str)]) -> String {
    compile(source, files).err().map(|problems| written(&problems)).unwrap_or_default()
}

fn written(problems: &[TemplateProblem]) -> String {
    let number = |number: Option<u32>| number.map(|number| format!(":{number}")).unwrap_or_default();
    let line = |problem: &TemplateProblem| {
        let hint = problem.hint.as_ref().map(|hint| format!(" | {hint}")).unwrap_or_default();
        format!(
            "{}{}{}: {}{hint}",
            problem.path,
            number(problem.line),
            number(problem.column),
            problem.message
        )
    };
    problems.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A context with something in every place.
fn context() -> Value {
    let side = |code: &str, name: &str, reason: &str, message: Option<&str>| {
        json!({ "code": code, "raw": name.to_uppercase(), "name": name, "message": message, "example_image": null,
            "reason": { "code": reason, "raw": reason, "name": reason, "advice": format!("mend {reason}") } })
    };
    let sides =
        json!([side("front", "front", "blurry", None), side("label", "label", "dark", Some("closer"))]);
    json!({
        "event": { "name": "reshoot_needed", "type": "media_rejected", "timestamp": "2026-02-10T12:15:00Z",
            "sides": sides, "state": null, "invalidation_reason": null,
            "payload": { "a": { "b": ["x", "y"], "n": 2 }, "empty": {}, "odd key": "odd", "flag": true } },
        "case": { "sr_uuid": "sr-1", "reference_id": "MS-1", "round": 2, "state": { "primary": "QC", "supplement": null },
            "item": null, "micro_id": null, "certificate_url": "https://c.example/1?a&b", "thumbnail": null },
        "side": sides[1], "sides": sides,
        "recipient": { "name": "Hanako", "locale": "en", "tz": "UTC", "extra": { "shop": "S" } },
        "rule": "reshoot", "vars": { "marketplace": "Maison", "deep": { "er": 1 } },
    })
}

fn glossary() -> Glossary {
    let forms =
        |forms: &[(&str, &str)]| forms.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
    let text = [("en".to_owned(), forms(&[("one", "{n} photo"), ("other", "{n} photos")]))].into();
    Glossary::new(BTreeMap::new(), BTreeMap::new(), [("photo".to_owned(), Term { text })].into())
}

/// Renders a checked template; the first of its files in the style.
fn rendered(
    source: TemplateSource,
    files: &[(&str, &str)],
    root: Value,
    style: Style,
) -> Result<Rendered, Halt> {
    mentioning(source, files, root, style, &[])
}

/// Renders it for recipients who are mentioned by these names.
fn mentioning(
    source: TemplateSource,
    files: &[(&str, &str)],
    root: Value,
    style: Style,
    mentions: &[&str],
) -> Result<Rendered, Halt> {
    with_links(source, files, style, (root, mentions, DeadLinks::LeaveOut))
}

/// Renders it where links that lead nowhere are refused.
fn refused(source: TemplateSource) -> Halt {
    with_links(source, &[], Style::Plain, (context(), &[], DeadLinks::Refuse)).unwrap_err()
}

fn with_links(
    source: TemplateSource,
    files: &[(&str, &str)],
    style: Style,
    (root, mentions, dead_links): (Value, &[&str], DeadLinks),
) -> Result<Rendered, Halt> {
    let form = source.form;
    let templates = match compile(source, files) {
        Ok(templates) => templates,
        Err(problems) => panic!("{}", written(&problems)),
    };
    let glossary = glossary();
    let case = CaseFacts { reference_id: Some("MS-1".to_owned()), ..CaseFacts::default() };
    let links = links();
    let languages = Fallback::new(None, "en");
    let tz = TimeZone::UTC;
    let mentions: Vec<String> = mentions.iter().map(|name| (*name).to_owned()).collect();
    let mentions = mentions.as_slice();
    let facts =
        Facts { root, case: &case, languages, tz, glossary: &glossary, links: &links, dead_links, mentions };
    let template = templates.pick("t", form, &facts.languages).unwrap();
    render(&template.body, templates.partials(), &facts, style, 1024 * 1024)
}

/// Renders plain text.
fn text(body: &str, files: &[(&str, &str)]) -> String {
    rendered(source(Form::Text, body), files, context(), Style::Plain).unwrap().text
}

#[test]
fn templates_are_found_by_form_and_language() {
    let source = |form: Form, locale: &str| TemplateSource {
        locale: locale.to_owned(),
        path: format!("t/{form}.{locale}.hbs"),
        ..source(form, "x")
    };
    let sources = vec![source(Form::Text, "ja"), source(Form::Text, "en"), source(Form::Chat, "ja-JP")];
    let templates = Templates::compile(sources, Vec::new(), &BTreeMap::new(), "en").unwrap();
    assert_eq!(templates.names().collect::<Vec<_>>(), ["t"]);
    let forms = [(Form::Chat, "ja-JP"), (Form::Text, "en"), (Form::Text, "ja")];
    assert_eq!(templates.forms("t"), forms.map(|(form, locale)| (form, locale.to_owned())));
    assert!(templates.has("t", Form::Text));
    assert!(!templates.has("t", Form::Chat), "whoever reads English cannot be told");
    assert!(!templates.has("t", Form::Email) && !templates.has("u", Form::Text));
    let twice = vec![source(Form::Text, "ja-JP"), source(Form::Text, "ja_jp")];
    let problems = Templates::compile(twice, Vec::new(), &BTreeMap::new(), "en").unwrap_err();
    assert_eq!(
        written(&problems),
        "t/text.ja_jp.hbs: the same template in the same language as t/text.ja-JP.hbs | keep one of the two files"
    );
}

#[test]
fn what_rules_and_constants_must_provide_is_asked_for() {
    let templates = compile(
        source(Form::Text, "{{side.name}}{{> p}}{{#if @root.side}}{{/if}} {{vars.marketplaec}} {{vars.deep.re}} {{vars.list.0}}"),
        &[("p", "{{#each sides}}{{@root.side.code}}{{/each}}{{plural \"foto\" 2}}{{vars.marketplace}}")],
    )
    .unwrap();
    assert_eq!(templates.check_use("t", Each::Side), []);
    assert_eq!(templates.check_use("u", Each::Event), []);
    let hint =
        "is there only in rules with `each = \"side\"` | use `sides`, or give the rule `each = \"side\"`";
    assert_eq!(
        written(&templates.check_use("t", Each::Event)),
        format!(
            "partials/p.hbs:1:18: `@root.side.code` {hint}\nt.hbs:1:3: `side.name` {hint}\nt.hbs:1:27: `@root.side` {hint}"
        )
    );
    let vars = json!({ "marketplace": "M", "deep": { "er": 1 }, "list": ["x"] });
    assert_eq!(
        written(&templates.check_words(vars.as_object().unwrap(), &glossary())),
        "partials/p.hbs:1:53: the glossary has no [term.foto] | known here: photo\n\
         t.hbs:1:49: unknown name `vars.marketplaec`: [vars] does not have it | did you mean `marketplace`?\n\
         t.hbs:1:70: unknown name `vars.deep.re`: [vars] does not have it | did you mean `er`?"
    );
}
