use std::path::PathBuf;

use super::*;
use crate::Embedded;
use crate::parse::parse;
use crate::report::Report;
use crate::source::Sources;

/// What the value of `x` in this TOML becomes, and what is said about it.
fn resolved(toml: &str, secrets: Secrets) -> (Option<(String, Origin)>, Vec<String>) {
    let files = Embedded::new([
        ("etc/secret", "from a file\n"),
        ("etc/crlf", "from windows\r\n"),
        ("etc/two", "two lines\n\n"),
        ("etc/empty", "\n"),
    ]);
    let environment = |name: &str| match name {
        "PLAIN" => Some("a b/ü&".to_owned()),
        "NEWLINE" => Some("newline\n".to_owned()),
        "EMPTY" => Some(String::new()),
        _ => None,
    };
    let (sources, report) = (Sources::default(), Report::default());
    let id = sources.add(PathBuf::from("etc/x.toml"), toml.to_owned());
    let tree = parse(&sources, &report, id);
    let text = {
        let cx = Context::new(&files, &environment, secrets, &sources, &report);
        resolve(&cx, &tree.get("x").unwrap().node, "x")
    };
    let said = report.finish(&sources).into_iter().map(|diagnostic| diagnostic.message).collect();
    (text.map(|text| (text.value, text.origin)), said)
}

#[test]
fn strings_come_from_three_places() {
    let table = [
        ("x = \"plain\"", "plain", Origin::Written),
        ("x = { env = \"PLAIN\" }", "a b/ü&", Origin::Elsewhere),
        ("x.env = \"PLAIN\"", "a b/ü&", Origin::Elsewhere),
        ("x = { file = \"secret\" }", "from a file", Origin::Elsewhere),
        ("x = { file = \"crlf\" }", "from windows", Origin::Elsewhere),
        ("x = { file = \"/etc/../etc/secret\" }", "", Origin::Elsewhere),
        ("x = { text = \"key={k};\", k = { env = \"PLAIN\" } }", "key=a b/ü&;", Origin::Elsewhere),
        (
            "x = { text = \"https://h/{k}/s\", k = { env = \"PLAIN\" } }",
            "https://h/a%20b%2F%C3%BC%26/s",
            Origin::Elsewhere,
        ),
    ];
    for (toml, expected, origin) in table {
        let (text, said) = resolved(toml, Secrets::Require);
        match expected.is_empty() {
            true => assert!(text.is_none() && said[0].contains("cannot be read"), "{toml}: {said:?}"),
            false => assert_eq!((text, said), (Some((expected.to_owned(), origin)), Vec::new()), "{toml}"),
        }
    }
}

#[test]
fn white_space_is_told() {
    for toml in ["x = { env = \"NEWLINE\" }", "x = { file = \"two\" }"] {
        let (text, said) = resolved(toml, Secrets::Require);
        assert!(text.is_some() && said.len() == 1 && said[0].contains("white space"), "{toml}: {said:?}");
    }
}

#[test]
fn what_is_not_there_is_told_and_can_be_assumed() {
    let table = [
        ("x = { env = \"ABSENT\" }", "the environment variable `ABSENT` for `x` is not set"),
        ("x = { env = \"EMPTY\" }", "the environment variable `EMPTY` for `x` is empty"),
        ("x = { file = \"absent\" }", "the file etc/absent for `x` cannot be read"),
        ("x = { file = \"empty\" }", "the file etc/empty for `x` is empty"),
        (
            "x = { text = \"{k}\", k = { env = \"ABSENT\" } }",
            "the environment variable `ABSENT` for `x.k` is not set",
        ),
    ];
    for (toml, expected) in table {
        let (text, said) = resolved(toml, Secrets::Require);
        assert!(text.is_none() && said.len() == 1 && said[0].starts_with(expected), "{toml}: {said:?}");
        let (text, said) = resolved(toml, Secrets::Assume);
        assert!(
            text.is_some_and(|(_, origin)| origin == Origin::Assumed) && said.is_empty(),
            "{toml}: {said:?}"
        );
    }
}

#[test]
fn malformed_references_are_told() {
    let table = [
        ("x = 5", "`x` must be a string, but it is an integer"),
        ("x = {}", "`x` must be a string, but it is a table"),
        ("x = { env = 5 }", "`x.env` must be a string, but it is an integer"),
        ("x = { envs = \"A\" }", "unknown key `envs` in `x`"),
        ("x = { env = \"PLAIN\", default = \"y\" }", "unknown key `default` in `x`"),
        ("x = { env = \"PLAIN\", file = \"y\" }", "`x` has both `env` and `file`"),
        ("x = { text = \"{k}\", k = \"y\" }", "`x.k` must come from elsewhere, but it is a string"),
        ("x = { text = \"{j}\", k = { env = \"PLAIN\" } }", "the text of `x` has a place `{j}`"),
        ("x = { text = \"{k\", k = { env = \"PLAIN\" } }", "the text of `x` has no place `{k}`"),
    ];
    for (toml, expected) in table {
        let (text, said) = resolved(toml, Secrets::Require);
        assert!(text.is_none() && said.iter().any(|said| said.starts_with(expected)), "{toml}: {said:?}");
    }
}

#[test]
fn keys_of_secrets_are_known() {
    for key in
        ["password", "auth_token", "admin_token", "token", "secrets", "webhook_url", "api_key", "api_secret"]
    {
        assert!(is_secret_key(key), "{key}");
    }
    for header in ["Authorization", "X-Api-Key", "X-Auth-Token"] {
        assert!(is_secret_key(header), "{header}");
    }
    for key in ["from", "key", "username", "tokens_used", "url", "X-Request-Id"] {
        assert!(!is_secret_key(key), "{key}");
    }
}

#[test]
fn where_a_key_stands_can_make_it_a_secret() {
    let table = [
        ("channel.crm.headers.Cookie", true),
        ("channel.crm.headers.X-Auth", true),
        ("channel.crm.headers.Content-Type", false),
        ("channel.crm.headers.user-agent", false),
        ("channel.crm.headers.X-Odd.inner", true),
        ("channel.crm.headers.X-Odd.env", false),
        ("audience.buyer.headers.Accept", false),
        ("channel.email.dkim.key", true),
        ("channel.email.dkim.selector", false),
        ("channel.email.dkim.headers.X", true),
        ("channel.email.password", true),
        // Names that somebody gave.
        ("channel.headers.kind", false),
        ("channel.dkim.key", false),
        ("audience.buyer.key", false),
    ];
    for (path, expected) in table {
        let mut keys: Vec<&str> = path.split('.').collect();
        let key = keys.pop().unwrap();
        let within = keys.into_iter().fold(Within::Root, Within::table);
        assert_eq!(within.holds_secret(key), expected, "{path}");
    }
}
