//! The contract of a store, the same for every backend.

use async_trait::async_trait;
use jiff::Timestamp;
use proofbell_engine::EventId;
use uuid::Uuid;

use crate::{
    Acceptance, Addressed, CaseView, ChannelPause, Claim, ClaimRequest, Claimed, DecisionView, DueDraft,
    DueFallback, EventFilter, EventView, Fallback, Finish, MessageFilter, MessageView, NewEvent, NewMessage,
    Plan, PlanResult, Reported, Stats, StoreError, StoredEvent, Told, Unplanned,
};

/// A durable store. What writes returns after the commit (fsynced); dropping a returned future never undoes or
/// half-does anything. Lists of things to write are one transaction, each item under its own savepoint: one that fails
/// leaves the others alone.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Keeps an event, or finds that it is kept already.
    async fn accept(&self, event: NewEvent) -> Result<Acceptance, StoreError>;

    /// Events that wait for planning, oldest first, each with its case.
    async fn unplanned(&self, limit: usize) -> Result<Vec<Unplanned>, StoreError>;

    /// Commits plans in their order: a case planned twice in one list carries on from its own earlier plan.
    async fn commit_plans(&self, plans: Vec<Plan>, now: Timestamp) -> Result<Vec<PlanResult>, StoreError>;

    /// Drafts of one audience that wait for addressing and are due, oldest first. By audience, so that one hanging directory delays no other.
    async fn due_drafts(
        &self,
        audience: &str,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<DueDraft>, StoreError>;

    /// Commits what addressing made.
    async fn commit_addressed(&self, addressed: Vec<Addressed>, now: Timestamp) -> Result<(), StoreError>;

    /// Addressed drafts to look at again, oldest first: a message of it ended unsent since the last look, or its time has come.
    async fn due_fallbacks(&self, now: Timestamp, limit: usize) -> Result<Vec<DueFallback>, StoreError>;

    /// Commits what was decided about them; where a message to be called off is being sent or was sent meanwhile, nothing but
    /// another look soon. A message that ended unsent between the look and the commit makes the draft due again.
    async fn commit_fallbacks(&self, fallbacks: Vec<Fallback>, now: Timestamp) -> Result<(), StoreError>;

    /// Audiences that have waiting drafts, with the time when the first of them is due.
    async fn waiting_audiences(&self) -> Result<Vec<(String, Timestamp)>, StoreError>;

    /// When the next addressed draft is to be looked at again.
    async fn next_fallback(&self) -> Result<Option<Timestamp>, StoreError>;

    /// Claims due messages of a channel: counts and commits an attempt for each before returning it.
    async fn claim(&self, request: ClaimRequest) -> Result<Claim, StoreError>;

    /// Records attempts that ended. A record whose epoch is not the message's changes nothing. A message that ends
    /// unsent makes its draft due for another look.
    async fn record(&self, finished: Vec<Finish>) -> Result<(), StoreError>;

    /// Claims whose lease has run out by `now`, taken over under a new epoch without counting an attempt: their outcome is unknown.
    /// They are ours for five minutes, until [`Store::record`] says how they ended.
    /// `all` takes over every claim: at start, when no other process can hold one.
    async fn orphans(&self, now: Timestamp, all: Orphans) -> Result<Vec<Claimed>, StoreError>;

    /// Takes in what providers told after attempts had ended, in its order. A message that ends by it makes its draft due for another
    /// look. What comes late, twice or for nobody changes nothing and is no error.
    async fn report(&self, told: Vec<Told>) -> Result<Vec<Reported>, StoreError>;

    /// Keeps a message that comes from no draft: a test message.
    async fn enqueue(&self, message: NewMessage) -> Result<(), StoreError>;

    /// Pauses a channel; a pause by an operator is not replaced by one by the provider.
    async fn pause(&self, pause: ChannelPause) -> Result<(), StoreError>;

    /// Resumes a channel.
    async fn resume(&self, channel: &str) -> Result<(), StoreError>;

    /// The paused channels.
    async fn pauses(&self) -> Result<Vec<ChannelPause>, StoreError>;

    /// Plans an event again, one generation up; a quarantined one only if it can be read (the caller has checked and gives its new shape).
    async fn replay(&self, id: EventId, shape: crate::Shape) -> Result<u32, StoreError>;

    /// Puts a dead or suppressed message on the queue again, with a fresh schedule and `expires_at`. That its address was bad is
    /// forgotten by it; that the person said stop is not, and refuses.
    async fn retry(&self, message: Uuid, now: Timestamp, expires_at: Timestamp) -> Result<(), StoreError>;

    /// Ends a waiting message as `suppressed(cancelled)`.
    async fn cancel(&self, message: Uuid, now: Timestamp) -> Result<(), StoreError>;

    /// Forgets bodies, headers and addresses of what ended before `bodies`, and everything but deduplication keys; keys older than `keys` go too.
    async fn purge(&self, bodies: Timestamp, keys: Timestamp) -> Result<u64, StoreError>;

    /// Lists events, newest first.
    async fn events(&self, filter: EventFilter) -> Result<Vec<EventView>, StoreError>;

    /// One event with its decisions, one a generation.
    async fn event(&self, id: EventId) -> Result<(EventView, Vec<DecisionView>), StoreError>;

    /// One event as planning needs it.
    async fn stored_event(&self, id: EventId) -> Result<StoredEvent, StoreError>;

    /// The case as it was before an event was planned, if it can still be told: for explaining. The present one when it was not planned yet.
    async fn case_before(&self, id: EventId) -> Result<proofbell_engine::Case, StoreError>;

    /// Lists messages, newest first.
    async fn messages(&self, filter: MessageFilter) -> Result<Vec<MessageView>, StoreError>;

    /// One message with attempts and body.
    async fn message(&self, id: Uuid) -> Result<MessageView, StoreError>;

    /// All about one case.
    async fn case(&self, sr_uuid: &str) -> Result<CaseView, StoreError>;

    /// How much waits.
    async fn stats(&self) -> Result<Stats, StoreError>;
}

/// Which claims count as orphaned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Orphans {
    /// Those whose lease has run out.
    Expired,
    /// All: no other process can hold one.
    All,
}
