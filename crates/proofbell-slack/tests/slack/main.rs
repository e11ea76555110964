//! The notifier against the contract kit, and its payloads against Slack's own schema.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail the test")]

mod contract;
mod limits;
mod post;
mod schema;
mod token;
