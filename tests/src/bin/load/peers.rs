//! The other sides, each a process of its own: a server that does nothing, and a provider that takes everything.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, bail};
use axum::Router;
use axum::body::Bytes;
use axum::routing::{get, post};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};

/// A process that this program starts of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Peer {
    /// Reads the body and answers 200.
    Noop,
    /// Answers `ok` as Slack does, and counts.
    Sink,
}

/// A started peer; it ends when this is dropped.
pub(crate) struct Started {
    pub(crate) address: SocketAddr,
    _child: Child,
}

/// Starts a peer and waits until it listens.
pub(crate) async fn start(peer: Peer) -> anyhow::Result<Started> {
    let program = std::env::current_exe().context("failed to find this program")?;
    let name = match peer {
        Peer::Noop => "noop",
        Peer::Sink => "sink",
    };
    let mut child = Command::new(program)
        .args(["--peer", name])
        .stdout(std::process::Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .context("failed to start a peer")?;
    let output = child.stdout.take().context("a peer without output")?;
    let line = BufReader::new(output).lines().next_line().await?.context("a peer that says nothing")?;
    let address = line.parse().with_context(|| format!("a peer that says `{line}`"))?;
    Ok(Started { address, _child: child })
}

/// Serves as a peer until killed. Its first line of output is its address.
pub(crate) async fn run(peer: Peer) -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await.context("failed to listen")?;
    println!("{}", listener.local_addr()?);
    let counted = Arc::new(AtomicUsize::new(0));
    let (adding, telling) = (counted.clone(), counted);
    let router = match peer {
        Peer::Noop => {
            Router::new().route("/webhooks/legitmark", post(|_: Bytes| async { r#"{"status":"accepted"}"# }))
        }
        Peer::Sink => Router::new()
            .route(
                "/hook",
                post(move |_: Bytes| {
                    adding.fetch_add(1, Ordering::Relaxed);
                    async { "ok" }
                }),
            )
            .route("/count", get(move || async move { telling.load(Ordering::Relaxed).to_string() })),
    };
    axum::serve(listener, router).await.context("failed to serve")
}

/// Waits until the sink has counted so many.
pub(crate) async fn wait_for(sink: SocketAddr, wanted: usize, at_most: Duration) -> anyhow::Result<()> {
    let http = proofbell_notify::http::Client::default();
    let url = format!("http://{sink}/count").parse().context("failed to name the sink")?;
    let deadline = tokio::time::Instant::now() + at_most;
    loop {
        let answer = http.get(&url).send().await.map_err(|error| anyhow::anyhow!("{}", error.reason()))?;
        let counted: usize = answer.text().parse().context("the sink does not count")?;
        if counted >= wanted {
            return Ok(());
        }
        if tokio::time::Instant::now() > deadline {
            bail!("the sink has {counted} of {wanted} after {} s", at_most.as_secs());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
