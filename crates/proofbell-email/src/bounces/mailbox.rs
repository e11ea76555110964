//! One connection to the IMAP server, with a folder selected.

use std::future::Future;

use async_imap::error::Error;
use async_imap::imap_proto::{AttributeValue, MailboxDatum, Response, Status};
use secrecy::ExposeSecret;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;

use super::budget::Budget;
use super::name::Name;
use super::trouble::{Command, Trouble};
use super::{Done, Settings};
use crate::dialogue::Deadlines;
use crate::failure::Step;
use crate::socket;

/// Of a mail no more than so many bytes are read: what was returned stands behind the report about it, and its head is enough.
const BEGINNING: u32 = 256 * 1024;
/// Most bytes of an answer besides mails. The library reads a line that goes on and on from its start again and again.
const ANSWER: usize = 256 * 1024;
/// How many places of the folder are searched at once, so that what is found fits into an answer.
const WINDOW: u32 = 10_000;

type Session = async_imap::Session<Budget<TlsStream<TcpStream>>>;

/// A folder that can be read and tidied up.
pub(super) struct Mailbox {
    session: Session,
    deadlines: Deadlines,
    /// How many mails are in the folder.
    exists: u32,
    /// Which life of the folder this is: names of mails are good in one of them only (RFC 3501, section 2.3.1.1).
    validity: u32,
}

impl Mailbox {
    /// Connects, logs in and selects the folder.
    pub(super) async fn open(settings: &Settings, deadlines: Deadlines) -> Result<Mailbox, Trouble> {
        let tcp = socket::connect(&settings.host, settings.port, deadlines.connect);
        let tcp = tcp.await.map_err(Trouble::Connection)?;
        let tls = settings.tls.wrap(Step::Connect, tcp, deadlines.command);
        let tls = tls.await.map_err(Trouble::Connection)?;
        let mut stream = Budget::new(tls);
        stream.allow(ANSWER);
        let mut client = async_imap::Client::new(stream);
        let greeting = async {
            let greeting = client.read_response().await?.ok_or(Error::ConnectionLost)?;
            match greeting.parsed() {
                Response::Data { status: Status::Ok, .. } => Ok(()),
                _ => Err(Error::No("it takes nobody in".to_owned())),
            }
        };
        within(Command::Greeting, deadlines, greeting).await?;
        let password = settings.credentials.password.expose_secret();
        let login = client.login(&settings.credentials.username, password);
        let login = async { login.await.map_err(|(error, _)| error) };
        let mut session = within(Command::Login, deadlines, login).await?;
        let selected = within(Command::Select, deadlines, session.select(&settings.folder)).await?;
        let validity = selected.uid_validity.ok_or(Trouble::NoNames)?;
        Ok(Mailbox { session, deadlines, exists: selected.exists, validity })
    }

    /// How many mails are in the folder.
    pub(super) fn exists(&self) -> u32 {
        self.exists
    }

    /// The name of the mail with this number.
    pub(super) fn name(&self, uid: u32) -> Name {
        Name::new(self.validity, uid)
    }

    /// The lowest numbers of mails that nobody has seen.
    pub(super) async fn search(&mut self, most: usize) -> Result<Vec<u32>, Trouble> {
        let mut uids = Vec::new();
        let mut first = 1;
        while first <= self.exists && uids.len() < most {
            let last = self.exists.min(first.saturating_add(WINDOW - 1));
            let line = format!("UID SEARCH {first}:{last} UNSEEN UNDELETED");
            self.ask(Command::Search, line, 0, |response| {
                if let Response::MailboxData(MailboxDatum::Search(found)) = response {
                    uids.extend(found);
                }
            })
            .await?;
            first = last + 1;
        }
        uids.sort_unstable();
        uids.truncate(most);
        Ok(uids)
    }

    /// The beginning of a mail, which is not marked by that; `None` when it is gone. It is empty where the server has none to give.
    ///
    /// How large the mail is said to be is not asked: some servers only estimate it.
    pub(super) async fn read(&mut self, wanted: u32) -> Result<Option<Vec<u8>>, Trouble> {
        let mut bytes = None;
        let line = format!("UID FETCH {wanted} (UID BODY.PEEK[]<0.{BEGINNING}>)");
        self.ask(Command::Fetch, line, BEGINNING, |response| {
            let body = attribute(response, |attribute| match attribute {
                AttributeValue::BodySection { section: None, data, .. } => {
                    Some(data.as_deref().unwrap_or_default().to_vec())
                }
                _ => None,
            });
            // Servers may tell of other mails in between.
            if uid(response) == Some(wanted) {
                bytes = body.or(bytes.take());
            }
        })
        .await?;
        Ok(bytes)
    }

    /// Gives a command and hands on what is said until it is done. `size` is how much of mails that may hold.
    ///
    /// The library's own commands take a refusal, and a connection that breaks, for an answer with nothing in it.
    async fn ask(
        &mut self,
        command: Command,
        line: String,
        size: u32,
        mut each: impl FnMut(&Response<'_>),
    ) -> Result<(), Trouble> {
        self.session.get_mut().allow(ANSWER + usize::try_from(size).unwrap_or(usize::MAX / 2));
        let asked = async {
            let id = self.session.run_command(line).await?;
            loop {
                let data = self.session.read_response().await?.ok_or(Error::ConnectionLost)?;
                match data.parsed() {
                    Response::Done { tag, status, outcome } if *tag == id => {
                        let said = outcome.information.as_deref().unwrap_or_default().to_owned();
                        return match status {
                            Status::Ok => Ok(()),
                            Status::Bad => Err(Error::Bad(said)),
                            Status::No | Status::PreAuth | Status::Bye => Err(Error::No(said)),
                        };
                    }
                    other => each(other),
                }
            }
        };
        within(command, self.deadlines, asked).await
    }

    /// Does with those that spoke of our mails as is wanted, and marks the others as seen.
    pub(super) async fn put_away(&mut self, names: &[Name], done: &Done) -> Result<(), Trouble> {
        self.session.get_mut().allow(ANSWER);
        // Names out of another life of the folder mean other mails by now.
        let current = names.iter().filter(|name| name.validity() == self.validity);
        let (ours, others): (Vec<&Name>, Vec<&Name>) = current.partition(|name| name.is_ours());
        let uids = |names: Vec<&Name>| names.into_iter().map(|name| name.uid()).collect::<Vec<u32>>();
        let (ours, others) = (set(&uids(ours)), set(&uids(others)));
        if !others.is_empty() {
            self.flag(&others, "(\\Seen)").await?;
        }
        match done {
            _ if ours.is_empty() => Ok(()),
            Done::Seen => self.flag(&ours, "(\\Seen)").await,
            Done::Delete => self.delete(&ours).await,
            Done::Folder(folder) => match self.move_to(&ours, folder).await {
                // Otherwise the same ones would be read again and again, and in the end no others.
                Err(trouble) if trouble.is_answer() => {
                    tracing::warn!(
                        "the server does not move bounces to the folder of `bounces.done`; they are marked as seen instead"
                    );
                    self.flag(&ours, "(\\Seen)").await
                }
                result => result,
            },
        }
    }

    async fn flag(&mut self, set: &str, flags: &str) -> Result<(), Trouble> {
        self.ask(Command::Store, format!("UID STORE {set} +FLAGS.SILENT {flags}"), 0, |_| {}).await
    }

    /// Where the server cannot remove these mails alone (RFC 4315), they stay, marked: others may have marked some of theirs.
    async fn delete(&mut self, set: &str) -> Result<(), Trouble> {
        self.flag(set, "(\\Seen \\Deleted)").await?;
        match self.can("UIDPLUS").await? {
            true => self.ask(Command::Expunge, format!("UID EXPUNGE {set}"), 0, |_| {}).await,
            false => Ok(()),
        }
    }

    /// A folder that is not there is made.
    async fn move_to(&mut self, set: &str, folder: &str) -> Result<(), Trouble> {
        let can_move = self.can("MOVE").await?;
        match self.hand_over(set, folder, can_move).await {
            Err(Trouble::Command(_, error)) if matches!(*error, Error::No(_)) => {
                within(Command::Create, self.deadlines, self.session.create(folder)).await?;
                self.hand_over(set, folder, can_move).await?;
            }
            result => result?,
        }
        match can_move {
            true => Ok(()),
            false => self.delete(set).await,
        }
    }

    async fn hand_over(&mut self, set: &str, folder: &str, can_move: bool) -> Result<(), Trouble> {
        let session = &mut self.session;
        match can_move {
            true => within(Command::Move, self.deadlines, session.uid_mv(set, folder)).await,
            false => within(Command::Move, self.deadlines, session.uid_copy(set, folder)).await,
        }
    }

    async fn can(&mut self, what: &str) -> Result<bool, Trouble> {
        let capabilities = within(Command::Capability, self.deadlines, self.session.capabilities());
        Ok(capabilities.await?.has_str(what))
    }

    /// Says goodbye; what was to be done is done, however the server answers.
    pub(super) async fn close(mut self) {
        let _ = timeout(self.deadlines.command, self.session.logout()).await;
    }
}

async fn within<T>(
    command: Command,
    deadlines: Deadlines,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Trouble> {
    match timeout(deadlines.command, work).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(Trouble::Command(command, Box::new(error))),
        Err(_) => Err(Trouble::Late(command)),
    }
}

/// Which mail an answer to `FETCH` is about.
fn uid(response: &Response<'_>) -> Option<u32> {
    attribute(response, |attribute| match attribute {
        AttributeValue::Uid(uid) => Some(*uid),
        _ => None,
    })
}

/// The first attribute in an answer to `FETCH` that `pick` takes.
fn attribute<T>(response: &Response<'_>, pick: impl FnMut(&AttributeValue<'_>) -> Option<T>) -> Option<T> {
    match response {
        Response::Fetch(_, attributes) => attributes.iter().find_map(pick),
        _ => None,
    }
}

/// Numbers as IMAP lists them.
fn set(uids: &[u32]) -> String {
    uids.iter().map(u32::to_string).collect::<Vec<_>>().join(",")
}
