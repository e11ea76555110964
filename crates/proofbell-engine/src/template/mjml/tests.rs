//! MJML: what is made of it, and what is refused before any event.

use std::collections::BTreeMap;

use super::super::tests::{email, problems};
use super::*;
use crate::template::{Markup, PartialSource, TemplateSource, Templates};

fn mjml(body: &str) -> TemplateSource {
    TemplateSource { markup: Markup::Mjml, path: "t.mjml.hbs".to_owned(), ..email(body) }
}

/// A whole source around what stands in a column.
fn column(inside: &str) -> String {
    format!("<mjml><mj-body><mj-section><mj-column>{inside}</mj-column></mj-section></mj-body></mjml>")
}

fn check(body: &str, expected: &str) {
    assert_eq!(
        problems(mjml(body), &[("cell", "<mj-text>{{name}}</mj-text>"), ("bad", "\n <mj-txt/>")]),
        expected
    );
}

#[test]
fn sound_templates_are_taken() {
    check(&column("<mj-text>Hi {{recipient.name}}</mj-text>"), "");
    check(&column("{{#each sides}}{{> cell}}{{/each}}"), "");
    check(&column("<mj-text>{{link \"help\" text=\"Help\"}}{{button \"help\" text=\"Help\"}}</mj-text>"), "");
    check(&column("<mj-button href=\"{{url \"reshoot\"}}\">x</mj-button>"), "");
    check(&column("<mj-image src=\"{{case.thumbnail}}\" alt=\"{{recipient.name}}\"/>"), "");
    check(
        &column(
            "{{#if side}}<mj-text>a</mj-text>{{else if sides}}<mj-text>b</mj-text>{{else}}<mj-divider/>{{/if}}",
        ),
        "",
    );
}

#[test]
fn what_is_no_mjml_is_refused_where_it_stands() {
    check("", "t.mjml.hbs: the MJML has no <mj-body>");
    check(
        "<p>Hi</p>",
        "t.mjml.hbs:1:1: HTML cannot stand outside of <mjml>; <mj-text>, <mj-table> and <mj-raw> hold it",
    );
    check("Hi <mjml/>", "t.mjml.hbs:1:1: text cannot stand outside of <mjml>");
    check("<mjml><mj-body/></mjml> Hi", "t.mjml.hbs:1:25: text cannot stand outside of <mjml>");
    check(
        "<mjml>\n  <mj-body>\n  <mj-foo/></mj-body></mjml>",
        "t.mjml.hbs:3:3: MJML has no <mj-foo> | <mj-section> and <mj-column> lay out; <mj-text>, <mj-button>, <mj-image> and <mj-table> show",
    );
    check("<mjml>\n<mj-body>\n  é</mj-body></mjml>", "t.mjml.hbs:3:3: text cannot stand in <mj-body>");
    check("<mjml><mj-body>", "t.mjml.hbs:1:7: <mj-body> has no end");
    check("<mjml></mjml>", "t.mjml.hbs: the MJML has no <mj-body>");
    check("</mjml>", "t.mjml.hbs:1:1: </mjml> ends nothing");
    check("<mjml><mj-body/></mjml><mjml><mj-body/></mjml>", "t.mjml.hbs: the MJML is not well formed");
    check(
        "<mjml><mj-body><mj-text>x</mj-text></mj-body></mjml>",
        "t.mjml.hbs:1:16: <mj-text> cannot stand in <mj-body>",
    );
    check(&column("<mj-text><p>a<p>b</mj-text>"), "t.mjml.hbs:1:56: </mj-text> stands where <p> should end");
    check(&column("<mj-text>a & b < c</mj-text>"), "t.mjml.hbs: the MJML is not well formed");
    check(
        &column("<p>x</p>"),
        "t.mjml.hbs:1:39: HTML cannot stand in <mj-column>; <mj-text>, <mj-table> and <mj-raw> hold it",
    );
    check(
        &column("{{> bad}}"),
        "partials/bad.hbs:2:2: MJML has no <mj-txt> | <mj-section> and <mj-column> lay out; <mj-text>, <mj-button>, <mj-image> and <mj-table> show",
    );
    check(&column("{{recipient.name}}"), "t.mjml.hbs:1:41: text cannot stand in <mj-column>");
    check(
        "<mjml><mj-head><mj-include path=\"/etc/passwd\"/></mj-head><mj-body/></mjml>",
        "t.mjml.hbs:1:16: <mj-include> is not taken; use a partial",
    );
    check(
        "<mjml><mj-head><mj-attributes><mj-all padding=\"0\"/><mj-text color=\"#333\"/></mj-attributes></mj-head><mj-body/></mjml>",
        "",
    );
}

/// What is said of several templates at once, `PATH: PROBLEM` by line.
fn said_of_all(sources: Vec<TemplateSource>, partials: &[(&str, &str)]) -> String {
    let partials = partials.iter().map(|(name, body)| PartialSource {
        name: (*name).to_owned(),
        path: format!("partials/{name}.hbs"),
        body: (*body).to_owned(),
    });
    let refused = Templates::compile(sources, partials.collect(), &BTreeMap::new(), "en").unwrap_err();
    refused.iter().map(|problem| format!("{}: {}\n", problem.path, problem.message)).collect()
}

#[test]
fn a_mistake_elsewhere_hides_none_in_mjml() {
    let named = |name: &str, body: &str| TemplateSource { name: name.to_owned(), ..mjml(body) };
    let elsewhere = TemplateSource { name: "a".to_owned(), path: "a.hbs".to_owned(), ..email("{{nme}}") };
    let sources = vec![elsewhere.clone(), named("b", &column("<mj-foo/>"))];
    let nme = "a.hbs: unknown name `nme`\n";
    assert_eq!(said_of_all(sources, &[]), format!("{nme}t.mjml.hbs: MJML has no <mj-foo>\n"));
    // A partial that cannot be read says nothing of the template that calls it, not even from another partial.
    let torn: &[(&str, &str)] = &[("torn", "<mj-foo/>{{#if"), ("calls", "{{> torn}}")];
    let sound = column("<mj-text>x</mj-text>");
    let alone = said_of_all(vec![named("b", &sound)], torn);
    for call in ["{{> torn}}", "{{> calls}}"] {
        assert_eq!(said_of_all(vec![named("b", &column(call))], torn), alone, "{call}");
    }
    // One that is not called does not matter.
    let both = said_of_all(vec![named("b", &column("<mj-foo/>"))], torn);
    assert_eq!(both, format!("{alone}t.mjml.hbs: MJML has no <mj-foo>\n"));
}

#[test]
fn every_branch_is_tried() {
    let branches = |a: &str, b: &str, c: &str| {
        check_fails(&column(&format!(
            "{{{{#if side}}}}{a}{{{{else if sides}}}}{b}{{{{else}}}}{c}{{{{/if}}}}"
        )))
    };
    let (good, bad) = ("<mj-text>x</mj-text>", "<mj-txt/>");
    assert!(!branches(good, good, good));
    assert!(branches(bad, good, good));
    assert!(branches(good, bad, good));
    assert!(branches(good, good, bad));
    assert!(check_fails(&column("{{#each sides}}{{#unless name}}<mj-txt/>{{/unless}}{{/each}}")));
}

fn check_fails(body: &str) -> bool {
    let problems = problems(mjml(body), &[]);
    !problems.is_empty()
}

#[test]
fn values_cannot_become_styles_or_decide_where_links_lead() {
    let code = "a value from outside cannot stand in a style or script attribute | only numbers and constants under `vars` can";
    check(&column("<mj-text color=\"{{recipient.name}}\">x</mj-text>"), &format!("t.mjml.hbs:1:57: {code}"));
    let url = "a value from outside cannot decide where a URL leads | write {{url \"name\"}} with a [link.name] of the configuration";
    check(
        &column("<mj-button href=\"{{recipient.name}}\">x</mj-button>"),
        &format!("t.mjml.hbs:1:58: {url}"),
    );
    let place = "a value can stand between tags and in quoted attributes only | put the attribute's value into quotes";
    check(&column("<mj-text {{recipient.name}}>x</mj-text>"), &format!("t.mjml.hbs:1:50: {place}"));
    check(
        "<mjml><mj-head><mj-style>{{recipient.name}}</mj-style></mj-head></mjml>",
        &format!("t.mjml.hbs:1:28: {place}"),
    );
    let found = problems(mjml(&column("<mj-text>{{{recipient.name}}}</mj-text>")), &[]);
    assert_eq!(
        found,
        problems(email("<mjml><mj-body><mj-section><mj-column><mj-text>{{{recipient.name}}}"), &[])
            .replace("t.hbs", "t.mjml.hbs")
    );
    assert!(!found.is_empty());
}

#[test]
fn html_is_made_without_anything_from_elsewhere() {
    let html = to_html(&column("<mj-text>a &lt;b&gt; &amp;amp; <b>c</b></mj-text>"), usize::MAX).unwrap();
    assert!(html.contains("a &lt;b&gt; &amp;amp; <b>c</b>"), "{html}");
    // But for the name of XHTML, which nobody fetches.
    assert!(!html.replace("http://www.w3.org/1999/xhtml", "").contains("://"), "{html}");
    assert_eq!(
        html,
        to_html(&column("<mj-text>a &lt;b&gt; &amp;amp; <b>c</b></mj-text>"), usize::MAX).unwrap()
    );
}

#[test]
fn what_would_take_too_much_is_refused() {
    let nested = |count: usize| {
        column(&format!("<mj-text>{}x{}</mj-text>", "<div>".repeat(count), "</div>".repeat(count)))
    };
    let why = |source: &str, limit: usize| to_html(source, limit).err().map(|fault| fault.to_string());
    assert_eq!(why(&nested(59), usize::MAX), None);
    let deep = Some("the MJML nests deeper than 64 elements".to_owned());
    assert_eq!(why(&nested(60), usize::MAX), deep);
    assert_eq!(why(&column(&format!("<mj-text>{}", "<a title='</a>'>".repeat(100_000))), usize::MAX), deep);
    assert_eq!(
        why(&column(&format!("<mj-text>{}</mj-text>", "<br><img src='x'/>".repeat(1000))), usize::MAX),
        None
    );
    assert_eq!(why(&nested(1), 100), Some("the HTML made of the MJML is too large".to_owned()));
    check(&column(&"<mj-text>x</mj-text>".repeat(2)), "");
}

#[test]
fn the_largest_sources_are_made_in_a_moment() {
    let began = std::time::Instant::now();
    for piece in ["<mj-text>x</mj-text>", "<mj-divider/>", "<mj-text>&lt;</mj-text>"] {
        let source = column(&piece.repeat(MJML_LIMIT / piece.len()));
        assert!(to_html(&source, usize::MAX).is_ok());
    }
    let sections = "<mj-section/>".repeat(MJML_LIMIT / 13);
    assert!(to_html(&format!("<mjml><mj-body>{sections}</mj-body></mjml>"), usize::MAX).is_ok());
    assert!(to_html(&"<".repeat(MJML_LIMIT), usize::MAX).is_err());
    // Unoptimised, beside other tests; optimised it is a twentieth.
    assert!(began.elapsed() < std::time::Duration::from_secs(30), "{:?}", began.elapsed());
}
