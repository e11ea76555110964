//! One round through the mailbox: mails are read one after the other, and none may keep the others from being read.

use async_imap::error::Error;
use tokio::time::Instant;

use super::Settings;
use super::mailbox::Mailbox;
use super::name::Name;
use super::trouble::{Command, Trouble};
use crate::dialogue::Deadlines;

/// Most mails read in one round.
const MOST: usize = 200;
/// When so many bytes of mails are read, the others wait for the next round.
const ENOUGH: usize = 16 * 1024 * 1024;
/// How often a round connects anew after a connection that could not be used any more.
const RECONNECTS: usize = 4;

/// A mail that was read.
pub(super) struct Letter {
    pub(super) name: Name,
    /// Its beginning; nothing where it cannot be read.
    pub(super) bytes: Vec<u8>,
}

/// Reads the oldest mails that nobody has seen; reading them does not mark them.
///
/// A mail is given up as unreadable, and comes back as an empty one, once a later one could be read: until then it may be the server
/// that has a bad day. What was read is not lost to trouble that comes after it.
pub(super) async fn read(settings: &Settings, deadlines: Deadlines) -> Result<Vec<Letter>, Trouble> {
    let until = Instant::now() + deadlines.round;
    let mut mailbox = Mailbox::open(settings, deadlines).await?;
    let uids = mailbox.search(MOST).await?;
    let mut round = Round { settings, deadlines, until, mailbox, broken: false, reconnects: 0 };
    let mut letters = Vec::new();
    let read = round.read_all(&uids, &mut letters).await;
    if !round.broken {
        round.mailbox.close().await;
    }
    match read {
        Err(trouble) if letters.is_empty() => Err(trouble),
        Err(_) => {
            tracing::warn!(
                "not every mail in the mailbox for bounces could be read; the others wait for the next time"
            );
            Ok(letters)
        }
        Ok(()) => Ok(letters),
    }
}

struct Round<'s> {
    settings: &'s Settings,
    deadlines: Deadlines,
    until: Instant,
    mailbox: Mailbox,
    /// Whether nothing can be asked over this connection any more.
    broken: bool,
    reconnects: usize,
}

impl Round<'_> {
    /// Reads what can be read; the error is the one at the last mail.
    async fn read_all(&mut self, uids: &[u32], letters: &mut Vec<Letter>) -> Result<(), Trouble> {
        let (mut failed, mut last, mut total) = (Vec::new(), Ok(()), 0);
        for &uid in uids {
            match self.one(uid).await? {
                Ok(Some(bytes)) => {
                    letters.extend(failed.drain(..).map(unreadable));
                    last = Ok(());
                    total += bytes.len();
                    let name = self.mailbox.name(uid);
                    letters.push(if bytes.is_empty() { unreadable(name) } else { Letter { name, bytes } });
                }
                // Somebody else was quicker.
                Ok(None) => {}
                Err(trouble) => {
                    failed.push(self.mailbox.name(uid));
                    last = Err(trouble);
                }
            }
            if total >= ENOUGH || !self.goes_on() {
                break;
            }
        }
        last
    }

    fn goes_on(&self) -> bool {
        Instant::now() < self.until && (!self.broken || self.reconnects < RECONNECTS)
    }

    /// One mail, with a second try over another connection where the first one broke. The outer error is none of the mail's.
    async fn one(&mut self, uid: u32) -> Result<Result<Option<Vec<u8>>, Trouble>, Trouble> {
        match self.attempt(uid).await? {
            Err(trouble) if self.broken => match self.goes_on() {
                true => self.attempt(uid).await,
                false => Err(trouble),
            },
            read => Ok(read),
        }
    }

    async fn attempt(&mut self, uid: u32) -> Result<Result<Option<Vec<u8>>, Trouble>, Trouble> {
        if self.broken {
            self.reconnects += 1;
            let mailbox = Mailbox::open(self.settings, self.deadlines).await?;
            if mailbox.name(uid) != self.mailbox.name(uid) {
                // Another life of the folder has begun, in which the numbers are other mails'.
                return Err(Trouble::Command(Command::Fetch, Box::new(Error::ConnectionLost)));
            }
            self.mailbox = mailbox;
            self.broken = false;
        }
        let read = self.mailbox.read(uid).await;
        self.broken = read.as_ref().is_err_and(|trouble| !trouble.is_answer());
        Ok(read)
    }
}

/// The mail that stands for one which cannot be read: it speaks of nothing of ours, so that it is marked as seen.
fn unreadable(name: Name) -> Letter {
    tracing::warn!(uid = name.uid(), "a mail in the mailbox for bounces cannot be read and is passed over");
    Letter { name, bytes: Vec::new() }
}
