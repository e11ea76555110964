//! The notifier.

use jiff::Timestamp;
use proofbell_notify::http::{Client, SendError};
use proofbell_notify::{
    Address, AddressKind, ConfigError, Form, Message, Notifier, Outcome, ProbeError, Proof, Reason, Toolkit,
};
use url::Url;

use crate::answer::{self, Receiver};
use crate::doubt::Doubt;
use crate::payload;
use crate::settings::{Settings, Target, WebhookConfig};

/// Posts messages as signed JSON, to one receiver or to each recipient's own.
///
/// A receiver drops what it has seen by `webhook-id`, so an attempt whose answer was lost can be made again.
pub struct Webhook {
    http: Client,
    settings: Settings,
    doubt: Doubt,
}

impl Notifier for Webhook {
    const KIND: &'static str = "webhook";
    type Config = WebhookConfig;

    fn from_config(config: WebhookConfig, kit: &Toolkit) -> Result<Webhook, ConfigError> {
        let settings = Settings::check(config)?;
        let http = match settings.target {
            Target::Fixed(_) => kit.http.clone(),
            Target::Recipient => kit.http.guarded(),
        };
        Ok(Webhook { http, settings, doubt: Doubt::default() })
    }

    fn form(&self) -> Form {
        self.settings.form
    }

    fn address(&self) -> AddressKind {
        match self.settings.target {
            Target::Fixed(_) => AddressKind::Fixed,
            Target::Recipient => AddressKind::Named("webhook"),
        }
    }

    async fn send(&self, message: &Message) -> Outcome {
        if message.body.form() != self.settings.form {
            return rejected("form", "the message was made for another form");
        }
        let Some(body) = payload(message) else {
            return rejected("empty", "the message is empty");
        };
        match (&self.settings.target, &message.to) {
            (Target::Fixed(url), _) => {
                let outcome = self.post(url.expose(), message, body, Receiver::Fixed).await;
                self.doubt.note(&outcome);
                outcome
            }
            (Target::Recipient, Address::Named(url)) => match url.parse() {
                Ok(url) => self.post(&url, message, body, Receiver::Recipient).await,
                Err(_) => answer::no_url(),
            },
            (Target::Recipient, Address::Email(_) | Address::Phone(_) | Address::Fixed) => {
                rejected("address", "the address is no webhook's")
            }
        }
    }

    /// Asks with a HEAD whether somebody is there; see the README for what that proves.
    async fn probe(&self) -> Result<Proof, ProbeError> {
        let Target::Fixed(url) = &self.settings.target else {
            return Ok(Proof::nobody_to_ask("each recipient has a receiver of their own"));
        };
        self.doubt.may_ask()?;
        let answer = self.http.head(url.expose()).send().await;
        let proof = answer::probed(&answer.map_err(SendError::probe_error)?)?;
        self.doubt.believe().map(|()| proof)
    }
}

impl Webhook {
    async fn post(&self, url: &Url, message: &Message, body: Vec<u8>, receiver: Receiver) -> Outcome {
        let id = message.id.to_string();
        // The time of this attempt, and not of the message: receivers refuse what was signed more than five minutes ago.
        let timestamp = Timestamp::now().as_second();
        let signature = self.settings.signer.sign(&id, timestamp, &body);
        let mut request = self
            .http
            .post(url)
            .header("content-type", "application/json")
            .header("webhook-id", &id)
            .header("webhook-timestamp", &timestamp.to_string())
            .header("webhook-signature", &signature)
            .body(body);
        for (name, value) in &self.settings.headers {
            request = request.secret_header(name, value);
        }
        match request.send().await {
            Ok(answer) => answer::outcome(&answer, receiver),
            Err(error) => answer::failure(error),
        }
    }
}

fn rejected(code: &str, detail: &str) -> Outcome {
    Outcome::Rejected { reason: Reason::new(code, detail) }
}
