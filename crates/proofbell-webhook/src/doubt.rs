//! What a fixed receiver's last refusals make of a probe that goes well.
//!
//! A probe is a HEAD, and that a HEAD is answered does not prove that a message will be taken: the next message is the proof. So a probe
//! that goes well ends a pause, but after each refusal in a row one more of them is not believed first. As probes follow each other at
//! ever longer distances, the tries with a message do too. Once the receiver said that it is gone for good, no probe is believed at all.

use std::sync::{Mutex, MutexGuard, PoisonError};

use proofbell_notify::{Outcome, ProbeError, Reason};

use crate::answer::{GONE, gone};

/// More probes than this in a row are not disbelieved; with probes after 30 s, 1 min, 2 min … that is a try each quarter of an hour.
const MOST: u32 = 4;

/// What is known of a receiver from its refusals since this channel was set up.
#[derive(Default)]
pub(crate) struct Doubt(Mutex<State>);

#[derive(Default)]
struct State {
    gone: bool,
    /// Pauses in a row without a message being taken between them.
    pauses: u32,
    /// Probes that are still not believed.
    disbelieved: u32,
    next_refusal: NextRefusal,
    last: Option<Reason>,
}

/// What the next refusal belongs to. Messages that are under way together are refused together.
#[derive(Default, PartialEq, Eq)]
enum NextRefusal {
    /// To a new pause: messages have been let go since the last one.
    #[default]
    NewPause,
    /// To the pause that there is.
    SamePause,
}

impl Doubt {
    /// Notes what became of a message.
    pub(crate) fn note(&self, outcome: &Outcome) {
        let mut state = self.state();
        match outcome {
            Outcome::ChannelDown { reason } => state.refused(reason),
            // It read the message, whatever it thought of it.
            Outcome::Sent(_) | Outcome::Rejected { .. } => *state = State::default(),
            Outcome::RetryLater { .. }
            | Outcome::Throttled { .. }
            | Outcome::BadAddress { .. }
            | Outcome::OptedOut { .. }
            | Outcome::Unknown { .. } => {}
        }
    }

    /// Whether there is no use in asking.
    ///
    /// # Errors
    /// When the receiver has said that it is gone for good.
    pub(crate) fn may_ask(&self) -> Result<(), ProbeError> {
        match self.state().gone {
            true => Err(ProbeError::Refused(gone())),
            false => Ok(()),
        }
    }

    /// Whether a probe that went well is believed.
    ///
    /// # Errors
    /// When the receiver has refused messages too often for that; the reason is its last refusal.
    pub(crate) fn believe(&self) -> Result<(), ProbeError> {
        let mut state = self.state();
        if let (1.., Some(reason)) = (state.disbelieved, state.last.clone()) {
            state.disbelieved -= 1;
            return Err(ProbeError::Refused(reason));
        }
        state.next_refusal = NextRefusal::NewPause;
        Ok(())
    }

    /// No panic can leave the state half-written, so a lock that was poisoned is as good as any.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn refused(&mut self, reason: &Reason) {
        self.gone |= reason.code() == GONE;
        if self.next_refusal == NextRefusal::NewPause {
            self.next_refusal = NextRefusal::SamePause;
            self.disbelieved = self.pauses;
            self.pauses = (self.pauses + 1).min(MOST);
            self.last = Some(reason.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use proofbell_notify::Receipt;

    use super::*;

    fn down(code: &str) -> Outcome {
        Outcome::ChannelDown { reason: Reason::new(code, "") }
    }

    /// How many probes it takes until one is believed.
    fn probes_until_believed(doubt: &Doubt) -> usize {
        (1..100).find(|_| doubt.may_ask().and_then(|()| doubt.believe()).is_ok()).unwrap()
    }

    #[test]
    fn each_pause_in_a_row_waits_for_one_probe_more() {
        let doubt = Doubt::default();
        assert_eq!(probes_until_believed(&doubt), 1);
        for expected in [1, 2, 3, 4, 5, 5, 5] {
            // Four messages that were under way together.
            for _ in 0..4 {
                doubt.note(&down("404"));
            }
            assert_eq!(probes_until_believed(&doubt), expected);
        }
        doubt.note(&Outcome::RetryLater { reason: Reason::new("503", "") });
        doubt.note(&down("401"));
        assert_eq!(probes_until_believed(&doubt), 5);
    }

    #[test]
    fn a_message_that_is_read_ends_all_doubt() {
        for outcome in
            [Outcome::Sent(Receipt::default()), Outcome::Rejected { reason: Reason::new("422", "") }]
        {
            let doubt = Doubt::default();
            for _ in 0..3 {
                doubt.note(&down("404"));
                probes_until_believed(&doubt);
            }
            doubt.note(&down("410"));
            doubt.note(&outcome);
            doubt.note(&down("404"));
            assert_eq!(probes_until_believed(&doubt), 1, "{outcome:?}");
        }
    }

    #[test]
    fn no_probe_wakes_what_is_gone_for_good() {
        let doubt = Doubt::default();
        doubt.note(&down("404"));
        doubt.note(&down("410"));
        doubt.note(&down("404"));
        doubt.note(&Outcome::Unknown { reason: Reason::new("timeout", "") });
        for _ in 0..50 {
            assert_eq!(doubt.may_ask(), Err(ProbeError::Refused(gone())));
        }
    }

    #[test]
    fn a_probe_that_is_not_believed_says_what_was_refused() {
        let doubt = Doubt::default();
        doubt.note(&down("404"));
        probes_until_believed(&doubt);
        doubt.note(&down("401"));
        assert_eq!(doubt.believe(), Err(ProbeError::Refused(Reason::new("401", ""))));
    }
}
