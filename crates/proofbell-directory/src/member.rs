//! One person as written in a file, before anything is checked.

use std::collections::BTreeMap;
use std::fmt;

/// One person as written in a file: text that nobody has checked. [`crate::FieldReader`] makes a recipient of it.
///
/// `Debug` tells which fields are there, not what is in them.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Member {
    /// How to address the person in text.
    pub name: Option<String>,
    /// A mailbox.
    pub email: Option<String>,
    /// A phone number, international or as written in the reader's region.
    pub phone: Option<String>,
    /// A Slack channel (`#ops`) or user (`U024BE7LH`).
    pub slack: Option<String>,
    /// The Slack user (`U024BE7LH`) to mention where this is told; no address.
    pub mention: Option<String>,
    /// A LINE user (`U` and 32 hexadecimal digits), group (`C…`) or room (`R…`).
    pub line: Option<String>,
    /// The address of the person's own system, `https://…`.
    pub webhook: Option<String>,
    /// A BCP 47 language tag.
    pub locale: Option<String>,
    /// An IANA time zone.
    pub tz: Option<String>,
    /// Everything else, by its own name.
    pub extra: BTreeMap<String, String>,
}

impl Member {
    /// The fields that mean something to Proofbell; all others are [`Member::extra`].
    pub const FIELDS: [&'static str; 9] =
        ["name", "email", "phone", "slack", "mention", "line", "webhook", "locale", "tz"];

    /// Sets the field of this name, or the extra of this name when there is no such field. An empty key is dropped.
    pub fn set(&mut self, key: &str, value: impl Into<String>) {
        let value = value.into();
        match key {
            "" => {}
            "name" => self.name = Some(value),
            "email" => self.email = Some(value),
            "phone" => self.phone = Some(value),
            "slack" => self.slack = Some(value),
            "mention" => self.mention = Some(value),
            "line" => self.line = Some(value),
            "webhook" => self.webhook = Some(value),
            "locale" => self.locale = Some(value),
            "tz" => self.tz = Some(value),
            _ => {
                self.extra.insert(key.to_owned(), value);
            }
        }
    }
}

impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values = [
            &self.name,
            &self.email,
            &self.phone,
            &self.slack,
            &self.mention,
            &self.line,
            &self.webhook,
            &self.locale,
            &self.tz,
        ];
        let present = Member::FIELDS.iter().zip(values).filter(|(_, value)| value.is_some());
        let names = present.map(|(name, _)| *name).chain(self.extra.keys().map(String::as_str));
        f.write_str("Member ")?;
        f.debug_set().entries(names).finish()
    }
}
