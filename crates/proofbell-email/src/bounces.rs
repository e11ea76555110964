//! The mailbox into which servers send back what they could not deliver: read over IMAP, understood, and put away.

mod budget;
mod dsn;
mod literals;
mod mailbox;
mod name;
mod parts;
mod round;
mod settings;
mod trouble;
mod verdict;

#[cfg(test)]
mod tests;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use proofbell_notify::{About, Notice, ProbeError, Proof, Report};

use crate::dialogue::Deadlines;
use crate::redact::Redactor;

use dsn::Dsn;
use mailbox::Mailbox;
use name::Name;
use round::Letter;
use trouble::{Trouble, probe_error};

pub use settings::BouncesConfig;
pub(crate) use settings::{Done, Settings};

/// The mailbox for bounces.
pub(crate) struct Bounces {
    settings: Settings,
    deadlines: Deadlines,
    redactor: Redactor,
    /// The part of our Message-IDs behind the `@`.
    domain: String,
}

impl Bounces {
    pub(crate) fn new(settings: Settings, domain: &str, deadlines: Deadlines) -> Bounces {
        let redactor = Redactor::new(Some(&settings.credentials));
        Bounces { settings, deadlines, redactor, domain: domain.to_ascii_lowercase() }
    }

    /// How often it is to be looked into.
    pub(crate) fn every(&self) -> Duration {
        self.settings.every
    }

    /// Reads what nobody has seen yet and leaves it as it is.
    pub(crate) async fn collect(&self) -> Result<Vec<Notice>, ProbeError> {
        match round::read(&self.settings, self.deadlines).await {
            Ok(letters) => Ok(letters.iter().map(|letter| self.notice(letter)).collect()),
            Err(trouble) => Err(probe_error(&trouble, &self.redactor)),
        }
    }

    /// Logs in and selects the folder; no mail is read or marked.
    pub(crate) async fn probe(&self) -> Result<Proof, ProbeError> {
        let probed = async {
            let mailbox = Mailbox::open(&self.settings, self.deadlines).await?;
            let holds = mailbox.exists();
            mailbox.close().await;
            Ok(holds)
        };
        let holds = probed.await.map_err(|trouble: Trouble| probe_error(&trouble, &self.redactor))?;
        let mails = if holds == 1 { "mail" } else { "mails" };
        Ok(Proof::of(format!("logged in, and `{}` can be read: {holds} {mails}", self.settings.folder)))
    }

    /// Puts those away that spoke of our mails, as the settings say, and marks the others as seen.
    pub(crate) async fn put_away(&self, notices: &[String]) -> Result<(), ProbeError> {
        let names: Vec<Name> = notices.iter().filter_map(|id| Name::parse(id)).collect();
        let put = async {
            let mut mailbox = Mailbox::open(&self.settings, self.deadlines).await?;
            mailbox.put_away(&names, &self.settings.done).await?;
            mailbox.close().await;
            Ok(())
        };
        put.await.map_err(|trouble: Trouble| probe_error(&trouble, &self.redactor))
    }

    fn notice(&self, letter: &Letter) -> Notice {
        // The parser has been tested with worse than mails, and yet one of them must not keep the others from being read.
        let read = || Dsn::parse(&letter.bytes, &self.domain);
        let dsn = catch_unwind(AssertUnwindSafe(read)).unwrap_or_default();
        let Some((dsn, message)) = dsn.and_then(|dsn| dsn.message.map(|message| (dsn, message))) else {
            let uid = letter.name.uid();
            tracing::info!(uid, "a mail in the mailbox for bounces is no report about a mail of ours");
            return Notice { id: letter.name.of_somebody_else().to_string(), reports: Vec::new() };
        };
        let report = |news| Report { about: About::Message(message), news };
        let reports = verdict::news(&dsn, &self.redactor).map(report).into_iter().collect();
        Notice { id: letter.name.to_string(), reports }
    }
}
