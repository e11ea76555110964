//! The notifier against the contract kit, and its payloads against Slack's own schema.

mod contract;
mod limits;
