//! From a message to the bytes of a mail: the same bytes on every attempt.

use std::panic::{AssertUnwindSafe, catch_unwind};

use lettre::address::Envelope;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue, References};
use lettre::message::{Body as PartBody, Mailbox, MultiPart, SinglePart};
use proofbell_notify::{Address, Body, Email, Message, Outcome, Reason};

use crate::config::Settings;
use crate::dkim::SignError;
use crate::headers::{display_name, subject, wire_address};

/// A mail, ready for the wire but for its transparency dots.
pub(crate) struct Mail {
    /// The envelope's sender.
    pub(crate) from: String,
    /// The envelope's one recipient.
    pub(crate) to: String,
    /// Headers and body, with CRLF line ends.
    pub(crate) bytes: Vec<u8>,
}

impl Mail {
    /// Whether the server must know SMTPUTF8 (RFC 6531) to take it.
    pub(crate) fn needs_smtputf8(&self) -> bool {
        !self.to.is_ascii()
    }
}

/// Builds the mail for a message.
///
/// # Errors
/// The outcome of the attempt, when no mail can be made of it.
pub(crate) fn compose(settings: &Settings, message: &Message) -> Result<Mail, Outcome> {
    let (Address::Email(to), Body::Email(email)) = (&message.to, &message.body) else {
        return Err(rejected("the message is not an e-mail to an e-mail address"));
    };
    let Some(to) = wire_address(to) else {
        let reason = Reason::new("address", "the address has no domain that mail can be sent to");
        return Err(Outcome::BadAddress { reason, forget_after: None });
    };
    let to = Mailbox::new(message.to_name.as_deref().and_then(display_name), to);
    // The builder has panicked on what it was given before; that must cost this message and no worker.
    let built = catch_unwind(AssertUnwindSafe(|| build(settings, message, email, to.clone())));
    let mut bytes = match built {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(_)) | Err(_) => return Err(rejected("no mail can be made of the message")),
    };
    if let Some(signer) = &settings.dkim {
        let signature = signer.sign(&bytes, message.made_at).map_err(|SignError| Outcome::RetryLater {
            reason: Reason::new("dkim", "the mail cannot be signed now: the system has no randomness"),
        })?;
        bytes.splice(..0, signature);
    }
    Ok(Mail { from: settings.bounce.to_string(), to: to.email.to_string(), bytes })
}

fn build(
    settings: &Settings,
    message: &Message,
    email: &Email,
    to: Mailbox,
) -> Result<Vec<u8>, lettre::error::Error> {
    let domain = settings.from.email.domain();
    let mut builder = lettre::Message::builder()
        .envelope(Envelope::new(Some(settings.bounce.clone()), vec![to.email.clone()])?)
        .from(settings.from.clone())
        .to(to)
        .raw_header(subject(&email.subject))
        .date(message.made_at.into())
        .message_id(Some(format!("<{}@{domain}>", message.id)))
        // Keeps vacation answers from coming back (RFC 3834).
        .raw_header(plain_header("Auto-Submitted", "auto-generated"));
    if let Some(reply_to) = &settings.reply_to {
        builder = builder.reply_to(reply_to.clone());
    }
    if is_token(&message.locale) {
        builder = builder.raw_header(plain_header("Content-Language", &message.locale));
    }
    if let Some(case) = message.case.as_deref().filter(|case| is_token(case)) {
        // A message that never was, which all mails of the case answer: mail programs show them as one conversation.
        builder = builder.header(References::from(format!("<case-{case}@{domain}>")));
    }
    if message.optional {
        for field in settings.unsubscribe.fields(message.id) {
            builder = builder.raw_header(field);
        }
    }
    // "=_" can occur neither in quoted-printable nor in base64, so the boundary cannot occur in a part (RFC 2045, section 6.7).
    let parts = MultiPart::alternative()
        .boundary(format!("=_{}", message.id.simple()))
        .singlepart(part(ContentType::TEXT_PLAIN, &email.text))
        .singlepart(part(ContentType::TEXT_HTML, &email.html));
    Ok(builder.multipart(parts)?.formatted())
}

/// One part, always encoded: a line end or a dot in the text is then never one on the wire.
fn part(content_type: ContentType, text: &str) -> SinglePart {
    let text = text.replace("\r\n", "\n").replace(['\r', '\n'], "\r\n");
    let foreign = text.bytes().filter(|byte| !byte.is_ascii()).count();
    // Quoted-printable triples what is not ASCII, base64 adds a third to everything.
    let encoding = match foreign > text.len() / 6 {
        true => ContentTransferEncoding::Base64,
        false => ContentTransferEncoding::QuotedPrintable,
    };
    let body = PartBody::new_with_encoding(text, encoding).unwrap_or_else(PartBody::new);
    SinglePart::builder().content_type(content_type).body(body)
}

/// A field whose value is known to be plain.
fn plain_header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// Language tags and ids: nothing in them means anything to a header.
fn is_token(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn rejected(detail: &str) -> Outcome {
    Outcome::Rejected { reason: Reason::new("compose", detail) }
}
