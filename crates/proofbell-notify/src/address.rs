//! Where a message can go: validated addresses that print masked.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::PhoneNumber;
use crate::mask::{mask_email, mask_middle};

/// Which template variant a channel takes, with its limits and its escaping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// HTML with a plain text part and a subject.
    Email,
    /// A small rich-text tree, written in each chat system's own markup by its plugin.
    Chat,
    /// Plain text, short.
    Text,
}

impl Form {
    /// Every form, in the order in which they are listed to people.
    pub const ALL: [Form; 3] = [Form::Email, Form::Chat, Form::Text];

    /// The word for it in template file names: `email`, `chat`, `text`.
    pub fn as_str(self) -> &'static str {
        match self {
            Form::Email => "email",
            Form::Chat => "chat",
            Form::Text => "text",
        }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Which of a recipient's addresses a channel needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AddressKind {
    /// The recipient's e-mail address.
    Email,
    /// The recipient's phone number.
    Phone,
    /// The recipient's name within one service, kept under this key (`slack`, `line`).
    Named(&'static str),
    /// None: the channel is its own address and takes one message a draft.
    Fixed,
}

impl AddressKind {
    /// The key under which `[redirect]` and directories know it: `email`, `phone`, `slack`, …; `fixed` for [`AddressKind::Fixed`].
    pub fn as_str(self) -> &'static str {
        match self {
            AddressKind::Email => "email",
            AddressKind::Phone => "phone",
            AddressKind::Named(key) => key,
            AddressKind::Fixed => "fixed",
        }
    }
}

/// One concrete destination. `Display` and `Debug` are masked; [`Address::expose`] is the real thing.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Address {
    /// A mailbox.
    Email(EmailAddress),
    /// A phone number in E.164.
    Phone(PhoneNumber),
    /// A name within the channel's service: a Slack channel or user.
    Named(String),
    /// The channel's own, configured destination.
    Fixed,
}

impl Address {
    /// The address as the provider needs it; empty for [`Address::Fixed`]. Never for a log, an error text or a metric.
    pub fn expose(&self) -> &str {
        match self {
            Address::Email(email) => email.expose(),
            Address::Phone(phone) => phone.expose(),
            Address::Named(name) => name,
            Address::Fixed => "",
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Email(email) => fmt::Display::fmt(email, f),
            Address::Phone(phone) => fmt::Display::fmt(phone, f),
            Address::Named(name) => f.write_str(&mask_middle(name)),
            Address::Fixed => f.write_str("(the channel's own)"),
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why a text is no address. It does not repeat the text, which is personal data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Not `local@domain` of RFC 5321.
    #[error("not an e-mail address (wanted name@domain)")]
    Email,
    /// Not a phone number that could exist.
    #[error("not a phone number that can exist; write it as +<country><number>, or set `region`")]
    Phone,
}

/// A mailbox `local@domain` (RFC 5321), checked for syntax, printed masked.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

impl EmailAddress {
    /// The address itself. Never for a log, an error text or a metric.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl FromStr for EmailAddress {
    type Err = AddressError;

    /// Accepts a bare address: no display name, no quoted or bracketed form, at most 254 characters.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let options = email_address::Options::default().without_display_text().without_domain_literal();
        let clean = !text.contains(|c: char| c.is_control() || c.is_whitespace() || c == '"');
        if !clean
            || text.len() > 254
            || email_address::EmailAddress::parse_with_options(text, options).is_err()
        {
            return Err(AddressError::Email);
        }
        Ok(EmailAddress(text.to_owned()))
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = AddressError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<EmailAddress> for String {
    fn from(email: EmailAddress) -> String {
        email.0
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&mask_email(&self.0))
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests;
