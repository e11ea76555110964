//! What a server cannot change while it runs: the addresses that it listens on, and its store.

use proofbell_config::{Configuration, Loaded, RESTART_NEEDED};
use proofbell_server::answer::{Problem, ProblemPlace};
use secrecy::{ExposeSecret, SecretString};

/// What a server cannot change while it runs: `[server]` and `[store]`.
#[derive(Clone)]
pub(crate) struct Fixed(Vec<Setting>);

#[derive(Clone)]
struct Setting {
    key: &'static str,
    /// As it takes effect, whether it is written or not; one of them is a secret.
    value: SecretString,
    /// Where it is written, when it is.
    place: Option<ProblemPlace>,
}

impl Fixed {
    /// Those of a configuration that was loaded so.
    pub(crate) fn of(configuration: &Configuration, loaded: &Loaded) -> Fixed {
        let (server, store) = (&configuration.server, &configuration.store);
        let token = server.admin_token.as_ref().map_or("", |token| token.expose_secret());
        let values = [
            ("server.listen", server.listen.to_string()),
            ("server.admin", server.admin.to_string()),
            ("server.admin_token", token.to_owned()),
            ("store.url", store.path.display().to_string()),
            ("store.keep", format!("{:?}", store.keep)),
        ];
        let setting = |(key, value): (&'static str, String)| {
            let written = loaded.show(key).into_iter().next().map(|setting| setting.location);
            let place = written.map(|at| ProblemPlace {
                file: at.file.display().to_string(),
                line: at.line,
                column: at.column,
            });
            Setting { key, value: value.into(), place }
        };
        Fixed(values.into_iter().map(setting).collect())
    }

    /// What another configuration would change, each with its place in that one, or in this one where it is not written any more.
    pub(crate) fn changes(&self, new: &Fixed) -> Vec<Problem> {
        let pairs = self.0.iter().zip(&new.0);
        let changed = pairs.filter(|(old, new)| old.value.expose_secret() != new.value.expose_secret());
        changed.map(|(old, new)| restart_needed(old, new)).collect()
    }
}

fn restart_needed(old: &Setting, new: &Setting) -> Problem {
    let key = new.key;
    let (place, what) = match (&new.place, &old.place) {
        (Some(place), _) => (Some(place), "changed"),
        (None, Some(place)) => (Some(place), "was removed"),
        (None, None) => (None, "changed"),
    };
    Problem {
        severity: "error".to_owned(),
        code: RESTART_NEEDED.to_owned(),
        place: place.cloned(),
        message: format!(
            "restart needed: `{key}` {what}, and a running server keeps its [server] and [store]"
        ),
        hint: Some(
            "restart the server, or set it back; until then nothing of the new configuration is used"
                .to_owned(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use proofbell_config::{Embedded, Request, Secrets, load};
    use proofbell_notify::Toolkit;

    use super::*;
    use crate::builtin;

    const REST: &str = r#"
[source.legitmark]
verify = "none"
[channel.mail]
kind = "smtp"
url = "smtp://localhost:25?tls=none"
from = "shop@market.example"
[audience.staff]
kind = "list"
members = [{ email = "ops@market.example" }]
[rule.counterfeit]
on = "counterfeit"
to = "staff"
"#;
    const MAIL: &str = "+++\nsubject = \"Counterfeit\"\n+++\n<p>Look at {{case.reference_id}}.</p>\n";

    fn fixed(server: &str) -> Fixed {
        let files = [
            ("config/a.toml", server.to_owned()),
            ("config/rest.toml", REST.to_owned()),
            ("templates/counterfeit/email.en.hbs", MAIL.to_owned()),
        ];
        let loaded = load(&Request {
            layers: &[PathBuf::from("config")],
            files: &Embedded::new(files),
            environment: &|name| (name == "TOKEN").then(|| "token-of-the-admin-0123456789".to_owned()),
            secrets: Secrets::Require,
            registry: &builtin::notifiers(),
            toolkit: &Toolkit::default(),
        });
        let said: Vec<String> = loaded.diagnostics.iter().map(ToString::to_string).collect();
        Fixed::of(loaded.configuration.as_ref().ok_or(said).unwrap(), &loaded)
    }

    #[test]
    fn each_key_that_needs_a_restart_is_told_with_its_place() {
        let table: [(&str, &str, &[&str]); 7] = [
            ("", "", &[]),
            ("", "[server]\nlisten = \"127.0.0.1:8080\"\n[store]\nkeep = \"90d\"", &[]),
            ("", "[server]\nlisten = \"127.0.0.1:9080\"", &["config/a.toml:2:1 `server.listen` changed"]),
            ("[server]\n\nadmin = \"127.0.0.1:9081\"", "", &["config/a.toml:3:1 `server.admin` was removed"]),
            (
                "[server]\nadmin_token = \"token-of-the-admin-0123456789\"",
                "[server]\nadmin_token = { env = \"TOKEN\" }",
                &[],
            ),
            (
                "[server]\nadmin_token = \"another-token-of-the-admin\"",
                "[server]\nadmin_token = { env = \"TOKEN\" }",
                &["config/a.toml:2:1 `server.admin_token` changed"],
            ),
            (
                "",
                "[store]\nurl = \"sqlite:other.db\"\nkeep = \"30d\"",
                &["config/a.toml:2:1 `store.url` changed", "config/a.toml:3:1 `store.keep` changed"],
            ),
        ];
        for (old, new, expected) in table {
            let problems = fixed(old).changes(&fixed(new));
            let told: Vec<String> = problems
                .iter()
                .map(|problem| {
                    let what = problem.message.strip_prefix("restart needed: ").unwrap();
                    let what = what.split(',').next().unwrap();
                    format!("{} {what}", problem.place.as_ref().unwrap())
                })
                .collect();
            assert_eq!(told, expected, "{old:?} to {new:?}");
        }
    }
}
