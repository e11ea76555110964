//! The notifier of kind `twilio`.

use proofbell_notify::http::Client;
use proofbell_notify::{
    Address, AddressKind, Body, ConfigError, Form, Measure, Message, Notifier, Outcome, PhoneNumber,
    ProbeError, Reason, Toolkit,
};

use crate::settings::{Settings, TwilioConfig};
use crate::{answer, text};

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

    fn measure(&self, body: &Body) -> Option<Measure> {
        match body {
            Body::Text(text) => Some(text::measure(&text::prepare(text))),
            Body::Email(_) | Body::Chat(_) => None,
        }
    }

    async fn send(&self, message: &Message) -> Outcome {
        match self.fields(message) {
            Ok((to, body)) => self.post(to, &body).await,
            Err(reason) => Outcome::Rejected { reason },
        }
    }

    async fn probe(&self) -> Result<(), ProbeError> {
        let Settings { account_url, account_sid, auth_token, .. } = &self.settings;
        let request = self.http.get(account_url).basic_auth(account_sid, auth_token);
        answer::probed(&request.send().await.map_err(|error| error.probe_error())?)
    }
}

impl Twilio {
    /// The number and the text to send.
    ///
    /// # Errors
    /// Why this message must not or cannot be sent here.
    fn fields<'m>(&self, message: &'m Message) -> Result<(&'m PhoneNumber, String), Reason> {
        let (Address::Phone(to), Body::Text(body)) = (&message.to, &message.body) else {
            return Err(Reason::new("not_text", "an SMS needs a phone number and plain text"));
        };
        let country = to.country().unwrap_or("no country");
        if !self.settings.countries.contains(country) {
            let detail = format!("a number of {country}, which is not among the channel's `countries`");
            return Err(Reason::new("country_refused", detail));
        }
        let body = text::prepare(body);
        match body.trim().is_empty() {
            true => Err(Reason::new("empty", "there is no text to send")),
            false => Ok((to, body)),
        }
    }

    async fn post(&self, to: &PhoneNumber, body: &str) -> Outcome {
        let Settings { messages_url, account_sid, auth_token, from, .. } = &self.settings;
        let fields = [("To", to.expose()), ("From", from.as_str()), ("Body", body)];
        let request = self.http.post(messages_url).basic_auth(account_sid, auth_token).form(&fields);
        match request.send().await {
            Ok(answer) => answer::outcome(&answer),
            Err(error) => error.outcome(),
        }
    }
}
