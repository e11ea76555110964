//! The load generator: what the doors take and what goes the whole way, beside a server that does nothing.
//!
//! `cargo run --release -p proofbell-tests --bin load` builds the server in release mode, starts a no-op axum server and
//! `proofbell serve` in turn, drives both with the same signed bodies over 64 connections, and prints a table. Everything
//! runs on this machine, the generator included: compare the ratios, not the numbers.
#![expect(clippy::print_stdout, reason = "a report on standard output is this program's purpose")]

mod bodies;
mod drive;
mod peers;
mod server;

use std::time::Duration;

use anyhow::Context;
use clap::Parser;

use crate::bodies::Bodies;
use crate::drive::{Driven, drive};
use crate::server::{Kind, Server};

/// Drives a no-op server and `proofbell serve` in turn, and prints what each took.
#[derive(Debug, Parser)]
struct Args {
    /// Requests in each phase.
    #[arg(long, default_value_t = 20_000)]
    requests: usize,
    /// Connections that are kept open and busy.
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// How often the phases are repeated, in turn.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Take the server as it was built last, instead of building it.
    #[arg(long)]
    no_build: bool,
    /// Only serve as one of the peers; used by the program on itself.
    #[arg(long, hide = true)]
    peer: Option<peers::Peer>,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().context("failed to start")?;
    match args.peer {
        Some(peer) => runtime.block_on(peers::run(peer)),
        None => runtime.block_on(measure(&args)),
    }
}

async fn measure(args: &Args) -> anyhow::Result<()> {
    let binary = if args.no_build { server::binary()? } else { server::build()? };
    println!("{} requests a phase, {} connections, {} rounds", args.requests, args.connections, args.rounds);
    println!();
    println!("| phase | requests/s | p50 | p99 | CPU an event | RSS at rest | RSS under load |");
    println!("|---|---|---|---|---|---|---|");
    let mut ingest = Vec::new();
    for _ in 0..args.rounds {
        let noop = noop(args).await?;
        let door = door(args, &binary).await?;
        ingest.push(door.rate() / noop.rate());
    }
    println!();
    println!("ingest, ratio to the no-op server: {}", ratios(&ingest));
    println!();
    println!(
        "| phase | events/s to the last notification | until all were accepted | p50 | p99 | CPU an event | RSS at rest | RSS under load |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for _ in 0..args.rounds {
        whole_way(args, &binary).await?;
    }
    Ok(())
}

async fn noop(args: &Args) -> anyhow::Result<Driven> {
    let peer = peers::start(peers::Peer::Noop).await?;
    let bodies = Bodies::make(args.requests, &server::secret())?;
    let driven = drive(peer.address, "/webhooks/legitmark", bodies, args.connections).await?;
    println!("| no-op axum | {:.0} | {} | {} | | | |", driven.rate(), ms(driven.p50), ms(driven.p99));
    Ok(driven)
}

async fn door(args: &Args, binary: &std::path::Path) -> anyhow::Result<Driven> {
    let server = Server::start(binary, Kind::IngestOnly).await?;
    let rest = server.rss();
    let bodies = Bodies::make(args.requests, &server::secret())?;
    let driven = drive(server.public, "/webhooks/legitmark", bodies, args.connections).await?;
    println!(
        "| serve, nothing to send | {:.0} | {} | {} | {} | {} | {} |",
        driven.rate(),
        ms(driven.p50),
        ms(driven.p99),
        each(server.cpu(), args.requests),
        mib(rest),
        mib(server.peak_rss())
    );
    Ok(driven)
}

async fn whole_way(args: &Args, binary: &std::path::Path) -> anyhow::Result<()> {
    let sink = peers::start(peers::Peer::Sink).await?;
    let server = Server::start(binary, Kind::NotifyEach(sink.address)).await?;
    let rest = server.rss();
    let bodies = Bodies::make(args.requests, &server::secret())?;
    let begun = tokio::time::Instant::now();
    let driven = drive(server.public, "/webhooks/legitmark", bodies, args.connections).await?;
    peers::wait_for(sink.address, args.requests, Duration::from_secs(120)).await?;
    let whole = begun.elapsed();
    println!(
        "| serve, one HTTP notification an event | {:.0} | {:.0} | {} | {} | {} | {} | {} |",
        count(args.requests) / whole.as_secs_f64(),
        driven.rate(),
        ms(driven.p50),
        ms(driven.p99),
        each(server.cpu(), args.requests),
        mib(rest),
        mib(server.peak_rss())
    );
    Ok(())
}

fn ratios(ratios: &[f64]) -> String {
    ratios.iter().map(|ratio| format!("{ratio:.2}")).collect::<Vec<_>>().join(", ")
}

fn ms(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}

fn each(cpu: Option<Duration>, events: usize) -> String {
    cpu.map_or_else(|| "?".to_owned(), |cpu| format!("{:.0} µs", cpu.as_secs_f64() * 1e6 / count(events)))
}

fn mib(kib: Option<u64>) -> String {
    kib.map_or_else(|| "?".to_owned(), |kib| format!("{} MiB", kib / 1024))
}

/// Counts here stay far below 2^52, where f64 is exact.
#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn count(number: usize) -> f64 {
    number as f64
}
