//! Words by which people say that they want no more messages, or want them again.

use proofbell_notify::{About, Address, News, PhoneNumber, Reason, Report};
use unicode_normalization::UnicodeNormalization;

/// <https://help.twilio.com/articles/223134027> and <https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out>; other gateways
/// have taken them over.
const STOP: [&str; 8] = ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"];
const START: [&str; 3] = ["START", "YES", "UNSTOP"];

/// What somebody asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    Stop,
    Start,
}

impl Wish {
    /// What a text asks for when it is one of the words and nothing else; in full-width letters too, as Japanese keyboards have them.
    pub(crate) fn of(text: &str) -> Option<Wish> {
        let word = text.nfkc().collect::<String>().trim().to_uppercase();
        match word.as_str() {
            word if STOP.contains(&word) => Some(Wish::Stop),
            word if START.contains(&word) => Some(Wish::Start),
            _ => None,
        }
    }

    /// The report of it; none when the sender has no number that could be texted, such as a short code.
    pub(crate) fn report(self, from: &str) -> Option<Report> {
        let number = PhoneNumber::parse(from, None).ok()?;
        let news = match self {
            Wish::Stop => News::OptedOut { reason: Reason::new("stop", "the person answered STOP") },
            Wish::Start => News::OptedIn,
        };
        Some(Report { about: About::Address(Address::Phone(number)), news })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_counts_when_it_is_all_there_is() {
        let table = [
            ("STOP", Some(Wish::Stop)),
            (" stop\n", Some(Wish::Stop)),
            ("ＳＴＯＰ", Some(Wish::Stop)),
            ("Unsubscribe", Some(Wish::Stop)),
            ("OptOut", Some(Wish::Stop)),
            ("start", Some(Wish::Start)),
            ("yes", Some(Wish::Start)),
            ("UNSTOP", Some(Wish::Start)),
            ("stop it", None),
            ("HELP", None),
            ("", None),
        ];
        for (text, expected) in table {
            assert_eq!(Wish::of(text), expected, "{text:?}");
        }
    }

    #[test]
    fn only_a_number_can_stop() {
        assert_eq!(Wish::Start.report("+819012345678").map(|report| report.news), Some(News::OptedIn));
        assert_eq!(Wish::Stop.report("12345"), None);
        assert_eq!(Wish::Stop.report("MAISON"), None);
    }
}
