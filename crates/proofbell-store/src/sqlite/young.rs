//! Deduplication keys of events that wait for planning.
//!
//! A key may lie anywhere in its tree, so that a commit of a few keys writes a page for each. The keys of young events
//! are kept in memory instead, and go into the tree when their events are planned, many at a time: events that come
//! in write to the end of their tables alone. The events themselves hold what their keys are made of, so that a start
//! finds them again.

use std::collections::HashMap;

use proofbell_engine::EventId;
use rusqlite::{Connection, params};
use uuid::Uuid;

use super::failure::Failure;
use super::key::Key;

pub(super) const WAITING: &str = "SELECT seq, id, source, message_id, body_hash \
    FROM events INDEXED BY events_unplanned WHERE status = 'accepted' AND generation = 0";
/// What an earlier version accepted has its keys there already.
const KEEP: &str = "INSERT OR IGNORE INTO delivery_keys (key, event) VALUES (?1, ?2)";

/// An event's keys: its body's, and its message id's where it has one that no earlier event has.
pub(super) type Keys = [Option<Key>; 2];

/// Keys that are in memory alone. Follows its connection's transaction: what is rolled back there is undone here.
#[derive(Debug)]
pub(super) struct Young {
    /// At most so many events; more are refused until some are planned.
    most: usize,
    events: HashMap<Key, EventId>,
    keys: HashMap<i64, Keys>,
    /// What has changed since the last commit, oldest first.
    changes: Vec<Change>,
}

#[derive(Debug)]
enum Change {
    Added(i64),
    Taken(i64, EventId, Keys),
}

/// A moment that can be gone back to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark(usize);

impl Young {
    pub(super) fn new(most: usize) -> Young {
        Young { most, events: HashMap::new(), keys: HashMap::new(), changes: Vec::new() }
    }

    /// The keys of all events that wait; those that are planned again have theirs in the tree.
    pub(super) fn load(connection: &Connection, most: usize) -> rusqlite::Result<Young> {
        let mut young = Young::new(most);
        let mut statement = connection.prepare(WAITING)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (source, message_id): (String, Option<String>) = (row.get(2)?, row.get(3)?);
            let body = Key::of_body(&source, &row.get::<_, Vec<u8>>(4)?);
            let keys = [Some(body), message_id.map(|id| Key::of_message_id(&source, &id))];
            young.add(row.get(0)?, EventId(row.get::<_, Uuid>(1)?), keys);
        }
        young.settle();
        Ok(young)
    }

    /// The young event that this key is of.
    pub(super) fn event(&self, key: &Key) -> Option<EventId> {
        self.events.get(key).copied()
    }

    /// Whether there is no room for another event.
    pub(super) fn is_full(&self) -> bool {
        self.keys.len() >= self.most
    }

    /// Takes in an event's keys. One that another event holds stays that event's.
    pub(super) fn add(&mut self, seq: i64, event: EventId, keys: Keys) {
        let own = keys.map(|key| key.filter(|key| !self.events.contains_key(key)));
        self.hold(seq, event, own);
        self.changes.push(Change::Added(seq));
    }

    fn hold(&mut self, seq: i64, event: EventId, own: Keys) {
        self.events.extend(own.into_iter().flatten().map(|key| (key, event)));
        self.keys.insert(seq, own);
    }

    /// Puts an event's keys into their tree, unless they are there.
    pub(super) fn keep(&mut self, connection: &Connection, seq: i64) -> Result<(), Failure> {
        let Some(keys) = self.keys.remove(&seq) else { return Ok(()) };
        let mut event = None;
        for key in keys.iter().flatten() {
            event = self.events.remove(key).or(event);
        }
        if let Some(event) = event {
            self.changes.push(Change::Taken(seq, event, keys));
        }
        for key in keys.iter().flatten() {
            connection.prepare_cached(KEEP)?.execute(params![key.narrow(), seq])?;
        }
        Ok(())
    }

    /// Now, to be gone back to.
    pub(super) fn mark(&self) -> Mark {
        Mark(self.changes.len())
    }

    /// Undoes what was done since.
    pub(super) fn undo_to(&mut self, mark: Mark) {
        while self.changes.len() > mark.0 {
            match self.changes.pop() {
                Some(Change::Added(seq)) => {
                    for key in self.keys.remove(&seq).unwrap_or_default().iter().flatten() {
                        self.events.remove(key);
                    }
                }
                Some(Change::Taken(seq, event, keys)) => self.hold(seq, event, keys),
                None => {}
            }
        }
    }

    /// The transaction was rolled back.
    pub(super) fn undo(&mut self) {
        self.undo_to(Mark(0));
    }

    /// The transaction was committed.
    pub(super) fn settle(&mut self) {
        self.changes.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(number: u128) -> EventId {
        EventId(Uuid::from_u128(number))
    }

    fn connection() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        let table = "CREATE TABLE delivery_keys (key BLOB, event INTEGER, PRIMARY KEY (key, event)) STRICT, WITHOUT ROWID";
        connection.execute_batch(table).unwrap();
        connection
    }

    fn key(id: &str) -> Key {
        Key::of_message_id("legitmark", id)
    }

    #[test]
    fn what_is_undone_was_never_there() {
        let connection = connection();
        let keys = [key("a"), key("b")].map(Some);
        let mut young = Young::new(10);
        young.add(1, event(1), keys);
        young.settle();

        let mark = young.mark();
        young.keep(&connection, 1).unwrap();
        young.add(2, event(2), [Some(key("a")), None]);
        assert_eq!(keys.map(|key| young.event(&key.unwrap())), [Some(event(2)), None]);
        young.undo_to(mark);
        assert_eq!(keys.map(|key| young.event(&key.unwrap())), [Some(event(1)); 2]);

        young.keep(&connection, 1).unwrap();
        young.settle();
        young.undo();
        assert_eq!(keys.map(|key| young.event(&key.unwrap())), [None; 2]);
    }

    #[test]
    fn a_key_stays_with_the_event_that_had_it_first() {
        let connection = connection();
        let mut young = Young::new(10);
        young.add(1, event(1), [Some(key("a")), None]);
        young.add(2, event(2), [key("a"), key("b")].map(Some));
        assert_eq!([key("a"), key("b")].map(|key| young.event(&key)), [Some(event(1)), Some(event(2))]);
        young.keep(&connection, 2).unwrap();
        young.keep(&connection, 1).unwrap();
        let mut rows = connection.prepare("SELECT key, event FROM delivery_keys ORDER BY event").unwrap();
        let rows: Vec<(Vec<u8>, i64)> = rows
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        assert_eq!(rows, [(key("a").narrow().to_vec(), 1), (key("b").narrow().to_vec(), 2)]);
    }
}
