//! Whole payloads, published signatures, and properties that hold for any input.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail the test")]

mod contract;
mod fixtures;
mod properties;
