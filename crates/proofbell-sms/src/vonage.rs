//! The notifier of kind `vonage`.

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
use secrecy::ExposeSecret;
use uuid::Uuid;

use crate::outgoing::Outgoing;
use crate::text;
use settings::Settings;
pub use settings::{SignatureMethod, VonageConfig};

/// Sends SMS over Vonage's SMS API, the one that was Nexmo's.
///
/// It has no idempotency key: an attempt whose answer was lost is [`Outcome::Unknown`], and trying again may bill twice.
pub struct Vonage {
    settings: Settings,
    http: Client,
}

impl Notifier for Vonage {
    const KIND: &'static str = "vonage";
    type Config = VonageConfig;

    fn from_config(config: VonageConfig, kit: &Toolkit) -> Result<Self, ConfigError> {
        Ok(Vonage { settings: Settings::check(config)?, http: kit.http.clone() })
    }

    fn form(&self) -> Form {
        Form::Text
    }

    fn address(&self) -> AddressKind {
        AddressKind::Phone
    }

    fn sender(&self) -> Option<String> {
        Some(self.settings.from.as_str().to_owned())
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
        let Settings { balance_url, api_key, api_secret, .. } = &self.settings;
        let request = self.http.get(balance_url).basic_auth(api_key, api_secret);
        answer::probed(&request.send().await.map_err(|error| error.probe_error())?)
    }

    fn callback(&self, callback: &Callback) -> Result<Vec<Report>, CallbackError> {
        let Some(reports) = &self.settings.reports else {
            return Err(CallbackError::NotOffered("`status_callback` is not set".to_owned()));
        };
        report::read(&signature::check(callback, &reports.secret, reports.method)?)
    }
}

impl Vonage {
    async fn post(&self, id: Uuid, outgoing: Outgoing<'_>) -> Outcome {
        let Settings { messages_url, api_key, api_secret, from, reports, .. } = &self.settings;
        let id = id.to_string();
        let mut fields = vec![
            ("api_key", api_key.as_str()),
            ("api_secret", api_secret.expose_secret()),
            ("from", without_plus(from.as_str())),
            ("to", without_plus(outgoing.to.expose())),
            ("text", outgoing.text),
            // Told nothing, Vonage would write `?` for every character that the GSM alphabet lacks.
            ("type", if text::is_gsm(outgoing.text) { "text" } else { "unicode" }),
            // Comes back in the reports, which so need no lookup.
            ("client-ref", &id),
        ];
        fields.extend(reports.iter().map(|reports| ("callback", reports.url.as_str())));
        match self.http.post(messages_url).form(&fields).send().await {
            Ok(answer) => answer::outcome(&answer),
            Err(error) => error.outcome(),
        }
    }
}

/// Vonage writes numbers as digits alone.
fn without_plus(number: &str) -> &str {
    number.strip_prefix('+').unwrap_or(number)
}
