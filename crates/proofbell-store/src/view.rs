//! What people ask of the store.

use jiff::Timestamp;
use proofbell_engine::{Case, Decision};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Which events to list, newest first.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct EventFilter {
    /// Only of this case.
    pub sr_uuid: Option<String>,
    /// Only of this name.
    pub name: Option<String>,
    /// Only of this status: `accepted`, `planned`, `quarantined`.
    pub status: Option<String>,
    /// At most so many, and never more than 1000; 0 means 100.
    pub limit: u32,
}

/// An event as people see it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EventView {
    /// Its id.
    pub id: Uuid,
    /// Its source.
    pub source: String,
    /// The sender's id of the delivery.
    pub message_id: Option<String>,
    /// Its name; absent when it could not be read.
    pub name: Option<String>,
    /// The `event_type` as sent.
    pub event_type: Option<String>,
    /// Its case.
    pub sr_uuid: Option<String>,
    /// The marketplace's own item id.
    pub reference_id: Option<String>,
    /// When it was received.
    pub received_at: Timestamp,
    /// Its effective time.
    pub at: Option<Timestamp>,
    /// `accepted` (waits for planning), `planned`, `quarantined`.
    pub status: String,
    /// Why it was quarantined.
    pub problem: Option<String>,
    /// 0 at first, one more with each replay.
    pub generation: u32,
    /// The raw body as text; only in `show`, and gone after `keep`.
    pub body: Option<String>,
}

/// A decision with its time.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DecisionView {
    /// The decision.
    pub decision: Decision,
    /// When it was committed.
    pub at: Timestamp,
}

/// A draft as people see it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DraftView {
    /// Its id.
    pub id: Uuid,
    /// The event it came from.
    pub event: Uuid,
    /// The rule.
    pub rule: String,
    /// The audience.
    pub audience: String,
    /// `waiting`, `addressed`, `suppressed`, `dead`.
    pub state: String,
    /// Why it ended or waits.
    pub reason: Option<String>,
    /// When its people are looked up next, while it waits.
    #[serde(default)]
    pub due_at: Option<Timestamp>,
}

/// Which messages to list, newest first.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct MessageFilter {
    /// Only of this case.
    pub sr_uuid: Option<String>,
    /// Only on this channel.
    pub channel: Option<String>,
    /// Only in this state: `queued`, `claimed`, `sent`, `delivered`, `suppressed`, `dead`.
    pub state: Option<String>,
    /// At most so many, and never more than 1000; 0 means 100.
    pub limit: u32,
}

/// A message as people see it; its address is masked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MessageView {
    /// Its id.
    pub id: Uuid,
    /// Its draft.
    pub draft: Option<Uuid>,
    /// The event behind it.
    pub event: Option<Uuid>,
    /// Its case.
    pub sr_uuid: Option<String>,
    /// The rule.
    pub rule: String,
    /// The channel.
    pub channel: String,
    /// The template it was rendered from.
    pub template: String,
    /// The masked address.
    pub to: String,
    /// The language.
    pub locale: Option<String>,
    /// The subject, the header or the beginning of the text.
    pub title: String,
    /// `queued`, `claimed`, `sent`, `delivered`, `suppressed`, `dead`.
    pub state: String,
    /// The word for why it ended: `overtaken`, `expired`, …
    pub code: Option<String>,
    /// Why, for people.
    pub reason: Option<String>,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it goes out next, while it waits.
    pub due_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Attempts that count on the schedule.
    pub tries: u32,
    /// The provider's id for it.
    pub provider_id: Option<String>,
    /// What it costs.
    pub segments: Option<u32>,
    /// Every attempt, oldest first; only in `show` and in cases.
    pub attempts: Vec<AttemptView>,
    /// What the provider told later, oldest first; only in `show` and in cases.
    #[serde(default)]
    pub reports: Vec<ReportView>,
    /// The rendered text; only in `show`, and gone after `keep`.
    pub body: Option<serde_json::Value>,
}

/// One try to deliver.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AttemptView {
    /// When it was claimed.
    pub at: Timestamp,
    /// When it ended; absent while under way.
    pub ended_at: Option<Timestamp>,
    /// What became of it; absent while under way.
    pub outcome: Option<String>,
    /// The provider's reason.
    pub reason: Option<String>,
}

/// What a provider told of a message after an attempt had ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReportView {
    /// When it was told.
    pub at: Timestamp,
    /// What: `delivered`, `undelivered`, `bad_address`, `opted_out`.
    pub news: String,
    /// The provider's reason.
    pub reason: Option<String>,
    /// What came of it: `applied`, `repeated`, `too_late`.
    pub result: String,
}

/// All about one case.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CaseView {
    /// The case.
    pub case: Case,
    /// Its events, oldest first.
    pub events: Vec<EventView>,
    /// What was decided.
    pub decisions: Vec<DecisionView>,
    /// Its drafts.
    pub drafts: Vec<DraftView>,
    /// Its messages with their attempts.
    pub messages: Vec<MessageView>,
}

/// A paused channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelPause {
    /// The channel.
    pub channel: String,
    /// Since when.
    pub since: Timestamp,
    /// Who paused it.
    pub by: PausedBy,
    /// Why.
    pub reason: String,
}

/// Who paused a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PausedBy {
    /// A person: it stays until a person resumes it.
    Operator,
    /// The provider refused us: a probe wakes it.
    Provider,
}

/// How much waits, for metrics.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Stats {
    /// Events that wait for planning.
    pub unplanned: u64,
    /// When the oldest of them was received.
    pub oldest_unplanned: Option<Timestamp>,
    /// Quarantined events.
    pub quarantined: u64,
    /// Drafts that wait for addressing.
    pub drafts_waiting: u64,
    /// Messages that wait or are under way, by channel.
    pub queues: Vec<QueueDepth>,
    /// Size of the write-ahead log, in bytes.
    pub wal_bytes: u64,
}

/// One channel's queue.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct QueueDepth {
    /// The channel.
    pub channel: String,
    /// Messages that wait or are under way.
    pub depth: u64,
    /// When the oldest of them was made.
    pub oldest: Option<Timestamp>,
}
