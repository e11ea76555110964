//! What a failure, or a server's answer, means for the message, the recipient and the channel.

use std::time::Duration;

use proofbell_notify::{Outcome, ProbeError, Reason, Receipt};

use crate::failure::{Cause, Failure, Step};
use crate::redact::Redactor;
use crate::reply::{Enhanced, Reply};

/// How long a mailbox that does not exist is remembered. People do come back to an address, domains are renewed, and
/// servers have bad days on which they deny everybody; after three months one more try costs nothing.
const FORGET_AFTER: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// How long a mailbox that is switched off is remembered. Gmail says the same of one that gets too many mails just now.
const FORGET_SWITCHED_OFF_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// The outcome of an attempt that failed.
pub(crate) fn outcome(failure: &Failure, redactor: &Redactor) -> Outcome {
    let reason = reason(failure, redactor);
    match &failure.cause {
        Cause::Answer(reply) => answered(failure.step, reply, reason),
        // Something may have reached the server that it takes for the whole message.
        Cause::Lost(_) | Cause::Late if failure.step == Step::Body => Outcome::Unknown { reason },
        Cause::Lost(_) | Cause::Late | Cause::Tls(_) => Outcome::RetryLater { reason },
        // None of these passes by itself; a probe wakes the channel once somebody has acted.
        Cause::Certificate(_) | Cause::NoStartTls | Cause::NoAuth | Cause::Cleartext => {
            Outcome::ChannelDown { reason }
        }
        Cause::NoSmtpUtf8 => Outcome::BadAddress { reason, forget_after: Some(FORGET_AFTER) },
    }
}

/// The result of a probe that failed: what would stop every message is a refusal, all else may pass.
pub(crate) fn probe_error(failure: &Failure, redactor: &Redactor) -> ProbeError {
    let reason = reason(failure, redactor);
    match outcome(failure, redactor) {
        Outcome::ChannelDown { .. } | Outcome::Rejected { .. } => ProbeError::Refused(reason),
        Outcome::Sent(_)
        | Outcome::RetryLater { .. }
        | Outcome::Throttled { .. }
        | Outcome::BadAddress { .. }
        | Outcome::OptedOut { .. }
        | Outcome::Unknown { .. } => ProbeError::Unreachable(reason),
    }
}

/// What an answer means that did not let the transaction go on. One recipient a transaction makes every answer that recipient's.
fn answered(step: Step, reply: &Reply, reason: Reason) -> Outcome {
    match (reply.code(), step) {
        // Positive, but not the answer that belongs here: server and client are out of step.
        (..400, Step::Body) => Outcome::Unknown { reason },
        (..500, _) => Outcome::RetryLater { reason },
        // Authentication required, too weak, failed, or only with encryption (RFC 4954, section 6).
        (530 | 534 | 535 | 538, _) => Outcome::ChannelDown { reason },
        (_, Step::Connect | Step::Greeting | Step::Hello | Step::StartTls | Step::Auth | Step::Reset) => {
            Outcome::ChannelDown { reason }
        }
        (code, Step::MailFrom) => sender_refused(code, reply.enhanced(), reason),
        (code, Step::RcptTo) => recipient_refused(code, reply.enhanced(), reason),
        (_, Step::Data | Step::Body) => content_refused(reply.enhanced(), reason),
    }
}

/// At MAIL FROM the server has seen our sender and nothing else, so a refusal would meet the next message as well.
/// Only the size and the encoding of the addresses are the message's own.
fn sender_refused(code: u16, enhanced: Option<Enhanced>, reason: Reason) -> Outcome {
    let of_the_message = match enhanced {
        Some(Enhanced { subject: 2 | 3, detail }) => matches!(detail, 3 | 4),
        Some(Enhanced { subject: 6, .. }) => true,
        Some(_) => false,
        None => matches!(code, 552 | 555),
    };
    match of_the_message {
        true => Outcome::Rejected { reason },
        false => Outcome::ChannelDown { reason },
    }
}

/// Only a code of RFC 3463 that speaks of the address itself is believed about the person. A bare 550 is "mailbox
/// unavailable" and "for policy reasons" in one (RFC 5321, section 4.2.3), so it costs the message and not the address.
fn recipient_refused(code: u16, enhanced: Option<Enhanced>, reason: Reason) -> Outcome {
    let status = enhanced.map(|enhanced| (enhanced.subject, enhanced.detail));
    if let Some(forget_after) = status.and_then(|(subject, detail)| bad_address(subject, detail)) {
        return Outcome::BadAddress { reason, forget_after: Some(forget_after) };
    }
    match status {
        // Our own address is what it does not like.
        Some((1, 7 | 8)) => Outcome::ChannelDown { reason },
        // Full: "a persistent transient failure" (RFC 3463, section 3.3).
        Some((2, 2)) => Outcome::RetryLater { reason },
        // To be taken as 452 (RFC 5321, section 4.5.3.1.10).
        None if code == 552 => Outcome::RetryLater { reason },
        Some(_) | None => Outcome::Rejected { reason },
    }
}

/// How long an address is not to be used of which a permanent status says that it does not work: no such mailbox, no such domain, not
/// an address, moved away, a domain that takes no mail (RFC 7505), or a mailbox that is switched off. `None` for any other status.
pub(crate) fn bad_address(subject: u16, detail: u16) -> Option<Duration> {
    match (subject, detail) {
        (1, 1 | 2 | 3 | 6 | 10) => Some(FORGET_AFTER),
        (2, 1) => Some(FORGET_SWITCHED_OFF_AFTER),
        _ => None,
    }
}

fn content_refused(enhanced: Option<Enhanced>, reason: Reason) -> Outcome {
    match enhanced {
        Some(Enhanced { subject: 2, detail: 2 }) => Outcome::RetryLater { reason },
        Some(_) | None => Outcome::Rejected { reason },
    }
}

fn reason(failure: &Failure, redactor: &Redactor) -> Reason {
    let at = failure.step.label();
    let (code, detail) = match &failure.cause {
        Cause::Answer(reply) => {
            let text = redactor.clean(&reply.text());
            (reply.code().to_string(), format!("the server answered at {at}: {text}"))
        }
        Cause::Lost(error) => ("connection".to_owned(), format!("the connection failed at {at}: {error}")),
        Cause::Late => ("timeout".to_owned(), format!("the server did not answer in time at {at}")),
        Cause::Tls(error) => ("tls".to_owned(), format!("no TLS at {at}: {error}")),
        Cause::Certificate(error) => {
            ("certificate".to_owned(), format!("the server's certificate cannot be trusted: {error}"))
        }
        Cause::NoStartTls => (
            "starttls".to_owned(),
            "the server does not offer STARTTLS, which `tls=required` needs".to_owned(),
        ),
        Cause::NoAuth => {
            ("auth".to_owned(), "the server offers neither AUTH PLAIN nor AUTH LOGIN".to_owned())
        }
        Cause::Cleartext => (
            "auth".to_owned(),
            "the server does not offer TLS, and the password is not sent without".to_owned(),
        ),
        Cause::NoSmtpUtf8 => (
            "smtputf8".to_owned(),
            "the recipient's address is not ASCII and the server does not offer SMTPUTF8".to_owned(),
        ),
    };
    Reason::new(code, detail)
}

/// The receipt for a 250, with the server's own id for the mail where its wording is known.
pub(crate) fn receipt(reply: &Reply) -> Receipt {
    let text = reply.text();
    let found = after(&text, "queued as ") // Postfix
        .or_else(|| after(&text, " id=")) // Exim
        .or_else(|| before(&text, " message accepted for delivery")) // Sendmail
        .or_else(|| before(&text, " - gsmtp")) // Google
        .or_else(|| after(&text, "ok ")); // Amazon SES
    let provider_id = found.filter(|id| is_id(id)).map(str::to_owned);
    Receipt { provider_id }
}

/// The word behind a mark, whatever its case.
fn after<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    let at = text.to_ascii_lowercase().find(mark)?;
    text[at + mark.len()..].split_whitespace().next()
}

/// The word before a mark, whatever its case.
fn before<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    let at = text.to_ascii_lowercase().find(mark)?;
    text[..at].split_whitespace().next_back()
}

/// Ids hold a digit, which words do not, and never an address.
fn is_id(text: &str) -> bool {
    (6..=128).contains(&text.len())
        && text.bytes().any(|byte| byte.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._+".contains(&byte))
}
