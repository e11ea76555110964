//! The example notifier against the contract kit, Discord's own description, and the page that explains it.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail the test")]

mod contract;
mod end_to_end;
mod page;
mod vendor;
