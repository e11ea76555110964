//! What the end-to-end tests and the load generator share.
