#![doc = include_str!("../README.md")]

mod error;
mod event;
mod message;
mod plan;
mod report;
mod sqlite;
mod store;
mod view;

pub use error::StoreError;
pub use event::{Acceptance, NewEvent, Shape, StoredEvent};
pub use message::{
    Claim, ClaimOnly, ClaimRequest, Claimed, Ended, FOR_ALL, Finish, MessageState, NewMessage, Next,
    Remember, Suppression, SuppressionKind,
};
pub use plan::{
    Addressed, DraftEnd, DueDraft, DueFallback, Fallback, Plan, PlanResult, Reach, SentSoFar, Unplanned,
};
pub use report::{Memory, Reported, Then, Told};
pub use sqlite::{OpenError, SchemaError, SqliteOptions, SqliteStore, WriteCounts};
pub use store::{Orphans, Store};
pub use view::{
    AttemptView, CaseView, ChannelPause, DecisionView, DraftView, EventFilter, EventView, MessageFilter,
    MessageView, PausedBy, QueueDepth, ReportView, Stats,
};
