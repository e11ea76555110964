//! The loader lists the keys that it knows when it meets one that it does not know: they are those of the schema.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use proofbell_config::{Embedded, Request, Secrets, load};
use proofbell_notify::Toolkit;
use serde_json::Value;

use super::Checked;
use crate::fakes;

/// A table of every sort, each with a key that nobody knows.
const EVERYWHERE: &str = r#"
[stranger]
[server]
stranger = 1
[store]
stranger = 1
[source.legitmark]
stranger = 1
[defaults]
stranger = 1
[template]
stranger = 1
[redirect]
stranger = "x"
[link.a]
stranger = 1
[channel.smtp]
kind = "smtp"
stranger = 1
limit = { stranger = 1 }
[channel.slack]
kind = "slack"
stranger = 1
[channel.twilio]
kind = "twilio"
stranger = 1
[audience.list]
kind = "list"
stranger = 1
nobody = { stranger = 1 }
[audience.csv]
kind = "csv"
stranger = 1
[audience.http]
kind = "http"
stranger = 1
[rule.a]
stranger = 1
where = { stranger = 1, round = { stranger = 1 } }
except = { stranger = 1 }
[side.a]
stranger = 1
text.en = { stranger = 1 }
[reason.a]
stranger = 1
text.en = { stranger = 1 }
[term.a]
stranger = 1
text.en = { stranger = 1 }
"#;

/// The known keys of each table, by the loader.
fn known_to_the_loader() -> BTreeMap<String, BTreeSet<String>> {
    let files = Embedded::new([("config/all.toml", EVERYWHERE)]);
    let loaded = load(&Request {
        layers: &[PathBuf::from("config")],
        files: &files,
        environment: &|_| None,
        secrets: Secrets::Assume,
        registry: &fakes::registry(),
        toolkit: &Toolkit::default(),
    });
    let mut known = BTreeMap::new();
    for diagnostic in loaded
        .diagnostics
        .iter()
        .filter(|it| it.message.contains("`stranger`") || it.message.contains("[stranger]"))
    {
        let place = diagnostic.message.split_once(" in ").map_or("", |(_, place)| place);
        let hint = diagnostic.hint.as_deref().unwrap_or_default();
        let Some((_, list)) = hint.split_once("are: ") else { panic!("{diagnostic} lists nothing") };
        let keys = list.split(", ").map(|key| key.split('.').next().unwrap_or_default().to_owned());
        known.insert(place.trim_matches(['[', ']', '`']).to_owned(), keys.collect());
    }
    known
}

/// The keys that the schema has for a table: of the branch of its kind where there is one.
#[expect(clippy::unwrap_used, reason = "a helper of tests, which the lint does not see as one")]
fn keys(schema: &Value, kind: Option<&str>) -> BTreeSet<String> {
    let mut table = schema;
    while let Some(kind) = kind {
        match table["if"]["properties"]["kind"]["const"].as_str() {
            Some(other) if other == kind => {
                table = &table["then"];
                break;
            }
            Some(_) => table = &table["else"],
            None => panic!("the schema has no kind {kind}"),
        }
    }
    assert_eq!(table["additionalProperties"], false, "others are refused");
    table["properties"].as_object().unwrap().keys().cloned().collect()
}

#[test]
fn every_table_has_the_keys_that_the_loader_knows() {
    let checked = Checked::new();
    let root = &checked.schema["properties"];
    let each = |section: &str| &root[section]["additionalProperties"];
    let word = |section: &str| &each(section)["properties"]["text"]["additionalProperties"];
    let expected: [(&str, BTreeSet<String>); 26] = [
        ("", keys(&checked.schema, None)),
        ("server", keys(&root["server"], None)),
        ("store", keys(&root["store"], None)),
        ("source.legitmark", keys(&root["source"]["properties"]["legitmark"], None)),
        ("defaults", keys(&root["defaults"], None)),
        ("template", keys(&root["template"], None)),
        ("redirect", keys(&root["redirect"], None)),
        ("link.a", keys(each("link"), None)),
        ("channel.smtp", keys(each("channel"), Some("smtp"))),
        ("channel.smtp.limit", keys(&each("channel")["properties"]["limit"], None)),
        ("channel.slack", keys(each("channel"), Some("slack"))),
        ("channel.twilio", keys(each("channel"), Some("twilio"))),
        ("audience.list", keys(each("audience"), Some("list"))),
        ("audience.list.nobody", keys(&each("audience")["properties"]["nobody"], None)),
        ("audience.csv", keys(each("audience"), Some("csv"))),
        ("audience.http", keys(each("audience"), Some("http"))),
        ("rule.a", keys(each("rule"), None)),
        ("rule.a.where", keys(&each("rule")["properties"]["where"], None)),
        ("rule.a.where.round", keys(&checked.schema["$defs"]["number_operators"], None)),
        ("rule.a.except", keys(&each("rule")["properties"]["except"], None)),
        ("side.a", keys(each("side"), None)),
        ("side.a.text.en", keys(word("side"), None)),
        ("reason.a", keys(each("reason"), None)),
        ("reason.a.text.en", keys(word("reason"), None)),
        ("term.a", keys(each("term"), None)),
        ("term.a.text.en", keys(word("term"), None)),
    ];
    let known = known_to_the_loader();
    for (place, keys) in &expected {
        let known = known.get(*place).unwrap_or_else(|| panic!("the loader says nothing of [{place}]"));
        assert_eq!(known, keys, "[{place}]: the loader's on the left");
    }
    assert_eq!(known.len(), expected.len(), "{:?}", known.keys());
}

/// A key may stand in a file of its own, in which nothing says of which kind its table is.
#[test]
fn a_table_without_a_kind_has_the_keys_of_all_kinds() {
    let checked = Checked::new();
    let check = |text: &str, wrong: &[&str]| {
        assert_eq!(checked.wrong(&super::json(text).unwrap()), wrong, "{text}");
    };
    check("[channel.email]\nurl = \"smtp://b\"\nlimit = { rate = \"1/s\" }", &[]);
    check("[channel.email]\naccount_sid = \"x\"\nwebhook_url = { file = \"x\" }", &[]);
    check("[channel.email]\nulr = \"smtp://b\"", &["/channel/email"]);
    check("[channel.email]\nkind = \"smtp\"\naccount_sid = \"x\"", &["/channel/email"]);
    check("[channel.email]\nurl = 3", &["/channel/email/url"]);
    check(
        "[channel.email]\nfrom = 3\ncountries = \"JP\"",
        &["/channel/email/countries", "/channel/email/from"],
    );
    check("[audience.staff]\nmembers = [{ email = \"a@b\", floor = 3 }]\ncache = \"1m\"", &[]);
    check("[audience.staff]\nkind = \"list\"\ncache = \"1m\"", &["/audience/staff"]);
    check("[audience.staff]\ncache = \"soon\"", &["/audience/staff/cache"]);
}
