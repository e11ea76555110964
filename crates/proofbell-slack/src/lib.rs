#![doc = include_str!("../README.md")]

mod answer;
mod payload;
mod settings;
mod slack;
mod web;

pub use payload::payload;
pub use settings::SlackConfig;
pub use slack::Slack;
