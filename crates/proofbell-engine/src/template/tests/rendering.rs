//! What checked templates print.

use super::*;

fn check(body: &str, expected: &str) {
    assert_eq!(text(body, &[]), expected, "{body}");
}

#[test]
fn values_are_printed_and_null_is_nothing() {
    check("{{rule}}: {{case.reference_id}}, {{case.round}}", "reshoot: MS-1, 2");
    check("[{{case.micro_id}}{{case.item.brand.name}}{{event.state.primary}}]", "[]");
    check("{{event.payload.a.b.1}} {{event.payload.a.b.9}} {{event.payload.a.b.x}}", "y  ");
    check(
        "{{event.payload.[odd key]}} {{event.payload.flag}} {{event.payload.a.b}} {{event.payload.a}}",
        "odd true x, y ",
    );
    check("{{sides.0.name}} {{sides.1.name}} {{sides.2.name}}", "front label ");
    check("{{vars.marketplace}} {{vars.deep.er}}", "Maison 1");
    check("{{! no }}{{!-- }} --}}{{rule}}", "reshoot");
}

#[test]
fn blocks_follow_their_values() {
    check("{{#if case.micro_id}}a{{else if case.round}}b{{else}}c{{/if}}", "b");
    check("{{#if case.micro_id}}a{{else if case.item}}b{{else}}c{{/if}}", "c");
    check("{{#unless case.item}}a{{else}}b{{/unless}}", "a");
    check("{{#if event.payload.empty}}a{{else}}b{{/if}}", "b");
    check(
        "{{#each sides}}{{@index}}{{#if @first}}:{{/if}}{{name}}{{#unless @last}}, {{/unless}}{{/each}}",
        "0:front, 1label",
    );
    check("{{#each sides as |s i|}}{{i}}{{s.name}} {{../rule}} {{/each}}", "0front reshoot 1label reshoot ");
    check("{{#each event.payload.a}}{{@key}}={{this}};{{/each}}", "b=x, y;n=2;");
    check("{{#each event.payload.none}}a{{else}}b{{/each}}", "b");
    check("{{#each event.payload.flag}}a{{else}}b{{/each}}", "b");
    check("{{#with case}}{{round}}{{../rule}}{{else}}none{{/with}}", "2reshoot");
    check("{{#with case.item}}some{{else}}none{{/with}}", "none");
    check("{{#with (default case.item \"x\") as |y|}}{{this}}{{y}}{{y.z}}{{/with}}", "xx");
    check(
        "{{#each sides}}{{#each ../sides}}{{../name}}-{{name}} {{/each}}{{/each}}",
        "front-front front-label label-front label-label ",
    );
}

#[test]
fn lines_that_hold_only_a_tag_vanish() {
    check("a\n{{#if rule}}\nb\n{{/if}}\nc", "a\nb\nc");
    check("a\n  {{#if rule}}  \r\nb\n  {{else}}\nx\n{{/if}}", "a\nb\n");
    check("a\n{{! comment }}\nb", "a\nb");
    check("a {{#if rule}}\nb{{/if}}\n", "a \nb\n");
    check("a  {{~#if rule~}}  b  {{~/if~}}  c", "abc");
    check("a\n{{rule}}\nb", "a\nreshoot\nb");
    check("{{#each sides}}\n- {{name}}\n{{/each}}\nend", "- front\n- label\nend");
}

#[test]
fn partials_see_what_they_are_called_with() {
    let check = |body: &str, partial: &str, expected: &str| {
        let files = [("p", partial), ("q", "{{name}}/{{x}}")];
        assert_eq!(text(body, &files), expected, "{body} of {partial}");
    };
    check("a\n{{> p}}\nb", "{{rule}}\n", "a\nreshoot\nb");
    check("{{> p x=case.round y=\"z\"}}", "{{x}}{{y}}{{rule}}", "2zreshoot");
    check(
        "{{#each sides}}{{> p x=../rule}} {{/each}}",
        "{{x}}-{{name}}-{{@index}}",
        "reshoot-front-0 reshoot-label-1 ",
    );
    check("{{> p case name=1}}", "{{round}}{{name}}", "21");
    // A handed name does not hide those inside the partial's own blocks, but goes on to the partials that it calls.
    check(
        "{{> p name=\"outer\" x=\"X\"}}",
        "{{name}}{{#each sides}} {{name}}{{/each}} {{> q name=\"inner\"}}",
        "outer front label inner/X",
    );
    check("  {{> p}}\nx", "a\nb\n", "  a\nb\nx");
}

#[test]
fn helpers_do_what_they_say() {
    check("{{date event.timestamp format=\"iso\" plus=\"72h\"}}", "2026-02-13T12:15:00+00:00");
    check("{{date event.timestamp format=\"iso\" tz=\"Asia/Tokyo\"}}", "2026-02-10T21:15:00+09:00");
    check("{{date event.timestamp}}", "February 10, 2026 at 12:15 PM");
    check("[{{date rule}}{{date case.item}}{{date event.payload.a}}]{{default (date rule) \"-\"}}", "[]-");
    check("[{{date \"9999-12-30T22:00:00Z\" plus=\"999999d\" format=\"iso\"}}]", "[]");
    check(
        "{{plural \"photo\" 1}}, {{plural \"photo\" (len sides)}}, {{plural \"photo\" sides}}[{{plural \"photo\" case.item}}]",
        "1 photo, 2 photos, 2 photos[]",
    );
    check("{{len sides}} {{len event.payload.a}} {{len event.payload.none}}", "2 2 0");
    check(
        "{{join sides \" & \" key=\"name\"}}; {{join event.payload.a.b}}; {{join event.payload.none}}",
        "front & label; x, y; ",
    );
    check("{{default case.micro_id \"none\"}} {{default case.reference_id \"none\"}}", "none MS-1");
    let truth = |call: &str, expected: &str| {
        check(&format!("{{{{#if {call}}}}}yes{{{{else}}}}no{{{{/if}}}}"), expected)
    };
    truth("(eq case.round 2)", "yes");
    truth("(eq case.round 2.0)", "yes");
    truth("(eq case.round \"2\")", "no");
    truth("(eq case.item null)", "yes");
    truth("(gt case.round 1)", "yes");
    truth("(gt case.round 2)", "no");
    truth("(gt case.item 1)", "no");
    truth("(and rule (not case.item) (or case.item true))", "yes");
    truth("(and rule case.item)", "no");
    truth("(or case.item false)", "no");
    check("{{url \"reshoot\"}}", "https://m.example/sell/MS-1/photos?a=1&b=2");
    check(
        "{{link \"help\" text=\"Help\"}}|{{link \"help\"}}|{{button \"help\" text=rule}}",
        "Help: https://m.example/help|https://m.example/help|reshoot: https://m.example/help",
    );
    check("{{default case.item (url \"help\")}}", "https://m.example/help");
}

#[test]
fn texts_are_cut_between_characters_as_readers_count_them() {
    let check = |text: &str, most: usize, expected: &str| {
        assert_eq!(truncate(text, most), expected, "{text} to {most}")
    };
    check("Label", 5, "Label");
    check("Label of it", 8, "Label...");
    check("Label of it", 9, "Label...");
    check("Label", 3, "La…");
    check("ラベルの写真", 4, "ラベル…");
    check("👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧", 2, "👩‍👩‍👧…");
    check("", 1, "");
    check("ab", 1, "…");
}

#[test]
fn a_value_is_escaped_once_in_the_way_of_its_form() {
    let hostile = "<b onclick=\"x\">'&'</b>\n**a** [x](https://evil.example) {{rule}}\u{0}\u{202e}";
    let mut root = context();
    root["recipient"]["name"] = json!(hostile);
    let body = "{{recipient.name}}";
    let html =
        rendered(email(&format!("<p title=\"{body}\">{body}</p>")), &[], root.clone(), Style::Html).unwrap();
    let escaped =
        "&lt;b onclick=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/b&gt; **a** [x](https://evil.example) {{rule}}";
    assert_eq!(html.text, format!("<p title=\"{escaped}\">{escaped}</p>"));
    let plain = rendered(source(Form::Text, body), &[], root, Style::Plain).unwrap();
    assert_eq!(plain.text, "<b onclick=\"x\">'&'</b> **a** [x](https://evil.example) {{rule}}");
    let html = rendered(
        email("{{link \"reshoot\" text=\"a<b\"}}<a href=\"{{url \"reshoot\"}}\">"),
        &[],
        context(),
        Style::Html,
    );
    assert_eq!(
        html.unwrap().text,
        "<a href=\"https://m.example/sell/MS-1/photos?a=1&amp;b=2\">a&lt;b</a>\
         <a href=\"https://m.example/sell/MS-1/photos?a=1&amp;b=2\">"
    );
}

#[test]
fn what_grows_without_end_is_stopped() {
    let sides: Vec<Value> =
        (0..300).map(|number| json!({ "name": format!("side {number}"), "reason": {} })).collect();
    let mut root = context();
    root["sides"] = Value::Array(sides);
    let nested = |inner: &str| {
        let each = "{{#each @root.sides}}";
        let body = format!("{}{inner}{}", each.repeat(3), "{{/each}}".repeat(3));
        let started = std::time::Instant::now();
        let halt = rendered(source(Form::Text, &body), &[], root.clone(), Style::Plain).unwrap_err();
        assert!(started.elapsed().as_secs() < 5, "{body} took {:?}", started.elapsed());
        halt
    };
    let halt = nested("{{name}} of the item");
    assert_eq!((halt.stop, halt.place.as_str()), (Stop::TooLarge, "t.hbs:1:72"));
    let halt = nested("");
    assert_eq!(halt.stop, Stop::TooLong);
    let doubling: Vec<(String, String)> = (0..30)
        .map(|number| (format!("p{number}"), format!("{{{{> p{0}}}}}{{{{> p{0}}}}}", number + 1)))
        .chain([("p30".to_owned(), String::new())])
        .collect();
    let files: Vec<(&str, &str)> =
        doubling.iter().map(|(name, body)| (name.as_str(), body.as_str())).collect();
    let halt = rendered(source(Form::Text, "{{> p0}}"), &files, context(), Style::Plain).unwrap_err();
    assert_eq!(halt.stop, Stop::TooLong, "partials that call two partials each");
}

#[test]
fn a_link_without_its_id_is_left_out() {
    check("a {{url \"micro\"}}.", "a .");
    check("{{link \"micro\" text=\"See it\"}}{{link \"micro\"}}.", "See it.");
    check("{{button \"micro\" text=\"See it\"}}.", ".");
    check("{{#if (url \"micro\")}}here{{else}}nowhere{{/if}}", "nowhere");
    let mail = TemplateSource {
        front: FrontMatter { subject: Some("x".to_owned()), ..FrontMatter::default() },
        ..source(Form::Email, "{{link \"micro\" text=\"<b>\"}}{{button \"micro\" text=\"b\"}}")
    };
    assert_eq!(rendered(mail, &[], context(), Style::Html).unwrap().text, "&lt;b&gt;");
}

#[test]
fn a_link_without_its_id_stops_a_text_that_is_checked_and_says_where() {
    let halt = refused(source(Form::Text, "a\n {{url \"micro\"}}"));
    let error = crate::LinkError::Missing(crate::LinkId::MicroId);
    assert_eq!(
        halt,
        Halt { place: "t.hbs:2:4".to_owned(), stop: Stop::Link { name: "micro".to_owned(), error } }
    );
}
