//! One command, one answer, within a deadline.

use std::future::Future;
use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::time::timeout;

use crate::failure::{Cause, Failure, Step};
use crate::reply::Reply;

/// How long each part of a transaction may take. RFC 5321, section 4.5.3.2, would allow minutes for most of them; a
/// submission server answers in milliseconds, and a dispatcher's slot is worth more.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadlines {
    /// For the name lookup and TCP together.
    pub(crate) connect: Duration,
    /// For the TLS handshake and for each command.
    pub(crate) command: Duration,
    /// For sending the message and the answer to its final dot, behind which a server may run its filters.
    pub(crate) body: Duration,
    /// For reading mails in one round through the mailbox for bounces; the one that is being read then is the last.
    pub(crate) round: Duration,
}

impl Default for Deadlines {
    fn default() -> Deadlines {
        Deadlines {
            connect: Duration::from_secs(10),
            command: Duration::from_secs(30),
            body: Duration::from_secs(300),
            round: Duration::from_secs(120),
        }
    }
}

/// What a conversation runs over: TCP, or TLS over it.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A conversation with a server.
pub(crate) struct Dialogue<S: Stream> {
    stream: BufReader<S>,
    deadlines: Deadlines,
}

impl<S: Stream> Dialogue<S> {
    pub(crate) fn new(stream: S, deadlines: Deadlines) -> Dialogue<S> {
        Dialogue { stream: BufReader::new(stream), deadlines }
    }

    /// Reads an answer that no command asked for: the greeting.
    pub(crate) async fn greeting(&mut self) -> Result<Reply, Failure> {
        let answer = Reply::read(&mut self.stream);
        accept(Step::Greeting, within(Step::Greeting, self.deadlines.command, answer).await?)
    }

    /// Sends a command line (without its CRLF) and wants an answer that the step accepts.
    pub(crate) async fn command(&mut self, step: Step, line: &str) -> Result<Reply, Failure> {
        accept(step, self.ask(step, line).await?)
    }

    /// Sends a command line (without its CRLF) and takes any answer.
    pub(crate) async fn ask(&mut self, step: Step, line: &str) -> Result<Reply, Failure> {
        let line = format!("{line}\r\n");
        let deadline = self.deadlines.command;
        within(step, deadline, self.exchange(line.as_bytes())).await
    }

    /// Sends a message, already made transparent and ended by its dot, and wants the 250 behind it.
    pub(crate) async fn body(&mut self, bytes: &[u8]) -> Result<Reply, Failure> {
        let deadline = self.deadlines.body;
        accept(Step::Body, within(Step::Body, deadline, self.exchange(bytes)).await?)
    }

    /// Whether the server has said something that nobody has read yet: the next answer would be the wrong one.
    pub(crate) fn has_unread(&self) -> bool {
        !self.stream.buffer().is_empty()
    }

    /// The stream below, for TLS.
    pub(crate) fn into_inner(self) -> S {
        self.stream.into_inner()
    }

    async fn exchange(&mut self, bytes: &[u8]) -> io::Result<Reply> {
        self.stream.write_all(bytes).await?;
        self.stream.flush().await?;
        Reply::read(&mut self.stream).await
    }
}

async fn within<T>(
    step: Step,
    deadline: Duration,
    work: impl Future<Output = io::Result<T>>,
) -> Result<T, Failure> {
    match timeout(deadline, work).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(Failure::new(step, Cause::Lost(error))),
        Err(_) => Err(Failure::new(step, Cause::Late)),
    }
}

fn accept(step: Step, reply: Reply) -> Result<Reply, Failure> {
    match step.accepts(reply.code()) {
        true => Ok(reply),
        false => Err(Failure::new(step, Cause::Answer(reply))),
    }
}
