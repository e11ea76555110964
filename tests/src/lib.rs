#![doc = include_str!("../README.md")]
#![expect(clippy::unwrap_used, reason = "a helper of a test may fail the test")]

mod authority;
mod binary;
mod browser;
mod contract;
mod double;
pub mod http;
mod mail_system;
mod market;
mod measure;
mod program;
mod python;
mod repository;
mod server;
mod smtp;
mod taplo;
mod wait;
mod webhook;

pub use authority::Authority;
pub use browser::{Browser, Size};
pub use contract::{Contract, contracts};
pub use double::{Heard, HttpDouble, LINE_TOKEN, Reply, SLACK_PATH, SLACK_TOKEN, TWILIO_SID, TWILIO_TOKEN};
pub use mail_system::{Kept, MailSystem};
pub use market::{Market, Seller};
pub use measure::measured;
pub use program::{Program, Ran, Workbench};
pub use python::python;
pub use repository::{metadata, root};
pub use server::Server;
pub use smtp::{Mail, SmtpServer, Trust};
pub use taplo::{Linted, taplo};
pub use wait::{PATIENCE, until};
pub use webhook::{Case, Delivery, SECRET, WEBHOOK_PATH};
