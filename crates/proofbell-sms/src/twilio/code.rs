//! Twilio's error codes: of an attempt, and of a message that had been accepted.

use proofbell_notify::Reason;

use crate::meaning::Meaning;
use Meaning::{Account, Again, BadNumber, OptedOut, OutOfReach, Refused, Slower, TakesNone};

/// The codes (<https://www.twilio.com/docs/api/errors>), what happens next, and what to say. Twilio's own messages repeat the
/// number, so they are not used.
const CODES: [(u64, Meaning, &str); 68] = [
    (20503, Again, "Twilio is not there now"),
    (20429, Slower, "too many requests at a time"),
    (21611, Slower, "the sender's queue is full"),
    (30001, Slower, "the sender's queue was full"),
    (30022, Slower, "the carrier's limit for the sender is reached"),
    (21610, OptedOut, "the person answered STOP to this sender"),
    (21211, BadNumber, "not a valid number"),
    (21265, BadNumber, "the number is a short code"),
    (21268, BadNumber, "the number is a premium or information service"),
    (21614, TakesNone, "the number cannot take an SMS"),
    (21635, TakesNone, "the number is a landline"),
    (30005, TakesNone, "nobody has the number, or it is no longer active"),
    (30006, TakesNone, "the number is a landline, or its carrier cannot be reached"),
    (30003, OutOfReach, "the telephone is off, away or takes no SMS"),
    (10001, Account, "the account is not active"),
    (20003, Account, "account_sid or auth_token is wrong, or the account is suspended"),
    (20005, Account, "the account is not active"),
    (20006, Account, "the account may not do this"),
    (20008, Account, "these are test credentials"),
    (20404, Account, "there is no such account here; check account_sid and base_url"),
    (21212, Account, "`from` is not a valid number or sender name"),
    (21267, Account, "a trial account cannot use a sender name"),
    (21601, Account, "`from` is not a number of the account"),
    (21603, Account, "`from` is missing"),
    (21606, Account, "`from` cannot send an SMS to this destination or is not of this account"),
    (21607, Account, "a trial account sends from its own number only"),
    (21609, Account, "Twilio cannot call `status_callback`"),
    (21659, Account, "`from` is not a Twilio number"),
    (21660, Account, "`from` belongs to another account"),
    (21661, Account, "`from` cannot send an SMS"),
    (21701, Account, "there is no such Messaging Service"),
    (21704, Account, "the Messaging Service has no senders"),
    (21705, Account, "messaging_service_sid is wrong"),
    (30002, Account, "the account is suspended"),
    (30042, Account, "the sender name is blocked as too general"),
    // These depend on the recipient's country: somebody must act, but people elsewhere are reached all the same.
    (
        21408,
        Refused,
        "the account may not text this country; allow it in Twilio's console: Messaging, Settings, Geo permissions",
    ),
    (
        21657,
        Refused,
        "`from` is a sender that this country does not take; get one for it in Twilio's console",
    ),
    (
        21703,
        Refused,
        "the Messaging Service has no sender for this country; add one to it in Twilio's console",
    ),
    (
        30024,
        Refused,
        "the carriers there do not know the sender yet; look at its registration in Twilio's console",
    ),
    (30032, Refused, "the toll-free sender is not verified for this country; verify it in Twilio's console"),
    (
        30033,
        Refused,
        "the sender's A2P 10DLC campaign, which this country asks for, is suspended; see Twilio's console",
    ),
    (
        30034,
        Refused,
        "the sender is not registered for A2P 10DLC, which this country asks for; do so in Twilio's console",
    ),
    (30035, Refused, "the sender's A2P 10DLC registration, which this country asks for, is being worked on"),
    (21266, Refused, "the recipient's number is the sender's own"),
    (21602, Refused, "the text is empty"),
    (21604, Refused, "the recipient's number is missing"),
    (21605, Refused, "the text is too long"),
    (21608, Refused, "a trial account texts verified numbers only"),
    (21612, Refused, "this sender cannot reach this number"),
    (21617, Refused, "the text is too long"),
    (21619, Refused, "the text is missing"),
    (30004, Refused, "the message was blocked by the carrier, or by the person's settings"),
    (30007, Refused, "the message was filtered as spam"),
    (30008, Refused, "the carrier says nothing of why"),
    (30009, Refused, "a part of the message was lost"),
    (30010, Refused, "the price is above the most that was allowed"),
    (30011, Refused, "the number takes no MMS"),
    (30017, Again, "the carrier's network is congested"),
    (30019, Refused, "the message is larger than the carrier takes"),
    (30023, Slower, "the sender's daily limit at the carrier is reached"),
    (30027, Slower, "the brand's daily limit at the carrier is reached"),
    (30036, Refused, "the message waited longer than it was valid"),
    (30038, Refused, "the message was filtered as a one-time password"),
    (30039, Refused, "the message was taken for a loop"),
    (14107, Refused, "too many messages between two numbers"),
    (30410, Again, "the carrier did not answer in time"),
    (30450, Refused, "blocked as possible toll fraud"),
    (63038, Slower, "the account's daily limit is reached"),
];

/// What a code means, if it is listed, and why; for any other the page that explains it.
pub(super) fn read(code: u64) -> (Option<Meaning>, Reason) {
    match CODES.iter().find(|(known, ..)| *known == code) {
        Some((_, meaning, text)) => (Some(*meaning), Reason::new(code.to_string(), text)),
        None => {
            let text = format!("see https://www.twilio.com/docs/api/errors/{code}");
            (None, Reason::new(code.to_string(), text))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_code_is_listed_twice() {
        let mut codes: Vec<u64> = CODES.iter().map(|(code, ..)| *code).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), CODES.len());
    }
}
