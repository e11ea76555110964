//! Everything that a template may not do, with the place and the cure.

use super::*;

/// Checks what is wrong with a text template.
pub(super) fn check(body: &str, expected: &str) {
    assert_eq!(
        problems(source(Form::Text, body), &[("p", "{{#each sides}}{{name}}{{/each}}")]),
        expected,
        "{body}"
    );
}

#[test]
fn nothing_is_printed_unescaped_and_nothing_is_defined() {
    check("{{{rule}}}", "t.hbs:1:1: unescaped output is not allowed | write {{ }} instead of {{{ }}}");
    check("{{~{rule}~}}", "t.hbs:1:1: unescaped output is not allowed | write {{ }} instead of {{{ }}}");
    check("{{&rule}}", "t.hbs:1:1: unescaped output is not allowed | write {{ }} instead of {{& }}");
    check("{{~&rule}}", "t.hbs:1:1: unescaped output is not allowed | write {{ }} instead of {{& }}");
    check(
        "{{{{raw}}}} {{x}} {{{{/raw}}}}",
        "t.hbs:1:1: raw blocks are not supported | write the text without `{{{{`\nt.hbs:1:15: unknown name `x` | known here: event, case, side, sides, recipient, rule, vars\nt.hbs:1:19: raw blocks are not supported | write the text without `{{{{`",
    );
    let inline =
        "decorators and inline partials are not supported | put the partial into a file in partials/";
    check("{{#*inline \"x\"}}", &format!("t.hbs:1:1: {inline}"));
    check("{{* x}}", &format!("t.hbs:1:1: {inline}"));
    check("{{#> p}}", "t.hbs:1:1: partial blocks are not supported | hand values over: {{> name key=value}}");
    check(
        "\\{{rule}}",
        "t.hbs:1:2: a backslash before `{{` is not supported | take the backslash away; literal braces can come from a constant in [vars]",
    );
}

#[test]
fn partials_are_there_named_and_not_circular() {
    check("{{> q}}", "t.hbs:1:1: there is no partial `q` | did you mean `p`?");
    check(
        "{{> (rule)}}",
        "t.hbs:1:1: a partial is called by its name, not by a value | write {{#if …}}{{> one}}{{else}}{{> other}}{{/if}}",
    );
    check("{{> ../etc}}", "t.hbs:1:1: `../etc` is no name of a partial");
    check("{{> @partial-block}}", "t.hbs:1:1: `@partial-block` is no name of a partial");
    check(
        "{{> p sides rule}}",
        "t.hbs:1:1: a partial takes at most one context and values with names | write {{> name key=value}}",
    );
    let circular = |files: &[(&str, &str)], expected: &str| {
        assert_eq!(problems(source(Form::Text, "{{> a}}"), files), expected);
    };
    circular(
        &[("a", "x {{> a}}")],
        "partials/a.hbs:1:3: partials call each other in a circle: a → a | take one of the calls out",
    );
    circular(
        &[("a", "{{#if rule}}{{> b}}{{/if}}"), ("b", "\n {{> c x=1}}"), ("c", "{{> b}}")],
        "partials/c.hbs:1:1: partials call each other in a circle: b → c → b | take one of the calls out",
    );
}

#[test]
fn mentions_are_for_the_bodies_of_chats() {
    let refused = "`mention` is for the bodies of chat templates | in a headline, an e-mail or a text, {{recipient.name}} names the person";
    check("a {{mention}}", &format!("t.hbs:1:5: {refused}"));
    assert_eq!(problems(email("<p>{{mention}}</p>"), &[]), format!("t.hbs:1:6: {refused}"));
    let chat = |body: &str, files: &[(&str, &str)]| problems(source(Form::Chat, body), files);
    assert_eq!(chat("{{mention}}", &[]), "");
    assert_eq!(
        chat("{{mention rule}}", &[]),
        "t.hbs:1:3: `mention` takes no value | for example {{mention}}"
    );
    let no_value = "`mention` prints, and has no value to hand on";
    assert_eq!(chat("{{default (mention) 1}}", &[]), format!("t.hbs:1:12: {no_value}"));
    assert_eq!(chat("{{#if (mention)}}{{/if}}", &[]), format!("t.hbs:1:8: {no_value}"));
    // A partial may be fine for one form and not for another.
    let desk = [("desk", "{{mention}}")];
    assert_eq!(chat("{{> desk}}", &desk), "");
    assert_eq!(problems(email("{{> desk}}"), &desk), format!("partials/desk.hbs:1:3: {refused}"));
    let front = FrontMatter {
        header: Some("{{> desk}}".to_owned()),
        fields: vec![("For".to_owned(), "{{mention}}".to_owned())],
        ..FrontMatter::default()
    };
    assert_eq!(
        problems(TemplateSource { front, ..source(Form::Chat, "{{> desk}}") }, &desk),
        format!("partials/desk.hbs:1:3: {refused}\nt.hbs: in `fields.value`: {refused}")
    );
    let part = TextPart { path: "t.txt.hbs".to_owned(), body: "{{mention}}".to_owned(), body_line: 1 };
    let with_part = TemplateSource { text_part: Some(part), ..email("x") };
    assert_eq!(problems(with_part, &[]), format!("t.txt.hbs:1:3: {refused}"));
}

#[test]
fn size_and_depth_are_limited() {
    check(&"x".repeat(64 * 1024), "");
    check(
        &"x".repeat(64 * 1024 + 1),
        "t.hbs: the file is larger than 64 KiB | move parts of it into partials/",
    );
    let nested = |depth: usize| "{{#if rule}}".repeat(depth) + &"{{/if}}".repeat(depth);
    check(&nested(32), "");
    check(&nested(33), "t.hbs:1:385: blocks nest deeper than 32");
    check(&nested(3_000), "t.hbs:1:385: blocks nest deeper than 32");
    let calls =
        |depth: usize| format!("{{{{#if {}rule{}}}}}{{{{/if}}}}", "(not ".repeat(depth), ")".repeat(depth));
    check(&calls(32), "");
    check(&calls(33), "t.hbs:1:167: calls nest deeper than 32");
    assert!(problems(source(Form::Text, &calls(10_000)), &[]).contains("deeper than 32"));
}

#[test]
fn depth_counts_through_partials_in_whatever_order_they_are_called() {
    let names: Vec<String> = (0..200).map(|number| format!("p{number}")).collect();
    let bodies: Vec<String> = (0..200)
        .map(|number| if number == 0 { "x".to_owned() } else { format!("{{{{> p{}}}}}", number - 1) })
        .collect();
    let files: Vec<(&str, &str)> =
        names.iter().map(String::as_str).zip(bodies.iter().map(String::as_str)).collect();
    // Leaves first: each is known to be fine when the next one calls it.
    let body: String = names.iter().map(|name| format!("{{{{> {name}}}}}")).collect();
    let problems = problems(source(Form::Text, &body), &files);
    assert!(problems.contains("blocks and partials nest deeper than 32"), "{problems}");
    assert_eq!(super::problems(source(Form::Text, "{{> p31}}"), &files), "");
    assert!(super::problems(source(Form::Text, "{{> p32}}"), &files).contains("deeper than 32"));
}

#[test]
fn partials_that_call_each_other_in_countless_ways_are_refused() {
    let names: Vec<String> = (0..25).map(|number| format!("p{number}")).collect();
    let bodies: Vec<String> = (0..25)
        .map(|number| format!("{{{{> p{0} a{0}=1}}}}{{{{> p{0} b{0}=1}}}}", number + 1))
        .chain(["x".to_owned()])
        .collect();
    let mut files: Vec<(&str, &str)> =
        names.iter().map(String::as_str).zip(bodies.iter().map(String::as_str)).collect();
    files.push(("p25", "x"));
    let problems = problems(source(Form::Text, "{{> p0}}"), &files);
    assert!(problems.contains("partials are called in more than 10000 ways"), "{problems}");
}

#[test]
fn blocks_are_known_closed_and_in_order() {
    check("{{#iff rule}}{{/iff}}", "t.hbs:1:4: unknown block `iff` | did you mean `if`?");
    check(
        "{{#if rule}}",
        "t.hbs:1:1: `{{#if}}` is never closed with `{{/if}}` | write {{/if}} where it ends",
    );
    check("{{/if}}", "t.hbs:1:1: `{{/if}}` closes nothing");
    check("{{else}}", "t.hbs:1:1: this `else` belongs to no block");
    check("{{#if rule}}{{else}}{{else}}{{/if}}", "t.hbs:1:21: `{{#if}}` has an `else` already");
    check(
        "{{#if rule}}\n{{#each sides}}\n{{/if}}",
        "t.hbs:3:1: `{{/if}}` closes nothing: `{{#each}}` is open | it was opened in line 2",
    );
    check("{{#if}}{{/if}}", "t.hbs:1:4: `if` needs a value");
    check(
        "{{#if eq rule rule}}{{/if}}",
        "t.hbs:1:4: `if` takes one value | put a call into parentheses: {{#if (eq a b)}}",
    );
    check("{{#if rule a=1}}{{/if}}", "t.hbs:1:4: `if` knows no `a=`");
    check("{{#if rule as |x|}}{{/if}}", "t.hbs:1:4: `as |…|` belongs to `each` and `with`");
    check("{{#each sides as |a b c|}}{{/each}}", "t.hbs:1:19: one or two names stand in `as |item index|`");
    check("{{#each sides as |a.b|}}{{/each}}", "t.hbs:1:19: `a.b` cannot be a name");
    check("{{#each sides as |a}}{{/each}}", "t.hbs:1:19: `as |` is never closed with `|`");
    check("{{#each case}}{{/each}}", "t.hbs:1:9: `each` goes through a list, and this is a thing with parts");
    check("{{#each rule}}{{/each}}", "t.hbs:1:9: `each` goes through a list, and this is a text");
}

#[test]
fn tags_are_whole() {
    check("{{", "t.hbs:1:1: this tag is never closed with `}}`");
    check("a {{rule", "t.hbs:1:3: this tag is never closed with `}}`");
    check("{{rule {{rule}}", "t.hbs:1:1: this tag is never closed with `}}`");
    check("{{default rule \"}}", "t.hbs:1:1: this tag is never closed with `}}`");
    check("{{!-- a }}", "t.hbs:1:1: this tag is never closed with `}}`");
    check("{{}}", "t.hbs:1:3: this tag is empty");
    check("{{ \n }}", "t.hbs:2:2: this tag is empty");
    check(
        "{{\"x\"}}",
        "t.hbs:1:3: a tag begins with a name | text needs no braces, a call no parentheses here",
    );
    check(
        "{{(len sides)}}",
        "t.hbs:1:3: a tag begins with a name | text needs no braces, a call no parentheses here",
    );
    check("{{=rule}}", "t.hbs:1:3: this is not understood here");
    check("{{a..b}}", "t.hbs:1:3: `a..b` is no name");
    check("{{[a}}", "t.hbs:1:3: `[a` is no name");
    check("{{len sides)}}", "t.hbs:1:12: this `)` closes nothing");
    check("{{default (len sides \"x\"}}", "t.hbs:1:11: this `(` is never closed");
    check(
        "{{default rule \"a\\n\"}}",
        "t.hbs:1:18: a backslash in a text stands before a quote or a backslash | write \\\\ for a backslash",
    );
    check("{{date rule tz=\"UTC\" tz=\"UTC\"}}", "t.hbs:1:25: `tz=` is given twice");
    check(
        "{{join sides key=\"name\" \",\"}}",
        "t.hbs:1:25: values without a name come before those with one",
    );
}

#[test]
fn values_stand_only_where_escaping_helps() {
    let check = |body: &str, expected: &str| {
        let files = [("p", "<td>{{rule}}"), ("open", "<td class=\""), ("to", "<a href=\"{{to}}\">x</a>")];
        assert_eq!(problems(email(body), &files), expected, "{body}");
    };
    let quotes = "a value can stand between tags and in quoted attributes only | put the attribute's value into quotes";
    let leads = "a value from outside cannot decide where a URL leads | write {{url \"name\"}} with a [link.name] of the configuration";
    check("<p class=\"{{rule}}\" title='{{rule}}'>{{rule}}</p>{{> p}}", "");
    check("<p title={{rule}}>", &format!("t.hbs:1:12: {quotes}"));
    check("<p {{rule}}>", &format!("t.hbs:1:6: {quotes}"));
    check("<{{rule}}>", &format!("t.hbs:1:4: {quotes}"));
    check("<!-- {{rule}} -->", &format!("t.hbs:1:8: {quotes}"));
    check("<style>{{vars.css}}</style>", &format!("t.hbs:1:10: {quotes}"));
    check("<script>{{rule}}</script>", &format!("t.hbs:1:11: {quotes}"));
    check("<a href=\"{{rule}}\">", &format!("t.hbs:1:12: {leads}"));
    check("<a href=\"https://x{{rule}}\">", &format!("t.hbs:1:21: {leads}"));
    check("<a href=\"{{default rule \"https://x/\"}}\">", &format!("t.hbs:1:12: {leads}"));
    check("<a href=\"{{event.payload.url}}\">", &format!("t.hbs:1:12: {leads}"));
    check("<a href=\"{{vars.base}}{{rule}}\">", &format!("t.hbs:1:25: {leads}"));
    check(
        "<a href=\"{{vars.base}}/{{rule}}\"><a href=\"https://x/{{rule}}\"><a href=\"mailto:{{rule}}\">",
        "",
    );
    check(
        "<a href=\"{{url \"help\"}}\"><img src=\"{{case.thumbnail}}\"><a href=\"{{url \"help\"}}#{{rule}}\">",
        "",
    );
    check("{{> to to=(url \"help\")}}{{> to to=case.certificate_url}}", "");
    check("{{> to to=rule}}", &format!("partials/to.hbs:1:12: {leads}"));
    check("<p style=\"color:{{vars.color}};width:{{len sides}}px\">", "");
    check(
        "<p style=\"color:{{rule}}\">",
        "t.hbs:1:19: a value from outside cannot stand in a style or script attribute | only numbers and constants under `vars` can",
    );
    check(
        "<p title=\"{{link \"help\"}}\">",
        "t.hbs:1:13: a link or button can stand between tags only | in an attribute write {{url \"name\"}}",
    );
    check("<p class=\"{{#if rule}}a{{else}}b{{/if}}\">", "");
    let branches =
        "decides where in the HTML it ends | let each branch open and close its own tags and quotes";
    check("<p {{#if rule}}class=\"a\"{{/if}}>", "");
    check(
        "<p class=\"{{#if rule}}a\"{{/if}}>",
        &format!(
            "t.hbs: the file ends in the middle of an HTML tag, comment or style\nt.hbs:1:11: whether `if` holds {branches}"
        ),
    );
    check("{{#each sides}}<p {{/each}}", &format!("t.hbs:1:1: whether `each` holds {branches}"));
    check("<p class=\"{{> p}}\">", "t.hbs:1:11: a partial can stand between tags only");
    check("{{> open}}", "partials/open.hbs: the file ends in the middle of an HTML tag, comment or style");
    check("<p", "t.hbs: the file ends in the middle of an HTML tag, comment or style");
    assert_eq!(problems(source(Form::Text, "<{{rule}} a={{rule}}"), &[]), "", "text is no HTML");
}

#[test]
fn front_matter_is_that_of_the_form() {
    let check = |form: Form, front: FrontMatter, expected: &str| {
        assert_eq!(problems(TemplateSource { front, ..source(form, "x") }, &[]), expected);
    };
    let front = FrontMatter::default;
    let some = |text: &str| Some(text.to_owned());
    check(
        Form::Email,
        front(),
        "t.hbs: an e-mail needs a `subject` | between `+++` lines at the top: subject = \"…\"",
    );
    check(
        Form::Email,
        FrontMatter { subject: some(" "), ..front() },
        "t.hbs: an e-mail needs a `subject` | between `+++` lines at the top: subject = \"…\"",
    );
    check(
        Form::Email,
        FrontMatter { subject: some("{{case.reference}}"), ..front() },
        "t.hbs: in `subject`: unknown name `case.reference`: `case` has no `reference` | did you mean `reference_id`?",
    );
    check(
        Form::Email,
        FrontMatter { subject: some("{{#if rule}}"), preheader: some("{{{x}}}"), ..front() },
        "t.hbs: in `preheader`: unescaped output is not allowed | write {{ }} instead of {{{ }}}\nt.hbs: in `subject`: `{{#if}}` is never closed with `{{/if}}` | write {{/if}} where it ends",
    );
    check(
        Form::Email,
        FrontMatter { subject: some("s"), header: some("h"), ..front() },
        "t.hbs: a template for email has no `header` | it has subject, preheader",
    );
    check(
        Form::Chat,
        FrontMatter { subject: some("s"), ..front() },
        "t.hbs: a template for chat has no `subject` | it has header, color, fields, buttons",
    );
    check(
        Form::Text,
        FrontMatter { preheader: some("s"), ..front() },
        "t.hbs: a template for text has no `preheader`",
    );
    check(
        Form::Chat,
        FrontMatter { color: some("red"), ..front() },
        "t.hbs: in `color`: a colour is written #rrggbb | for example \"#a4262c\"",
    );
    check(Form::Chat, FrontMatter { color: some("{{#if rule}}#a4262c{{/if}}"), ..front() }, "");
    let button = |target: ButtonTarget| FrontMatter {
        buttons: vec![ButtonSource { text: "b".to_owned(), target }],
        ..front()
    };
    check(
        Form::Chat,
        button(ButtonTarget::Link("hepl".to_owned())),
        "t.hbs: in `buttons.link`: there is no [link.hepl] in the configuration | did you mean `help`?",
    );
    check(Form::Chat, button(ButtonTarget::Url("https://x/{{rule}}".to_owned())), "");
    check(
        Form::Chat,
        button(ButtonTarget::Url("{{rule}}".to_owned())),
        "t.hbs: in `buttons.url`: a value from outside cannot decide where a URL leads | write {{url \"name\"}} with a [link.name] of the configuration",
    );
    let fields = vec![("{{x}}".to_owned(), "{{y}}".to_owned())];
    let known = "known here: event, case, side, sides, recipient, rule, vars";
    check(
        Form::Chat,
        FrontMatter { fields, ..front() },
        &format!(
            "t.hbs: in `fields.name`: unknown name `x` | {known}\nt.hbs: in `fields.value`: unknown name `y` | {known}"
        ),
    );
    let part = TextPart { path: "t.txt.hbs".to_owned(), body: "a\n{{z}}".to_owned(), body_line: 4 };
    let with_part = |source: TemplateSource| TemplateSource { text_part: Some(part.clone()), ..source };
    assert_eq!(problems(with_part(email("x")), &[]), format!("t.txt.hbs:5:3: unknown name `z` | {known}"));
    assert!(
        problems(with_part(source(Form::Text, "x")), &[])
            .contains("only an e-mail has a text part of its own")
    );
}

#[test]
fn all_problems_come_at_once_in_the_lines_of_the_file() {
    let source =
        TemplateSource { body_line: 7, ..source(Form::Text, "é{{a}}\n{{#if b}}{{/iff}}\n{{> nope}} {{c") };
    let known = "known here: event, case, side, sides, recipient, rule, vars";
    assert_eq!(
        problems(source, &[("unused", "{{/x}}")]),
        format!(
            "partials/unused.hbs:1:1: `{{{{/x}}}}` closes nothing\n\
             t.hbs:7:4: unknown name `a` | {known}\n\
             t.hbs:8:1: `{{{{#if}}}}` is never closed with `{{{{/if}}}}` | write {{{{/if}}}} where it ends\n\
             t.hbs:8:7: unknown name `b` | {known}\n\
             t.hbs:8:10: `{{{{/iff}}}}` closes nothing: `{{{{#if}}}}` is open | it was opened in line 8\n\
             t.hbs:9:1: there is no partial `nope` | known here: unused\n\
             t.hbs:9:12: this tag is never closed with `}}}}`"
        )
    );
}
