//! What comes of a good configuration, from files that are held in memory.

use std::path::PathBuf;
use std::time::Duration;

use proofbell_config::{
    Color, Embedded, Loaded, OnUnknown, RedirectTo, Request, Secrets, Verify, load, render,
};
use proofbell_directory::Lookup;
use proofbell_notify::{AddressKind, Toolkit};
use secrecy::ExposeSecret;

use crate::fakes;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

const SMALL: &str = r#"
[source.legitmark]
secrets = [{ env = "WEBHOOK_SECRET" }]

[channel.mail]
kind = "smtp"
url = "smtp://localhost:25?tls=none"
from = "shop@market.example"

[audience.staff]
kind = "list"
members = [{ name = "Ops", email = "ops@market.example", team = "day", floor = 3 }]

[rule.counterfeit]
on = "counterfeit"
to = "staff"
"#;

const MAIL: &str = "+++\nsubject = \"Counterfeit\"\n+++\n<p>Look at {{case.reference_id}}.</p>\n";

fn load_with(layers: &[(&str, &str)], secrets: Secrets) -> Loaded {
    let template = [("templates/counterfeit/email.en.hbs", MAIL)];
    let files = Embedded::new(layers.iter().copied().chain(template));
    let mut paths = vec![PathBuf::from("config")];
    paths.extend(
        layers.iter().filter(|(path, _)| path.starts_with("overlay")).map(|(path, _)| PathBuf::from(path)),
    );
    load(&Request {
        layers: &paths,
        files: &files,
        environment: &|name| (name == "WEBHOOK_SECRET").then(|| SECRET.to_owned()),
        secrets,
        registry: &fakes::registry(),
        toolkit: &Toolkit::default(),
    })
}

fn loaded(overlay: &str) -> Loaded {
    load_with(&[("config/all.toml", SMALL), ("overlay.toml", overlay)], Secrets::Require)
}

#[test]
fn everything_else_has_a_default() {
    let loaded = loaded("");
    assert_eq!(render(&loaded.diagnostics, Color::Never), "");
    let configuration = loaded.configuration.unwrap();
    assert_eq!(configuration.server.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(configuration.server.admin.to_string(), "127.0.0.1:8081");
    assert!(configuration.server.admin_token.is_none());
    assert_eq!(configuration.store.path, PathBuf::from("config/../data/proofbell.db"));
    assert_eq!(configuration.store.keep, Duration::from_secs(90 * 86_400));
    assert_eq!((configuration.defaults.locale.as_str(), configuration.defaults.tz.as_str()), ("en", "UTC"));
    assert!(configuration.redirect.is_none() && configuration.region.is_none());
    let [source] = configuration.sources.as_slice() else { panic!("one source") };
    assert_eq!((source.name.as_str(), source.path.as_str()), ("legitmark", "/webhooks/legitmark"));
    let Verify::Svix(secrets) = &source.verify else { panic!("svix") };
    assert_eq!(secrets[0].expose_secret(), SECRET);
    let channel = &configuration.channels["mail"];
    assert_eq!((channel.kind.as_str(), channel.limit.rate, channel.limit.concurrency), ("smtp", None, 4));
    assert_eq!(channel.on_unknown, OnUnknown::Retry);
    assert_eq!(loaded.files.len(), 2 + 1, "{:?}", loaded.files);
}

#[test]
fn an_overlay_replaces_values_and_merges_tables() {
    let overlay = r#"
        [source.legitmark]
        path = "/hooks/in"
        verify = "bearer"
        secrets = ["a-token-for-tests", "another-token-for-tests"]
        [store]
        url = "sqlite:state/p.db"
        [defaults]
        region = "JP"
        [channel.mail]
        on_unknown = "dead"
        limit = { rate = "5/m" }
        [redirect]
        email = "test@market.example"
        phone = "03-1234-5678"
        fixed = "drop"
        mark = "[for {to}] "
    "#;
    let loaded = loaded(overlay);
    assert!(!loaded.has_errors(), "{}", render(&loaded.diagnostics, Color::Never));
    let configuration = loaded.configuration.unwrap();
    assert_eq!(configuration.sources[0].path, "/hooks/in");
    assert!(matches!(&configuration.sources[0].verify, Verify::Bearer(tokens) if tokens.len() == 2));
    assert_eq!(configuration.store.path, PathBuf::from("state/p.db"), "relative to the file that names it");
    let channel = &configuration.channels["mail"];
    let rate = channel.limit.rate.unwrap();
    assert_eq!((rate.count.get(), rate.per), (5, Duration::from_secs(60)));
    assert_eq!(channel.on_unknown, OnUnknown::Dead);
    let redirect = configuration.redirect.unwrap();
    let to = |kind| match redirect.target(kind) {
        RedirectTo::To(address) => address.expose().to_owned(),
        RedirectTo::Drop => "drop".to_owned(),
        RedirectTo::Keep => "keep".to_owned(),
    };
    assert_eq!(to(AddressKind::Email), "test@market.example");
    assert_eq!(to(AddressKind::Phone), "+81312345678");
    assert_eq!(to(AddressKind::Fixed), "drop");
    assert_eq!(to(AddressKind::Named("slack")), "drop", "a kind that is not named is dropped");
    assert_eq!(redirect.mark.as_deref(), Some("[for {to}] "));
}

#[test]
fn sms_is_not_sent_twice_by_default() {
    let overlay = r#"
        [channel.sms]
        kind = "twilio"
        account_sid = "AC00"
        auth_token = { env = "WEBHOOK_SECRET" }
        from = "SHOP"
        countries = ["JP"]
        [audience.staff]
        via = ["mail", "sms"]
    "#;
    let template = ("templates/counterfeit/text.en.hbs", "Look at {{case.reference_id}}.");
    let files = [("config/all.toml", SMALL), ("overlay.toml", overlay), template];
    let configuration = load_with(&files, Secrets::Require).configuration.unwrap();
    assert_eq!(configuration.channels["sms"].on_unknown, OnUnknown::Dead);
    assert_eq!(configuration.channels["mail"].on_unknown, OnUnknown::Retry);
}

#[test]
fn secrets_can_be_assumed_where_there_are_none() {
    let overlay = r#"
        [source.legitmark]
        secrets = [{ env = "ABSENT" }]
        [channel.slack]
        kind = "slack"
        webhook_url = { env = "ABSENT" }
        [channel.team]
        kind = "slack"
        token = { env = "ABSENT" }
        [channel.sms]
        kind = "twilio"
        account_sid = { env = "ABSENT" }
        auth_token = { file = "absent" }
        from = "SHOP"
        countries = ["JP"]
        [audience.staff]
        via = ["mail", "slack", "team", "sms"]
        members = [{ name = "Ops", email = "ops@market.example", phone = "+819012345678" }]
    "#;
    let files = [
        ("config/all.toml", SMALL),
        ("overlay.toml", overlay),
        ("templates/counterfeit/chat.en.hbs", "Look."),
        ("templates/counterfeit/text.en.hbs", "Look."),
    ];
    let assumed = load_with(&files, Secrets::Assume);
    assert_eq!(render(&assumed.diagnostics, Color::Never), "");
    let channels: Vec<String> = assumed.configuration.unwrap().channels.into_keys().collect();
    assert_eq!(channels, ["mail", "slack", "sms", "team"], "whatever a plugin wants, something stands in");
    let required = load_with(&files, Secrets::Require);
    let codes: Vec<_> = required.diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    assert_eq!(codes, ["secret"; 5], "and nothing that follows from it");
}

/// One channel that can is enough; where one is refused, nobody knows what it could.
#[test]
fn a_thread_and_an_optional_message_need_one_channel_that_can() {
    let check = |channel: &str, via: &str, expected: &[&str]| {
        let overlay = format!(
            "[channel.team]\nkind = \"slack\"\n{channel}\n[rule.counterfeit]\nvia = {via}\nthread = \"case\"\n\
             optional = true\n[audience.staff]\nmembers = [{{ email = \"a@b.example\", slack = \"#ops\" }}]"
        );
        let files = [
            ("config/all.toml", SMALL),
            ("overlay.toml", overlay.as_str()),
            ("templates/counterfeit/chat.en.hbs", "Look."),
        ];
        let loaded = load_with(&files, Secrets::Require);
        let said = loaded.diagnostics.iter().filter(|it| it.code == "no-effect");
        let said: Vec<&str> = said.filter_map(|it| it.message.split('`').nth(1)).collect();
        assert_eq!(said, expected, "{overlay}");
    };
    let (thread, optional) = ("rule.counterfeit.thread", "rule.counterfeit.optional");
    let (token, webhook) = ("token = \"xoxb-1\"", "webhook_url = \"https://hooks.example/1\"");
    check(token, r#"["mail", "team"]"#, &[]);
    check(token, r#"["team"]"#, &[optional]);
    check(webhook, r#"["mail", "team"]"#, &[thread]);
    check(webhook, r#"["team"]"#, &[thread, optional]);
    check(token, r#"["mail"]"#, &[thread]);
    check("token = \"no\"", r#"["team"]"#, &[]);
    check(webhook, r#"["team", "taem"]"#, &[]);
}

#[test]
fn what_is_set_can_be_shown_with_its_place() {
    let loaded = loaded(
        "[channel.mail]\nfrom = \"other@market.example\"\npassword = \"hunter2\"\nusername = \"me\"\n",
    );
    let show = |key: &str| -> Vec<String> {
        let show = |setting: proofbell_config::Setting| {
            format!(
                "{} = {} ({}:{})",
                setting.path,
                setting.value,
                setting.location.file.display(),
                setting.location.line
            )
        };
        loaded.show(key).into_iter().map(show).collect()
    };
    assert_eq!(show("channel.mail.from"), ["channel.mail.from = \"other@market.example\" (overlay.toml:2)"]);
    assert_eq!(show("channel.mail.password"), ["channel.mail.password = \"…\" (overlay.toml:3)"]);
    assert_eq!(
        show("source"),
        ["source.legitmark.secrets = [{ env = \"WEBHOOK_SECRET\" }] (config/all.toml:3)"]
    );
    assert_eq!(show("channel.mail").len(), 5);
    assert!(show("channel.ma").is_empty());
}

#[test]
fn what_overlays_have_replaced_is_told_and_no_secret_with_it() {
    let overlay = "[channel.mail]\nfrom = \"one@market.example\"\npassword = \"hunter2\"\n";
    let other = "[channel.mail]\npassword = \"hunter3\"\nfrom = \"two@market.example\"\n";
    let layers = [("config/all.toml", SMALL), ("overlay1.toml", overlay), ("overlay2.toml", other)];
    let loaded = load_with(&layers, Secrets::Require);
    let before = |key: &str| -> Vec<String> {
        let settings = loaded.show(key);
        let replaced = settings.iter().flat_map(|setting| &setting.replaced);
        replaced.map(|it| format!("{} ({})", it.value, it.location)).collect()
    };
    let from =
        ["\"one@market.example\" (overlay1.toml:2:1)", "\"shop@market.example\" (config/all.toml:8:1)"];
    assert_eq!(before("channel.mail.from"), from);
    assert_eq!(before("channel.mail.password"), ["\"…\" (overlay1.toml:3:1)"]);
    assert_eq!(before("source"), [] as [&str; 0]);
}

#[test]
fn a_key_at_which_nothing_is_set_leads_to_the_nearest() {
    let loaded = loaded("");
    let check = |key: &str, expected: &str| {
        let said = loaded.suggest(key);
        assert!(said.starts_with(expected), "{key}: {said}");
    };
    check("channel.mail.form", "did you mean `channel.mail.from`? Set in `channel.mail` are: ");
    check("channel.mial.from", "did you mean `channel.mail`? Set in `channel` are: mail");
    check("chanel", "did you mean `channel`? Set in the configuration are: ");
    check("channel.mail.concurrency", "set in `channel.mail` are: ");
    check("channel.mail.from.address", "did you mean `channel.mail.from`? ");
}

#[test]
fn names_that_are_not_there_are_not_taken_for_the_same() {
    let with = |first: &str, second: &str| {
        let channel = |name: &str, user: &str| {
            format!(
                "[channel.{name}]\nkind = \"smtp\"\nurl = \"smtp://m.example\"\nfrom = \"a@m.example\"\n\
                 bounces = {{ imap = \"imaps://m.example\", username = {{ env = \"{user}\" }} }}\n"
            )
        };
        let overlay = channel("news", first) + &channel("shop", second);
        let overlay = overlay + "[rule.counterfeit]\nvia = [\"mail\", \"news\", \"shop\"]\n";
        let loaded = load_with(&[("config/all.toml", SMALL), ("overlay.toml", &overlay)], Secrets::Assume);
        render(&loaded.diagnostics, Color::Never)
    };
    let said = with("WEBHOOK_SECRET", "WEBHOOK_SECRET");
    assert!(said.contains("`channel.news` and `channel.shop` cannot share the bounces"), "{said}");
    assert_eq!(with("NOT_THERE", "NOT_THERE_EITHER"), "");
}

#[test]
fn listed_people_keep_what_is_said_of_them() {
    let configuration = loaded("").configuration.unwrap();
    let directory = &configuration.audiences["staff"].directory;
    assert_eq!(directory.kind(), "list");
    let lookup = Lookup::default();
    let found = futures_executor(directory.lookup(&lookup));
    let [person] = found.unwrap().try_into().unwrap();
    assert_eq!(person.name.as_deref(), Some("Ops"));
    assert_eq!(person.extra["team"], "day");
    assert_eq!(person.extra["floor"], "3");
}

const BEHIND_AN_API: &str = r#"
    [audience.staff]
    kind = "http"
    url = "https://market.example/items/{reference_id}/seller"
    base_url = "http://market.internal/api"
    bearer = { env = "TOKEN" }
    headers.Accept-Language = "en"
    fields = { name = "/name", email = "/contact/email", tier = "/tier" }
    people = "/contacts"
    cache = "1m"
    stale = "2h"
    timeout = "3s"
    probe = "MS-1"
    give_up = "6h"
    [rule.counterfeit]
    to = "staff"
"#;

#[test]
fn people_can_stand_behind_an_api() {
    // The members of the list would be keys that such an audience does not have.
    let config = SMALL.replace("kind = \"list\"", "").replace("members =", "#");
    let load = |overlay: &str, secrets| {
        load_with(&[("config/all.toml", &config), ("overlay.toml", overlay)], secrets)
    };
    let known = BEHIND_AN_API.replace("TOKEN", "WEBHOOK_SECRET");
    let loaded = load(&known, Secrets::Require);
    let said = render(&loaded.diagnostics, Color::Never);
    assert!(said.contains("asks over plain http") && said.ends_with("1 warning\n"), "{said}");
    let audience = &loaded.configuration.unwrap().audiences["staff"];
    assert_eq!((audience.directory.kind(), audience.give_up), ("http", Duration::from_secs(6 * 3600)));
    let error = futures_executor(audience.directory.lookup(&Lookup::default())).unwrap_err();
    assert!(error.to_string().ends_with("it has no reference_id"), "{error}");

    assert!(load(BEHIND_AN_API, Secrets::Require).has_errors(), "its token is not there");
    let assumed = load(BEHIND_AN_API, Secrets::Assume);
    assert!(!assumed.has_errors(), "{}", render(&assumed.diagnostics, Color::Never));
    let directory = &assumed.configuration.unwrap().audiences["staff"].directory;
    let query = Lookup { reference_id: Some("MS-1".to_owned()), sr_uuid: None };
    let error = futures_executor(directory.lookup(&query)).unwrap_err();
    assert_eq!(error.to_string(), "ask the directory: a secret of it is not there");
    assert_eq!(directory.kind(), "http");
}

#[test]
fn the_settings_of_an_api_have_defaults() {
    let config = SMALL.replace("kind = \"list\"", "").replace("members =", "#");
    let overlay = r#"
        [audience.staff]
        kind = "http"
        url = "https://market.example/items/{reference_id}/seller"
        fields.email = "/email"
    "#;
    let loaded = load_with(&[("config/all.toml", &config), ("overlay.toml", overlay)], Secrets::Require);
    assert_eq!(render(&loaded.diagnostics, Color::Never), "");
    assert_eq!(loaded.configuration.unwrap().audiences["staff"].give_up, Duration::from_secs(24 * 3600));
}

/// A list answers at once, so one look at the future is enough.
fn futures_executor<T>(future: impl Future<Output = T>) -> T {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => panic!("a list has nothing to wait for"),
    }
}

#[test]
fn a_rule_that_is_off_is_checked_all_the_same() {
    let off = "[rule.counterfeit]\nenabled = false\n";
    assert!(loaded(off).configuration.is_some());
    let loaded = loaded(&format!("{off}via = [\"emial\"]\n"));
    assert!(loaded.has_errors());
}

#[test]
fn a_directory_without_files_is_refused() {
    let files = Embedded::new([("config/readme.txt", "")]);
    let loaded = load(&Request {
        layers: &[PathBuf::from("config"), PathBuf::from("missing.toml")],
        files: &files,
        environment: &|_| None,
        secrets: Secrets::Require,
        registry: &fakes::registry(),
        toolkit: &Toolkit::default(),
    });
    let messages: Vec<_> = loaded.diagnostics.iter().map(ToString::to_string).collect();
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert!(messages[0].starts_with("there is no *.toml file in config"), "{messages:?}");
    assert!(messages[1].starts_with("there is no missing.toml"), "{messages:?}");
}

#[test]
fn damaged_files_are_refused_or_used_and_never_worse() {
    let mut refused = 0;
    let positions = (0..SMALL.len()).filter(|at| SMALL.is_char_boundary(*at));
    for at in positions {
        let cut = SMALL[..at].to_owned();
        let without = format!("{}{}", &SMALL[..at], &SMALL[at + 1..]);
        let doubled = format!("{}{}", &SMALL[..=at], &SMALL[at..]);
        for text in [cut, without, doubled] {
            let loaded = load_with(&[("config/all.toml", &text)], Secrets::Require);
            assert_eq!(loaded.configuration.is_some(), !loaded.has_errors(), "{text}");
            refused += usize::from(loaded.has_errors());
            drop(render(&loaded.diagnostics, Color::Always));
        }
    }
    assert!(refused > SMALL.len(), "{refused}");
}

/// Loading happens on a thread of its own, and what is loaded is shared by all.
#[test]
fn what_is_loaded_can_be_handed_to_other_threads() {
    fn is_send<T: Send>() {}
    fn is_shared<T: Send + Sync>() {}
    is_send::<Loaded>();
    is_shared::<proofbell_config::Configuration>();
}
