//! The running pipeline: a real store on disk, the real engine, scripted notifiers and directories.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod directories;
mod doors;
mod fake;
mod fallbacks;
mod grudging;
mod isolation;
mod pauses;
mod refusals;
mod rehearsals;
mod reload;
mod reload_channels;
mod reports;
mod restarts;
mod retries;
mod rig;
mod way;
