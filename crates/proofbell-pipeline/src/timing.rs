//! How long the pipeline waits, and how often it looks.

use std::time::Duration;

/// How long the pipeline waits, and how often it looks. The defaults suit a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// How often a worker looks by itself: a wake is a hint, the store is the truth. 1 s.
    pub look: Duration,
    /// How long a worker rests after the store refused. 500 ms.
    pub store_rest: Duration,
    /// How long planning waits for a larger batch while much comes in. 10 ms.
    pub gather: Duration,
    /// How long one lookup in a directory may take. 5 s.
    pub lookup: Duration,
    /// How long any notifier may take for one message; each has shorter deadlines of its own. 10 minutes.
    pub send: Duration,
    /// How often each channel looks for waiting messages that have expired. 5 s.
    pub sweep: Duration,
    /// When a channel that its provider refused is probed first; each further probe comes after twice as long. 30 s.
    pub first_probe: Duration,
    /// No two probes are further apart than this. 15 minutes.
    pub longest_probe: Duration,
    /// How long one probe may take. 60 s.
    pub probe: Duration,
    /// How often gauges are set. 5 s.
    pub gauges: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Timing {
            look: Duration::from_secs(1),
            store_rest: Duration::from_millis(500),
            gather: Duration::from_millis(10),
            lookup: Duration::from_secs(5),
            send: Duration::from_secs(10 * 60),
            sweep: Duration::from_secs(5),
            first_probe: Duration::from_secs(30),
            longest_probe: Duration::from_secs(15 * 60),
            probe: Duration::from_secs(60),
            gauges: Duration::from_secs(5),
        }
    }
}
