//! The notifier itself.

use std::time::Duration;

use proofbell_notify::{
    AddressKind, Advice, ConfigError, Exclusive, Form, Message, Notice, Notifier, Outcome, ProbeError, Proof,
    Toolkit,
};
use url::Url;

use crate::advice::advice;
use crate::bounces::{Bounces, BouncesConfig};
use crate::compose::{Mail, compose};
use crate::config::{Settings, SmtpConfig};
use crate::dialogue::Deadlines;
use crate::failure::Failure;
use crate::idle::Idle;
use crate::redact::Redactor;
use crate::reply::Reply;
use crate::session::Session;
use crate::verdict;

/// Sends e-mail through an SMTP server, over a few connections that are kept open between mails.
pub struct Smtp {
    settings: Settings,
    deadlines: Deadlines,
    redactor: Redactor,
    idle: Idle,
    bounces: Option<Bounces>,
    exclusive: Option<Exclusive>,
    advice: Vec<Advice>,
}

impl Notifier for Smtp {
    const KIND: &'static str = "smtp";
    type Config = SmtpConfig;

    fn from_config(config: SmtpConfig, _: &Toolkit) -> Result<Smtp, ConfigError> {
        Smtp::with_deadlines(config, Deadlines::default())
    }

    fn form(&self) -> Form {
        Form::Email
    }

    fn address(&self) -> AddressKind {
        AddressKind::Email
    }

    fn sender(&self) -> Option<String> {
        let from = &self.settings.from;
        Some(match &from.name {
            Some(name) => format!("{name} <{}>", from.email),
            None => from.email.to_string(),
        })
    }

    async fn send(&self, message: &Message) -> Outcome {
        let mail = match compose(&self.settings, message) {
            Ok(mail) => mail,
            Err(outcome) => return outcome,
        };
        match self.deliver(&mail).await {
            Ok(reply) => Outcome::Sent(verdict::receipt(&reply)),
            Err(failure) => verdict::outcome(&failure, &self.redactor.for_message(message)),
        }
    }

    async fn probe(&self) -> Result<Proof, ProbeError> {
        let probed = async {
            let session = Session::open(&self.settings, self.deadlines).await?;
            session.probe(self.settings.bounce.as_ref()).await
        };
        let proved = probed.await.map_err(|failure| verdict::probe_error(&failure, &self.redactor))?;
        Ok(Proof::of(proved))
    }

    fn collects_every(&self) -> Option<Duration> {
        self.bounces.as_ref().map(Bounces::every)
    }

    async fn probe_collecting(&self) -> Result<Option<Proof>, ProbeError> {
        match &self.bounces {
            Some(bounces) => bounces.probe().await.map(Some),
            None => Ok(None),
        }
    }

    fn exclusive(&self) -> Option<Exclusive> {
        self.exclusive.clone()
    }

    fn advice(&self) -> Vec<Advice> {
        self.advice.clone()
    }

    async fn collect(&self) -> Result<Vec<Notice>, ProbeError> {
        match &self.bounces {
            Some(bounces) => bounces.collect().await,
            None => Ok(Vec::new()),
        }
    }

    async fn put_away(&self, notices: &[String]) -> Result<(), ProbeError> {
        match &self.bounces {
            Some(bounces) => bounces.put_away(notices).await,
            None => Ok(()),
        }
    }
}

impl Smtp {
    pub(crate) fn with_deadlines(config: SmtpConfig, deadlines: Deadlines) -> Result<Smtp, ConfigError> {
        let exclusive = config.bounces.as_ref().map(mailbox);
        // Settings that are refused have other faults first.
        let advice = advice(&config);
        let mut settings = Settings::check(config)?;
        let redactor = Redactor::new(settings.credentials.as_ref());
        let domain = settings.from.email.domain();
        let bounces = settings.bounces.take().map(|settings| Bounces::new(settings, domain, deadlines));
        Ok(Smtp { settings, deadlines, redactor, idle: Idle::default(), bounces, exclusive, advice })
    }

    /// Sends over an idle connection if there is one, and over a fresh one if that turns out to be dead.
    async fn deliver(&self, mail: &Mail) -> Result<Reply, Failure> {
        if let Some(session) = self.idle.take() {
            match self.send_over(session, mail).await {
                Err(failure) if failure.stale() => self.idle.clear(),
                result => return result,
            }
        }
        let session = Session::open(&self.settings, self.deadlines).await?;
        self.send_over(session, mail).await
    }

    /// The connection is this future's own while the mail is under way: it goes back among the idle ones only after the
    /// server's 250, and is closed when anything else happens, also when the future is dropped half-way.
    async fn send_over(&self, mut session: Session, mail: &Mail) -> Result<Reply, Failure> {
        let reply = session.send(mail).await?;
        self.idle.put(session);
        Ok(reply)
    }
}

/// The mailbox of bounces. Whoever reads it puts away what is in it, also what another channel would have understood.
fn mailbox(bounces: &BouncesConfig) -> Exclusive {
    let server = Url::parse(&bounces.imap).ok().and_then(|url| {
        let host = url.host_str()?.to_ascii_lowercase();
        Some(format!("{host}:{}", url.port().unwrap_or(993)))
    });
    let server = server.unwrap_or_default();
    // Of all folders' names only this one's letters are the same in either case (RFC 3501, section 5.1).
    let folder = match bounces.folder.eq_ignore_ascii_case("INBOX") {
        true => "INBOX",
        false => &bounces.folder,
    };
    Exclusive {
        what: format!("the bounces in {folder} at {server}"),
        key: format!("{server}\n{}\n{folder}", bounces.username),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mailbox_of_bounces_is_known_however_it_is_written() {
        let check = |imap: &str, username: &str, folder: &str, is_same: bool| {
            let of = |imap: &str, username: &str, folder: &str| {
                let config = format!(
                    r#"{{
                        "url": "smtp://127.0.0.1:25?tls=none", "from": "a@m.example",
                        "bounces": {{
                            "imap": "{imap}", "username": "{username}", "password": "x", "folder": "{folder}"
                        }}
                    }}"#
                );
                let config = serde_json::from_str(&config).unwrap();
                Notifier::exclusive(&Smtp::from_config(config, &Toolkit::default()).unwrap()).unwrap()
            };
            let one = of("imaps://imap.m.example:993", "bounces@m.example", "INBOX");
            assert_eq!(one.what, "the bounces in INBOX at imap.m.example:993");
            assert_eq!(one == of(imap, username, folder), is_same, "{imap} {username} {folder}");
        };
        check("imaps://imap.m.example", "bounces@m.example", "inbox", true);
        check("imaps://IMAP.m.example/", "bounces@m.example", "INBOX", true);
        check("imaps://imap.m.example:9993", "bounces@m.example", "INBOX", false);
        check("imaps://imap.m.example", "others@m.example", "INBOX", false);
        check("imaps://imap.m.example", "bounces@m.example", "Bounces", false);
    }
}
