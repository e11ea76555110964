//! Directories behind a real HTTP server on this machine.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod answers;
mod ids;
mod rig;
mod sharing;
