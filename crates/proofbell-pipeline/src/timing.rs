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
    /// How long any directory may take for one lookup; each has shorter deadlines of its own. 60 s.
    pub lookup: Duration,
    /// How long any notifier may take for one message; each has shorter deadlines of its own. 10 minutes.
    pub send: Duration,
    /// How often each channel looks for waiting messages that have expired. 5 s.
    pub sweep: Duration,
    /// When a channel that its provider refused, or an audience that its directory refused, is probed first; each further probe comes after twice as long. As long, and
    /// doubling likewise, a probe that found a directory well is good for. 30 s.
    pub first_probe: Duration,
    /// No two probes of a channel are further apart than this. 15 minutes.
    pub longest_probe: Duration,
    /// The same for an audience whose directory refused us. 5 minutes.
    pub longest_lookup_probe: Duration,
    /// How long one probe may take. 60 s.
    pub probe: Duration,
    /// How long a channel with new settings waits for what hangs with those of before. 30 s.
    pub handover: Duration,
    /// How long a reload must have taken a channel or an audience away before what waits for it ends: files may be copied one after the
    /// other. 60 s.
    pub gone: Duration,
    /// How often gauges are set, and every sixth time it is looked for what is gone. 5 s.
    pub gauges: Duration,
    /// How far what is tried again is spread over time.
    pub jitter: Jitter,
}

/// How far what is tried again is spread over time, so that what failed together does not come back together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Jitter {
    /// At random.
    #[default]
    Random,
    /// Not at all: each wait is exactly as long as the schedule says.
    None,
}

impl Jitter {
    /// A number in 0.0..=1.0, see [`crate::schedule::wait_after`].
    pub(crate) fn draw(self) -> f64 {
        match self {
            Jitter::Random => rand::random(),
            Jitter::None => 0.5,
        }
    }
}

impl Default for Timing {
    fn default() -> Self {
        Timing {
            look: Duration::from_secs(1),
            store_rest: Duration::from_millis(500),
            gather: Duration::from_millis(10),
            lookup: Duration::from_secs(60),
            send: Duration::from_secs(10 * 60),
            sweep: Duration::from_secs(5),
            first_probe: Duration::from_secs(30),
            longest_probe: Duration::from_secs(15 * 60),
            longest_lookup_probe: Duration::from_secs(5 * 60),
            probe: Duration::from_secs(60),
            handover: Duration::from_secs(30),
            gone: Duration::from_secs(60),
            gauges: Duration::from_secs(5),
            jitter: Jitter::Random,
        }
    }
}
