#![doc = include_str!("../README.md")]

mod answer;
mod sender;
mod settings;
mod text;
mod twilio;

pub use settings::TwilioConfig;
pub use twilio::Twilio;
