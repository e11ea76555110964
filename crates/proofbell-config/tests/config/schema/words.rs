//! What the schema says in words, and what it takes for right.

use serde_json::Value;

use super::Checked;

/// Asks `visit` about every key that stands where editors look: not in what is only checked.
fn each_key(schema: &Value, path: &str, visit: &mut impl FnMut(&str, &Value)) {
    for (key, value) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{path}/{key}");
        visit(&path, value);
        each_key(value, &path, visit);
    }
    for below in ["additionalProperties", "items"] {
        if let Some(below) = schema.get(below) {
            each_key(below, &format!("{path}/*"), visit);
        }
    }
}

#[test]
fn every_key_is_described() {
    let schema = Checked::new().schema;
    let mut described = 0;
    each_key(&schema, "", &mut |path, value| {
        // The small notifiers of these tests say nothing of themselves.
        let own = !path.starts_with("/channel/*/")
            || ["kind", "limit", "never_on", "on_unknown"].iter().any(|key| path.contains(key));
        let about = value["description"].as_str().unwrap_or_default();
        assert!(!own || about.len() > 10, "{path} has no description: {about:?}");
        described += usize::from(own);
    });
    assert!(described > 90, "{described}");
}

/// Defaults and examples are what editors write for people; secrets have none that could be taken for one.
#[test]
fn defaults_and_examples_fit() {
    let checked = Checked::new();
    let mut tried = 0;
    each_key(&checked.schema, "", &mut |path, value| {
        let examples = value["examples"].as_array().into_iter().flatten();
        for shown in value.get("default").into_iter().chain(examples) {
            let mut own = value.clone();
            own["$defs"] = checked.schema["$defs"].clone();
            let validator = jsonschema::validator_for(&own).unwrap();
            assert!(validator.is_valid(shown), "{path}: {shown}");
            assert!(value["writeOnly"] != true || !shown.is_string(), "{path} shows {shown}");
            tried += 1;
        }
    });
    assert!(tried > 40, "{tried}");
}

#[test]
fn what_may_stand_for_a_string_is_taken() {
    let checked = Checked::new();
    let check = |value: &str, right: bool| {
        for key in
            ["server.admin_token", "channel.email.password", "rule.a.to", "vars.x", "rule.a.where.side"]
        {
            let text = format!("{key} = {value}");
            let wrong = checked.wrong(&super::json(&text).unwrap());
            assert_eq!(wrong.is_empty(), right || key == "vars.x", "{text}: {wrong:?}");
        }
    };
    check("\"text\"", true);
    check("{ env = \"NAME\" }", true);
    check("{ file = \"../secret\" }", true);
    check("{ text = \"{a}-{b}\", a = { env = \"A\" }, b = { file = \"b\" } }", true);
    check("{ env = \"NAME\", file = \"x\" }", false);
    check("{ enf = \"NAME\" }", false);
    check("{ env = 1 }", false);
    check("{ text = \"x\" }", false);
    check("{ text = \"{a}\", a = \"plain\" }", false);
    check("3", false);
    check("[3]", false);
}

#[test]
fn conditions_are_texts_lists_and_operators() {
    let checked = Checked::new();
    let check = |table: &str, wrong: &[&str]| {
        let text = format!("[rule.a.where]\n{table}");
        let found = checked.wrong(&super::json(&text).unwrap());
        let wrong: Vec<String> = wrong.iter().map(|place| format!("/rule/a/where{place}")).collect();
        assert_eq!(found, wrong, "{text}");
    };
    check("side = \"label\"\nreason = [\"blurry\", { glob = \"*dark*\" }]", &[]);
    check("reference_id = { not = [\"a\", { regex = \"^b\" }], exists = true }", &[]);
    check("round = { at_least = 2, at_most = 3.5 }\npayload = { \"/a/b\" = { at_least = 1 } }", &[]);
    check("payload.\"/seller/country\" = \"JP\"", &[]);
    check("reference_id = { at_least = 2 }", &["/reference_id"]);
    check("round = 2", &["/round"]);
    check("side = []", &["/side"]);
    check("side = {}", &["/side"]);
    check("payload = { \"a/b\" = \"x\" }", &["/payload"]);
    check("sides = \"label\"", &[""]);
    check("side = { not = { glop = \"x\" } }", &["/side/not"]);
}
