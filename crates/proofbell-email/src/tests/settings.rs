//! What is refused before anything is sent, and in which words.

use proofbell_notify::{Registry, Toolkit};
use serde_json::{Value, json};

use crate::Smtp;

fn build(change: Value) -> Result<(), String> {
    let mut settings = json!({ "url": "smtp://mail.example", "from": "Market <no-reply@market.example>" });
    for (key, value) in change.as_object().unwrap() {
        settings[key] = value.clone();
    }
    let registry = Registry::new().with::<Smtp>();
    registry.build("smtp", settings, &Toolkit::default()).map(|_| ()).map_err(|error| error.to_string())
}

#[test]
fn good_settings_are_taken() {
    for change in [
        json!({}),
        json!({ "url": "smtp://mail.example:2525/?tls=opportunistic" }),
        json!({ "url": "smtp://[::1]:25?tls=none", "username": "a", "password": "b" }),
        json!({ "url": "smtp://localhost?tls=none", "username": "a", "password": "b" }),
        json!({ "url": "smtp://メール.example?tls=none" }),
        json!({ "url": "smtps://mail.example", "username": "a", "password": "b" }),
        json!({ "from": "no-reply@market.example", "reply_to": "受付 <help@市場.example>" }),
        json!({ "from": "\"Market, the\" <no-reply@market.example>" }),
        json!({ "helo": "[192.0.2.1]" }),
        json!({ "bounce": "bounces@市場.example" }),
        json!({ "unsubscribe": ["https://market.example/u?m={id}", "mailto:u@market.example?subject=stop%20{id}"] }),
        json!({ "unsubscribe": ["mailto:u@market.example"] }),
    ] {
        assert_eq!(build(change.clone()), Ok(()), "{change}");
    }
}

#[test]
fn the_sender_is_told_as_its_readers_see_it() {
    for (from, shown) in [
        ("Maison Seconde <no-reply@market.example>", "Maison Seconde <no-reply@market.example>"),
        ("\"Market, the\" <no-reply@market.example>", "Market, the <no-reply@market.example>"),
        ("受付 <no-reply@market.example>", "受付 <no-reply@market.example>"),
        ("no-reply@market.example", "no-reply@market.example"),
    ] {
        let settings = json!({ "url": "smtp://mail.example", "from": from });
        let built = Registry::new().with::<Smtp>().build("smtp", settings, &Toolkit::default());
        assert_eq!(built.unwrap().sender().as_deref(), Some(shown));
    }
}

#[test]
fn bad_settings_are_refused_with_what_to_write_instead() {
    let wanted = "write smtp://HOST:587?tls=required or smtps://HOST:465";
    let sender = "is no sender; write `Name <name@domain>` or `name@domain`, the address in ASCII";
    let empty = "is empty or holds a NUL; leave both out for a server without AUTH";
    let clear = "`password`: would be sent without TLS; write `tls=required` in `url`";
    let pem = "holds no certificate; give the CA's certificate in PEM (-----BEGIN CERTIFICATE-----)";
    let cases = [
        (json!({ "url": "mail.example" }), format!("`url`: is not a URL (relative URL without a base); {wanted}")),
        (json!({ "url": "http://mail.example" }), format!("`url`: is not an SMTP URL; {wanted}")),
        (json!({ "url": "smtp:///x" }), format!("`url`: has a path or fragment; {wanted}")),
        (json!({ "url": "smtp://" }), format!("`url`: names no host; {wanted}")),
        (
            json!({ "url": "smtp://me:hush@mail.example" }),
            "`url`: holds a user name or password; use `username` and `password`".to_owned(),
        ),
        (
            json!({ "url": "smtp://mail.example?tls=yes" }),
            "`url`: has an unknown `tls=`; it is required, opportunistic or none".to_owned(),
        ),
        (
            json!({ "url": "smtp://mail.example?ssl=1" }),
            "`url`: has an unknown parameter; the only one is `tls`".to_owned(),
        ),
        (
            json!({ "url": "smtps://mail.example?tls=none" }),
            "`url`: takes no `tls=`: smtps:// is TLS from the first byte".to_owned(),
        ),
        (json!({ "username": "a" }), "`password`: is missing; `username` needs it".to_owned()),
        (json!({ "password": "b" }), "`username`: is missing; `password` needs it".to_owned()),
        (json!({ "username": "a", "password": "" }), format!("`password`: {empty}")),
        (json!({ "username": "a\u{0}", "password": "b" }), format!("`username`: {empty}")),
        (
            json!({ "url": "smtp://192.0.2.1?tls=none", "username": "a", "password": "b" }),
            clear.to_owned(),
        ),
        (json!({ "from": "Market" }), format!("`from`: {sender}")),
        (json!({ "from": "Market <a@b> <c@d>" }), format!("`from`: {sender}")),
        (json!({ "from": "Market\r\nBcc: x@y.example <a@b.example>" }), format!("`from`: {sender}")),
        (json!({ "from": "花子@market.example" }), format!("`from`: {sender}")),
        (json!({ "reply_to": "" }), format!("`reply_to`: {sender}")),
        (json!({ "bounce": "Bounces <b@market.example>" }), "`bounce`: is no address; write name@domain, in ASCII".to_owned()),
        (json!({ "bounce": "" }), "`bounce`: is no address; write name@domain, in ASCII".to_owned()),
        (json!({ "ca": "" }), format!("`ca`: {pem}")),
        (
            json!({ "ca": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" }),
            "`ca`: holds a certificate that cannot be used: invalid peer certificate: BadEncoding".to_owned(),
        ),
        (json!({ "url": "smtp://mail.example?tls=none", "ca": pem }), "`ca`: is not used with `tls=none`".to_owned()),
        (
            json!({ "helo": "a b\r\n" }),
            "`helo`: is no host name or address literal; write mail.example or [192.0.2.1]".to_owned(),
        ),
        (
            json!({ "pasword": "x" }),
            "`pasword`: unknown field `pasword`, expected one of `url`, `username`, `password`, `from`, `bounce`, `unsubscribe`, `reply_to`, `ca`, `helo`, `dkim`, `bounces`"
                .to_owned(),
        ),
    ];
    for (change, message) in cases {
        assert_eq!(build(change.clone()), Err(message), "{change}");
    }
}

#[test]
fn what_is_no_way_to_unsubscribe_is_refused() {
    let wanted = "write https://HOST/PATH or mailto:NAME@DOMAIN?subject=WORD, percent-encoded";
    let unfit = format!("is too long, or holds characters that a mail's field cannot; {wanted}");
    let none = format!("is no way to unsubscribe; {wanted}");
    let place = "has an unknown place; the only one is {id}, the message's id".to_owned();
    let long = format!("https://m.example/{}", "x".repeat(900));
    let long_with_ids = format!("https://m.example/{}", "{id}".repeat(30));
    let cases = [
        (vec!["http://m.example/"], format!("`unsubscribe[0]`: {none}")),
        (vec!["mailto:everybody"], format!("`unsubscribe[0]`: {none}")),
        (vec!["unsubscribe"], format!("`unsubscribe[0]`: {none}")),
        (vec!["https://m.example/{to}"], format!("`unsubscribe[0]`: {place}")),
        (vec!["https://m.example/a b"], format!("`unsubscribe[0]`: {unfit}")),
        (vec!["https://m.example/>\r\nBcc: x"], format!("`unsubscribe[0]`: {unfit}")),
        (vec!["https://市場.example/"], format!("`unsubscribe[0]`: {unfit}")),
        (vec![&long], format!("`unsubscribe[0]`: {unfit}")),
        (vec![&long_with_ids], format!("`unsubscribe[0]`: {unfit}")),
        (vec!["https://{id}.m.example/"], "`unsubscribe[0]`: has {id} before its path".to_owned()),
        (
            vec!["mailto:u@m.example", "https://m.example/", "https://m.example/2"],
            "`unsubscribe[2]`: is another one of the same kind; mail programs follow one https and one mailto".to_owned(),
        ),
        (vec![], "`unsubscribe`: is empty; leave it out for a mail to `reply_to`".to_owned()),
    ];
    for (ways, message) in cases {
        assert_eq!(build(json!({ "unsubscribe": ways })), Err(message), "{ways:?}");
    }
}

#[test]
fn every_setting_is_documented() {
    let schema = Registry::new().with::<Smtp>().schema("smtp").unwrap();
    let properties = schema.as_value()["properties"].as_object().unwrap();
    assert_eq!(properties.len(), 11);
    for (name, property) in properties {
        assert!(property["description"].as_str().is_some_and(|text| text.len() > 20), "{name}");
    }
}

#[test]
fn a_key_in_the_wrong_place_is_not_repeated() {
    let key = include_str!("../../fixtures/keys/ed25519.pem");
    let line = key.lines().nth(1).unwrap();
    let names = || json!({ "domain": "market.example", "selector": "s1" });
    let with = |name: &str, value: Value| {
        let mut dkim = names();
        dkim[name] = value;
        dkim
    };
    for dkim in [
        json!(key),
        json!([key]),
        with("key", json!([key])),
        with("key", json!({ "pem": key })),
        with("key", json!({ key: "pem" })),
        with("key", json!(key.replace("PRIVATE", "SECRET"))),
        with("key", json!(key.replace('\n', " "))),
        json!({ "domain": key, "selector": "s1", "key": key }),
        json!({ "domain": "market.example", "selector": key, "key": key }),
    ] {
        let error = build(json!({ "dkim": dkim })).unwrap_err();
        assert!(!error.contains(line), "{error}");
    }
    assert_eq!(build(json!({ "dkim": key })).unwrap_err(), "`dkim`: is a text; write a table");
    assert_eq!(build(json!({ "bounces": "hush" })).unwrap_err(), "`bounces`: is a text; write a table");
    let unknown = "`dkim.kye`: unknown field `kye`, expected one of `domain`, `selector`, `key`";
    assert_eq!(build(json!({ "dkim": with("kye", json!(1)) })).unwrap_err(), unknown);
    assert_eq!(build(json!({ "dkim": null, "bounces": null })), Ok(()));
}
