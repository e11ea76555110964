#![doc = include_str!("../README.md")]

mod answer;
mod callback;
mod line;
mod payload;
mod probe;
mod settings;

pub use line::Line;
pub use payload::payload;
pub use settings::{LineConfig, Shape};
