//! The notifiers that this program was built with.

use proofbell_email::Smtp;
use proofbell_line::Line;
use proofbell_notify::Registry;
use proofbell_slack::Slack;
use proofbell_sms::{SmsHttp, Twilio, Vonage};
use proofbell_webhook::Webhook;

/// The notifiers that this program was built with. A new one is one more line.
pub(crate) fn notifiers() -> Registry {
    Registry::new()
        .with::<Smtp>()
        .with::<Slack>()
        .with::<Line>()
        .with::<Twilio>()
        .with::<Vonage>()
        .with::<SmsHttp>()
        .with::<Webhook>()
}
