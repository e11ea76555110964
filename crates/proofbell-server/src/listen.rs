//! Accepting connections and serving HTTP/1 on them, with an end to all waiting.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::TokioTimer;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::Limits;
use crate::socket::Socket;

/// The most that hyper reads ahead on a connection: so much memory a half-open connection can cost, and so long a
/// request's head can be.
const READ_AHEAD: usize = 64 * 1024;
/// How long to wait when no connection can be accepted, because file descriptors have run out.
const ACCEPT_REST: Duration = Duration::from_millis(100);

/// Accepts and serves connections until `stop` is true (or its sender is gone); then lets the requests under way end,
/// and returns when no connection is left. Dropping the future cuts off those that are.
pub(crate) async fn serve<S, B>(
    listener: TcpListener,
    limits: Limits,
    service: S,
    mut stop: watch::Receiver<bool>,
) where
    S: Service<Request<Incoming>, Response = Response<B>, Error = std::convert::Infallible>
        + Clone
        + Send
        + 'static,
    S::Future: Send,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let http = http(&limits);
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            biased;
            () = stopped(&mut stop) => break,
            Some(_) = connections.join_next() => continue,
            accepted = listener.accept(), if connections.len() < limits.connections => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                let socket = socket(stream, &limits);
                connections.spawn(connection(http.clone(), socket, service.clone(), stop.clone()));
            }
            Err(error) if is_theirs(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "failed to accept a connection");
                tokio::time::sleep(ACCEPT_REST).await;
            }
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// Waits for the stop. Whoever holds the sender being gone is one, too.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

fn http(limits: &Limits) -> http1::Builder {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.header_time).max_buf_size(READ_AHEAD);
    http
}

fn socket(stream: TcpStream, limits: &Limits) -> Socket {
    // Answers are one small write each: waiting for more to send would only delay them. Failing costs no more than that.
    let _ = stream.set_nodelay(true);
    Socket::new(stream, limits.write_time)
}

/// The connection broke before it was accepted; the next one may be fine.
fn is_theirs(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

async fn connection<S, B>(http: http1::Builder, socket: Socket, service: S, mut stop: watch::Receiver<bool>)
where
    S: Service<Request<Incoming>, Response = Response<B>, Error = std::convert::Infallible>,
    B: Body<Data = Bytes> + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let mut connection = std::pin::pin!(http.serve_connection(socket, service));
    let ended = tokio::select! {
        biased;
        ended = connection.as_mut() => ended,
        () = stopped(&mut stop) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke");
    }
}
