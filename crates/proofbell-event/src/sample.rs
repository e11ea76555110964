//! Sample events, as Legitmark would send them.

use jiff::Timestamp;
use serde_json::{Value, json};
use thiserror::Error;

use crate::EventName;

/// What a sample event says: for tests, previews and practice.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The event's name; one that Legitmark sends, so not [`EventName::VerdictChanged`].
    pub name: EventName,
    /// Legitmark's id of the service request.
    pub sr_uuid: String,
    /// The marketplace's own item id.
    pub reference_id: Option<String>,
    /// The payload's `timestamp`.
    pub at: Timestamp,
    /// Sides and reasons in Legitmark's words, for a [`EventName::ReshootNeeded`].
    pub sides: Vec<(String, String)>,
}

/// Why there is no sample of that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "make an event named `{name}`: it is given by Proofbell, not sent by Legitmark; send the events that lead to it"
)]
pub struct SampleError {
    /// The name.
    pub name: EventName,
}

impl Sample {
    /// The payload as Legitmark would send it.
    ///
    /// # Errors
    /// When no single payload makes an event of that name.
    pub fn payload(&self) -> Result<Value, SampleError> {
        let mut payload = match state(self.name) {
            Some((primary, supplement)) => json!({
                "event_type": "state_change",
                "state": { "primary": primary, "supplement": supplement },
            }),
            None => self.other()?,
        };
        if let Some(fields) = payload.as_object_mut() {
            fields.insert("sr_uuid".to_owned(), json!(self.sr_uuid));
            fields.insert("reference_id".to_owned(), json!(self.reference_id));
            fields.insert("timestamp".to_owned(), json!(format!("{:.3}", self.at)));
        }
        Ok(payload)
    }

    fn other(&self) -> Result<Value, SampleError> {
        Ok(match self.name {
            EventName::ReshootNeeded => {
                let sides: Vec<Value> = self
                    .sides
                    .iter()
                    .map(|(side, reason)| json!({ "side": side, "reason": reason }))
                    .collect();
                json!({ "event_type": "media_rejected", "sides": sides })
            }
            EventName::Invalidated => json!({
                "event_type": "invalidate_sr",
                "invalidation_reason": { "code": "CANCELLED", "message": "Service request cancelled" },
            }),
            EventName::Unknown => {
                json!({ "event_type": "sample_of_a_new_type", "note": "kept, and nothing else" })
            }
            name => return Err(SampleError { name }),
        })
    }
}

/// The state behind a name, where it is a state change.
fn state(name: EventName) -> Option<(&'static str, Option<&'static str>)> {
    Some(match name {
        EventName::Draft => ("DRAFT", None),
        EventName::PhotosSubmitted => ("QC", Some("PENDING")),
        EventName::PhotosRejected => ("QC", Some("REJECTED")),
        EventName::PhotosApproved => ("QC", Some("APPROVED")),
        EventName::FastTracked => ("QC", Some("COMPLETE")),
        EventName::Queued => ("QUEUE", Some("PENDING")),
        EventName::AwaitingAssignment => ("UNDERWAY", Some("PENDING")),
        EventName::Assigned => ("UNDERWAY", Some("ASSIGNED")),
        EventName::Examined => ("UNDERWAY", Some("APPROVED")),
        EventName::Authentic => ("COMPLETE", Some("APPROVED")),
        EventName::Counterfeit => ("COMPLETE", Some("REJECTED")),
        EventName::Completed => ("COMPLETE", Some("COMPLETE")),
        EventName::Cancelled => ("CANCELLED", None),
        EventName::ReshootNeeded
        | EventName::Invalidated
        | EventName::VerdictChanged
        | EventName::Unknown => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Event;

    #[test]
    fn every_name_that_legitmark_can_send_has_a_sample_that_reads_back_as_it() {
        for name in EventName::ALL {
            let sample = Sample {
                name,
                sr_uuid: "b16c763b-1723-455d-ba29-164418044886".to_owned(),
                reference_id: Some("ITEM-1001".to_owned()),
                at: Timestamp::UNIX_EPOCH,
                sides: vec![("Label".to_owned(), "Image is Blurry".to_owned())],
            };
            match sample.payload() {
                Ok(payload) => {
                    let event = Event::parse(payload.to_string().as_bytes()).unwrap();
                    assert_eq!(event.name, name);
                    assert_eq!(event.occurred_at, Some(Timestamp::UNIX_EPOCH), "{name}");
                    assert_eq!(event.sides().len(), usize::from(name == EventName::ReshootNeeded), "{name}");
                }
                Err(SampleError { name: refused }) => {
                    assert_eq!((name, refused), (EventName::VerdictChanged, name));
                }
            }
        }
    }
}
