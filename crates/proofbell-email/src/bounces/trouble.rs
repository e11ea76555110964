//! Why the mailbox could not be read or tidied up, and who must act.

use std::io;

use async_imap::error::Error;
use proofbell_notify::{ProbeError, Reason};

use crate::failure::Failure;
use crate::redact::Redactor;
use crate::verdict;

/// Why the mailbox could not be read or tidied up.
#[derive(Debug)]
pub(super) enum Trouble {
    /// There was no connection.
    Connection(Failure),
    /// A command failed, or its answer did not come.
    Command(Command, Box<Error>),
    /// No answer to a command within the deadline.
    Late(Command),
    /// The folder gives its mails no names that last (RFC 3501, section 2.3.1.1).
    NoNames,
}

impl Trouble {
    /// Whether the server answered and only would not do it, so that it can be asked for other things.
    pub(super) fn is_answer(&self) -> bool {
        matches!(self, Trouble::Command(_, error) if matches!(**error, Error::No(_) | Error::Bad(_)))
    }
}

/// What was asked of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Command {
    /// The server's first line.
    Greeting,
    /// `LOGIN`.
    Login,
    /// `SELECT`.
    Select,
    /// `UID SEARCH`.
    Search,
    /// `UID FETCH`.
    Fetch,
    /// `CAPABILITY`.
    Capability,
    /// `UID STORE`.
    Store,
    /// `UID MOVE`, or `UID COPY` where the server does not know that.
    Move,
    /// `CREATE`.
    Create,
    /// `UID EXPUNGE`.
    Expunge,
}

/// Trouble as the host wants it: what somebody must mend is refused, all else may pass.
pub(super) fn probe_error(trouble: &Trouble, redactor: &Redactor) -> ProbeError {
    match trouble {
        Trouble::Connection(failure) => verdict::probe_error(failure, redactor),
        Trouble::Late(command) => {
            let detail = format!("the IMAP server did not answer in time at {}", command.label());
            ProbeError::Unreachable(Reason::new("timeout", detail))
        }
        Trouble::NoNames => {
            let detail = "the folder has no UIDVALIDITY, so that its mails cannot be told apart";
            ProbeError::Refused(Reason::new("imap", detail))
        }
        Trouble::Command(command, error) => failed(*command, error, redactor),
    }
}

fn failed(command: Command, error: &Error, redactor: &Redactor) -> ProbeError {
    let at = command.label();
    match error {
        Error::No(said) | Error::Bad(said) => {
            let detail = format!("the IMAP server answered at {at}: {}", redactor.clean(said));
            let reason = Reason::new("imap", detail);
            match command {
                // The password, and a folder that is not there, wait for somebody; the others for better days.
                Command::Login | Command::Select | Command::Move | Command::Create => {
                    ProbeError::Refused(reason)
                }
                Command::Greeting
                | Command::Search
                | Command::Fetch
                | Command::Capability
                | Command::Store
                | Command::Expunge => ProbeError::Unreachable(reason),
            }
        }
        // The text of what cannot be read holds what was sent, which may be out of a mail.
        Error::Io(error) if error.kind() != io::ErrorKind::Other => {
            let detail = format!("the connection to the IMAP server failed at {at}: {}", error.kind());
            ProbeError::Unreachable(Reason::new("connection", detail))
        }
        Error::ConnectionLost => ProbeError::Unreachable(Reason::new(
            "connection",
            format!("the IMAP server closed the connection at {at}"),
        )),
        _ => ProbeError::Unreachable(Reason::new("imap", format!("the server's answer at {at} is not IMAP"))),
    }
}

impl Command {
    fn label(self) -> &'static str {
        match self {
            Command::Greeting => "the greeting",
            Command::Login => "LOGIN",
            Command::Select => "SELECT",
            Command::Search => "UID SEARCH",
            Command::Fetch => "UID FETCH",
            Command::Capability => "CAPABILITY",
            Command::Store => "UID STORE",
            Command::Move => "UID MOVE",
            Command::Create => "CREATE",
            Command::Expunge => "UID EXPUNGE",
        }
    }
}
