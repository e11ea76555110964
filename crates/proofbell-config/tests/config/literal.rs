//! `{ literal = { env = "x" } }`: a table that is meant as it is written.

use std::path::PathBuf;

use proofbell_config::{Embedded, Request, Secrets, load};
use proofbell_notify::Toolkit;

use crate::fakes;

/// What the plugin was given as `json`, and the line and column of the error that it found at `at`.
#[expect(clippy::unwrap_used, reason = "a helper of tests, which the lint does not see as one")]
fn given(json: &[&str], at: &str) -> (String, (usize, usize)) {
    let channel = |json: &str| format!("[channel.x]\nkind = \"echo\"\nat = {at:?}\njson = {json}\n");
    let names = ["config/x.toml", "overlay.toml"];
    let files: Vec<(&str, String)> = names.into_iter().zip(json.iter().map(|json| channel(json))).collect();
    let loaded = load(&Request {
        layers: &[PathBuf::from("config"), PathBuf::from("overlay.toml")][..json.len()],
        files: &Embedded::new(files.iter().map(|(name, text)| (*name, text.as_str()))),
        environment: &|name| (name == "WORD").then(|| "hidden".to_owned()),
        secrets: Secrets::Require,
        registry: &fakes::registry_with_echo(),
        toolkit: &Toolkit::default(),
    });
    let told = loaded.diagnostics.iter().find(|diagnostic| diagnostic.code == "channel-setting").unwrap();
    let (_, json) = told.message.split_once(": ").unwrap();
    let location = told.location.as_ref().unwrap();
    (json.to_owned(), (location.line, location.column))
}

#[test]
fn a_literal_table_is_handed_over_as_it_is_written() {
    let table = [
        // A secret that was read is masked in what the plugin says.
        (r#"{ a = { env = "WORD" } }"#, r#"{"a":"…"}"#),
        (r#"{ a = { literal = { env = "WORD" } } }"#, r#"{"a":{"env":"WORD"}}"#),
        (r#"{ a = [{ literal = { file = "/x" } }] }"#, r#"{"a":[{"file":"/x"}]}"#),
        (r#"{ a = { literal = { text = "{k}", k = 1 } } }"#, r#"{"a":{"text":"{k}","k":1}}"#),
        // What stands inside is read as anywhere.
        (r#"{ a = { literal = { env = { env = "WORD" } } } }"#, r#"{"a":{"env":"…"}}"#),
        (r#"{ a = { literal = { literal = { env = "WORD" } } } }"#, r#"{"a":{"literal":"…"}}"#),
        (r#"{ a = { literal = { literal = { b = true } } } }"#, r#"{"a":{"literal":{"b":true}}}"#),
        // No table is wrapped here.
        (r#"{ a = { literal = "word" } }"#, r#"{"a":{"literal":"word"}}"#),
        (r#"{ a = { literal = { b = 1 }, c = 2 } }"#, r#"{"a":{"literal":{"b":1},"c":2}}"#),
    ];
    for (json, expected) in table {
        assert_eq!(given(&[json], "json").0, expected, "{json}");
    }
}

#[test]
fn errors_inside_it_have_their_place() {
    let json = r#"{ a = { literal = { env = "WORD" } } }"#;
    assert_eq!(given(&[json], "json.a.env").1, (4, 34));
    assert_eq!(given(&[json], "json.a").1, (4, 14));
}

#[test]
fn an_overlay_replaces_it_as_a_value() {
    let replaced =
        given(&[r#"{ a = { literal = { env = "x" } } }"#, r#"{ a = { literal = { b = 1 } } }"#], "json");
    assert_eq!(replaced.0, r#"{"a":{"b":1}}"#);
    let replaced = given(&[r#"{ a = { literal = { b = 1 } } }"#, r#"{ a = { c = 2 } }"#], "json");
    assert_eq!(replaced.0, r#"{"a":{"c":2}}"#);
}
