//! Plays Legitmark: signs events and posts them to the real door.

use anyhow::{Context, anyhow};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use proofbell_event::{MessageId, sign};
use proofbell_notify::Toolkit;
use reqwest::Url;
use serde_json::Value;

use super::day::Beat;

/// A fresh signing secret.
pub(super) fn secret() -> String {
    format!("whsec_{}", STANDARD.encode(rand::random::<[u8; 32]>()))
}

/// Plays Legitmark.
pub(super) struct Sender {
    webhook: String,
    secret: String,
    http: proofbell_notify::http::Client,
}

impl Sender {
    pub(super) fn new(webhook: String, secret: String) -> Sender {
        Sender { webhook, secret, http: Toolkit::default().http }
    }

    /// Posts one event; the door's answer.
    pub(super) async fn send(&self, beat: &Beat) -> anyhow::Result<Answer> {
        let id: MessageId =
            beat.message_id.parse().map_err(|_| anyhow!("`{}` is no message id", beat.message_id))?;
        let now = Timestamp::now();
        let body = beat.payload.to_string().into_bytes();
        let signature = sign(&self.secret, &id, now, &body).context("failed to sign")?;
        let url = Url::parse(&self.webhook).context("failed to read the webhook's address")?;
        let answer = self
            .http
            .post(&url)
            .header("content-type", "application/json")
            .header("svix-id", id.as_str())
            .header("svix-timestamp", &now.as_second().to_string())
            .header("svix-signature", &signature)
            .body(body)
            .send()
            .await
            .map_err(|error| anyhow!("the door did not answer: {}", error.reason()))?;
        let status =
            answer.json().and_then(|json| json.get("status").and_then(Value::as_str).map(ToOwned::to_owned));
        Ok(Answer { code: answer.status, status: status.unwrap_or_else(|| answer.text()) })
    }
}

/// The door's answer.
pub(super) struct Answer {
    pub(super) code: u16,
    pub(super) status: String,
}
