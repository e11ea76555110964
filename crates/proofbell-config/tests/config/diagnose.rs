//! What is told, and what is not, of mistakes that no fixture can hold well.

use std::path::PathBuf;

use proofbell_config::{Color, Embedded, Loaded, Request, Secrets, Severity, load, render};
use proofbell_notify::Toolkit;

use crate::fakes;

const SHOP: &str = r#"
[source.legitmark]
secrets = [{ env = "WEBHOOK_SECRET" }]

[channel.mail]
kind = "smtp"
url = "smtp://localhost:25?tls=none"
from = "shop@market.example"

[audience.staff]
kind = "list"
members = [{ name = "Ops", email = "ops@market.example" }]

[rule.counterfeit]
on = "counterfeit"
to = "staff"
"#;
const MAIL: &str = "+++\nsubject = \"Counterfeit\"\n+++\n<p>Look at {{case.reference_id}}.</p>\n";
const MAIL_PATH: &str = "templates/counterfeit/email.en.hbs";

/// Loads the shop with these files beside it; `overlay.toml` is laid on top when it is among them.
fn loaded(files: &[(&str, &str)], secrets: Secrets) -> Loaded {
    let shop = [("config/shop.toml", SHOP), (MAIL_PATH, MAIL)];
    let overlay =
        files.iter().any(|(path, _)| *path == "overlay.toml").then(|| PathBuf::from("overlay.toml"));
    let layers: Vec<PathBuf> = [PathBuf::from("config")].into_iter().chain(overlay).collect();
    load(&Request {
        layers: &layers,
        files: &Embedded::new(shop.iter().chain(files).copied()),
        environment: &|name| {
            (name == "WEBHOOK_SECRET").then(|| "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned())
        },
        secrets,
        registry: &fakes::registry_with_echo(),
        toolkit: &Toolkit::default(),
    })
}

/// The messages, one a line.
fn said(files: &[(&str, &str)]) -> String {
    let messages = loaded(files, Secrets::Require).diagnostics;
    messages.into_iter().map(|diagnostic| diagnostic.message + "\n").collect()
}

#[test]
fn a_file_that_is_too_large_is_told_once() {
    let large = "x".repeat(257 * 1024);
    assert_eq!(said(&[(MAIL_PATH, &large)]), "this file has 257 KiB; a template has at most 256 KiB\n");
    let calls = "+++\nsubject = \"x\"\n+++\n{{> large}}x";
    assert_eq!(
        said(&[(MAIL_PATH, calls), ("templates/partials/large.hbs", &large)]),
        "this file has 257 KiB; a template has at most 256 KiB\n"
    );
}

#[test]
fn rules_that_are_parked_need_not_make_sense() {
    let parked =
        "[rule.parked]\non = \"counterfeit\"\nto = \"staff\"\ntemplate = \"counterfeit\"\nenabled = ";
    let never =
        |enabled: &str| said(&[("overlay.toml", &format!("{parked}{enabled}\nwhere.side = \"x\"\n"))]);
    assert_eq!(never("false"), "");
    assert_eq!(never("true"), "`rule.parked` can never match: none of its events has a `side`\n");
    let twice = |enabled: &str| said(&[("overlay.toml", &format!("{parked}{enabled}\n"))]);
    assert_eq!(twice("false"), "");
    assert_eq!(twice("true"), "`rule.parked` says what `rule.counterfeit` says, so `staff` is told twice\n");
}

#[test]
fn a_template_is_not_refused_for_what_a_sample_lacks() {
    let check = |body: &str, expected: &str| {
        let mail = format!("+++\nsubject = \"x\"\n+++\n{body}\n");
        assert_eq!(said(&[(MAIL_PATH, &mail)]), expected, "{body}");
    };
    check("{{event.payload.tag}}", "");
    check("{{recipient.extra.team}}", "");
    check("{{#if case.micro_id}}x{{/if}}", "for `counterfeit` the text comes out empty\n");
}

#[test]
fn a_template_is_not_refused_for_what_its_rules_keep_silent_about() {
    let check = |rule: &str, body: &str, expected: &str| {
        let mail = format!("+++\nsubject = \"x\"\n+++\n{body}\n");
        let rule = format!("[rule.counterfeit]\n{rule}\n");
        assert_eq!(said(&[(MAIL_PATH, &mail), ("overlay.toml", &rule)]), expected, "{rule} {body}");
    };
    let empty = |name: &str| format!("for `{name}` the text comes out empty\n");
    let sides = "{{#each sides}}{{raw}}{{/each}}";
    check("on = \"any\"\nwhere.side.exists = true", sides, "");
    check("on = \"any\"\nexcept.side.exists = false", sides, "");
    check("on = \"any\"", sides, &empty("draft"));
    check("on = \"any\"\nexcept.reference_id = \"TEST\"", sides, &empty("draft"));
    check("on = [\"reshoot_needed\", \"draft\"]\neach = \"side\"", "{{#if side}}{{side.raw}}{{/if}}", "");
    check("on = \"reshoot_needed\"\nwhere.round.at_least = 3", "{{#if (gt case.round 2)}}x{{/if}}", "");
    check(
        "on = \"reshoot_needed\"\nwhere.round.at_least = 1",
        "{{#if (gt case.round 2)}}x{{/if}}",
        &empty("reshoot_needed"),
    );
    let glare = "{{#each sides}}{{#if (eq reason.raw \"glare\")}}x{{/if}}{{/each}}";
    check("on = \"reshoot_needed\"\nwhere.reason = \"glare\"", glare, "");
    check("on = \"reshoot_needed\"", glare, &empty("reshoot_needed"));
    // What its rules really speak of is the side that they ask for.
    let side =
        |code: &str| format!("[side.{code}]\nmatch = [\"{code}\"]\ntext.en = {{ name = \"{code}\" }}\n");
    let glossary = format!("{}{}", side("box"), side("sole"));
    let sole = "{{#if (eq side.code \"sole\")}}x{{/if}}";
    let each = "on = \"reshoot_needed\"\neach = \"side\"";
    check(&format!("{each}\nwhere.side = \"sole\"\n{glossary}"), sole, "");
    check(&format!("{each}\n{glossary}"), sole, &empty("reshoot_needed"));
    check(
        "on = \"verdict_changed\"",
        "{{#if (eq event.name \"authentic\")}}x{{/if}}",
        &empty("verdict_changed"),
    );
}

#[test]
fn a_template_is_not_refused_for_the_forms_of_other_rules() {
    let overlay = r#"
[channel.text]
kind = "twilio"
account_sid = "AC0123456789abcdef0123456789abcdef"
auth_token = { env = "WEBHOOK_SECRET" }
from = "+12025550123"
countries = ["US"]

[audience.staff]
members = [{ name = "Ops", email = "ops@market.example", phone = "+12025550124" }]

[rule.counterfeit]
on = "any"
via = ["mail"]

[rule.sides]
on = "any"
to = "staff"
via = ["text"]
template = "counterfeit"
where.side.exists = true
"#;
    let text = ("templates/counterfeit/text.en.hbs", "{{#each sides}}{{raw}}{{/each}}");
    assert_eq!(said(&[("overlay.toml", overlay), text]), "");
}

#[test]
fn a_broken_file_hides_only_what_it_could_explain() {
    let overlay = "[rule.counterfeit]\nto = [\"staff\", \"night\"]\nvia = [\"mail\", \"emial\"]\n";
    let check = |broken: &str, expected: &str| {
        let files = [("config/broken.toml", broken), ("overlay.toml", overlay)];
        let told = said(&files);
        let (syntax, rest) = told.split_once('\n').unwrap();
        assert!(syntax.starts_with("this is not TOML"), "{told}");
        assert_eq!(rest, expected, "{broken}");
    };
    let (night, emial) = ("there is no audience called `night`\n", "there is no channel called `emial`\n");
    check("[vars]\na = \"", &format!("{night}{emial}"));
    check("[audience.night\nkind = \"list\"", emial);
    check("[channel.emial]\nkind = \"smtp", night);
}

#[test]
fn what_is_assumed_passes_where_a_word_or_a_nested_secret_is_wanted() {
    let overlay = r#"
[channel.text]
kind = "twilio"
account_sid = { env = "A" }
auth_token = { env = "B" }
from = { env = "C" }
countries = [{ env = "D" }]
too_long = { env = "E" }

[rule.counterfeit]
via = ["mail", "text"]
"#;
    let files = [("overlay.toml", overlay), ("templates/counterfeit/text.en.hbs", "Counterfeit")];
    let loaded = loaded(&files, Secrets::Assume);
    let told = render(&loaded.diagnostics, Color::Never);
    // Nobody in the shop has a phone, but mail reaches them.
    assert!(loaded.configuration.is_some(), "{told}");
}

#[test]
fn nothing_is_concluded_from_names_that_are_only_assumed() {
    let rest = r#"
[channel.text]
kind = "twilio"
account_sid = { env = "A" }
auth_token = { env = "B" }
from = { env = "C" }
countries = ["US"]

[audience.staff]
members = [{ name = "Ops", email = "ops@market.example" }, { name = "Night", phone = "+12025550124" }]

[rule.counterfeit]
via = ["mail", "text"]
"#;
    let text = ("templates/counterfeit/text.en.hbs", "Counterfeit");
    let check = |overlay: &str| {
        let overlay = format!("{rest}{overlay}");
        let told = loaded(&[("overlay.toml", &overlay), text], Secrets::Assume);
        assert_eq!(render(&told.diagnostics, Color::Never), "", "{overlay}");
        let needed = loaded(&[("overlay.toml", &overlay), text], Secrets::Require);
        assert!(needed.diagnostics.iter().any(|it| it.message.contains("`V`")), "{overlay}");
    };
    let rule = |keys: &str| check(&format!("[rule.other]\n{keys}\n"));
    let whole = "on = \"counterfeit\"\nto = \"staff\"\ntemplate = \"counterfeit\"\nvia = [\"mail\"]\n";
    let but = |key: &str| {
        let others = whole.lines().filter(|line| !line.starts_with(key)).collect::<Vec<_>>().join("\n");
        rule(&format!("{others}\n{key} = {{ env = \"V\" }}"));
    };
    ["on", "to", "via", "template"].into_iter().for_each(but);
    rule(&format!("{whole}else_via = [{{ env = \"V\" }}, {{ env = \"W\" }}]\nelse_after = \"1h\""));
    rule(&format!("{whole}where.state = {{ env = \"V\" }}"));
    rule(&format!("{whole}where.state.not = [\"X\", {{ env = \"V\" }}]"));
    rule(&format!("{whole}except.state.regex = {{ text = \"({{v}}\", v = {{ env = \"V\" }} }}"));
    let differing =
        |name: &str| format!("[rule.{name}]\n{whole}where.reference_id = {{ env = \"{name}\" }}\n");
    check(&format!("{}{}", differing("V"), differing("W")));
    check("[audience.staff.nobody]\nto = { env = \"V\" }\ntemplate = { env = \"W\" }\n");
    check("[template]\ndir = { env = \"V\" }\n[link.site]\nurl = \"https://market.example/\"\n");
    check(
        "[store]\nurl = { env = \"V\" }\n[side.a]\nmatch = [{ env = \"V\" }]\ntext.en = { name = \"a\" }\n[side.b]\nmatch = [{ env = \"W\" }]\ntext.en = { name = \"b\" }\n",
    );
    check("[audience.buyer]\nkind = \"csv\"\npath = { env = \"V\" }\nvia = [{ env = \"W\" }]\n");
}

#[test]
fn words_of_the_program_are_written_out() {
    let check = |path: &str, overlay: &str| {
        for secrets in [Secrets::Require, Secrets::Assume] {
            let told = loaded(&[("overlay.toml", overlay)], secrets);
            let told: Vec<String> = told.diagnostics.into_iter().map(|it| it.message).collect();
            assert_eq!(told, [format!("`{path}` is one of a few words, and cannot come from elsewhere")]);
        }
    };
    check("source.legitmark.verify", "[source.legitmark]\nverify = { env = \"WEBHOOK_SECRET\" }");
    check("channel.mail.on_unknown", "[channel.mail]\non_unknown = { env = \"WEBHOOK_SECRET\" }");
    check("rule.counterfeit.stale", "[rule.counterfeit]\nstale = { env = \"WEBHOOK_SECRET\" }");
    check("audience.staff.kind", "[audience.staff]\nkind = { env = \"WEBHOOK_SECRET\" }");
    check("channel.mail.kind", "[channel.mail]\nkind = { env = \"WEBHOOK_SECRET\" }");
}

#[test]
fn a_channel_of_which_nothing_can_be_made_without_its_secrets_is_told() {
    let overlay = r#"
[channel.odd]
kind = "echo"
at = "json"
json = { env = "ODD" }

[rule.counterfeit]
via = ["mail", "odd"]
"#;
    let loaded = loaded(&[("overlay.toml", overlay)], Secrets::Assume);
    let told: Vec<_> = loaded.diagnostics.iter().map(|it| (it.severity, it.code, &*it.message)).collect();
    let message = "the settings of `channel.odd` cannot be checked without its secrets: nothing that could stand in for them suits its kind";
    assert_eq!(told, [(Severity::Warning, "channel-setting", message)]);
    let configuration = loaded.configuration.unwrap();
    assert_eq!(configuration.unmade_channels, ["odd"]);
    assert!(!configuration.channels.contains_key("odd"));
}

#[test]
fn slips_show_no_secret() {
    let overlay = r#"
[channel.mail]
url = "smtp://shop:hunter2@localhost:25"
password = { value = "hunter2", evn = "hunter2" }

[audience.buyer]
kind = "http"
url = "https://shop:hunter2@market.example/{reference_id}"
fields = { email = "/email" }
"#;
    let loaded = loaded(&[("overlay.toml", overlay)], Secrets::Require);
    let told = render(&loaded.diagnostics, Color::Never);
    assert!(told.contains("unknown key `value` in `channel.mail.password`"), "{told}");
    let shown = format!("{told}{:?}{:?}", loaded.show(""), loaded);
    assert!(!shown.contains("hunter2"), "{shown}");
}
