#![doc = include_str!("../README.md")]

mod admin;
pub mod answer;
mod body;
mod doors;
mod health;
mod ingress;
mod listen;
mod load;
mod refusal;
mod settings;
mod socket;
mod uncancelled;

pub use doors::{Closed, Doors};
pub use settings::{AdminSettings, IngressSettings, Limits, SourceSettings, Verify};
