//! When a message is tried again.

use std::time::Duration;

/// Waits after the first, second, … attempt that counts.
const WAITS: [Duration; 9] = [
    Duration::from_secs(10),
    Duration::from_secs(60),
    Duration::from_secs(5 * 60),
    Duration::from_secs(15 * 60),
    Duration::from_secs(3600),
    Duration::from_secs(3 * 3600),
    Duration::from_secs(6 * 3600),
    Duration::from_secs(12 * 3600),
    Duration::from_secs(24 * 3600),
];

/// How long to wait after `tries` attempts that count; `None` when that was the last one. `jitter` in 0.0..=1.0 spreads it
/// over ±20 %, so that what failed together does not come back together.
pub(crate) fn wait_after(tries: u32, jitter: f64) -> Option<Duration> {
    let index = usize::try_from(tries.saturating_sub(1)).ok()?;
    let wait = WAITS.get(index)?;
    Some(wait.mul_f64(0.8 + 0.4 * jitter.clamp(0.0, 1.0)))
}

/// How long a draft waits for its directory after `tries` lookups that failed.
pub(crate) fn lookup_wait(tries: u32, jitter: f64) -> Duration {
    let seconds = match tries {
        0 => 2,
        1 => 10,
        2 => 30,
        3..=10 => 60,
        _ => 300,
    };
    Duration::from_secs(seconds).mul_f64(0.8 + 0.4 * jitter.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schedule_is_ten_attempts_over_two_days() {
        let seconds: Vec<u64> =
            (1..=10).map_while(|tries| wait_after(tries, 0.5)).map(|wait| wait.as_secs()).collect();
        assert_eq!(seconds, [10, 60, 300, 900, 3600, 10_800, 21_600, 43_200, 86_400]);
    }

    #[test]
    fn jitter_stays_within_a_fifth() {
        assert_eq!(wait_after(1, 0.0), Some(Duration::from_secs(8)));
        assert_eq!(wait_after(1, 1.0), Some(Duration::from_secs(12)));
        assert_eq!(wait_after(1, 7.0), Some(Duration::from_secs(12)));
    }
}
