//! The contract, carried out.

use async_trait::async_trait;
use jiff::Timestamp;
use proofbell_engine::{Case, EventId};
use rusqlite::Connection;
use uuid::Uuid;

use super::accept::Arrival;
use super::backlog::Lane;
use super::batch::Desk;
use super::claims::ClaimedRow;
use super::drafts::{AddressedRow, DueRow};
use super::fallbacks::FallbackRow;
use super::messages::MessageRow;
use super::planning::{PlanRow, UnplannedRow};
use super::purge::Pass;
use super::{
    SqliteStore, accept, claims, drafts, fallbacks, messages, pauses, planning, purge, records, reports,
    views,
};
use crate::{
    Acceptance, Addressed, CaseView, ChannelPause, Claim, ClaimRequest, Claimed, DecisionView, DraftEnd,
    DueDraft, DueFallback, EventFilter, EventView, Fallback, Finish, MessageFilter, MessageView, NewEvent,
    NewMessage, Orphans, Plan, PlanResult, Reported, Shape, Stats, Store, StoreError, StoredEvent, Told,
    Unplanned,
};

/// About how large a write is that carries no text.
const SMALL: usize = 256;

#[async_trait]
impl Store for SqliteStore {
    async fn accept(&self, event: NewEvent) -> Result<Acceptance, StoreError> {
        let arrival = Arrival::new(event)?;
        let bytes = arrival.bytes() + SMALL;
        let work = move |desk: &mut Desk<'_>| accept::accept(desk, &arrival);
        self.write(Lane::Door, bytes, move |batch| batch.careful_item(work)).await
    }

    async fn unplanned(&self, limit: usize) -> Result<Vec<Unplanned>, StoreError> {
        let rows = self.work.read(move |connection| planning::unplanned(connection, limit)).await?;
        let (events, broken) = split(rows, UnplannedRow::decode);
        for (event, error) in broken {
            self.set_aside(event, &error).await?;
        }
        Ok(events)
    }

    async fn commit_plans(&self, plans: Vec<Plan>, now: Timestamp) -> Result<Vec<PlanResult>, StoreError> {
        let rows: Vec<Result<PlanRow, StoreError>> = plans.iter().map(PlanRow::encode).collect();
        let bytes = rows.iter().flatten().map(PlanRow::bytes).sum();
        let commit = move |desk: &mut Desk<'_>, row: &Result<PlanRow, StoreError>| match row {
            Ok(row) => planning::commit_plan(desk, row, now),
            Err(error) => Ok(PlanResult::Failed(error.to_string())),
        };
        let results = self.write(Lane::Pipeline, bytes, move |batch| batch.items(&rows, commit)).await?;
        let result =
            |done: Result<_, StoreError>| done.unwrap_or_else(|error| PlanResult::Failed(error.to_string()));
        Ok(results.into_iter().map(result).collect())
    }

    async fn due_drafts(
        &self,
        audience: &str,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<DueDraft>, StoreError> {
        let audience = audience.to_owned();
        let rows = self.work.read(move |connection| drafts::due(connection, &audience, now, limit)).await?;
        let (due, broken) = split(rows, DueRow::decode);
        let ends: Vec<Addressed> = broken.into_iter().map(unreadable_draft).collect();
        if !ends.is_empty() {
            self.commit_addressed(ends, now).await?;
        }
        Ok(due)
    }

    async fn commit_addressed(&self, addressed: Vec<Addressed>, now: Timestamp) -> Result<(), StoreError> {
        let (rows, broken) = split(addressed, AddressedRow::encode);
        let bytes = rows.iter().map(AddressedRow::bytes).sum();
        let commit = move |connection: &Connection, row: &_| drafts::commit_addressed(connection, row, now);
        self.write(Lane::Pipeline, bytes, move |batch| batch.each(&rows, commit)).await?;
        first(broken)
    }

    async fn waiting_audiences(&self) -> Result<Vec<(String, Timestamp)>, StoreError> {
        self.work.read(drafts::waiting_audiences).await
    }

    async fn due_fallbacks(&self, now: Timestamp, limit: usize) -> Result<Vec<DueFallback>, StoreError> {
        let due = self.work.read(move |connection| fallbacks::due(connection, now, limit)).await?;
        if !due.woken.is_empty() {
            // Committed before the drafts are read, so that no end falls between the two unnoticed.
            self.write(Lane::Pipeline, SMALL, move |batch| batch.each(&due.woken, fallbacks::looked)).await?;
        }
        let rows = self.work.read(move |connection| fallbacks::read(connection, &due.all)).await?;
        let (due, broken) = split(rows, fallbacks::DueRow::decode);
        for (draft, error) in broken {
            tracing::error!(%draft, %error, "a draft cannot be looked at again");
            let give_up = move |connection: &Connection| fallbacks::give_up(connection, draft);
            self.write(Lane::Pipeline, SMALL, move |batch| batch.item(give_up)).await?;
        }
        Ok(due)
    }

    async fn commit_fallbacks(&self, fallbacks: Vec<Fallback>, now: Timestamp) -> Result<(), StoreError> {
        let (rows, broken) = split(fallbacks, FallbackRow::encode);
        let bytes = rows.iter().map(FallbackRow::bytes).sum();
        let commit = move |connection: &Connection, row: &_| fallbacks::commit(connection, row, now);
        self.write(Lane::Pipeline, bytes, move |batch| batch.each(&rows, commit)).await?;
        first(broken)
    }

    async fn next_fallback(&self) -> Result<Option<Timestamp>, StoreError> {
        self.work.read(fallbacks::next).await
    }

    async fn claim(&self, request: ClaimRequest) -> Result<Claim, StoreError> {
        let now = request.now;
        let work = move |connection: &Connection| claims::claim(connection, &request);
        let (rows, next_due) = self.write(Lane::Pipeline, SMALL, move |batch| batch.item(work)).await?;
        Ok(Claim { messages: self.readable(rows, now).await?, next_due })
    }

    async fn record(&self, finished: Vec<Finish>) -> Result<(), StoreError> {
        let bytes = finished.len().saturating_mul(SMALL);
        self.write(Lane::Pipeline, bytes, move |batch| batch.each(&finished, records::record)).await
    }

    async fn orphans(&self, now: Timestamp, all: Orphans) -> Result<Vec<Claimed>, StoreError> {
        let work = move |connection: &Connection| claims::orphans(connection, now, all);
        let rows = self.write(Lane::Pipeline, SMALL, move |batch| batch.item(work)).await?;
        self.readable(rows, now).await
    }

    async fn report(&self, told: Vec<Told>) -> Result<Vec<Reported>, StoreError> {
        let bytes = told.len().saturating_mul(SMALL);
        let report = |desk: &mut Desk<'_>, told: &Told| reports::report(desk.connection, told);
        let results = self.write(Lane::Pipeline, bytes, move |batch| batch.items(&told, report)).await?;
        results.into_iter().collect()
    }

    async fn enqueue(&self, message: NewMessage) -> Result<(), StoreError> {
        let row = MessageRow::encode(message)?;
        let bytes = row.bytes();
        let work = move |connection: &Connection| messages::insert_message(connection, &row, None);
        self.write(Lane::Pipeline, bytes, move |batch| batch.item(work)).await
    }

    async fn pause(&self, pause: ChannelPause) -> Result<(), StoreError> {
        let work = move |connection: &Connection| pauses::pause(connection, &pause);
        self.write(Lane::Pipeline, SMALL, move |batch| batch.item(work)).await
    }

    async fn resume(&self, channel: &str) -> Result<(), StoreError> {
        let channel = channel.to_owned();
        let work = move |connection: &Connection| pauses::resume(connection, &channel);
        self.write(Lane::Pipeline, SMALL, move |batch| batch.item(work)).await
    }

    async fn pauses(&self) -> Result<Vec<ChannelPause>, StoreError> {
        self.work.read(pauses::pauses).await
    }

    async fn replay(&self, id: EventId, shape: Shape) -> Result<u32, StoreError> {
        let work = move |connection: &Connection| accept::replay(connection, id, &shape);
        self.write(Lane::Pipeline, SMALL, move |batch| batch.item(work)).await
    }

    async fn retry(&self, message: Uuid, now: Timestamp, expires_at: Timestamp) -> Result<(), StoreError> {
        let work = move |connection: &Connection| messages::retry(connection, message, now, expires_at);
        self.write(Lane::Pipeline, SMALL, move |batch| batch.item(work)).await
    }

    async fn cancel(&self, message: Uuid, now: Timestamp) -> Result<(), StoreError> {
        let work = move |connection: &Connection| messages::cancel(connection, message, now);
        self.write(Lane::Pipeline, SMALL, move |batch| batch.item(work)).await
    }

    async fn purge(&self, bodies: Timestamp, keys: Timestamp) -> Result<u64, StoreError> {
        let work = move |connection: &Connection| purge::loose(connection, bodies, keys);
        let mut gone = self.write(Lane::Pipeline, SMALL, move |batch| batch.item(work)).await?;
        for pass in [Pass::Contents(bodies), Pass::Rest(keys)] {
            let mut next = Some(0);
            while let Some(after) = next {
                let work = move |connection: &Connection| purge::chunk(connection, pass, after);
                let chunk = self.write(Lane::Pipeline, SMALL, move |batch| batch.item(work)).await?;
                gone += chunk.gone;
                next = chunk.next;
            }
        }
        Ok(gone)
    }

    async fn events(&self, filter: EventFilter) -> Result<Vec<EventView>, StoreError> {
        self.people.read(move |connection| views::events::list(connection, filter)).await
    }

    async fn event(&self, id: EventId) -> Result<(EventView, Vec<DecisionView>), StoreError> {
        self.people.read(move |connection| views::events::show(connection, id)).await
    }

    async fn stored_event(&self, id: EventId) -> Result<StoredEvent, StoreError> {
        self.people.read(move |connection| planning::stored_event(connection, id)).await
    }

    async fn case_before(&self, id: EventId) -> Result<Case, StoreError> {
        self.people.read(move |connection| views::cases::before(connection, id)).await
    }

    async fn messages(&self, filter: MessageFilter) -> Result<Vec<MessageView>, StoreError> {
        self.people.read(move |connection| views::messages::list(connection, filter)).await
    }

    async fn message(&self, id: Uuid) -> Result<MessageView, StoreError> {
        self.people.read(move |connection| views::messages::show(connection, id)).await
    }

    async fn case(&self, sr_uuid: &str) -> Result<CaseView, StoreError> {
        let sr_uuid = sr_uuid.to_owned();
        self.people.read(move |connection| views::cases::show(connection, &sr_uuid)).await
    }

    async fn stats(&self) -> Result<Stats, StoreError> {
        let wal_bytes = self.wal_bytes();
        self.work.read(move |connection| views::stats::read(connection, wal_bytes)).await
    }
}

impl SqliteStore {
    /// Puts aside an event whose case cannot be read, so that it does not come back for ever.
    async fn set_aside(&self, event: EventId, error: &StoreError) -> Result<(), StoreError> {
        tracing::error!(%event, %error, "an event cannot be planned");
        let problem = format!("its case cannot be read: {error}");
        let work = move |desk: &mut Desk<'_>| accept::set_aside(desk, event, &problem);
        self.write(Lane::Pipeline, SMALL, move |batch| batch.item_at_desk(work)).await
    }

    /// The claimed messages that can be read; the others end as dead, so that they are not claimed for ever.
    async fn readable(&self, rows: Vec<ClaimedRow>, now: Timestamp) -> Result<Vec<Claimed>, StoreError> {
        let (messages, broken) = split(rows, |row| row.decode(now));
        if !broken.is_empty() {
            self.record(broken.into_iter().map(|finish| *finish).collect()).await?;
        }
        Ok(messages)
    }
}

fn unreadable_draft((draft, error): (Uuid, StoreError)) -> Addressed {
    tracing::error!(%draft, %error, "a draft cannot be read");
    let end = DraftEnd::Dead(format!("unreadable: {error}"));
    Addressed { draft, end, reaches: Vec::new(), messages: Vec::new(), look_at: None, drafts: Vec::new() }
}

/// What went well, and what did not.
fn split<I, T, E>(items: Vec<I>, work: impl Fn(I) -> Result<T, E>) -> (Vec<T>, Vec<E>) {
    let mut good = Vec::with_capacity(items.len());
    let mut bad = Vec::new();
    for item in items {
        match work(item) {
            Ok(item) => good.push(item),
            Err(error) => bad.push(error),
        }
    }
    (good, bad)
}

fn first(errors: Vec<StoreError>) -> Result<(), StoreError> {
    errors.into_iter().next().map_or(Ok(()), Err)
}
