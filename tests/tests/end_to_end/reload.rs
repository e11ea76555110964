//! Another configuration for a server that runs.

mod doors;
mod load;
mod messages;

use proofbell_tests::{HttpDouble, PATIENCE, Server, Workbench, until};

const DOORS: &str = "[server]\nlisten = \"127.0.0.1:0\"\nadmin = \"127.0.0.1:0\"\n";

const SOURCE: &str = r#"
[source.legitmark]
secrets = [{ env = "LEGITMARK_WEBHOOK_SECRET" }]
"#;

const DESK: &str = r#"
[channel.desk]
kind = "slack"
webhook_url = { env = "SLACK_URL" }
limit = { rate = "1000/s", concurrency = 4 }
[audience.staff]
kind = "list"
members = [{ name = "Desk" }]
"#;

const RULES: &str = r#"
[rule.reshoot]
on = "reshoot_needed"
to = "staff"
"#;

const GLOSSARY: &str = r#"
[side.front]
match = ["Front"]
text.en = { name = "front" }
[reason.blurry]
match = ["Image is Blurry"]
text.en = { name = "blurry" }
"#;

/// What the template says of a case, behind a word of its own.
fn template(word: &str) -> String {
    format!("{word} {{{{case.reference_id}}}}: {{{{#each sides}}}}{{{{name}}}}{{{{/each}}}}\n")
}

/// A desk that is told by Slack of photos to be taken again.
fn bench(slack: &HttpDouble) -> Workbench {
    let mut bench = Workbench::new();
    bench.env("SLACK_URL", &slack.webhook_url());
    for (name, text) in [
        ("config/doors.toml", DOORS),
        ("config/source.toml", SOURCE),
        ("config/desk.toml", DESK),
        ("config/rules.toml", RULES),
        ("config/glossary.toml", GLOSSARY),
        ("templates/reshoot/chat.en.hbs", &template("About")),
    ] {
        bench.write(name, text);
    }
    bench
}

/// How many reloads came to what so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    applied: u32,
    unchanged: u32,
    refused: u32,
}

impl Counts {
    async fn of(server: &Server) -> Counts {
        let metrics = server.get(server.admin(), "/metrics").await.text();
        let count = |outcome: &str| {
            let name = format!("proofbell_config_reloads_total{{outcome=\"{outcome}\"}} ");
            metrics.lines().find_map(|line| line.strip_prefix(&name)?.parse().ok()).unwrap_or_default()
        };
        Counts { applied: count("applied"), unchanged: count("unchanged"), refused: count("refused") }
    }

    fn all(self) -> u32 {
        self.applied + self.unchanged + self.refused
    }
}

/// Waits until there have been as many reloads as expected, which must have come to the same.
async fn come_to(server: &Server, expected: Counts) {
    let counts = until(&format!("{expected:?}"), PATIENCE, async || {
        Some(Counts::of(server).await).filter(|counts| counts.all() >= expected.all())
    })
    .await;
    assert_eq!(counts, expected);
}
