//! A server on this machine that plays a dialogue, remembers what it heard, and fails on demand.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use super::{Dialogue, Reply};

/// How long the kit waits for something that must happen.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// What goes wrong on each connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    #[default]
    None,
    /// It is closed as soon as it is made.
    CutAtOnce,
    /// It is closed when this many bytes have been heard.
    CutAfterBytes(usize),
    /// It is closed when the message is across, without an answer.
    CutAfterMessage,
    /// Nothing is ever said on it.
    Silent,
    /// Nothing more is said on it when the message is across.
    SilentAfterMessage,
}

/// A scripted server on 127.0.0.1 on a free port. It ends, with its connections, when it is dropped.
pub struct Double {
    at: SocketAddr,
    state: watch::Sender<State>,
    task: JoinHandle<()>,
}

struct State {
    dialogue: Arc<dyn Dialogue>,
    fault: Fault,
    units: Vec<Vec<u8>>,
    hold: Hold,
}

/// A pause before an answer, so that whoever waits for the answer can be dropped meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hold {
    Never,
    /// Before the answer to the unit of this number, counted from 1; 0 is the greeting.
    At(usize),
    Holding,
    Released,
    /// The late answer has been written, or could not be.
    Over,
}

impl Drop for Double {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Double {
    /// Starts a server that talks like this.
    ///
    /// # Panics
    /// When no port of this machine can be listened on.
    pub async fn start(dialogue: Arc<dyn Dialogue>, fault: Fault) -> Double {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("listen on 127.0.0.1");
        let at = listener.local_addr().expect("a bound listener has an address");
        let (state, _) = watch::channel(State { dialogue, fault, units: Vec::new(), hold: Hold::Never });
        let task = tokio::spawn(accept(listener, state.clone()));
        Double { at, state, task }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.at
    }

    /// Talks like this from now on, on open connections too.
    pub fn talk_like(&self, dialogue: Arc<dyn Dialogue>) {
        self.state.send_modify(|state| state.dialogue = dialogue);
    }

    /// The units it has heard, over all connections, oldest first.
    pub fn heard(&self) -> Vec<Vec<u8>> {
        self.state.borrow().units.clone()
    }

    /// Waits until it has heard this many units and gives them back.
    ///
    /// # Panics
    /// When that takes longer than 10 s.
    pub async fn wait_for(&self, count: usize) -> Vec<Vec<u8>> {
        self.wait_until(&format!("hear {count} units"), |state| state.units.len() >= count).await;
        self.heard()
    }

    /// Waits before its answer to the unit of this number (from 1; 0 is the greeting) until [`Double::answer_late`].
    pub(super) fn hold_at(&self, unit: usize) {
        self.state.send_modify(|state| state.hold = Hold::At(unit));
    }

    /// Waits until it has come to where it holds.
    pub(super) async fn holding(&self) {
        self.wait_until("come to the held answer", |state| state.hold == Hold::Holding).await;
    }

    /// Gives the answer that was held, to nobody perhaps.
    pub(super) async fn answer_late(&self) {
        self.state.send_modify(|state| state.hold = Hold::Released);
        self.wait_until("give the held answer", |state| state.hold == Hold::Over).await;
    }

    async fn wait_until(&self, what: &str, reached: impl FnMut(&State) -> bool) {
        let mut changes = self.state.subscribe();
        let waited = tokio::time::timeout(PATIENCE, changes.wait_for(reached)).await;
        assert!(waited.is_ok(), "the double waited {PATIENCE:?} to {what}");
    }
}

/// An address of this machine that refuses connections; it does as long as the socket is kept.
///
/// # Panics
/// When no port of this machine can be bound.
pub fn refusing_address() -> (SocketAddr, TcpSocket) {
    let socket = TcpSocket::new_v4().expect("a TCP socket");
    socket.bind((Ipv4Addr::LOCALHOST, 0).into()).expect("bind to 127.0.0.1");
    (socket.local_addr().expect("a bound socket has an address"), socket)
}

async fn accept(listener: TcpListener, state: watch::Sender<State>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let state = state.clone();
        // How a connection ends is the client's affair, and what is being tested.
        connections.spawn(async move { Connection { stream, state, units: Vec::new() }.serve().await });
    }
}

struct Connection {
    stream: TcpStream,
    state: watch::Sender<State>,
    units: Vec<Vec<u8>>,
}

impl Connection {
    async fn serve(mut self) -> io::Result<()> {
        self.stream.set_nodelay(true)?;
        let fault = self.state.borrow().fault;
        if fault == Fault::CutAtOnce {
            return Ok(());
        }
        if fault == Fault::Silent {
            return self.hang().await;
        }
        let greeting = self.dialogue().greeting();
        self.say(0, &greeting).await?;
        let mut heard = Vec::new();
        let mut room = match fault {
            Fault::CutAfterBytes(bytes) => bytes,
            _ => usize::MAX,
        };
        while let Some(unit) = self.next_unit(&mut heard, &mut room).await? {
            let dialogue = self.dialogue();
            match fault {
                Fault::CutAfterMessage if dialogue.hands_over(&unit) => return Ok(()),
                Fault::SilentAfterMessage if dialogue.hands_over(&unit) => return self.hang().await,
                _ => {}
            }
            let number = self.remember(&unit);
            match dialogue.reply(&unit) {
                Reply::Say(bytes) => self.say(number, &bytes).await?,
                Reply::SayAndClose(bytes) => return self.say(number, &bytes).await,
            }
        }
        Ok(())
    }

    fn dialogue(&self) -> Arc<dyn Dialogue> {
        Arc::clone(&self.state.borrow().dialogue)
    }

    /// `None` when the client has gone, or `room` is used up.
    async fn next_unit(&mut self, heard: &mut Vec<u8>, room: &mut usize) -> io::Result<Option<Vec<u8>>> {
        loop {
            if let Some(length) = self.dialogue().unit(heard, &self.units) {
                let unit: Vec<u8> = heard.drain(..length).collect();
                self.units.push(unit.clone());
                return Ok(Some(unit));
            }
            let mut buffer = [0; 16 * 1024];
            let most = buffer.len().min(*room);
            let read = self.stream.read(&mut buffer[..most]).await?;
            *room -= read;
            if read == 0 || *room == 0 {
                return Ok(None);
            }
            heard.extend_from_slice(&buffer[..read]);
        }
    }

    fn remember(&self, unit: &[u8]) -> usize {
        self.state.send_modify(|state| state.units.push(unit.to_vec()));
        self.state.borrow().units.len()
    }

    async fn say(&mut self, number: usize, bytes: &[u8]) -> io::Result<()> {
        let held = self.state.send_if_modified(|state| {
            let here = state.hold == Hold::At(number);
            if here {
                state.hold = Hold::Holding;
            }
            here
        });
        if held {
            let _ = self.state.subscribe().wait_for(|state| state.hold == Hold::Released).await;
        }
        let written = self.stream.write_all(bytes).await;
        if held {
            self.state.send_modify(|state| state.hold = Hold::Over);
        }
        written
    }

    async fn hang(&mut self) -> io::Result<()> {
        let mut buffer = [0; 1024];
        while self.stream.read(&mut buffer).await? > 0 {}
        Ok(())
    }
}
