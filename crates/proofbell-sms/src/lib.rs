#![doc = include_str!("../README.md")]

mod endpoint;
mod fit;
mod keyword;
mod meaning;
mod number;
mod outgoing;
mod sender;
mod sms_http;
mod status;
mod text;
mod twilio;
mod vonage;

pub use fit::TooLong;
pub use sms_http::{PatternConfig, SmsHttp, SmsHttpConfig, ToFormat};
pub use twilio::{Twilio, TwilioConfig};
pub use vonage::{SignatureMethod, Vonage, VonageConfig};
