//! `proofbell demo`: the whole thing with nothing set up. Everything is real but the last step: each channel writes its
//! messages to files instead of sending them.

mod capture;
mod day;
mod narrator;
mod sender;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use proofbell_config::Secrets;
use proofbell_event::Verifier;
use proofbell_pipeline::{Handle, Pipeline, PipelineSettings};
use proofbell_server::{AdminSettings, Doors, IngressSettings, Reloads, SourceSettings};
use proofbell_store::{SqliteOptions, SqliteStore};
use tokio::net::TcpListener;
use tokio::sync::watch;

use self::capture::Capture;
use self::narrator::Narrator;
use self::sender::Sender;
use crate::cli::{Globals, LogFormat};
use crate::command::Stop;
use crate::output::{Tone, line, paint};
use crate::wiring::Wired;
use crate::{embedded, loading};

/// How long one event may take from the door to its last message.
const SETTLE: Duration = Duration::from_secs(8);
/// How often the demo looks whether an event is done with.
const LOOK: Duration = Duration::from_millis(10);
/// How long stopping may take: nothing is under way any more.
const STOP: Duration = Duration::from_secs(2);

pub(crate) async fn run(once: bool) -> Result<(), Stop> {
    let home = tempfile::Builder::new()
        .prefix("proofbell-demo-")
        .tempdir()
        .context("failed to make a temporary directory")?
        .keep();
    let secret = sender::secret();
    let wired = wired(&home)?;
    let source = source(&wired, &secret)?;
    let messages = home.join("messages");
    std::fs::create_dir_all(&messages).with_context(|| format!("failed to make {}", messages.display()))?;
    let stage = Stage::open(wired, source, &home, &messages).await?;
    introduce(&stage);
    let sender = Sender::new(stage.webhook.clone(), secret);
    let mut accepted = 0;
    for beat in day::beats() {
        line("");
        line(&paint(&format!("▶ {}", beat.title), Tone::Strong));
        let answer = sender.send(&beat).await?;
        line(&format!("  {}", paint(&format!("{} {}", answer.code, answer.status), Tone::Quiet)));
        accepted += usize::from(answer.status == "accepted");
        stage.settle(accepted).await?;
    }
    line("");
    line(&format!("The messages are in {}", paint(&messages.display().to_string(), Tone::Strong)));
    if !once {
        linger(&stage, &home).await?;
    }
    stage.close().await;
    Ok(())
}

/// The starter configuration, with the demo's own doors and store.
fn wired(home: &Path) -> Result<Wired, Stop> {
    embedded::write_to(home)
        .with_context(|| format!("failed to write the starter configuration to {}", home.display()))?;
    let overlay = home.join("demo.toml");
    let doors =
        "[server]\nlisten = \"127.0.0.1:0\"\nadmin = \"127.0.0.1:0\"\n\n[store]\nurl = \"sqlite:demo.db\"\n";
    std::fs::write(&overlay, doors).with_context(|| format!("failed to write {}", overlay.display()))?;
    let globals = Globals {
        config: home.join("config"),
        overlay: vec![overlay],
        admin: None,
        log: LogFormat::Text,
        json: false,
    };
    loading::wired(&globals, Secrets::Assume)
}

/// The door to the configured path, with the demo's own secret.
fn source(wired: &Wired, secret: &str) -> anyhow::Result<SourceSettings> {
    let configured = wired.sources.first().context("the starter configuration has no source")?;
    let verifier = Verifier::new([secret]).context("failed to use the demo's own secret")?;
    let verify = proofbell_server::Verify::Svix(verifier);
    Ok(SourceSettings { name: configured.name.clone(), path: configured.path.clone(), verify })
}

/// The running parts.
struct Stage {
    webhook: String,
    pipeline: Pipeline,
    doors: Doors,
    handle: Handle,
    decided: watch::Receiver<usize>,
}

impl Stage {
    async fn open(
        mut wired: Wired,
        source: SourceSettings,
        home: &Path,
        messages: &Path,
    ) -> anyhow::Result<Stage> {
        for (name, channel) in &mut wired.runtime.channels {
            channel.rate = None;
            channel.notifier =
                Arc::new(Capture::new(channel.notifier.clone(), name.clone(), messages.to_owned()));
        }
        let store = Arc::new(
            SqliteStore::open(&home.join("demo.db"), SqliteOptions::default())
                .context("failed to open the store")?,
        );
        let narrator = Arc::new(Narrator::new(wired.runtime.engine.clone(), messages.to_owned()));
        let decided = narrator.decided();
        let settings = PipelineSettings { observer: narrator, ..PipelineSettings::default() };
        let pipeline = Pipeline::start(store, Arc::new(wired.runtime), settings).await?;
        let public = TcpListener::bind("127.0.0.1:0").await.context("failed to listen")?;
        let admin = TcpListener::bind("127.0.0.1:0").await.context("failed to listen")?;
        let webhook = format!("http://{}{}", public.local_addr()?, source.path);
        let ingress = IngressSettings { sources: vec![source], ..IngressSettings::default() };
        let handle = pipeline.handle();
        let reloads = Reloads::never(handle.now());
        let no_metrics = AdminSettings { token: None, metrics: Arc::new(String::new), reloads };
        let doors = Doors::open(public, ingress, admin, no_metrics, handle.clone());
        Ok(Stage { webhook, pipeline, doors, handle, decided })
    }

    /// Waits until `accepted` events were told of and everything that they led to is done.
    async fn settle(&self, accepted: usize) -> anyhow::Result<()> {
        let mut decided = self.decided.clone();
        let quiet = async {
            decided.wait_for(|decided| *decided >= accepted).await.context("nobody watches any more")?;
            loop {
                let stats = self.handle.store().stats().await?;
                if stats.drafts_waiting == 0 && stats.queues.iter().all(|queue| queue.depth == 0) {
                    return Ok::<(), anyhow::Error>(());
                }
                tokio::time::sleep(LOOK).await;
            }
        };
        match tokio::time::timeout(SETTLE, quiet).await {
            Ok(done) => done,
            Err(_) => bail!("an event was not done with after {} s", SETTLE.as_secs()),
        }
    }

    async fn close(self) {
        self.doors.close(STOP).await;
        self.pipeline.stop(STOP).await;
    }
}

fn introduce(stage: &Stage) {
    line(
        "A day at Maison Seconde. Legitmark's events come in signed through the real door; what goes out is written to files.",
    );
    line(&paint(&format!("webhook: {}", stage.webhook), Tone::Quiet));
}

async fn linger(stage: &Stage, home: &Path) -> anyhow::Result<()> {
    let look: PathBuf = home.join("config");
    line(&format!(
        "Still running at {}; the configuration it runs on is in {}. Ctrl-C ends it.",
        stage.webhook,
        look.display()
    ));
    tokio::signal::ctrl_c().await.context("failed to wait for Ctrl-C")
}
