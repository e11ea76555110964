#![doc = include_str!("../README.md")]

mod address;
mod address_worker;
mod carry;
mod channel_worker;
mod clock;
mod code;
mod fallback_worker;
mod gate;
mod handle;
mod janitor;
mod observe;
mod pipeline;
mod plan_worker;
mod reach;
mod redirect;
mod runtime;
mod schedule;
mod settle;
mod shared;

pub use address::address;
pub use clock::{Clock, ManualClock, SystemClock};
pub use code::Code;
pub use handle::{ChannelStatus, Handle, HandleError, TestMessage};
pub use observe::{Observer, Silent};
pub use pipeline::{Drained, Pipeline, PipelineSettings};
pub use redirect::{Redirect, RedirectTo};
pub use runtime::{Channel, OnUnknown, Rate, Runtime};

/// The word for why a message ended, as a metric label.
fn observe_code(ended: &proofbell_store::Ended) -> &'static str {
    let (proofbell_store::Ended::Suppressed { code, .. } | proofbell_store::Ended::Dead { code, .. }) = ended;
    Code::from_word(code).map_or("other", Code::as_str)
}
