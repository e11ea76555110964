#![doc = include_str!("../README.md")]

mod address;
mod fingerprint;
mod mask;
mod message;
mod notifier;
mod outcome;
mod phone;
mod proof;
mod recipient;
mod registry;
mod report;
mod rich;

#[cfg(feature = "http")]
pub mod http;
#[cfg(feature = "testkit")]
pub mod testkit;

pub use address::{Address, AddressError, AddressKind, EmailAddress, Form};
pub use fingerprint::Fingerprint;
pub use mask::{mask_email, mask_middle};
pub use message::{Body, Email, Measure, Message, Thread};
pub use notifier::{Advice, ConfigError, DynNotifier, Exclusive, Notifier, ProbeError, Threads, Toolkit};
pub use outcome::{Outcome, Reason, Receipt, Scope};
pub use phone::PhoneNumber;
pub use proof::Proof;
pub use recipient::{FieldProblem, Recipient};
pub use registry::{Registry, UnknownKind};
pub use report::{About, Callback, CallbackError, News, Notice, Report};
pub use rich::{Block, Button, Chat, Field, Span};
