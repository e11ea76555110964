//! What a source's requests are counted as.

use metrics::{Counter, Histogram, counter, histogram};
use proofbell_event::EventName;
use proofbell_store::Acceptance;

const EVENTS: &str = "proofbell_events_total";
const REFUSED: &str = "proofbell_events_refused_total";
const SECONDS: &str = "proofbell_ingress_seconds";

/// The codes of all answers with which nothing is kept.
const REFUSALS: [&str; 11] = [
    "signature_missing",
    "signature_malformed",
    "signature_invalid",
    "timestamp_out_of_tolerance",
    "body_too_long",
    "body_too_slow",
    "body_broken",
    "content_encoding",
    "overloaded",
    "store_busy",
    "store_failed",
];

/// One source's counters. They are looked up once: a look-up for each request would cost more than the counting, and
/// so a series is there, at 0, before its first event.
pub(super) struct Counts {
    /// In the order of [`EventName::ALL`].
    accepted: Vec<Counter>,
    duplicate: Counter,
    quarantined: Counter,
    /// In the order of [`REFUSALS`].
    refused: Vec<Counter>,
    seconds: Histogram,
}

impl Counts {
    pub(super) fn new(source: &str) -> Counts {
        describe();
        let events =
            |status: &'static str| counter!(EVENTS, "source" => source.to_owned(), "status" => status);
        let accepted = |name: EventName| counter!(EVENTS, "source" => source.to_owned(), "status" => "accepted", "name" => name.as_str());
        let refused = |code| counter!(REFUSED, "source" => source.to_owned(), "code" => code);
        Counts {
            accepted: EventName::ALL.map(accepted).into(),
            duplicate: events("duplicate"),
            quarantined: events("quarantined"),
            refused: REFUSALS.map(refused).into(),
            seconds: histogram!(SECONDS, "source" => source.to_owned()),
        }
    }

    /// An event that the store has, under the name that could be read in it.
    pub(super) fn kept(&self, acceptance: Acceptance, name: EventName) {
        let counter = match acceptance {
            Acceptance::Accepted(_) => {
                let position = EventName::ALL.iter().position(|known| *known == name);
                position.and_then(|position| self.accepted.get(position))
            }
            Acceptance::Duplicate(_) => Some(&self.duplicate),
            Acceptance::Quarantined(_) => Some(&self.quarantined),
        };
        if let Some(counter) = counter {
            counter.increment(1);
        }
    }

    /// A request of which nothing was kept.
    pub(super) fn refused(&self, code: &'static str) {
        let position = REFUSALS.iter().position(|known| *known == code);
        if let Some(counter) = position.and_then(|position| self.refused.get(position)) {
            counter.increment(1);
        }
    }

    /// A request that took so long, whatever came of it.
    pub(super) fn took(&self, seconds: f64) {
        self.seconds.record(seconds);
    }
}

fn describe() {
    metrics::describe_counter!(
        EVENTS,
        "Deliveries that the store has, by status; accepted ones by event name, too"
    );
    metrics::describe_counter!(REFUSED, "Deliveries of which nothing was kept, by the code of the answer");
    metrics::describe_histogram!(
        SECONDS,
        metrics::Unit::Seconds,
        "Time from a delivery's head to its answer"
    );
}
