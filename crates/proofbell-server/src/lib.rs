#![doc = include_str!("../README.md")]

mod admin;
pub mod answer;
mod body;
mod doors;
mod health;
mod ingress;
mod listen;
mod load;
mod readiness;
mod refusal;
mod reloads;
mod settings;
mod socket;
mod uncancelled;

pub use doors::{Closed, Doors};
pub use reloads::{Reloads, Wish};
pub use settings::{AdminSettings, IngressSettings, Limits, SourceSettings, Verify};
