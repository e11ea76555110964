//! End to end: the real program, a real mail server, doubles of Slack and Twilio, and what must be true of the workspace itself.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail the test")]

mod appearance;
mod bounces;
mod check;
mod check_formats;
mod check_online;
mod config_tests;
mod crash;
mod demo;
mod directory;
mod dkim;
mod documents;
mod drain;
mod explain;
mod explain_play;
mod fallback;
mod ingress;
mod init;
mod isolation;
mod marketplace;
mod own_system;
mod preview;
mod redirect;
mod redo;
mod reload;
mod reports;
mod schema;
mod small_shop;
mod threads;
mod workspace;
