#![doc = include_str!("../README.md")]

mod endpoint;
mod fit;
mod keyword;
mod meaning;
mod number;
mod outgoing;
mod sender;
mod status;
mod text;
mod twilio;

pub use fit::TooLong;
pub use twilio::{Twilio, TwilioConfig};
