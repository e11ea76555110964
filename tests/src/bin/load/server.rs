//! `proofbell serve` as a process of its own, on a configuration made for measuring.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command as Build;
use std::time::Duration;

use anyhow::{Context, ensure};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// What the server is to do with an event.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// Keep it and plan it; no rule names it.
    IngestOnly,
    /// One Slack message to a sink at this address.
    NotifyEach(SocketAddr),
}

/// A running server; it ends when this is dropped.
pub(crate) struct Server {
    pub(crate) public: SocketAddr,
    child: Child,
    _home: TempDir,
}

/// The signing secret of the measurement; it guards nothing.
pub(crate) fn secret() -> String {
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned()
}

/// Builds the server in release mode; where it is.
pub(crate) fn build() -> anyhow::Result<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("the package has no workspace")?;
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let status = Build::new(cargo)
        .args(["build", "--quiet", "--release", "-p", "proofbell"])
        .current_dir(root)
        .status()
        .context("failed to run cargo")?;
    ensure!(status.success(), "failed to build the server");
    binary()
}

/// Where the server is, once it was built.
pub(crate) fn binary() -> anyhow::Result<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("the package has no workspace")?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    Ok(target.join("release").join("proofbell"))
}

impl Server {
    pub(crate) async fn start(binary: &Path, kind: Kind) -> anyhow::Result<Server> {
        let home = tempfile::tempdir().context("failed to make a directory")?;
        write_config(home.path(), kind)?;
        let mut child = Command::new(binary)
            .arg("--config")
            .arg(home.path().join("config"))
            .args(["--log", "json", "serve"])
            .stderr(std::process::Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("failed to start the server")?;
        let log = child.stderr.take().context("a server without a log")?;
        let mut lines = BufReader::new(log).lines();
        let mut seen = String::new();
        while let Some(line) = lines.next_line().await? {
            let entry: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
            if entry.pointer("/fields/message").and_then(serde_json::Value::as_str) == Some("doors open") {
                let address = entry.pointer("/fields/public.addr").and_then(serde_json::Value::as_str);
                let public =
                    address.context("no address in the log")?.parse().context("no address in the log")?;
                // The log is read to its end, so that the server never waits for a full pipe.
                tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
                return Ok(Server { public, child, _home: home });
            }
            seen = seen + &line + "\n";
        }
        anyhow::bail!("the server ended:\n{seen}")
    }

    /// Resident memory now, in KiB.
    pub(crate) fn rss(&self) -> Option<u64> {
        self.status("VmRSS:")
    }

    /// The most resident memory so far, in KiB.
    pub(crate) fn peak_rss(&self) -> Option<u64> {
        self.status("VmHWM:")
    }

    /// Processor time used so far by all of the server's threads.
    pub(crate) fn cpu(&self) -> Option<Duration> {
        let text = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()?)).ok()?;
        // After the name in parentheses, utime and stime are the 12th and 13th field, in hundredths of a second.
        let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks: u64 = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
        Some(Duration::from_millis(ticks * 10))
    }

    fn status(&self, key: &str) -> Option<u64> {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()?)).ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix(key))?;
        line.split_whitespace().next()?.parse().ok()
    }
}

fn write_config(home: &Path, kind: Kind) -> anyhow::Result<()> {
    let (on, sink) = match kind {
        Kind::IngestOnly => ("counterfeit", "127.0.0.1:9".to_owned()),
        Kind::NotifyEach(sink) => ("reshoot_needed", sink.to_string()),
    };
    let config = format!(
        r#"
[server]
listen = "127.0.0.1:0"
admin = "127.0.0.1:0"
[store]
url = "sqlite:../data/load.db"
[source.legitmark]
path = "/webhooks/legitmark"
verify = "svix"
secrets = ["{}"]
[template]
dir = "../templates"
[channel.desk]
kind = "slack"
webhook_url = "http://{sink}/hook"
limit = {{ concurrency = 64 }}
[audience.staff]
kind = "list"
via = ["desk"]
members = [{{ name = "Desk", email = "desk@market.example" }}]
[rule.alert]
on = "{on}"
to = "staff"
"#,
        secret()
    );
    let template = "+++\nheader = \"Photos failed\"\n+++\n**{{case.sr_uuid}}**: {{#each sides}}{{name}} ({{reason.name}}) {{/each}}\n";
    for (name, text) in [("config/load.toml", config.as_str()), ("templates/alert/chat.en.hbs", template)] {
        let path = home.join(name);
        let parent = path.parent().context("a file without a directory")?;
        std::fs::create_dir_all(parent)
            .and_then(|()| std::fs::write(&path, text))
            .context("failed to write the configuration")?;
    }
    Ok(())
}
