//! A real SMTP server.

use std::process::Stdio;
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use mail_parser::MessageParser;
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::watch;

use crate::authority::Authority;
use crate::python::python;
use crate::repository::root;
use crate::wait::PATIENCE;

/// How clients come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Anybody in clear text, as on a machine's own mail server.
    Anybody,
    /// Only over STARTTLS and with [`SmtpServer::USER`]'s password.
    Authenticated,
}

/// A real SMTP server, aiosmtpd, on a free port of this machine. It ends when it is dropped. What it does by recipient stands in
/// `smtp/server.py`.
pub struct SmtpServer {
    port: u16,
    ca: String,
    happened: watch::Receiver<Vec<Happened>>,
    input: ChildStdin,
    _child: Child,
    _folder: TempDir,
}

/// A line of the server's.
#[derive(Clone, Debug)]
struct Happened {
    what: Value,
    at: Instant,
}

/// A mail that the server has accepted.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The envelope's recipient.
    pub to: String,
    /// The envelope's sender.
    pub sender: String,
    /// Whether it came over TLS.
    pub encrypted: bool,
    /// The connection that it came over, by the client's address and port.
    pub connection: String,
    /// Who had logged in.
    pub user: Option<String>,
    /// When it was accepted.
    pub at: Instant,
    /// As it came over the wire.
    pub raw: Vec<u8>,
    /// The subject, decoded.
    pub subject: String,
    /// The id, without its brackets.
    pub message_id: String,
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
}

impl SmtpServer {
    /// Who may log in.
    pub const USER: &str = "mailer";
    /// With which password.
    pub const PASSWORD: &str = "correct horse battery";

    /// Starts it.
    ///
    /// # Panics
    /// When it cannot be started; most likely aiosmtpd is not installed.
    pub async fn start(trust: Trust) -> SmtpServer {
        let folder = TempDir::with_prefix("proofbell-smtp-").unwrap();
        let authority = Authority::new("localhost");
        let mut command = Command::new(python());
        command.arg(root().join("tests/smtp/server.py"));
        if trust == Trust::Authenticated {
            for (option, file, text) in [
                ("--certificate", "certificate.pem", &authority.certificate),
                ("--key", "key.pem", &authority.key),
            ] {
                let path = folder.path().join(file);
                std::fs::write(&path, text).unwrap();
                command.arg(option).arg(path);
            }
            command.args(["--user", Self::USER, "--password", Self::PASSWORD]);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let input = child.stdin.take().unwrap();
        let output = child.stdout.take().unwrap();
        let (lines, happened) = watch::channel(Vec::new());
        tokio::spawn(async move {
            let mut output = BufReader::new(output).lines();
            while let Ok(Some(line)) = output.next_line().await {
                let what = serde_json::from_str(&line).unwrap();
                lines.send_modify(|happened: &mut Vec<Happened>| {
                    happened.push(Happened { what, at: Instant::now() })
                });
            }
        });
        let mut server =
            SmtpServer { port: 0, ca: authority.ca, happened, input, _child: child, _folder: folder };
        let listening = server.wait_for("it listens", |what| what["event"] == "listening").await;
        server.port = listening["port"].as_u64().and_then(|port| port.try_into().ok()).unwrap();
        server
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The certificate of the authority that vouches for it, in PEM.
    pub fn ca(&self) -> &str {
        &self.ca
    }

    /// The mails accepted so far, oldest first.
    pub fn mails(&self) -> Vec<Mail> {
        self.happened.borrow().iter().filter(|line| line.what["event"] == "mail").map(mail).collect()
    }

    /// The mails accepted for an address so far.
    pub fn mails_to(&self, address: &str) -> Vec<Mail> {
        self.mails().into_iter().filter(|mail| mail.to == address).collect()
    }

    /// How often it was asked about an address.
    pub fn asked_about(&self, address: &str) -> usize {
        let happened = self.happened.borrow();
        happened
            .iter()
            .filter(|line| line.what["event"] == "recipient" && line.what["address"] == address)
            .count()
    }

    /// Waits until it has accepted `count` mails for an address.
    ///
    /// # Panics
    /// When it takes too long, or there are more.
    pub async fn wait_for_mails(&self, address: &str, count: usize) -> Vec<Mail> {
        let mut happened = self.happened.clone();
        let enough = |happened: &Vec<Happened>| {
            happened
                .iter()
                .filter(|line| line.what["event"] == "mail" && line.what["to"][0] == address)
                .count()
                >= count
        };
        let waited = tokio::time::timeout(PATIENCE, happened.wait_for(enough)).await.is_ok();
        let mails = self.mails_to(address);
        assert!(waited, "{} of {count} mails for {address} came; all: {:#?}", mails.len(), self.lines());
        assert_eq!(mails.len(), count, "mails for {address}: {:?}", mails.iter().map(|mail| &mail.subject));
        mails
    }

    /// Waits until it holds a mail for an address back.
    pub async fn wait_for_held(&self, address: &str) {
        self.wait_for("it holds a mail", |what| what["event"] == "held" && what["to"][0] == address).await;
    }

    /// Accepts what it holds back, from now on at once.
    ///
    /// # Panics
    /// When it has ended.
    pub async fn release(&mut self) {
        self.input.write_all(b"release\n").await.unwrap();
        self.input.flush().await.unwrap();
    }

    async fn wait_for(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let mut happened = self.happened.clone();
        let find = |happened: &[Happened]| {
            happened.iter().find(|line| wanted(&line.what)).map(|line| line.what.clone())
        };
        let waited =
            tokio::time::timeout(PATIENCE, happened.wait_for(|happened| find(happened).is_some())).await;
        match waited {
            Ok(Ok(happened)) => find(&happened).unwrap(),
            Ok(Err(_)) => panic!("the mail server ended; is aiosmtpd installed? ./test setup installs it"),
            Err(_) => {
                panic!("the mail server was waited for {PATIENCE:?} until {what}; all: {:#?}", self.lines())
            }
        }
    }

    fn lines(&self) -> Vec<String> {
        let short = |line: &Happened| line.what.to_string().chars().take(200).collect();
        self.happened.borrow().iter().map(short).collect()
    }
}

fn mail(line: &Happened) -> Mail {
    let text = |name: &str| line.what[name].as_str().unwrap_or_default().to_owned();
    let raw = BASE64.decode(text("content")).unwrap();
    let parsed = MessageParser::default().parse(&raw).unwrap();
    let body = |found: Option<std::borrow::Cow<'_, str>>| found.unwrap_or_default().into_owned();
    Mail {
        to: line.what["to"][0].as_str().unwrap_or_default().to_owned(),
        sender: text("sender"),
        encrypted: line.what["encrypted"] == true,
        connection: text("connection"),
        user: line.what["user"].as_str().map(str::to_owned),
        at: line.at,
        subject: parsed.subject().unwrap_or_default().to_owned(),
        message_id: parsed.message_id().unwrap_or_default().to_owned(),
        text: body(parsed.body_text(0)),
        html: body(parsed.body_html(0)),
        raw: raw.clone(),
    }
}
