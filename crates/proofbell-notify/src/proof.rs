//! What a probe has found out.

use std::fmt;

/// What a probe has proved, in a sentence for whoever sets the channel up. It goes no further than the question did: where a service
/// cannot be asked whether it would take a message, the sentence says so. It holds no secret and no personal datum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    asked: Asked,
    sentence: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Somebody,
    Nobody,
}

/// Longest sentence kept, in characters; names that providers tell can be long.
const LIMIT: usize = 300;

impl Proof {
    /// Somebody was asked, and this is known now: ``the webhook is there``. A fragment without a full stop at its end. Control
    /// characters become spaces.
    pub fn of(sentence: impl AsRef<str>) -> Proof {
        Proof { asked: Asked::Somebody, sentence: tidy(sentence.as_ref()) }
    }

    /// There is nobody to ask, and why: ``each recipient has a receiver of their own``.
    pub fn nobody_to_ask(why: impl AsRef<str>) -> Proof {
        Proof { asked: Asked::Nobody, sentence: tidy(why.as_ref()) }
    }

    /// Whether anybody was asked.
    pub fn asked_somebody(&self) -> bool {
        self.asked == Asked::Somebody
    }
}

fn tidy(sentence: &str) -> String {
    let plain: String = sentence.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LIMIT).collect();
    plain.trim().to_owned()
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_is_one_short_line() {
        let check = |sentence: &str, expected: &str| {
            assert_eq!(Proof::of(sentence).to_string(), expected, "{sentence:?}");
        };
        check("the account is active", "the account is active");
        check(" the workspace \"a\u{1b}[31m\r\nb\" ", "the workspace \"a [31m  b\"");
        check(&"花".repeat(301), &"花".repeat(300));
        assert!(Proof::of("x").asked_somebody() && !Proof::nobody_to_ask("x").asked_somebody());
    }
}
