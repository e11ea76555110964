//! What the `handlebars` crate prints for the same templates, where both mean the same.

use handlebars::Handlebars;

use super::*;

#[test]
fn common_templates_print_the_same_as_handlebars() {
    let files = [("p", "[{{rule}}]\n"), ("side", "{{label}}{{name}}{{#if message}} ({{message}}){{/if}}\n")];
    let bodies = [
        "{{rule}} and {{case.reference_id}}",
        "{{#if case.item}}a{{else if case.round}}b{{else}}c{{/if}}",
        "{{#unless case.item}}a{{/unless}}",
        "{{#each sides}}{{@index}} {{@first}} {{@last}} {{name}} {{../rule}} {{@root.rule}}{{/each}}",
        "{{#each sides as |s i|}}{{i}} {{s.name}}{{/each}}",
        "{{#each event.payload.a}}{{@key}}{{/each}}",
        "{{#each event.payload.none}}a{{else}}b{{/each}}",
        "{{#with case}}{{round}}{{../rule}}{{/with}}",
        "{{#with case.item}}a{{else}}b{{/with}}",
        "a\n{{#if rule}}\nb\n{{/if}}\nc\n",
        "a\n  {{#if rule}}  \n  b\n  {{else}}\n  c\n  {{/if}}\nd",
        "a\n{{! comment }}\nb\n{{!-- another }} --}}\nc",
        "{{#each sides}}\n- {{name}}\n{{/each}}\nend",
        "a  {{~#if rule~}}  b  {{~else~}}  c  {{~/if~}}  d",
        "a  {{~rule~}}  b",
        "a\n{{> p}}\nb",
        "a {{> p}} b",
        "{{#each sides}}\n{{> side label=\"x \"}}\n{{/each}}\n",
        "{{#if (eq case.round 2)}}a{{/if}}{{#if (not rule)}}b{{/if}}{{#if (and rule case.round)}}c{{/if}}{{len sides}}",
        "{{#if (gt case.round 1)}}a{{/if}}{{#if (or case.item rule)}}b{{/if}}",
        "{{this.rule}} {{./rule}} {{sides.0.name}} {{sides.[1].name}} {{event.payload.[odd key]}}",
        "{{case/round}} {{#each sides}}{{this/name}}{{../case/round}}{{/each}}",
        "{{#if rule}}{{#each sides}}{{#if @first}}{{name}}{{else}}{{#with reason}}{{name}}{{../name}}{{/with}}{{/if}}{{/each}}{{/if}}",
        "\n\n{{#if rule}}\n\n{{/if}}\n\n",
        "x{{#if rule}}\ny\n{{/if}}z",
    ];
    let mut oracle = Handlebars::new();
    oracle.register_escape_fn(handlebars::no_escape);
    oracle.set_prevent_indent(true);
    for (name, body) in files {
        oracle.register_partial(name, body).unwrap();
    }
    for body in bodies {
        let expected = oracle.render_template(body, &context()).unwrap();
        assert_eq!(text(body, &files), expected, "{body}");
    }
}
