#![doc = include_str!("../README.md")]

mod answer;
mod doubt;
mod headers;
mod payload;
mod settings;
mod signer;
mod webhook;

pub use payload::payload;
pub use settings::{WebhookConfig, WebhookForm};
pub use webhook::Webhook;
