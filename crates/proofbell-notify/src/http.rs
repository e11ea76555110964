//! The one HTTP wrapper.

/// The one HTTP client of the process.
#[derive(Clone, Debug, Default)]
pub struct Client;
