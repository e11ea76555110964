//! Loading whole configurations, with small notifiers in the place of the real ones.

mod config_tests;
mod diagnose;
mod fakes;
mod fingerprint;
mod fixtures;
mod literal;
mod load;
mod schema;
mod webhook;
