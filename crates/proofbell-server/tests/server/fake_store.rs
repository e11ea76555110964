//! A store that keeps events in memory and can be told to fail or to wait. What only the pipeline asks is refused.

use std::sync::Mutex;

use async_trait::async_trait;
use jiff::Timestamp;
use proofbell_engine::{Case, EventId};
use proofbell_store::*;
use tokio::sync::watch;
use uuid::Uuid;

/// The one message there is.
pub(crate) const MESSAGE: Uuid = Uuid::from_u128(7);

/// What accepting an event comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    Works,
    /// The commit waits for another mood.
    Waits,
    Busy,
    Fatal,
    Broken,
}

pub(crate) struct FakeStore {
    mood: watch::Sender<Mood>,
    kept: watch::Sender<Vec<NewEvent>>,
    /// What was asked of it or written into it, in order.
    pub(crate) log: Mutex<Vec<String>>,
}

impl FakeStore {
    pub(crate) fn new() -> FakeStore {
        FakeStore {
            mood: watch::Sender::new(Mood::Works),
            kept: watch::Sender::default(),
            log: Mutex::default(),
        }
    }

    pub(crate) fn be(&self, mood: Mood) {
        self.mood.send_replace(mood);
    }

    pub(crate) fn kept(&self) -> Vec<NewEvent> {
        self.kept.borrow().clone()
    }

    /// Waits until so many events are kept.
    pub(crate) async fn has_kept(&self, count: usize) {
        let mut kept = self.kept.subscribe();
        let enough = kept.wait_for(|kept| kept.len() >= count);
        drop(tokio::time::timeout(crate::http::PATIENCE, enough).await.expect("the events are kept"));
    }

    /// Waits until somebody waits for a commit.
    pub(crate) async fn is_asked(&self) {
        let asked = async {
            while self.mood.receiver_count() == 0 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(crate::http::PATIENCE, asked).await.expect("the store is asked");
    }

    fn note(&self, what: String) {
        self.log.lock().unwrap().push(what);
    }

    fn keep(&self, event: NewEvent) -> Acceptance {
        let mut acceptance = Acceptance::Accepted(event.id);
        self.kept.send_modify(|kept| {
            let same_id =
                kept.iter().find(|old| old.message_id.is_some() && old.message_id == event.message_id);
            let same_body = kept.iter().find(|old| old.body_hash == event.body_hash);
            acceptance = match (same_id, same_body, &event.shape) {
                (Some(old), _, _) if old.body_hash == event.body_hash => Acceptance::Duplicate(old.id),
                (None, Some(old), _) => Acceptance::Duplicate(old.id),
                (Some(_), _, _) | (_, _, Shape::Malformed(_)) => Acceptance::Quarantined(event.id),
                (None, None, Shape::Event { .. }) => Acceptance::Accepted(event.id),
            };
            if !matches!(acceptance, Acceptance::Duplicate(_)) {
                kept.push(event);
            }
        });
        acceptance
    }
}

fn nobody_asks<T>() -> Result<T, StoreError> {
    Err(StoreError::Refused("the doors do not ask for this".to_owned()))
}

fn missing<T>(what: &'static str, id: impl ToString) -> Result<T, StoreError> {
    Err(StoreError::NotFound { what, id: id.to_string() })
}

fn event_view(event: &NewEvent) -> EventView {
    EventView {
        id: event.id.0,
        source: event.source.clone(),
        message_id: event.message_id.clone().map(String::from),
        name: None,
        event_type: None,
        sr_uuid: None,
        reference_id: None,
        received_at: event.received_at,
        at: None,
        status: "accepted".to_owned(),
        problem: None,
        generation: 0,
        body: None,
    }
}

fn message_view() -> MessageView {
    MessageView {
        id: MESSAGE,
        draft: None,
        event: None,
        sr_uuid: Some("sr-1".to_owned()),
        rule: "reshoot".to_owned(),
        channel: "desk".to_owned(),
        template: "reshoot/text.en".to_owned(),
        to: "h…@example.jp".to_owned(),
        locale: Some("en".to_owned()),
        title: "Two photos".to_owned(),
        state: "dead".to_owned(),
        code: Some("expired".to_owned()),
        reason: None,
        made_at: Timestamp::UNIX_EPOCH,
        due_at: None,
        ended_at: None,
        tries: 1,
        provider_id: None,
        segments: None,
        attempts: Vec::new(),
        reports: Vec::new(),
        body: None,
    }
}

#[async_trait]
impl Store for FakeStore {
    /// Not safe against being dropped while it waits, unlike a real one: the door must not count on that.
    async fn accept(&self, event: NewEvent) -> Result<Acceptance, StoreError> {
        let mut mood = self.mood.subscribe();
        let mood = *mood.wait_for(|mood| *mood != Mood::Waits).await.unwrap();
        match mood {
            Mood::Works | Mood::Waits => Ok(self.keep(event)),
            Mood::Busy => Err(StoreError::Busy("disk full at /secret/path".to_owned())),
            Mood::Fatal => Err(StoreError::Fatal("fsync failed at /secret/path".to_owned())),
            Mood::Broken => Err(StoreError::Database("no such table: secret".to_owned())),
        }
    }

    async fn report(&self, told: Vec<Told>) -> Result<Vec<Reported>, StoreError> {
        if *self.mood.borrow() == Mood::Busy {
            return Err(StoreError::Busy("disk full at /secret/path".to_owned()));
        }
        told.iter()
            .for_each(|told| self.note(format!("report {} {} {:?}", told.channel, told.news, told.about)));
        Ok(told.iter().map(|_| Reported::Applied).collect())
    }

    async fn events(&self, filter: EventFilter) -> Result<Vec<EventView>, StoreError> {
        self.note(format!("events {filter:?}"));
        Ok(self.kept().iter().rev().map(event_view).collect())
    }

    async fn event(&self, id: EventId) -> Result<(EventView, Vec<DecisionView>), StoreError> {
        match self.kept().iter().find(|event| event.id == id) {
            Some(event) => Ok((event_view(event), Vec::new())),
            None => missing("event", id),
        }
    }

    async fn stored_event(&self, id: EventId) -> Result<StoredEvent, StoreError> {
        match self.kept().into_iter().find(|event| event.id == id) {
            Some(NewEvent { id, source, received_at, body, .. }) => {
                Ok(StoredEvent { id, source, generation: 0, received_at, body })
            }
            None => missing("event", id),
        }
    }

    async fn replay(&self, id: EventId, _: Shape) -> Result<u32, StoreError> {
        self.note(format!("replay {id}"));
        Ok(1)
    }

    async fn messages(&self, filter: MessageFilter) -> Result<Vec<MessageView>, StoreError> {
        self.note(format!("messages {filter:?}"));
        Ok(vec![message_view()])
    }

    async fn message(&self, id: Uuid) -> Result<MessageView, StoreError> {
        if id == MESSAGE { Ok(message_view()) } else { missing("message", id) }
    }

    async fn retry(&self, message: Uuid, _: Timestamp, _: Timestamp) -> Result<(), StoreError> {
        self.note(format!("retry {message}"));
        Ok(())
    }

    async fn cancel(&self, _: Uuid, _: Timestamp) -> Result<(), StoreError> {
        Err(StoreError::Refused("the message has ended already".to_owned()))
    }

    async fn case(&self, sr_uuid: &str) -> Result<CaseView, StoreError> {
        self.note(format!("case {sr_uuid}"));
        match sr_uuid {
            "sr-1" => Ok(CaseView {
                case: Case { sr_uuid: sr_uuid.parse().ok(), ..Case::default() },
                events: Vec::new(),
                decisions: Vec::new(),
                drafts: Vec::new(),
                messages: vec![message_view()],
            }),
            "broken" => Err(StoreError::Database("a row cannot be read".to_owned())),
            "busy" => Err(StoreError::Busy("too many readers".to_owned())),
            _ => missing("case", sr_uuid),
        }
    }

    async fn pause(&self, pause: ChannelPause) -> Result<(), StoreError> {
        self.note(format!("pause {} {}", pause.channel, pause.reason));
        Ok(())
    }

    async fn resume(&self, channel: &str) -> Result<(), StoreError> {
        self.note(format!("resume {channel}"));
        Ok(())
    }

    async fn pauses(&self) -> Result<Vec<ChannelPause>, StoreError> {
        Ok(Vec::new())
    }

    async fn enqueue(&self, message: NewMessage) -> Result<(), StoreError> {
        self.note(format!("enqueue {} {:?}", message.template, message.state));
        Ok(())
    }

    async fn unplanned(&self, _: usize) -> Result<Vec<Unplanned>, StoreError> {
        nobody_asks()
    }

    async fn commit_plans(&self, _: Vec<Plan>, _: Timestamp) -> Result<Vec<PlanResult>, StoreError> {
        nobody_asks()
    }

    async fn due_drafts(&self, _: &str, _: Timestamp, _: usize) -> Result<Vec<DueDraft>, StoreError> {
        nobody_asks()
    }

    async fn commit_addressed(&self, _: Vec<Addressed>, _: Timestamp) -> Result<(), StoreError> {
        nobody_asks()
    }

    async fn due_fallbacks(&self, _: Timestamp, _: usize) -> Result<Vec<DueFallback>, StoreError> {
        nobody_asks()
    }

    async fn commit_fallbacks(&self, _: Vec<Fallback>, _: Timestamp) -> Result<(), StoreError> {
        nobody_asks()
    }

    async fn waiting_audiences(&self) -> Result<Vec<(String, Timestamp)>, StoreError> {
        nobody_asks()
    }

    async fn next_fallback(&self) -> Result<Option<Timestamp>, StoreError> {
        nobody_asks()
    }

    async fn claim(&self, _: ClaimRequest) -> Result<Claim, StoreError> {
        nobody_asks()
    }

    async fn record(&self, _: Vec<Finish>) -> Result<(), StoreError> {
        nobody_asks()
    }

    async fn orphans(&self, _: Timestamp, _: Orphans) -> Result<Vec<Claimed>, StoreError> {
        nobody_asks()
    }

    async fn purge(&self, _: Timestamp, _: Timestamp) -> Result<u64, StoreError> {
        nobody_asks()
    }

    async fn case_before(&self, _: EventId) -> Result<Case, StoreError> {
        nobody_asks()
    }

    async fn stats(&self) -> Result<Stats, StoreError> {
        nobody_asks()
    }
}
