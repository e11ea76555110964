//! A realistic day: what Legitmark reports, in order.

use jiff::{SignedDuration, Timestamp};
use proofbell_event::{EventName, Sample};
use serde_json::{Value, json};

use crate::sample::new_request;

/// One delivery.
pub(super) struct Beat {
    /// What happens, for people.
    pub(super) title: &'static str,
    /// The sender's id of the delivery.
    pub(super) message_id: String,
    /// What is sent.
    pub(super) payload: Value,
}

/// A request with the times of its events, counted in minutes before now.
struct Request {
    sr_uuid: String,
    reference_id: &'static str,
    now: Timestamp,
}

impl Request {
    fn new(reference_id: &'static str, now: Timestamp) -> Request {
        Request { sr_uuid: new_request(), reference_id, now }
    }

    fn beat(&self, title: &'static str, minutes_ago: i64, name: EventName, sides: &[(&str, &str)]) -> Beat {
        let at = self.now - SignedDuration::from_mins(minutes_ago);
        let owned = sides.iter().map(|(side, reason)| ((*side).to_owned(), (*reason).to_owned())).collect();
        let sample = Sample {
            name,
            sr_uuid: self.sr_uuid.clone(),
            reference_id: Some(self.reference_id.to_owned()),
            at,
            sides: owned,
        };
        // Every name used here is one that Legitmark sends; a test reads them all back.
        let payload = sample.payload().unwrap_or_default();
        let message_id = format!("msg_{}_{}", self.reference_id, at.as_millisecond());
        Beat { title, message_id: format!("{message_id}_{}", name.as_str()), payload }
    }
}

/// The day's deliveries, in the order in which they arrive.
pub(super) fn beats() -> Vec<Beat> {
    let now = Timestamp::now();
    let mut beats = reshoots(&Request::new("ITEM-1001", now));
    beats.extend(verdicts(&Request::new("ITEM-1003", now)));
    beats.extend(cancellation(&Request::new("ITEM-1002", now)));
    beats.extend(others(now));
    beats
}

/// Photos fail twice before they pass.
fn reshoots(bag: &Request) -> Vec<Beat> {
    use EventName::{Authentic, PhotosApproved, PhotosRejected, PhotosSubmitted, ReshootNeeded};
    let first = [("Front", "画像がぼやけている"), ("Label", "照明不足")];
    let again = [("Label", "画像がぼやけている")];
    let rejected = bag.beat("Two photos fail, reported in Japanese", 298, ReshootNeeded, &first);
    let mut duplicate =
        bag.beat("Legitmark delivers the same event again: a duplicate", 298, ReshootNeeded, &first);
    duplicate.message_id.clone_from(&rejected.message_id);
    vec![
        bag.beat("A seller hands in photos of a bag", 300, PhotosSubmitted, &[]),
        bag.beat("Quality review turns them down (a state, whose details follow)", 299, PhotosRejected, &[]),
        rejected,
        duplicate,
        bag.beat("The seller hands in new ones", 200, PhotosSubmitted, &[]),
        bag.beat("The label fails again: a second round", 190, ReshootNeeded, &again),
        bag.beat("Third time lucky", 100, PhotosSubmitted, &[]),
        bag.beat("The photos pass", 95, PhotosApproved, &[]),
        bag.beat(
            "A retry of an old delivery arrives hours late: stale",
            250,
            ReshootNeeded,
            &[("Back", "照明不足")],
        ),
        bag.beat("The bag is authentic", 5, Authentic, &[]),
    ]
}

fn verdicts(watch: &Request) -> Vec<Beat> {
    vec![watch.beat("Another item is counterfeit", 4, EventName::Counterfeit, &[])]
}

/// Legitmark tells a cancellation twice, as a state and as an event of its own.
fn cancellation(shoes: &Request) -> Vec<Beat> {
    vec![
        shoes.beat("A request is cancelled", 3, EventName::Cancelled, &[]),
        shoes.beat("The same cancellation as an event of its own: its twin", 3, EventName::Invalidated, &[]),
    ]
}

fn others(now: Timestamp) -> Vec<Beat> {
    let ring = Request::new("ITEM-1005", now);
    let scarf = Request::new("ITEM-9999", now);
    let mut unknown = scarf.beat("An event type that did not exist yesterday", 1, EventName::Unknown, &[]);
    if let Some(fields) = unknown.payload.as_object_mut() {
        fields.insert("event_type".to_owned(), json!("authentication_paused"));
    }
    let blurry = [("Label", "Image is Blurry")];
    vec![
        ring.beat("A photo fails for a seller who has a phone only", 2, EventName::ReshootNeeded, &blurry),
        scarf.beat("A photo fails for an item that nobody knows", 2, EventName::ReshootNeeded, &blurry),
        unknown,
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proofbell_event::{Event, MessageId};

    use super::*;

    #[test]
    fn every_beat_can_be_sent_and_read_and_only_the_duplicate_repeats_an_id() {
        let beats = beats();
        let mut ids = BTreeSet::new();
        let mut repeated = 0;
        for beat in &beats {
            let event = Event::parse(beat.payload.to_string().as_bytes()).expect(beat.title);
            assert!(event.sr_uuid.is_some(), "{}", beat.title);
            assert!(beat.message_id.parse::<MessageId>().is_ok(), "{}", beat.message_id);
            repeated += u32::from(!ids.insert(beat.message_id.clone()));
        }
        assert_eq!(repeated, 1);
    }
}
