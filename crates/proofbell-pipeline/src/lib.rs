#![doc = include_str!("../README.md")]

mod address;
mod address_worker;
mod announce;
mod audience_state;
mod carry;
mod channel_state;
mod channel_worker;
mod clock;
mod code;
mod collector;
mod fallback_worker;
mod gate;
mod handle;
mod janitor;
mod observe;
mod orphans;
mod pace;
mod pipeline;
mod plan;
mod plan_worker;
mod reach;
mod recorder;
mod redirect;
mod report;
mod runtime;
mod schedule;
mod settle;
mod shared;
mod supervise;
mod test_message;
#[cfg(test)]
mod testing;
mod timing;

pub use address::{address, unaskable};
pub use audience_state::AudiencePause;
pub use clock::{Clock, ManualClock, SystemClock};
pub use code::Code;
pub use handle::{AudienceStatus, ChannelStatus, Handle, HandleError};
pub use observe::{Observer, Silent};
pub use pipeline::{Drained, Pipeline, PipelineSettings};
pub use redirect::{Redirect, RedirectTo};
pub use report::CallbackProblem;
pub use runtime::{Audience, Channel, OnUnknown, Rate, Runtime};
pub use test_message::TestMessage;
pub use timing::Timing;
