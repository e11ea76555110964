//! The notifier of kind `twilio`.

mod answer;
mod code;
mod report;
mod settings;
mod signature;

use proofbell_notify::http::Client;
use proofbell_notify::{
    AddressKind, Body, Callback, CallbackError, ConfigError, Form, Measure, Message, Notifier, Outcome,
    ProbeError, Proof, Reason, Report, Toolkit,
};
use uuid::Uuid;

use crate::outgoing::Outgoing;
use crate::text;
pub use settings::TwilioConfig;
use settings::{Settings, TwilioSender};

/// Sends SMS over Twilio's Messages resource.
///
/// Twilio has no idempotency key: an attempt whose answer was lost is [`Outcome::Unknown`], and trying again may bill twice.
pub struct Twilio {
    settings: Settings,
    http: Client,
}

impl Notifier for Twilio {
    const KIND: &'static str = "twilio";
    type Config = TwilioConfig;

    fn from_config(config: TwilioConfig, kit: &Toolkit) -> Result<Self, ConfigError> {
        Ok(Twilio { settings: Settings::check(config)?, http: kit.http.clone() })
    }

    fn form(&self) -> Form {
        Form::Text
    }

    fn address(&self) -> AddressKind {
        AddressKind::Phone
    }

    fn sender(&self) -> Option<String> {
        match &self.settings.sender {
            TwilioSender::From(sender) => Some(sender.as_str().to_owned()),
            TwilioSender::Service(_) => None,
        }
    }

    fn measure(&self, body: &Body) -> Option<Measure> {
        text::measure_body(body)
    }

    fn fit(&self, body: Body) -> Result<Body, Reason> {
        self.settings.fitting.fit(body)
    }

    async fn send(&self, message: &Message) -> Outcome {
        match Outgoing::of(message, &self.settings.countries) {
            Ok(outgoing) => self.post(message.id, outgoing).await,
            Err(reason) => Outcome::Rejected { reason },
        }
    }

    async fn probe(&self) -> Result<Proof, ProbeError> {
        let Settings { account_url, account_sid, auth_token, .. } = &self.settings;
        let request = self.http.get(account_url).basic_auth(account_sid, auth_token);
        answer::probed(&request.send().await.map_err(|error| error.probe_error())?)
    }

    fn callback(&self, callback: &Callback) -> Result<Vec<Report>, CallbackError> {
        let Settings { status_callback, auth_token, .. } = &self.settings;
        let Some(url) = status_callback else {
            return Err(CallbackError::NotOffered("`status_callback` is not set".to_owned()));
        };
        let fields = signature::check(callback, url, auth_token)?;
        report::read(&callback.query, &fields)
    }
}

impl Twilio {
    async fn post(&self, id: Uuid, Outgoing { to, text }: Outgoing<'_>) -> Outcome {
        let Settings { messages_url, account_sid, auth_token, sender, status_callback, .. } = &self.settings;
        let sender = match sender {
            TwilioSender::From(sender) => ("From", sender.as_str()),
            TwilioSender::Service(sid) => ("MessagingServiceSid", sid.as_str()),
        };
        let mut fields = vec![("To", to.expose()), sender, ("Body", text)];
        let callback = status_callback.as_ref().map(|url| report::address(url, id));
        fields.extend(callback.iter().map(|url| ("StatusCallback", url.as_str())));
        let request = self.http.post(messages_url).basic_auth(account_sid, auth_token).form(&fields);
        match request.send().await {
            Ok(answer) => answer::outcome(&answer),
            Err(error) => error.outcome(),
        }
    }
}
