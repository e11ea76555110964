//! Derived ids: doing a step again after a crash makes the same ids, so nothing is made twice.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The id of a stored event: a time-ordered UUID given at the door.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventId(pub Uuid);

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for EventId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::from_str(text).map(EventId)
    }
}

/// Namespace of all derived ids, itself a UUIDv4 drawn once for this project.
const NAMESPACE: Uuid = Uuid::from_u128(0x5d0e_7a1c_93b4_4c7e_8f21_6b1d_c0a9_e342);

/// The id of a draft, from what makes it that draft. `side` is the index of the side with `each = "side"`.
pub fn draft_id(event: EventId, generation: u32, rule: &str, audience: &str, side: Option<usize>) -> Uuid {
    let side = side.map_or_else(|| "-".to_owned(), |index| index.to_string());
    derive(&["draft", &event.to_string(), &generation.to_string(), rule, audience, &side])
}

/// The id of a message, from its draft and what tells it from the draft's others. `occurrence` counts repetitions of the same channel, from 0.
pub fn message_id(draft: Uuid, recipient_key: &str, channel: &str, occurrence: u32) -> Uuid {
    derive(&["message", &draft.to_string(), recipient_key, channel, &occurrence.to_string()])
}

/// Parts are joined by a separator that no part can hold, so that no two lists of parts read the same.
fn derive(parts: &[&str]) -> Uuid {
    let mut name = Vec::new();
    for part in parts {
        name.extend_from_slice(&(part.len() as u64).to_be_bytes());
        name.extend_from_slice(part.as_bytes());
    }
    Uuid::new_v5(&NAMESPACE, &name)
}
