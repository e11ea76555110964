//! Sample events with good data: for `trigger`, `send` and the demo.

use anyhow::bail;
use jiff::Timestamp;
use proofbell_event::EventName;
use serde_json::{Value, json};
use uuid::Uuid;

/// What a sample event says.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub(crate) name: EventName,
    pub(crate) sr_uuid: String,
    pub(crate) reference_id: Option<String>,
    pub(crate) at: Timestamp,
    /// Sides and reasons in Legitmark's words.
    pub(crate) sides: Vec<(String, String)>,
}

impl Sample {
    /// The payload as Legitmark would send it.
    ///
    /// # Errors
    /// When no single payload makes an event of that name.
    pub(crate) fn payload(&self) -> anyhow::Result<Value> {
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

    fn other(&self) -> anyhow::Result<Value> {
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
            name => bail!(
                "`{name}` is given by Proofbell, not sent by Legitmark: trigger the events that lead to it"
            ),
        })
    }
}

/// A new request's id.
pub(crate) fn new_request() -> String {
    Uuid::new_v4().to_string()
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

/// Sides and reasons for a sample, from `SIDE=REASON` words.
///
/// # Errors
/// When a word has no `=`.
pub(crate) fn sides(words: &[String]) -> anyhow::Result<Vec<(String, String)>> {
    if words.is_empty() {
        return Ok(vec![("Label".to_owned(), "Image is Blurry".to_owned())]);
    }
    words
        .iter()
        .map(|word| match word.split_once('=') {
            Some((side, reason)) if !side.is_empty() && !reason.is_empty() => {
                Ok((side.to_owned(), reason.to_owned()))
            }
            _ => bail!("`--side {word}`: write it as SIDE=REASON, like --side Label=blurry"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proofbell_event::Event;

    use super::*;

    #[test]
    fn every_name_that_legitmark_can_send_has_a_sample_that_reads_back_as_it() {
        for name in EventName::ALL {
            let sample = Sample {
                name,
                sr_uuid: new_request(),
                reference_id: Some("ITEM-1001".into()),
                at: Timestamp::UNIX_EPOCH,
                sides: sides(&[]).unwrap(),
            };
            match sample.payload() {
                Ok(payload) => {
                    let event = Event::parse(payload.to_string().as_bytes()).unwrap();
                    assert_eq!(event.name, name);
                    assert_eq!(event.occurred_at, Some(Timestamp::UNIX_EPOCH), "{name}");
                }
                Err(_) => assert_eq!(name, EventName::VerdictChanged),
            }
        }
    }

    #[test]
    fn a_side_without_a_reason_is_refused() {
        assert!(sides(&["Label".into()]).unwrap_err().to_string().contains("SIDE=REASON"));
    }
}
