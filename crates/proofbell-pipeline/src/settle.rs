//! What an attempt's outcome means for the message, its address and its channel. Pure.

use std::time::Duration;

use jiff::Timestamp;
use proofbell_notify::{Outcome, Reason, Scope};
use proofbell_store::{Next, Remember, SuppressionKind};

use crate::schedule::wait_after;
use crate::{Code, OnUnknown};

/// What is known of the message whose attempt ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempted {
    /// Attempts that count, this one included.
    pub(crate) tries: u32,
    /// When it may go out no more.
    pub(crate) expires_at: Timestamp,
    /// What its channel does when the outcome is unknown.
    pub(crate) on_unknown: OnUnknown,
    /// When the attempt ended.
    pub(crate) now: Timestamp,
    /// In 0.0..=1.0, see [`wait_after`].
    pub(crate) jitter: f64,
}

/// What an outcome means.
#[derive(Debug)]
pub(crate) struct Settled {
    /// For the message.
    pub(crate) next: Next,
    /// For its address on the channel.
    pub(crate) remember: Option<Remember>,
    /// For the channel.
    pub(crate) effect: Effect,
    /// The provider's reason, for the attempt record.
    pub(crate) reason: Option<String>,
}

/// What an outcome means for the channel.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Nothing.
    None,
    /// It waits so long.
    Hold(Duration),
    /// It pauses until a probe finds it well.
    Pause(String),
}

/// How long to wait after a 429 that does not say.
const DEFAULT_HOLD: Duration = Duration::from_secs(5);
/// A wait of nothing, or until a time gone by, is not taken literally: it would be a loop as fast as the network.
const SHORTEST_HOLD: Duration = Duration::from_secs(1);
/// No provider makes us wait longer than this at once.
const LONGEST_HOLD: Duration = Duration::from_secs(3600);
/// How soon a message is due again on a channel that has just paused: the pause itself holds it.
const PAUSED_WAIT: Duration = Duration::from_secs(1);

/// Says what an outcome means.
pub(crate) fn settle(outcome: Outcome, attempted: &Attempted) -> Settled {
    match outcome {
        Outcome::Sent(receipt) => plain(Next::Sent { provider_id: receipt.provider_id }, None),
        Outcome::RetryLater { reason } => again(&reason, attempted),
        Outcome::Throttled { after, scope } => throttled(after, scope, attempted),
        Outcome::Rejected { reason } => {
            plain(Next::End(Code::Rejected.end(reason.to_string())), Some(&reason))
        }
        Outcome::BadAddress { reason, forget_after } => {
            let until = forget_after.and_then(|time| attempted.now.checked_add(time).ok());
            remembered(Code::BadAddress, SuppressionKind::BadAddress, &reason, until)
        }
        Outcome::OptedOut { reason } => remembered(Code::OptedOut, SuppressionKind::OptedOut, &reason, None),
        Outcome::ChannelDown { reason } => Settled {
            next: Next::WaitUntil(later(attempted.now, PAUSED_WAIT)),
            remember: None,
            effect: Effect::Pause(reason.to_string()),
            reason: Some(reason.to_string()),
        },
        Outcome::Unknown { reason } => match attempted.on_unknown {
            OnUnknown::Retry => match again(&reason, attempted) {
                // It may have been delivered, so no other channel stands in for it.
                Settled { next: Next::End(_), .. } => unknown(&reason),
                settled => settled,
            },
            OnUnknown::Dead => unknown(&reason),
        },
    }
}

fn unknown(reason: &Reason) -> Settled {
    plain(Next::End(Code::Unknown.end(reason.to_string())), Some(reason))
}

fn plain(next: Next, reason: Option<&Reason>) -> Settled {
    Settled { next, remember: None, effect: Effect::None, reason: reason.map(ToString::to_string) }
}

/// On the schedule; a message that would come back after it has expired ends now, so that a fallback starts sooner.
fn again(reason: &Reason, attempted: &Attempted) -> Settled {
    let next = match wait_after(attempted.tries, attempted.jitter) {
        None => Next::End(Code::Exhausted.end(reason.to_string())),
        Some(wait) => {
            let at = later(attempted.now, wait);
            if at >= attempted.expires_at {
                Next::End(Code::Expired.end(format!("the next attempt would come too late; last: {reason}")))
            } else {
                Next::RetryAt(at)
            }
        }
    };
    plain(next, Some(reason))
}

fn throttled(after: Option<Duration>, scope: Scope, attempted: &Attempted) -> Settled {
    let wait = after.unwrap_or(DEFAULT_HOLD).clamp(SHORTEST_HOLD, LONGEST_HOLD);
    let effect = match scope {
        Scope::Destination => Effect::None,
        Scope::Channel => Effect::Hold(wait),
    };
    Settled {
        next: Next::WaitUntil(later(attempted.now, wait)),
        remember: None,
        effect,
        reason: Some(format!("asked to wait {} s", wait.as_secs())),
    }
}

fn remembered(code: Code, kind: SuppressionKind, reason: &Reason, until: Option<Timestamp>) -> Settled {
    Settled {
        next: Next::End(code.end(reason.to_string())),
        remember: Some(Remember { kind, reason: reason.to_string(), until }),
        effect: Effect::None,
        reason: Some(reason.to_string()),
    }
}

/// `now` plus `wait`, or the end of time.
pub(crate) fn later(now: Timestamp, wait: Duration) -> Timestamp {
    now.checked_add(wait).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use proofbell_notify::Receipt;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn attempted(tries: u32, on_unknown: OnUnknown) -> Attempted {
        Attempted { tries, expires_at: at(1_000), on_unknown, now: at(0), jitter: 0.5 }
    }

    fn reason() -> Reason {
        Reason::new("x", "")
    }

    fn ended(code: Code) -> Next {
        Next::End(code.end("x"))
    }

    #[test]
    fn each_outcome_says_what_happens_next() {
        let sent = Outcome::Sent(Receipt { provider_id: Some("p".into()) });
        let table = [
            (sent, 1, Next::Sent { provider_id: Some("p".into()) }),
            (Outcome::RetryLater { reason: reason() }, 1, Next::RetryAt(at(10))),
            (Outcome::RetryLater { reason: reason() }, 3, Next::RetryAt(at(300))),
            (Outcome::RetryLater { reason: reason() }, 10, ended(Code::Exhausted)),
            (Outcome::Throttled { after: None, scope: Scope::Destination }, 1, Next::WaitUntil(at(5))),
            (Outcome::Rejected { reason: reason() }, 1, ended(Code::Rejected)),
            (Outcome::BadAddress { reason: reason(), forget_after: None }, 1, ended(Code::BadAddress)),
            (Outcome::OptedOut { reason: reason() }, 1, ended(Code::OptedOut)),
            (Outcome::ChannelDown { reason: reason() }, 1, Next::WaitUntil(at(1))),
            (Outcome::Unknown { reason: reason() }, 1, Next::RetryAt(at(10))),
        ];
        for (outcome, tries, expected) in table {
            let word = outcome.as_str();
            assert_eq!(
                settle(outcome, &attempted(tries, OnUnknown::Retry)).next,
                expected,
                "{word} after {tries}"
            );
        }
    }

    #[test]
    fn an_unknown_outcome_ends_where_twice_is_worse_than_never() {
        let settled = settle(Outcome::Unknown { reason: reason() }, &attempted(1, OnUnknown::Dead));
        assert_eq!(settled.next, ended(Code::Unknown));
    }

    #[test]
    fn an_unknown_outcome_that_runs_out_of_tries_or_time_stays_unknown() {
        for tries in [5, 10] {
            let settled = settle(Outcome::Unknown { reason: reason() }, &attempted(tries, OnUnknown::Retry));
            assert_eq!(settled.next, ended(Code::Unknown), "after {tries}");
        }
    }

    #[test]
    fn a_wait_of_nothing_is_not_taken_literally() {
        let hold = Outcome::Throttled { after: Some(Duration::ZERO), scope: Scope::Channel };
        let settled = settle(hold, &attempted(1, OnUnknown::Retry));
        assert_eq!((settled.next, settled.effect), (Next::WaitUntil(at(1)), Effect::Hold(SHORTEST_HOLD)));
    }

    #[test]
    fn a_retry_after_the_expiry_ends_at_once() {
        let settled = settle(Outcome::RetryLater { reason: reason() }, &attempted(5, OnUnknown::Retry));
        assert!(
            matches!(settled.next, Next::End(proofbell_store::Ended::Dead { code, .. }) if code == "expired")
        );
    }

    #[test]
    fn a_channel_is_held_or_paused_by_what_concerns_it_alone() {
        let hold = Outcome::Throttled { after: Some(Duration::from_secs(30)), scope: Scope::Channel };
        assert_eq!(
            settle(hold, &attempted(1, OnUnknown::Retry)).effect,
            Effect::Hold(Duration::from_secs(30))
        );
        let down = settle(Outcome::ChannelDown { reason: reason() }, &attempted(1, OnUnknown::Retry));
        assert_eq!(down.effect, Effect::Pause("x".into()));
    }

    #[test]
    fn what_a_provider_says_of_an_address_is_remembered() {
        let day = Duration::from_secs(86_400);
        let bad = settle(
            Outcome::BadAddress { reason: reason(), forget_after: Some(day) },
            &attempted(1, OnUnknown::Retry),
        );
        assert_eq!(bad.remember.unwrap().until, Some(at(86_400)));
        let out = settle(Outcome::OptedOut { reason: reason() }, &attempted(1, OnUnknown::Retry));
        assert_eq!(out.remember.unwrap().kind, SuppressionKind::OptedOut);
    }
}
