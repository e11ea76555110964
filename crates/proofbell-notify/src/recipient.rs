//! One person or place out of an audience.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Address, AddressKind, EmailAddress, PhoneNumber};

/// One person or place out of an audience, with addresses, locale and time zone. Every field present is a valid one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Recipient {
    /// How to address the person in text.
    pub name: Option<String>,
    /// Their mailbox.
    pub email: Option<EmailAddress>,
    /// Their phone number.
    pub phone: Option<PhoneNumber>,
    /// Their names within services, by key: `slack`.
    #[serde(default)]
    pub named: BTreeMap<String, String>,
    /// The names by which a chat service mentions them (a Slack user's id), at most one for a person; those of several people where this
    /// stands for them all. No address: nothing is sent to them.
    #[serde(default)]
    pub mentions: Vec<String>,
    /// BCP 47 language tag; the default locale when absent.
    pub locale: Option<String>,
    /// IANA time zone; the default one when absent.
    pub tz: Option<String>,
    /// Everything else the directory knows.
    #[serde(default)]
    pub extra: Map<String, Value>,
    /// Fields that were given but not usable; each costs that field, not the recipient.
    #[serde(default)]
    pub problems: Vec<FieldProblem>,
}

/// A field of a recipient that could not be used. It does not repeat the value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldProblem {
    /// The field: `email`, `phone`, `mention`, `locale`, `tz`.
    pub field: String,
    /// What is wrong with it.
    pub problem: String,
}

impl Recipient {
    /// This recipient's address for a channel; `None` when it has none of that kind.
    pub fn address(&self, kind: AddressKind) -> Option<Address> {
        match kind {
            AddressKind::Email => self.email.clone().map(Address::Email),
            AddressKind::Phone => self.phone.clone().map(Address::Phone),
            AddressKind::Named(key) => self.named.get(key).cloned().map(Address::Named),
            AddressKind::Fixed => Some(Address::Fixed),
        }
    }

    /// What tells this recipient from the others of its audience, stable over lookups: the first address it has, else the name.
    /// It is personal data: for deriving ids, not for showing.
    pub fn key(&self) -> String {
        let named = || self.named.iter().next().map(|(key, value)| format!("{key}:{value}"));
        self.email
            .as_ref()
            .map(|email| format!("email:{}", email.expose()))
            .or_else(|| self.phone.as_ref().map(|phone| format!("phone:{}", phone.expose())))
            .or_else(named)
            .unwrap_or_else(|| format!("name:{}", self.name.as_deref().unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_the_first_address_there_is() {
        let email = || "hanako@example.jp".parse().ok();
        let phone = || PhoneNumber::parse("+819012345678", None).ok();
        let named = || BTreeMap::from([("slack".to_owned(), "U012AB3CD".to_owned())]);
        let name = || Some("Hanako".to_owned());
        let check = |recipient: Recipient, expected: &str| assert_eq!(recipient.key(), expected);
        check(
            Recipient {
                name: name(),
                email: email(),
                phone: phone(),
                named: named(),
                ..Recipient::default()
            },
            "email:hanako@example.jp",
        );
        check(
            Recipient { name: name(), phone: phone(), named: named(), ..Recipient::default() },
            "phone:+819012345678",
        );
        check(Recipient { name: name(), named: named(), ..Recipient::default() }, "slack:U012AB3CD");
        check(Recipient { name: name(), ..Recipient::default() }, "name:Hanako");
        check(Recipient::default(), "name:");
        let mentions = vec!["U012AB3CD".to_owned()];
        check(Recipient { mentions, ..Recipient::default() }, "name:");
    }

    #[test]
    fn gives_each_channel_its_address() {
        let named = BTreeMap::from([("slack".to_owned(), "#ops".to_owned())]);
        let mentions = vec!["U012AB3CD".to_owned()];
        let recipient =
            Recipient { email: "a@b.example".parse().ok(), named, mentions, ..Recipient::default() };
        let check = |kind: AddressKind, expected: Option<&str>| {
            let address = recipient.address(kind);
            assert_eq!(address.as_ref().map(Address::expose), expected, "{kind:?}");
        };
        check(AddressKind::Email, Some("a@b.example"));
        check(AddressKind::Phone, None);
        check(AddressKind::Named("slack"), Some("#ops"));
        check(AddressKind::Named("line"), None);
        check(AddressKind::Named("mention"), None);
        check(AddressKind::Fixed, Some(""));
    }
}
