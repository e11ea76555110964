//! The contract kit that every notifier's tests run.
