//! `proofbell serve`: the server itself.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use proofbell_pipeline::{Drained, Pipeline, PipelineSettings};
use proofbell_server::{AdminSettings, Doors, IngressSettings, Reloads};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::cli::Globals;
use crate::command::Stop;
use crate::loading::{self, Served};
use crate::reload::{Beginning, Invocation, NeedsRedirect, Reloader, Watching};

/// How long requests under way may take after the stop.
const CLOSE: Duration = Duration::from_secs(3);
/// How long messages under way may take after the stop; with [`CLOSE`] below the 25 s that a stop may take.
const DRAIN: Duration = Duration::from_secs(21);
/// Seconds within which the public door answers, for its histogram: a sender waits 30 at most.
const INGRESS_BUCKETS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.0, 10.0];
/// How often the metrics' histograms are tidied.
const METRICS_UPKEEP: Duration = Duration::from_secs(5);

/// `proofbell serve`
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Refuse to run without a `[redirect]`, at the start and at every reload: for staging.
    #[arg(long)]
    require_redirect: bool,
    /// Do not reload when a file changes; SIGHUP and `POST /api/v1/reload` still do.
    #[arg(long)]
    no_watch: bool,
}

impl ServeArgs {
    fn redirect(&self) -> NeedsRedirect {
        if self.require_redirect { NeedsRedirect::Yes } else { NeedsRedirect::No }
    }

    fn watching(&self) -> Watching {
        if self.no_watch { Watching::Nothing } else { Watching::Files }
    }
}

pub(crate) async fn run(globals: &Globals, args: &ServeArgs) -> Result<(), Stop> {
    let Served { wired, seen, fixed } = loading::wired_to_serve(globals)?;
    if args.require_redirect && wired.runtime.redirect.is_none() {
        return Err(Stop::Usage(
            "--require-redirect: the configuration has no [redirect], so messages would reach real people"
                .to_owned(),
        ));
    }
    let ingress = IngressSettings { sources: wired.source_settings()?, ..IngressSettings::default() };
    let metrics = metrics()?;
    let store = loading::writing(&wired)?;
    let mut stop = signals()?;
    let (reloads, wishes) = Reloads::new(jiff::Timestamp::now());
    let invocation = Invocation { globals: globals.clone(), redirect: args.redirect() };
    let beginning = Beginning { invocation, watching: args.watching(), seen, fixed };
    let reloader =
        Reloader::new(beginning, reloads.clone(), wishes).context("failed to listen for SIGHUP")?;
    let public = bind(wired.server.listen, "server.listen").await?;
    let admin = bind(wired.server.admin, "server.admin").await?;
    let addresses = (public.local_addr()?, admin.local_addr()?);
    let pipeline =
        Pipeline::start(store.clone(), Arc::new(wired.runtime), PipelineSettings::default()).await?;
    let admin_settings = AdminSettings {
        token: wired.server.admin_token,
        metrics: Arc::new(move || metrics.render()),
        reloads,
    };
    let doors = Doors::open(public, ingress, admin, admin_settings, pipeline.handle());
    tracing::info!(public.addr = %addresses.0, admin.addr = %addresses.1, store = %wired.store.path.display(), "doors open");
    let lost = tokio::select! {
        () = stop.recv() => None,
        reason = store.fatal() => Some(reason),
        never = reloader.run(&pipeline, &doors) => match never {},
    };
    tracing::info!("stopping: no new requests, messages under way may end");
    doors.close(CLOSE).await;
    let drained = pipeline.stop(DRAIN).await;
    match lost {
        Some(reason) => Err(Stop::Failed(format!("the store can keep nothing more: {reason}"))),
        None => {
            tracing::info!(everything = drained == Drained::All, "stopped");
            Ok(())
        }
    }
}

async fn bind(address: std::net::SocketAddr, key: &str) -> Result<TcpListener, Stop> {
    let listener =
        TcpListener::bind(address).await.with_context(|| format!("failed to listen on {address} ({key})"))?;
    Ok(listener)
}

/// Installs the recorder of metrics and keeps it tidy.
fn metrics() -> Result<PrometheusHandle, Stop> {
    let door = Matcher::Full("proofbell_ingress_seconds".to_owned());
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(door, &INGRESS_BUCKETS)
        .and_then(PrometheusBuilder::install_recorder)
        .context("failed to start the metrics")?;
    let upkeep = handle.clone();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(METRICS_UPKEEP).await;
            upkeep.run_upkeep();
        }
    });
    Ok(handle)
}

/// SIGTERM and SIGINT.
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

fn signals() -> Result<Signals, Stop> {
    let listen = |kind| signal(kind).context("failed to listen for signals");
    Ok(Signals { terminate: listen(SignalKind::terminate())?, interrupt: listen(SignalKind::interrupt())? })
}

impl Signals {
    async fn recv(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
