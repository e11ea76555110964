//! Which changes of the files leave a channel or an audience as it was.

use std::path::PathBuf;

use proofbell_config::{Configuration, Embedded, Request, Secrets, load};
use proofbell_notify::Toolkit;

use crate::fakes;

const BASE: &str = r#"
[source.legitmark]
verify = "none"

[channel.mail]
kind = "smtp"
url = "smtp://localhost:25?tls=none"
from = "shop@market.example"
username = "shop"
password = { env = "PASSWORD" }
limit = { rate = "5/s", concurrency = 2 }

[audience.staff]
kind = "list"
members = [{ name = "Ops", email = "ops@market.example", note = { file = "note" } }]
via = "mail"

[audience.seller]
kind = "csv"
path = "sellers.csv"

[rule.counterfeit]
on = "counterfeit"
to = ["staff", "seller"]
template = "counterfeit"
"#;

const MAIL: &str = "+++\nsubject = \"Counterfeit\"\n+++\n<p>Look at {{case.reference_id}}.</p>\n";

#[expect(clippy::unwrap_used, reason = "a helper of tests, which the lint does not see as one")]
fn loaded(files: &[(&str, &str)], password: &str) -> Configuration {
    let template = [("templates/counterfeit/email.en.hbs", MAIL)];
    let loaded = load(&Request {
        layers: &[PathBuf::from("config")],
        files: &Embedded::new(files.iter().copied().chain(template)),
        environment: &|name| (name == "PASSWORD").then(|| password.to_owned()),
        secrets: Secrets::Require,
        registry: &fakes::registry(),
        toolkit: &Toolkit::default(),
    });
    let errors: Vec<_> = loaded.diagnostics.iter().map(ToString::to_string).collect();
    loaded.configuration.ok_or(errors).unwrap()
}

/// Which of the three differ between two configurations.
fn differing(a: &Configuration, b: &Configuration) -> String {
    let mut differing = Vec::new();
    if a.channels["mail"].fingerprint != b.channels["mail"].fingerprint {
        differing.push("mail");
    }
    for name in ["seller", "staff"] {
        if a.audiences[name].fingerprint != b.audiences[name].fingerprint {
            differing.push(name);
        }
    }
    differing.join(" ")
}

#[test]
fn a_fingerprint_changes_with_what_takes_effect_and_with_nothing_else() {
    let base = loaded(&[("config/all.toml", BASE), ("config/note", "day shift")], "hunter2");
    let table = [
        ("a comment, and blanks", "kind = \"smtp\"", "# by mail\nkind   =   \"smtp\"", ""),
        (
            "the order of the settings",
            "kind = \"smtp\"\nurl = \"smtp://localhost:25?tls=none\"",
            "url = \"smtp://localhost:25?tls=none\"\nkind = \"smtp\"",
            "",
        ),
        ("a setting of the plugin", "username = \"shop\"", "username = \"office\"", "mail"),
        ("the same secret, written down", "{ env = \"PASSWORD\" }", "\"hunter2\"", ""),
        ("the rate", "5/s", "6/s", "mail"),
        ("the concurrency", "concurrency = 2", "concurrency = 3", "mail"),
        ("what becomes of the unknown", "[channel.mail]", "[channel.mail]\non_unknown = \"dead\"", "mail"),
        (
            "what the engine alone looks at",
            "[channel.mail]",
            "[channel.mail]\nnever_on = [\"reshoot_needed\"]",
            "",
        ),
        ("how an audience is reached", "via = \"mail\"", "via = [\"mail\"]\nelse_via = []", ""),
        ("a person", "name = \"Ops\"", "name = \"Operations\"", "staff"),
        ("another file of people", "sellers.csv", "buyers.csv", "seller"),
        ("a time to give up", "kind = \"csv\"", "kind = \"csv\"\ngive_up = \"2h\"", "seller"),
        (
            "the region of phone numbers",
            "[source.legitmark]",
            "[defaults]\nregion = \"JP\"\n[source.legitmark]",
            "seller staff",
        ),
        (
            "the default language",
            "[source.legitmark]",
            "[defaults]\ntz = \"Asia/Tokyo\"\n[source.legitmark]",
            "",
        ),
        ("a rule", "to = [\"staff\", \"seller\"]", "to = [\"staff\"]", ""),
    ];
    for (what, from, to, expected) in table {
        assert_eq!(BASE.matches(from).count(), 1, "{what}");
        let changed =
            loaded(&[("config/all.toml", &BASE.replace(from, to)), ("config/note", "day shift")], "hunter2");
        assert_eq!(differing(&base, &changed), expected, "{what}");
    }
}

#[test]
fn secrets_from_elsewhere_count_with_their_values() {
    let of =
        |note: &str, password: &str| loaded(&[("config/all.toml", BASE), ("config/note", note)], password);
    let base = of("day shift", "hunter2");
    assert_eq!(differing(&base, &of("day shift", "hunter2")), "");
    assert_eq!(differing(&base, &of("day shift\n", "hunter2")), "", "a newline at the end is dropped");
    assert_eq!(differing(&base, &of("night shift", "hunter2")), "staff");
    assert_eq!(differing(&base, &of("day shift", "hunter3")), "mail");
    let shown = format!("{:?}", base.channels["mail"].fingerprint);
    assert_eq!(shown, "Fingerprint(…)");
}
