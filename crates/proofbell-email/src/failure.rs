//! Why a transaction did not end with the server's 250: at which step, and what happened there.

use std::io;

use crate::reply::Reply;

/// The steps of a transaction, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Name lookup, TCP and TLS.
    Connect,
    /// The server's first line.
    Greeting,
    /// `EHLO`.
    Hello,
    /// `STARTTLS`.
    StartTls,
    /// `AUTH`.
    Auth,
    /// `MAIL FROM`: the server has seen nothing but our sender.
    MailFrom,
    /// `RCPT TO`: and the recipient.
    RcptTo,
    /// `DATA`, before its 354.
    Data,
    /// The message and the final dot. From here on it may have been delivered.
    Body,
    /// `RSET`, which ends a probe.
    Reset,
}

impl Step {
    /// The step in words that fit after "at".
    pub(crate) fn label(self) -> &'static str {
        match self {
            Step::Connect => "connecting",
            Step::Greeting => "the greeting",
            Step::Hello => "EHLO",
            Step::StartTls => "STARTTLS",
            Step::Auth => "AUTH",
            Step::MailFrom => "MAIL FROM",
            Step::RcptTo => "RCPT TO",
            Step::Data => "DATA",
            Step::Body => "the end of the message",
            Step::Reset => "RSET",
        }
    }

    /// Whether this answer lets the transaction go on. After the final dot nothing but 250 does.
    pub(crate) fn accepts(self, code: u16) -> bool {
        match self {
            Step::Connect => false,
            Step::Greeting | Step::StartTls => code == 220,
            Step::Auth => code == 235,
            Step::RcptTo => matches!(code, 250..=252),
            Step::Data => code == 354,
            Step::Hello | Step::MailFrom | Step::Body | Step::Reset => code == 250,
        }
    }
}

/// What went wrong, and when.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) step: Step,
    pub(crate) cause: Cause,
}

/// What went wrong.
#[derive(Debug)]
pub(crate) enum Cause {
    /// The server gave an answer that [`Step::accepts`] does not take.
    Answer(Reply),
    /// The connection could not be made, broke, or carried something that is no SMTP.
    Lost(io::Error),
    /// No answer within the deadline.
    Late,
    /// TLS could not be agreed on.
    Tls(String),
    /// The server's certificate is not to be trusted, or there is nothing to judge it by.
    Certificate(String),
    /// TLS is required and the server does not offer STARTTLS.
    NoStartTls,
    /// Credentials are configured and the server offers neither AUTH PLAIN nor AUTH LOGIN.
    NoAuth,
    /// Credentials are configured and would have to cross the network in clear text.
    Cleartext,
    /// The recipient's address is not ASCII and the server does not offer SMTPUTF8 (RFC 6531).
    NoSmtpUtf8,
}

impl Failure {
    pub(crate) fn new(step: Step, cause: Cause) -> Failure {
        Failure { step, cause }
    }

    /// Whether an idle connection turned out to be dead or on its way out, before the server had seen anything of the
    /// message: a fresh connection may be tried at once.
    pub(crate) fn stale(&self) -> bool {
        self.step == Step::MailFrom
            && match &self.cause {
                Cause::Lost(_) | Cause::Late => true,
                Cause::Answer(reply) => reply.code() == 421,
                Cause::Tls(_)
                | Cause::Certificate(_)
                | Cause::NoStartTls
                | Cause::NoAuth
                | Cause::Cleartext
                | Cause::NoSmtpUtf8 => false,
            }
    }
}
