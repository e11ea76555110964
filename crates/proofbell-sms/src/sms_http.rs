//! The notifier of kind `sms-http`: any gateway that takes a POST, as the settings describe it.

mod answer;
mod headers;
mod pattern;
mod payload;
mod settings;
mod template;

use proofbell_notify::http::{Client, Request};
use proofbell_notify::{
    AddressKind, Body, ConfigError, Form, Measure, Message, Notifier, Outcome, ProbeError, Proof, Reason,
    Toolkit,
};

use crate::outgoing::Outgoing;
use crate::text;
pub use pattern::PatternConfig;
use payload::Payload;
use settings::Settings;
pub use settings::{SmsHttpConfig, ToFormat};
use template::Values;

/// Sends SMS over a gateway that the settings describe: what to post, and what its answers mean.
///
/// No idempotency is assumed: an attempt whose answer was lost is [`Outcome::Unknown`], and trying again may bill twice.
pub struct SmsHttp {
    settings: Settings,
    http: Client,
}

impl Notifier for SmsHttp {
    const KIND: &'static str = "sms-http";
    type Config = SmsHttpConfig;

    fn from_config(config: SmsHttpConfig, kit: &Toolkit) -> Result<Self, ConfigError> {
        Ok(SmsHttp { settings: Settings::check(config)?, http: kit.http.clone() })
    }

    fn form(&self) -> Form {
        Form::Text
    }

    fn address(&self) -> AddressKind {
        AddressKind::Phone
    }

    fn sender(&self) -> Option<String> {
        self.settings.from.clone()
    }

    fn measure(&self, body: &Body) -> Option<Measure> {
        text::measure_body(body)
    }

    fn fit(&self, body: Body) -> Result<Body, Reason> {
        self.settings.fitting.fit(body)
    }

    async fn send(&self, message: &Message) -> Outcome {
        match Outgoing::of(message, &self.settings.countries) {
            Ok(outgoing) => self.post(&message.id.to_string(), outgoing).await,
            Err(reason) => Outcome::Rejected { reason },
        }
    }

    async fn probe(&self) -> Result<Proof, ProbeError> {
        let Settings { url, probe_url, .. } = &self.settings;
        let asked = probe_url.as_ref().unwrap_or(url);
        let answer = self.authorized(self.http.get(asked.expose())).send().await;
        answer::probed(&answer.map_err(|error| error.probe_error())?, probe_url.is_some())
    }
}

impl SmsHttp {
    async fn post(&self, id: &str, outgoing: Outgoing<'_>) -> Outcome {
        let Settings { url, payload, from, to_format, answers, .. } = &self.settings;
        let values = Values {
            to: to_format.write(outgoing.to),
            from: from.as_deref().unwrap_or_default(),
            text: outgoing.text,
            id,
        };
        let request = self.authorized(self.http.post(url.expose()));
        let request = match payload {
            Payload::Json(body) => request.json(&body.fill(&values)),
            Payload::Form(fields) => {
                let filled: Vec<(&str, String)> =
                    fields.iter().map(|(name, value)| (name.as_str(), value.fill(&values))).collect();
                let fields: Vec<(&str, &str)> =
                    filled.iter().map(|(name, value)| (*name, value.as_str())).collect();
                request.form(&fields)
            }
        };
        match request.send().await {
            Ok(answer) => answers.outcome(&answer),
            Err(error) => error.outcome(),
        }
    }

    fn authorized(&self, request: Request) -> Request {
        let Settings { bearer, headers, .. } = &self.settings;
        let request = match bearer {
            Some(token) => request.bearer(token),
            None => request,
        };
        headers.iter().fold(request, |request, (name, value)| request.secret_header(name, value))
    }
}
