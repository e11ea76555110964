//! Driving a server over connections that are kept busy. The client is as small as can be, for it shares the cores.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::bodies::{Bodies, Signed};

/// What driving a server measured.
pub(crate) struct Driven {
    requests: usize,
    elapsed: Duration,
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
}

impl Driven {
    /// Requests a second.
    pub(crate) fn rate(&self) -> f64 {
        crate::count(self.requests) / self.elapsed.as_secs_f64()
    }
}

/// Sends all bodies, each connection its share; every answer must be a 200.
pub(crate) async fn drive(
    address: SocketAddr,
    path: &str,
    bodies: Bodies,
    connections: usize,
) -> anyhow::Result<Driven> {
    let requests: Arc<Vec<Vec<u8>>> = Arc::new(bodies.0.iter().map(|signed| request(path, signed)).collect());
    let mut tasks = JoinSet::new();
    let begun = Instant::now();
    for first in 0..connections {
        tasks.spawn(share(address, requests.clone(), first, connections));
    }
    let mut times = Vec::with_capacity(requests.len());
    while let Some(done) = tasks.join_next().await {
        times.extend(done.context("a connection's task ended")??);
    }
    let elapsed = begun.elapsed();
    times.sort_unstable();
    let at = |percent: usize| times.get(times.len() * percent / 100).copied().unwrap_or_default();
    Ok(Driven { requests: requests.len(), elapsed, p50: at(50), p99: at(99) })
}

async fn share(
    address: SocketAddr,
    requests: Arc<Vec<Vec<u8>>>,
    first: usize,
    step: usize,
) -> anyhow::Result<Vec<Duration>> {
    let mut stream = TcpStream::connect(address).await.context("failed to connect")?;
    stream.set_nodelay(true).context("failed to set nodelay")?;
    let mut times = Vec::new();
    let mut answer = Vec::with_capacity(1024);
    for request in requests.iter().skip(first).step_by(step) {
        let begun = Instant::now();
        stream.write_all(request).await.context("failed to send a request")?;
        read_answer(&mut stream, &mut answer).await?;
        times.push(begun.elapsed());
    }
    Ok(times)
}

async fn read_answer(stream: &mut TcpStream, answer: &mut Vec<u8>) -> anyhow::Result<()> {
    answer.clear();
    loop {
        if stream.read_buf(answer).await.context("failed to read an answer")? == 0 {
            bail!("the connection ended within an answer");
        }
        let Some(head) = answer.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let text = String::from_utf8_lossy(&answer[..head]).to_ascii_lowercase();
        if !text.starts_with("http/1.1 200") {
            bail!("answered: {}", String::from_utf8_lossy(answer));
        }
        let length: usize = text
            .lines()
            .find_map(|line| line.strip_prefix("content-length:"))
            .and_then(|value| value.trim().parse().ok())
            .context("an answer without a content-length")?;
        if answer.len() >= head + 4 + length {
            return Ok(());
        }
    }
}

fn request(path: &str, signed: &Signed) -> Vec<u8> {
    let Signed { id, timestamp, signature, body } = signed;
    format!(
        "POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\nsvix-id: {id}\r\n\
         svix-timestamp: {timestamp}\r\nsvix-signature: {signature}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
