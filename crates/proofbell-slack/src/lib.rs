#![doc = include_str!("../README.md")]

mod answer;
mod payload;
mod slack;

pub use payload::payload;
pub use slack::{Slack, SlackConfig};
