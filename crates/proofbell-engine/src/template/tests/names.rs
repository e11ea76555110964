//! Which names and helpers a template can use, and what is said of others.

use super::refusals::check;
use super::*;

#[test]
fn names_are_those_of_the_documentation() {
    let root = "known here: event, case, side, sides, recipient, rule, vars";
    check("{{nmae}}", &format!("t.hbs:1:3: unknown name `nmae` | {root}"));
    check("{{reciptent.name}}", "t.hbs:1:3: unknown name `reciptent.name` | did you mean `recipient`?");
    check(
        "a\n  {{case.refrence_id}}",
        "t.hbs:2:5: unknown name `case.refrence_id`: `case` has no `refrence_id` | did you mean `reference_id`?",
    );
    check(
        "{{event.names}}",
        "t.hbs:1:3: unknown name `event.names`: `event` has no `names` | did you mean `name`?",
    );
    check("{{rule.x}}", "t.hbs:1:3: unknown name `rule.x`: a text has no `x`");
    check(
        "{{sides.name}}",
        "t.hbs:1:3: unknown name `sides.name`: a list has no `name` | go through it with {{#each}}",
    );
    check("{{entries}}", "t.hbs:1:3: `entries` is not available yet: there are no digests");
    check("{{event.payload.any.thing}}{{recipient.extra.x}}{{case.item.brand.name}}{{vars.x}}", "");
    check(
        "{{sides}}",
        "t.hbs:1:3: a list cannot be printed | go through it with {{#each}}, or write {{join list \", \" key=\"name\"}}",
    );
    check(
        "{{case.state}}",
        "t.hbs:1:3: a thing with parts cannot be printed | known here: primary, supplement",
    );
    check(
        "{{#if case.stat}}{{/if}}",
        "t.hbs:1:7: unknown name `case.stat`: `case` has no `stat` | did you mean `state`?",
    );
    check("{{default rule (len side)}}", "t.hbs:1:21: `len` is for lists, and this is a thing with parts");
}

#[test]
fn blocks_and_partials_have_their_own_names() {
    check(
        "{{#each sides}}{{name}}{{reason.name}}{{@index}}{{@first}}{{@last}}{{this.code}}{{../rule}}{{/each}}",
        "",
    );
    check(
        "{{#each sides}}{{case.round}}{{/each}}",
        "t.hbs:1:18: unknown name `case.round` | a block or partial has its own names; write `@root.case.round`",
    );
    check("{{#each sides}}{{nam}}{{/each}}", "t.hbs:1:18: unknown name `nam` | did you mean `name`?");
    check(
        "{{#each sides as |s i|}}{{s.name}}{{i}}{{s.nam}}{{/each}}",
        "t.hbs:1:42: unknown name `s.nam`: `s` has no `nam` | did you mean `name`?",
    );
    check("{{#with case}}{{round}}{{#if round}}{{../rule}}{{/if}}{{/with}}", "");
    check("{{#each sides}}{{else}}{{rule}}{{/each}}", "");
    check(
        "{{#each sides}}{{else}}{{name}}{{/each}}",
        "t.hbs:1:26: unknown name `name` | known here: event, case, side, sides, recipient, rule, vars",
    );
    check("{{@index}}", "t.hbs:1:3: `@index` has a value inside `each` only");
    check("{{@indx}}", "t.hbs:1:3: unknown name `@indx` | did you mean `@index`?");
    check("{{#each sides}}{{@index.x}}{{/each}}", "t.hbs:1:18: unknown name `@index.x`");
    check(
        "{{#each sides}}{{../@index}}{{/each}}",
        "t.hbs:1:18: `@index` is that of the nearest each only | give it a name: {{#each list as |item index|}}",
    );
    let out = "leads out of the file | a partial sees what it is called with: {{> name key=value}}; `@root.` reaches the outermost names";
    check("{{../rule}}", &format!("t.hbs:1:3: `../rule` {out}"));
    check("{{#each sides}}{{../../rule}}{{/each}}", &format!("t.hbs:1:18: `../../rule` {out}"));
    let partial = |call: &str, body: &str, expected: &str| {
        assert_eq!(problems(source(Form::Text, call), &[("p", body)]), expected, "{call} of {body}");
    };
    partial("{{> p}}", "{{rule}}", "");
    partial("{{> p x=rule}}", "{{x}}{{rule}}", "");
    partial("{{#each sides}}{{> p x=../rule}}{{/each}}", "{{x}}{{name}}{{@index}}{{@root.rule}}", "");
    partial(
        "{{#each sides as |s|}}{{> p}}{{/each}}",
        "{{s.name}}",
        "partials/p.hbs:1:3: unknown name `s.name` | known here: code, raw, name, reason, message, example_image",
    );
    partial(
        "{{#each sides}}{{> p}}{{/each}}",
        "{{../rule}}",
        &format!("partials/p.hbs:1:3: `../rule` {out}"),
    );
    partial(
        "{{> p case x=1}}",
        "{{round}}{{x}}{{rule}}",
        "partials/p.hbs:1:17: unknown name `rule` | a block or partial has its own names; write `@root.rule`",
    );
    // The same partial is fine in one place and not in the other.
    partial(
        "{{#each sides}}{{> p}}{{/each}}\n{{> p}}",
        "{{name}}",
        "partials/p.hbs:1:3: unknown name `name` | known here: event, case, side, sides, recipient, rule, vars",
    );
}

#[test]
fn helpers_are_called_as_they_can_be() {
    check(
        "{{uppercase rule}}",
        "t.hbs:1:3: unknown helper `uppercase` | known here: and, button, date, default, eq, gt, join, len, link, mention, not, or, plural, truncate, url",
    );
    check("{{default (datee rule) rule}}", "t.hbs:1:12: unknown helper `datee` | did you mean `date`?");
    check(
        "{{lookup sides 0}}",
        "t.hbs:1:3: unknown helper `lookup` | known here: and, button, date, default, eq, gt, join, len, link, mention, not, or, plural, truncate, url",
    );
    check("{{eq rule}}", "t.hbs:1:3: `eq` takes 2 values | for example (eq a b)");
    check("{{and rule}}", "t.hbs:1:3: `and` takes at least 2 values | for example (and a b)");
    check(
        "{{join}}",
        "t.hbs:1:3: `join` takes 1 to 2 values | for example {{join sides \", \" key=\"name\"}}",
    );
    check("{{date rule fromat=\"long\"}}", "t.hbs:1:20: `date` knows no `fromat=` | did you mean `format`?");
    check("{{date rule format=\"lang\"}}", "t.hbs:1:20: there is no such date format | did you mean `long`?");
    check(
        "{{date rule tz=\"Tokyo\"}}",
        "t.hbs:1:16: there is no such time zone | an IANA name, such as \"Asia/Tokyo\"",
    );
    check(
        "{{date rule plus=\"soon\"}}",
        "t.hbs:1:18: this is no duration | for example \"90s\", \"10m\", \"72h\" or \"3d\"",
    );
    check("{{truncate rule 0}}", "t.hbs:1:17: the length must be a whole number above 0");
    check("{{truncate rule \"x\"}}", "t.hbs:1:17: the length must be a whole number above 0");
    check(
        "{{plural rule 1}}",
        "t.hbs:1:10: a term stands in quotes | for example {{plural \"photo\" (len sides)}}",
    );
    check(
        "{{url \"reshot\"}}",
        "t.hbs:1:7: there is no [link.reshot] in the configuration | did you mean `reshoot`?",
    );
    check("{{url rule}}", "t.hbs:1:7: a link's name stands in quotes | for example {{url \"reshoot\"}}");
    check(
        "{{button \"help\"}}",
        "t.hbs:1:3: a button needs `text=` | for example {{button \"reshoot\" text=\"Upload new photos\"}}",
    );
    check(
        "{{default (link \"help\") rule}}",
        "t.hbs:1:12: `link` prints, and has no value to hand on | its value is {{url \"name\"}}",
    );
    check(
        "{{join sides}}",
        "t.hbs:1:8: the items of this list have parts: say which with `key=` | for example {{join sides \", \" key=\"name\"}}",
    );
    check(
        "{{join sides \", \" key=\"nam\"}}",
        "t.hbs:1:23: the items of this list have no `nam` | did you mean `name`?",
    );
    check("{{join rule}}", "t.hbs:1:8: `join` is for lists, and this is a text");
    check("{{len event.payload.x}}{{join event.payload.x \"/\" key=\"y\"}}", "");
}
