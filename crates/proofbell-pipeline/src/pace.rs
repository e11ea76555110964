//! A channel's rate: when the next message may leave. Pure.

use std::time::Duration;

use tokio::time::Instant;

use crate::Rate;

/// What may leave at once although the rate is spread evenly: timers are too coarse for more than a thousand a second.
const GRAIN: Duration = Duration::from_millis(50);

/// Spreads a channel's messages evenly over its rate (the generic cell rate algorithm), so that no stretch of the rate's
/// length, wherever it begins, holds more than the rate allows.
#[derive(Debug)]
pub(crate) struct Pace {
    /// Between two messages.
    interval: Duration,
    /// At most so many leave at once.
    burst: u32,
    /// When the next message would leave if all were spread evenly.
    even: Instant,
}

impl Pace {
    pub(crate) fn new(rate: Rate, now: Instant) -> Pace {
        let count = rate.count.max(1);
        let per = rate.per.max(Duration::from_millis(1));
        let grain = u128::from(count).saturating_mul(GRAIN.as_nanos()) / per.as_nanos();
        // More than a tenth would cost too much of the rate itself, because a burst counts in every stretch around it.
        let burst = u32::try_from(grain).unwrap_or(count).min(count / 10).max(1);
        // Rounded up, so that what is lost in rounding does not add up to one more.
        let interval = per.as_nanos().div_ceil(u128::from(count - burst + 1));
        Pace { interval: Duration::from_nanos(u64::try_from(interval).unwrap_or(u64::MAX)), burst, even: now }
    }

    /// When the next message may leave.
    pub(crate) fn ready_at(&self) -> Instant {
        self.even.checked_sub(self.interval * (self.burst - 1)).unwrap_or(self.even)
    }

    /// One leaves.
    pub(crate) fn take(&mut self, now: Instant) {
        self.even = self.even.max(now) + self.interval;
    }

    /// How many may leave now, one after the other.
    pub(crate) fn available(&self, now: Instant) -> usize {
        let debt = self.even.saturating_duration_since(now);
        let room = (self.interval * self.burst).saturating_sub(debt);
        usize::try_from(room.as_nanos() / self.interval.as_nanos().max(1)).unwrap_or(usize::MAX)
    }

    /// How many may leave in a second, at least one.
    pub(crate) fn a_second(&self) -> usize {
        let many = Duration::from_secs(1).as_nanos().div_ceil(self.interval.as_nanos().max(1));
        usize::try_from(many).unwrap_or(usize::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When messages leave that are all there from the start, in milliseconds.
    fn leave(rate: Rate, most: Duration) -> Vec<Duration> {
        let start = Instant::now();
        let mut pace = Pace::new(rate, start);
        let (mut now, mut left) = (start, Vec::new());
        loop {
            now = now.max(pace.ready_at());
            if now - start >= most {
                return left;
            }
            assert!(pace.available(now) >= 1, "one may leave at {:?}", now - start);
            pace.take(now);
            left.push(now - start);
        }
    }

    #[test]
    fn no_stretch_holds_more_than_the_rate_allows() {
        let table =
            [(1, 1000), (5, 1000), (20, 1000), (1000, 1000), (3000, 1000), (100, 60_000), (10, 10), (7, 700)];
        for (count, per) in table {
            let rate = Rate { count, per: Duration::from_millis(per) };
            let left = leave(rate, rate.per * 3);
            for (first, from) in left.iter().enumerate() {
                let stretch = left[first..].iter().take_while(|at| **at - *from < rate.per).count();
                assert!(stretch <= count as usize, "{stretch} of {rate:?} from {from:?}");
            }
            let least = (count as usize) * 5 / 2;
            assert!(left.len() >= least, "{} of {rate:?} in three stretches", left.len());
        }
    }

    #[test]
    fn idle_time_is_not_saved_up() {
        let start = Instant::now();
        let mut pace = Pace::new(Rate { count: 10, per: Duration::from_secs(1) }, start);
        let later = start + Duration::from_secs(3600);
        assert_eq!(pace.available(later), 1);
        pace.take(later);
        assert_eq!(pace.available(later), 0);
        assert_eq!(pace.ready_at(), later + Duration::from_millis(100));
        assert_eq!(pace.a_second(), 10);
    }
}
