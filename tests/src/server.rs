//! A running `proofbell serve`.

use std::net::SocketAddr;
use std::process::ExitStatus;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::Child;
use tokio::sync::watch;

use crate::http::{self, Answer};
use crate::program::{Program, Ran};
use crate::wait::{PATIENCE, until};

/// How much of the log a failing test shows.
const LOG_TAIL: usize = 120;

/// A running `proofbell serve`. When it is dropped it is killed, and if the test has failed its log is shown.
pub struct Server {
    child: Child,
    log: watch::Receiver<Vec<String>>,
    program: Program,
    public: SocketAddr,
    admin: SocketAddr,
}

impl Server {
    /// Starts it and waits until its doors are open.
    ///
    /// # Panics
    /// When it ends instead, or takes too long.
    pub async fn start(program: &Program) -> Server {
        Server::start_with(program, &[]).await
    }

    /// Starts it with further arguments and waits until its doors are open.
    ///
    /// # Panics
    /// When it ends instead, or takes too long.
    pub async fn start_with(program: &Program, arguments: &[&str]) -> Server {
        let arguments = [&["--log", "json", "serve"], arguments].concat();
        let mut child = program.command(&arguments).spawn().unwrap();
        let (lines, log) = watch::channel(Vec::new());
        collect(child.stdout.take().unwrap(), lines.clone());
        collect(child.stderr.take().unwrap(), lines);
        let mut opening = log.clone();
        // Nothing of what `wait_for` lends may be kept: while it is, no line can be added to the log.
        let opened = tokio::time::timeout(PATIENCE, opening.wait_for(|log| doors(log).is_some()))
            .await
            .is_ok_and(|found| found.is_ok());
        let Some((public, admin)) = doors(&log.borrow()).filter(|_| opened) else {
            panic!("the server did not open its doors:\n{}", log.borrow().join("\n"));
        };
        let mut program = program.clone();
        program.admin = Some(format!("http://{admin}"));
        Server { child, log, program, public, admin }
    }

    /// Where webhooks come in.
    pub fn public(&self) -> SocketAddr {
        self.public
    }

    /// Where the API and the metrics are.
    pub fn admin(&self) -> SocketAddr {
        self.admin
    }

    /// The process.
    ///
    /// # Panics
    /// When it has ended.
    pub fn pid(&self) -> u32 {
        self.child.id().unwrap()
    }

    /// Runs `proofbell ARGUMENTS` against this server.
    pub async fn run(&self, arguments: &[&str]) -> Ran {
        self.program.run(arguments).await
    }

    /// Runs `proofbell ARGUMENTS --json` against this server, which must end with 0, and reads what it prints.
    pub async fn json(&self, arguments: &[&str]) -> Value {
        self.program.json(arguments).await
    }

    /// Asks one of its doors.
    pub async fn get(&self, door: SocketAddr, path: &str) -> Answer {
        http::get(door, path).await.unwrap()
    }

    /// The value of a metric, with its labels as they are written out; `None` while there is none.
    pub async fn metric(&self, name: &str) -> Option<f64> {
        let answer = self.get(self.admin, "/metrics").await;
        let text = answer.text();
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
        line.trim().parse().ok()
    }

    /// Its log so far.
    pub fn log(&self) -> Vec<String> {
        self.log.borrow().clone()
    }

    /// Waits for a case to look as wanted, and gives what `proofbell case` says of it then.
    pub async fn case_when(&self, sr_uuid: &str, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        until(&format!("case {sr_uuid}: {what}"), PATIENCE, async || {
            let ran = self.run(&["case", sr_uuid, "--json"]).await;
            (ran.code == 0).then(|| ran.json()).filter(|case| wanted(case))
        })
        .await
    }

    /// Kills it as a power cut would, without any chance to say goodbye.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// Asks it to stop, as an operating system does.
    pub async fn terminate(&self) {
        self.signal("TERM").await;
    }

    /// Asks it to read its configuration again.
    pub async fn hang_up(&self) {
        self.signal("HUP").await;
    }

    async fn signal(&self, name: &str) {
        // The shell's own `kill`: a bare system has no other.
        let kill = format!("kill -{name} {}", self.pid());
        let status = tokio::process::Command::new("sh").args(["-c", &kill]).status().await.unwrap();
        assert!(status.success());
    }

    /// Waits until it has ended.
    ///
    /// # Panics
    /// When it does not within `patience`.
    pub async fn ended(&mut self, patience: Duration) -> ExitStatus {
        let ended = tokio::time::timeout(patience, self.child.wait()).await;
        ended.unwrap_or_else(|_| panic!("the server did not end within {patience:?}")).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.start_kill();
        if std::thread::panicking() {
            let log = self.log.borrow();
            let tail = log.len().saturating_sub(LOG_TAIL);
            eprintln!("the server's log, its last {LOG_TAIL} lines:\n{}", log[tail..].join("\n"));
        }
    }
}

fn collect(stream: impl AsyncRead + Send + Unpin + 'static, into: watch::Sender<Vec<String>>) {
    tokio::spawn(async move {
        let mut lines = BufReader::new(stream).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            into.send_modify(|log| log.push(line));
        }
    });
}

/// The public and the admin address, once the log tells them.
fn doors(log: &[String]) -> Option<(SocketAddr, SocketAddr)> {
    let opened = log
        .iter()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .find(|line| line["fields"]["message"] == "doors open")?;
    let address = |name: &str| opened["fields"][name].as_str()?.parse().ok();
    Some((address("public.addr")?, address("admin.addr")?))
}
