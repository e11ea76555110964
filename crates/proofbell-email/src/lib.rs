#![doc = include_str!("../README.md")]

mod advice;
mod bounces;
mod compose;
mod config;
mod dialogue;
mod dkim;
mod failure;
mod headers;
mod idle;
mod notifier;
mod redact;
mod reply;
mod session;
mod socket;
mod table;
mod unsubscribe;
mod verdict;

#[cfg(test)]
mod tests;

pub use bounces::BouncesConfig;
pub use config::SmtpConfig;
pub use dkim::DkimConfig;
pub use notifier::Smtp;
