//! The words for why a message or draft ended unsent.

use proofbell_store::Ended;

/// Why a message ended unsent. The words are shown to people, kept in the store and used as metric labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// The recipient has no address for the channel.
    NoAddress,
    /// The channel's `never_on` names the event.
    Muted,
    /// The channel is not configured any more.
    NoChannel,
    /// The template could not be rendered.
    RenderFailed,
    /// A newer event of the case has overtaken its event.
    Overtaken,
    /// The address is known not to work on the channel.
    BadAddress,
    /// The person said stop on the channel.
    OptedOut,
    /// The provider will never take this message.
    Rejected,
    /// It could not be sent in time.
    Expired,
    /// Every attempt of the schedule failed.
    Exhausted,
    /// The provider took it and could not deliver it after all.
    Undelivered,
    /// It is longer than the channel's settings allow.
    TooLong,
    /// It may have been delivered, and trying again might deliver it twice.
    Unknown,
    /// `else_after` passed before it could be sent.
    ElseAfter,
    /// `[redirect]` drops this kind of address.
    Redirected,
    /// A person called it off.
    Cancelled,
    /// Its stored text cannot be read; the store says so itself.
    Unreadable,
}

impl Code {
    /// Every code.
    pub const ALL: [Code; 17] = [
        Code::NoAddress,
        Code::Muted,
        Code::NoChannel,
        Code::RenderFailed,
        Code::Overtaken,
        Code::BadAddress,
        Code::OptedOut,
        Code::Rejected,
        Code::Expired,
        Code::Exhausted,
        Code::Undelivered,
        Code::TooLong,
        Code::Unknown,
        Code::ElseAfter,
        Code::Redirected,
        Code::Cancelled,
        Code::Unreadable,
    ];

    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Code::NoAddress => "no_address",
            Code::Muted => "muted",
            Code::NoChannel => "no_channel",
            Code::RenderFailed => "render_failed",
            Code::Overtaken => "overtaken",
            Code::BadAddress => "bad_address",
            Code::OptedOut => "opted_out",
            Code::Rejected => "rejected",
            Code::Expired => "expired",
            Code::Exhausted => "exhausted",
            Code::Undelivered => "undelivered",
            Code::TooLong => "too_long",
            Code::Unknown => "unknown",
            Code::ElseAfter => "else_after",
            Code::Redirected => "redirected",
            Code::Cancelled => "cancelled",
            Code::Unreadable => "unreadable",
        }
    }

    /// The code behind a word.
    pub fn from_word(word: &str) -> Option<Code> {
        Code::ALL.into_iter().find(|code| code.as_str() == word)
    }

    /// The end of a message for this reason: deliberate reasons suppress, failures are dead.
    pub fn end(self, detail: impl Into<String>) -> Ended {
        let (code, detail) = (self.as_str().to_owned(), detail.into());
        match self {
            Code::NoAddress
            | Code::Muted
            | Code::Overtaken
            | Code::BadAddress
            | Code::OptedOut
            | Code::ElseAfter
            | Code::Redirected
            | Code::Cancelled => Ended::Suppressed { code, detail },
            Code::NoChannel
            | Code::RenderFailed
            | Code::Rejected
            | Code::Expired
            | Code::Exhausted
            | Code::Undelivered
            | Code::TooLong
            | Code::Unknown
            | Code::Unreadable => Ended::Dead { code, detail },
        }
    }

    /// The word for why a message ended, as a metric label.
    pub(crate) fn label(ended: &Ended) -> &'static str {
        let (Ended::Suppressed { code, .. } | Ended::Dead { code, .. }) = ended;
        Code::from_word(code).map_or("other", Code::as_str)
    }

    /// What a message that ended so means for the recipient's other channels.
    pub(crate) fn fallback(self) -> Fallback {
        match self {
            Code::NoAddress
            | Code::NoChannel
            | Code::RenderFailed
            | Code::BadAddress
            | Code::OptedOut
            | Code::Rejected
            | Code::Expired
            | Code::Exhausted
            | Code::Undelivered
            | Code::TooLong
            | Code::ElseAfter
            | Code::Unreadable => Fallback::GoesOn,
            Code::Muted => Fallback::SaysNothing,
            Code::Overtaken | Code::Unknown | Code::Redirected | Code::Cancelled => Fallback::Forbidden,
        }
    }
}

/// What a message that ended unsent means for the recipient's other channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fallback {
    /// The next channel is tried.
    GoesOn,
    /// The others decide.
    SaysNothing,
    /// No further channel is tried.
    Forbidden,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_reads_back_as_its_code() {
        for code in Code::ALL {
            assert_eq!(Code::from_word(code.as_str()), Some(code));
        }
        assert_eq!(Code::from_word("lost"), None);
        assert_eq!(Code::label(&Ended::Dead { code: "lost".to_owned(), detail: String::new() }), "other");
    }

    #[test]
    fn every_end_has_its_state_and_says_whether_the_next_channel_is_tried() {
        let table = [
            ("no_address", "suppressed", Fallback::GoesOn),
            ("muted", "suppressed", Fallback::SaysNothing),
            ("no_channel", "dead", Fallback::GoesOn),
            ("render_failed", "dead", Fallback::GoesOn),
            ("overtaken", "suppressed", Fallback::Forbidden),
            ("bad_address", "suppressed", Fallback::GoesOn),
            ("opted_out", "suppressed", Fallback::GoesOn),
            ("rejected", "dead", Fallback::GoesOn),
            ("expired", "dead", Fallback::GoesOn),
            ("exhausted", "dead", Fallback::GoesOn),
            ("undelivered", "dead", Fallback::GoesOn),
            ("too_long", "dead", Fallback::GoesOn),
            ("unknown", "dead", Fallback::Forbidden),
            ("else_after", "suppressed", Fallback::GoesOn),
            ("redirected", "suppressed", Fallback::Forbidden),
            ("cancelled", "suppressed", Fallback::Forbidden),
            ("unreadable", "dead", Fallback::GoesOn),
        ];
        assert_eq!(table.len(), Code::ALL.len());
        for (word, expected, fallback) in table {
            let code = Code::from_word(word).unwrap();
            let (state, ended) = match code.end("why") {
                Ended::Suppressed { code, detail } => ("suppressed", (code, detail)),
                Ended::Dead { code, detail } => ("dead", (code, detail)),
            };
            assert_eq!((state, ended), (expected, (word.to_owned(), "why".to_owned())));
            assert_eq!(code.fallback(), fallback, "{word}");
        }
    }
}
