#![doc = include_str!("../README.md")]

mod bearer;
mod event;
mod group;
mod headers;
mod id;
mod name;
mod parse;
mod sample;
mod secret;
mod stale;
mod state;
mod verify;

pub use bearer::BearerVerifier;
pub use event::{Detail, Event, FUTURE_TOLERANCE, Side};
pub use group::{EventGroup, UnknownGroup};
pub use headers::VerifyError;
pub use id::{IdError, MessageId, SrUuid};
pub use name::{EventName, UnknownName};
pub use parse::ParseError;
pub use sample::{Sample, SampleError};
pub use secret::{MAX_SECRETS, SecretError};
pub use stale::{TWIN_WINDOW, are_twins, overtakes};
pub use state::State;
pub use verify::{TIMESTAMP_TOLERANCE, Verifier, sign};
