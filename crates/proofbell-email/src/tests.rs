//! The notifier against servers on this machine.

mod answers;
mod connections;
mod dkim;
pub(crate) mod encryption;
mod mails;
mod settings;

use std::net::SocketAddr;
use std::time::Duration;

use proofbell_notify::testkit::{self, Double};
use proofbell_notify::{Address, Body, Email, Message};
use uuid::Uuid;

use crate::config::SmtpConfig;
use crate::dialogue::Deadlines;
use crate::notifier::Smtp;

/// Settings without TLS or credentials for a server at `host`.
pub(crate) fn config(url: &str) -> SmtpConfig {
    SmtpConfig {
        url: url.to_owned(),
        username: None,
        password: None,
        from: "Maison Seconde <no-reply@market.example>".to_owned(),
        bounce: None,
        unsubscribe: None,
        reply_to: None,
        ca: None,
        helo: None,
        dkim: None,
        bounces: None,
    }
}

fn with_credentials(config: SmtpConfig) -> SmtpConfig {
    SmtpConfig { username: Some("mailer".to_owned()), password: Some("correct horse".into()), ..config }
}

fn plain_url(at: SocketAddr) -> String {
    format!("smtp://{at}?tls=none")
}

/// A notifier that waits no longer than `deadline` for anything.
pub(crate) fn notifier(config: SmtpConfig, deadline: Duration) -> Smtp {
    let deadlines = Deadlines { connect: deadline, command: deadline, body: deadline, round: deadline };
    Smtp::with_deadlines(config, deadlines).unwrap_or_else(|error| panic!("{error}"))
}

fn patient(config: SmtpConfig) -> Smtp {
    notifier(config, Duration::from_secs(8))
}

fn message() -> Message {
    let email = Email {
        subject: "Two photos to take again".to_owned(),
        html: "<p>Please take them again.</p>".to_owned(),
        text: "Please take them again.".to_owned(),
    };
    let to = Address::Email("hanako.g@buyer.example".parse().unwrap());
    testkit::message(to, Body::Email(email))
}

/// The same with another id.
fn other_message(number: u128) -> Message {
    Message { id: Uuid::from_u128(number), ..message() }
}

/// How many of the units heard begin with this verb.
fn count(double: &Double, verb: &str) -> usize {
    double.heard().iter().filter(|unit| unit.starts_with(verb.as_bytes())).count()
}
