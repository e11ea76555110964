//! The doors over real sockets.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail the test")]

mod admin;
mod counting;
mod fake_store;
mod hooks;
mod http;
mod ingress;
mod limits;
mod reloads;
mod rig;
mod slow;
mod stopping;
