//! Vonage's codes: the status of an attempt, and the error of a message that had been accepted.

use proofbell_notify::Reason;

use crate::meaning::Meaning;
use Meaning::{Account, Again, OptedOut, OutOfReach, Refused, Slower, TakesNone};

type Code = (u64, Meaning, &'static str);

/// The `status` of a part (<https://developer.vonage.com/messaging/sms/guides/troubleshooting-sms>); 0 is success. Its
/// `error-text` may repeat the number, so it is not used.
const STATUSES: [Code; 20] = [
    (1, Slower, "too many messages at a time"),
    // All that is needed is always sent, so it is about this message.
    (2, Refused, "a parameter is missing"),
    (3, Refused, "a parameter is invalid"),
    (4, Account, "api_key or api_secret is wrong"),
    (5, Again, "an error inside Vonage"),
    // A number's prefix that Vonage does not know, for example; it does not say that the number is bad.
    (6, Refused, "Vonage cannot process this message"),
    // Nobody says that the person asked for it, so it is not an opt-out.
    (7, TakesNone, "the number is barred"),
    (8, Account, "the account is suspended"),
    (9, Account, "the account has no credit left; top it up"),
    (10, Slower, "too many connections at a time"),
    (11, Account, "the account is not enabled for the SMS API"),
    (12, Refused, "the text is too long"),
    (13, Again, "Vonage could not pass the message on"),
    (14, Account, "the account asks for signed requests"),
    // Most countries that refuse a sender take others, and other countries take this one.
    (
        15,
        Refused,
        "`from` is not a sender that this country takes; register it, or rent a number there, in Vonage's dashboard",
    ),
    (22, Refused, "the network code does not match the number"),
    (23, Account, "Vonage cannot call `status_callback`"),
    (29, Refused, "an account in demo mode texts listed numbers only"),
    (32, Account, "the account takes either a signature or a secret"),
    (33, TakesNone, "the number is no longer active"),
];

/// The `err-code` of a receipt (<https://developer.vonage.com/messaging/sms/guides/delivery-receipts>).
const RECEIPTS: [Code; 19] = [
    (1, Refused, "the carrier says nothing of why"),
    (2, OutOfReach, "the telephone is off or away"),
    (3, TakesNone, "the number is no longer active"),
    (4, Refused, "the person or the carrier bars such messages"),
    (5, Refused, "the number is being ported"),
    (6, Refused, "the message was filtered as spam"),
    (7, OutOfReach, "the telephone was busy"),
    (8, Again, "the carrier's network failed"),
    (9, OptedOut, "the person wants no messages from this sender"),
    (10, Refused, "the carrier does not take such a message"),
    (11, Refused, "Vonage has no route to the number"),
    (12, OutOfReach, "the number cannot be reached"),
    (13, Refused, "the content is not for the person's age"),
    (14, TakesNone, "the carrier has blocked the number"),
    (15, OutOfReach, "the number has no prepaid credit left"),
    (16, Again, "Vonage's quota at the carrier is reached"),
    (50, Refused, "the sender is not registered with the carrier"),
    (52, Refused, "the text is not registered with the carrier"),
    (99, Refused, "the carrier says nothing of why"),
];

/// What the status of a part means, and why.
pub(super) fn of_status(status: u64) -> (Meaning, Reason) {
    read(&STATUSES, status, "see https://developer.vonage.com/messaging/sms/guides/troubleshooting-sms")
}

/// What the error of a receipt means, and why.
pub(super) fn of_receipt(error: u64) -> (Meaning, Reason) {
    read(&RECEIPTS, error, "see https://developer.vonage.com/messaging/sms/guides/delivery-receipts")
}

fn read(codes: &[Code], code: u64, unlisted: &str) -> (Meaning, Reason) {
    let (meaning, text) = match codes.iter().find(|(known, ..)| *known == code) {
        Some((_, meaning, text)) => (*meaning, *text),
        None => (Refused, unlisted),
    };
    (meaning, Reason::new(code.to_string(), text))
}
