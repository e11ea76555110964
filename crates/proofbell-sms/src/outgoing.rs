//! What every kind asks of a message before it leaves.

use proofbell_notify::{Address, Body, Message, PhoneNumber, Reason};

use crate::number::Countries;

/// A text for a number that may be texted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outgoing<'m> {
    pub(crate) to: &'m PhoneNumber,
    /// As the message has it: it was fitted before it was stored, and what is shown is what is sent.
    pub(crate) text: &'m str,
}

impl<'m> Outgoing<'m> {
    /// Takes the number and the text out of a message.
    ///
    /// # Errors
    /// Why this message must not or cannot be sent here.
    pub(crate) fn of(message: &'m Message, countries: &Countries) -> Result<Outgoing<'m>, Reason> {
        let (Address::Phone(to), Body::Text(text)) = (&message.to, &message.body) else {
            return Err(Reason::new("not_text", "an SMS needs a phone number and plain text"));
        };
        countries.admit(to)?;
        match text.trim().is_empty() {
            true => Err(Reason::new("empty", "there is no text to send")),
            false => Ok(Outgoing { to, text }),
        }
    }
}
