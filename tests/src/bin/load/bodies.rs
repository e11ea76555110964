//! Signed requests, made before the clock starts.

use anyhow::Context;
use jiff::Timestamp;
use proofbell_event::{MessageId, sign};
use uuid::Uuid;

/// One signed event.
pub(crate) struct Signed {
    pub(crate) id: String,
    pub(crate) timestamp: String,
    pub(crate) signature: String,
    pub(crate) body: String,
}

/// Signed events, each of a case of its own.
pub(crate) struct Bodies(pub(crate) Vec<Signed>);

impl Bodies {
    pub(crate) fn make(count: usize, secret: &str) -> anyhow::Result<Bodies> {
        (0..count).map(|_| one(secret)).collect::<anyhow::Result<_>>().map(Bodies)
    }
}

fn one(secret: &str) -> anyhow::Result<Signed> {
    let now = Timestamp::now();
    let request = Uuid::new_v4();
    let body = format!(
        concat!(
            r#"{{"event_type":"media_rejected","sr_uuid":"{}","reference_id":"ITEM-1001","timestamp":"{:.3}","#,
            r#""sides":[{{"side":"Front","reason":"Image is Blurry","message":"Please retake this photo in focus."}},"#,
            r#"{{"side":"Label","reason":"Poor Lighting","message":"Please retake this photo in daylight."}}]}}"#
        ),
        request, now
    );
    let id: MessageId =
        format!("msg_{}", Uuid::new_v4().simple()).parse().context("failed to make a message id")?;
    let signature = sign(secret, &id, now, body.as_bytes()).context("failed to sign")?;
    Ok(Signed { id: id.to_string(), timestamp: now.as_second().to_string(), signature, body })
}
