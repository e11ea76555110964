//! Signed webhooks, as Legitmark sends them.

use std::io;
use std::net::SocketAddr;

use hyper::Method;
use jiff::{SignedDuration, Timestamp};
use proofbell_event::{MessageId, sign};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::http::{self, Answer, Connection};

/// The secret that all tests sign with.
pub const SECRET: &str = "whsec_cHJvb2ZiZWxsLXRlc3RzLWFuZC1ub2JvZHktZWxzZQ==";

/// Where webhooks come in, unless the configuration says otherwise.
pub const WEBHOOK_PATH: &str = "/webhooks/legitmark";

/// One service request, and payloads about it.
#[derive(Clone, Debug)]
pub struct Case {
    /// Legitmark's id of it.
    pub sr_uuid: String,
    /// The marketplace's own item id.
    pub reference_id: Option<String>,
    /// The payloads' time.
    pub at: Timestamp,
}

impl Case {
    /// A new request for an item, an hour ago, so that there is room for a later.
    pub fn new(reference_id: &str) -> Case {
        Case {
            sr_uuid: Uuid::new_v4().to_string(),
            reference_id: Some(reference_id.to_owned()),
            at: Timestamp::now() - SignedDuration::from_hours(1),
        }
    }

    /// The same request, this much later.
    #[must_use]
    pub fn later(&self, seconds: i64) -> Case {
        Case { at: self.at + SignedDuration::from_secs(seconds), ..self.clone() }
    }

    /// Photos were rejected: sides and reasons, as Legitmark words them.
    pub fn reshoot(&self, sides: &[(&str, &str)]) -> Value {
        let sides: Vec<Value> =
            sides.iter().map(|(side, reason)| json!({ "side": side, "reason": reason })).collect();
        self.event("media_rejected", &json!({ "sides": sides }))
    }

    /// The state changed, to `PRIMARY/SUPPLEMENT` or `PRIMARY`.
    pub fn state(&self, state: &str) -> Value {
        let (primary, supplement) = match state.split_once('/') {
            Some((primary, supplement)) => (primary, json!(supplement)),
            None => (state, Value::Null),
        };
        self.event("state_change", &json!({ "state": { "primary": primary, "supplement": supplement } }))
    }

    /// The request was made invalid.
    pub fn invalidated(&self) -> Value {
        let reason = json!({ "code": "CANCELLED", "message": "Service request cancelled" });
        self.event("invalidate_sr", &json!({ "invalidation_reason": reason }))
    }

    /// An event of any type, with these fields beside the common ones.
    pub fn event(&self, event_type: &str, fields: &Value) -> Value {
        let mut payload = json!({
            "event_type": event_type,
            "sr_uuid": self.sr_uuid,
            "reference_id": self.reference_id,
            "timestamp": self.at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
        });
        for (name, value) in fields.as_object().into_iter().flatten() {
            payload[name] = value.clone();
        }
        payload
    }
}

/// One webhook on its way.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The sender's id of it, the same over its retries.
    pub id: String,
    /// When it is signed.
    pub at: Timestamp,
    /// The raw body.
    pub body: Vec<u8>,
}

impl Delivery {
    /// A new delivery of a payload, signed now.
    pub fn new(payload: &Value) -> Delivery {
        Delivery::raw(payload.to_string())
    }

    /// A new delivery of any bytes, signed now.
    pub fn raw(body: impl Into<Vec<u8>>) -> Delivery {
        Delivery { id: format!("msg_{}", Uuid::new_v4().simple()), at: Timestamp::now(), body: body.into() }
    }

    /// The same with another sender's id.
    #[must_use]
    pub fn with_id(self, id: &str) -> Delivery {
        Delivery { id: id.to_owned(), ..self }
    }

    /// Its headers: id, timestamp and signature, and the content's type.
    ///
    /// # Panics
    /// When its id is none.
    pub fn headers(&self) -> Vec<(String, String)> {
        let id: MessageId = self.id.parse().unwrap();
        let signature = sign(SECRET, &id, self.at, &self.body).unwrap();
        [
            ("svix-id", self.id.clone()),
            ("svix-timestamp", self.at.as_second().to_string()),
            ("svix-signature", signature),
            ("content-type", "application/json".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }

    /// Posts it to a server's public door.
    ///
    /// # Panics
    /// When no answer comes.
    pub async fn post(&self, to: SocketAddr) -> Answer {
        http::send(to, Method::POST, WEBHOOK_PATH, &self.headers(), &self.body).await.unwrap()
    }

    /// Posts it over an open connection.
    ///
    /// # Errors
    /// When the connection breaks before the answer is whole.
    pub async fn post_over(&self, connection: &mut Connection) -> io::Result<Answer> {
        connection.send(Method::POST, WEBHOOK_PATH, &self.headers(), &self.body).await
    }

    /// Posts it, and gives the id under which it was accepted.
    ///
    /// # Panics
    /// When it is not accepted.
    pub async fn accepted(&self, to: SocketAddr) -> String {
        let answer = self.post(to).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let answer = answer.json();
        assert_eq!(answer["status"], "accepted", "{answer}");
        answer["id"].as_str().unwrap().to_owned()
    }
}
